import { expect, test } from 'vitest';
import { isReplicaError } from '../../src/lib/u1db/errors';
import { Reported, SyncReader, written } from '../../src/lib/u1db/stream';

const HEADER = '{"new_generation": 3, "new_transaction_id": "T-3"}';
const ENTRY = '{"id": "a", "rev": "x:1", "content": "{ }", "gen": 2, "trans_id": "T-2"}';

function outcome(...pieces: string[]): string {
  const reader = new SyncReader();
  let found = 0;
  try {
    for (const piece of pieces) found += reader.feed(piece).length;
    reader.close();
  } catch (error) {
    return error instanceof Reported ? error.message : isReplicaError(error) ? error.code : String(error);
  }
  return `${found} entries`;
}

test.each<[string, string]>([
  ['{}\r\n]', 'broken-sync-stream'], ['\r\n{}\r\n]', 'broken-sync-stream'], ['', 'broken-sync-stream'], ['[\r\n{}', 'broken-sync-stream'], ['[\r\n', 'broken-sync-stream'],
  ['[\r\n]', 'broken-sync-stream'], [`[\r\n${HEADER},\r\n]`, 'broken-sync-stream'], [`[\r\n${HEADER}\r\n${ENTRY}\r\n]`, 'broken-sync-stream'], [`[\r\n${HEADER}\r\n]\r\nmore`, 'broken-sync-stream'],
  [`[\r\n{"new_generation": 0},\r\n{"error": "unavailable"}\r\n`, 'unavailable'], ['[\r\n{"error": "unavailable"}\r\n', 'unavailable'], ['[\r\n{"error": "?"}\r\n', 'broken-sync-stream'],
  [`[\r\n${HEADER}\r\n]`, '0 entries'], [`[\n${HEADER},\n${ENTRY}\n]\n`, '1 entries'], [`[\r\n${HEADER},\r\n${ENTRY},\r\n${ENTRY}\r\n]\r\n`, '2 entries'],
])('an answer %j', (text, result) => {
  expect(outcome(text)).toBe(result);
  expect(outcome(...text)).toBe(result); // however the network cuts it
});

test('entries before a mistake are given, and the mistake comes after them', () => {
  const reader = new SyncReader();
  expect(reader.feed(`[\r\n${HEADER},\r\n${ENTRY},\r\nnothing\r\n`)).toHaveLength(1);
  expect(reader.header).toEqual({ generation: 3, transactionId: 'T-3', replicaUid: null });
  expect(() => reader.feed(ENTRY)).toThrow('broken');
});

test('a request is laid out one object per line, and text travels to the letter', () => {
  const text = '{"n": 9007199254740993,\n"é":1}';
  const body = written({ generation: 4, transactionId: 'T-4' }, [{ docId: 'a', rev: 'x:1', text, generation: 1, transactionId: 'T-1' }]);
  const lines = body.split('\r\n');
  expect([lines[0], lines.at(-2), lines.length]).toEqual(['[', ']', 5]);
  expect(JSON.parse(lines[1]!.slice(0, -1))).toEqual({ last_known_generation: 4, last_known_trans_id: 'T-4', ensure: false });
  expect((JSON.parse(lines[2]!) as { content: string }).content).toBe(text);
});
