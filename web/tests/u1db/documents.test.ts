import { expect, test } from 'vitest';
import { isDocId, size } from '../../src/lib/u1db/document';
import { code, N, replica, told, W, X, Y, Z } from './replicas';

test('D01 to D16: documents are made, changed, deleted and brought back', async () => {
  const r = await replica('r');
  expect((await r.create('{"a":1}', 'x')).rev).toBe('r:1');
  expect(await code(r.create('{}', 'x'))).toBe('revision-conflict');
  expect(await code(r.put('x', null, '{}'))).toBe('revision-conflict');
  expect(await code(r.put('x', 'r:7', '{}'))).toBe('revision-conflict');
  expect(await code(r.put('y', 'r:1', '{}'))).toBe('revision-conflict');
  expect(await code(r.delete('y', 'r:1'))).toBe('document-missing');
  expect(await code(r.delete('x', 'r:9'))).toBe('revision-conflict');
  expect(await r.delete('x', 'r:1')).toBe('r:2');
  expect(await code(r.delete('x', 'r:2'))).toBe('document-deleted');
  expect(await code(r.delete('x', 'r:1'))).toBe('revision-conflict');
  expect(await code(r.put('x', 'r:1', '{}'))).toBe('revision-conflict');
  expect(await r.put('x', null, '{}')).toBe('r:3');
  expect(await r.put('x', 'r:3', null)).toBe('r:4');
  expect((await r.get('x'))!.text).toBeNull();
  expect(await r.put('x', 'r:4', '{}')).toBe('r:5');
  const { generation, transactionId } = await r.head();
  expect(await r.whatsChanged(99)).toEqual({ generation: 5, transactionId, changes: [] });
  expect(generation).toBe(5);
});

test('a text comes back to the letter, and what is no object is refused', async () => {
  const r = await replica('r');
  const text = '{ "big" : 123456789012345678901234567890, "b":1.0,\t"a":"\\u00e9" }';
  await r.create(text, 'x');
  expect((await r.get('x'))!.text).toBe(text);
  expect([await code(r.create('[1]')), await code(r.create('nojson')), await code(r.create('{"a":NaN}'))]).toEqual(Array(3).fill('invalid-json'));
});

test.each<[string, boolean]>([['a', true], ['A.b-c_d%20', true], ['a b', false], ['a/b', false], ['', false], ['é', false], ['%', true], ['..', true], ['a'.repeat(300), true], ['a\n', false], ['-x', true], ['a:b', false], ['a~', false]])('an id: %j', (docId, fine) => {
  expect(isDocId(docId)).toBe(fine);
});

test('a limit counts text, id and revision', async () => {
  const r = await replica('r');
  const text = '{"k": "0123456789"}';
  expect([size('d1', null, text), size('d1', 'r:1', text)]).toEqual([21, 24]);
  expect(await code(r.put('d1', null, text, 20))).toBe('document-too-big');
  expect(await r.put('d1', null, text, 22)).toBe('r:1');
  expect(await code(r.put('d1', 'r:1', text, 22))).toBe('document-too-big');
});

test('what changed is told once for each document, with its newest change', async () => {
  const r = await replica('r');
  expect(await r.whatsChanged()).toEqual({ generation: 0, transactionId: '', changes: [] });
  await r.create(X, 'a');
  await r.create(X, 'b');
  await r.put('a', 'r:1', Y);
  const { generation, changes } = await r.whatsChanged();
  expect([generation, changes.map((change) => [change.docId, change.generation])]).toEqual([3, [['b', 2], ['a', 3]]]);
  expect(changes[1]!.transactionId).toMatch(/^T-[0-9a-f]{32}$/);
  expect((await r.whatsChanged(2)).changes.map(({ docId }) => docId)).toEqual(['a']);
});

type Arriving = [rev: string, text: string | null, saves?: boolean];
test.each<[string, (string | null)[], Arriving[], string, string]>([
  ['C01', [], [['a:1', X]], 'inserted 1', `a:1 ${X}`],
  ['C02', [X], [['a:1|m:1', Y]], 'inserted 2', `a:1|m:1 ${Y}`],
  ['C03', [X], [['m:1', X]], 'converged 1', `m:1 ${X}`],
  ['C04', [X, Y], [['m:1', X]], 'superseded 2', `m:2 ${Y}`],
  ['C05', [X], [['a:1', Y, false]], 'conflicted 1', `m:1 ${X}`],
  ['C06', [X], [['a:1', Y]], 'conflicted 2', `a:1 ${Y} +m:1 ${X}`],
  ['C07', [X], [['a:1', X]], 'superseded 2', `a:1|m:2 ${X}`],
  ['C08', [X], [['a:1', X, false]], 'superseded 2', `a:1|m:2 ${X}`],
  ['C09', [X], [['a:1|m:1', null]], 'inserted 2', 'a:1|m:1 ∅'],
  ['C10', [X, null], [['a:1', Y]], 'conflicted 3', `a:1 ${Y} +m:2 ∅`],
  ['C11', [X], [['a:1', Y], ['a:2', Z]], 'conflicted 2, inserted 3', `a:2 ${Z} +m:1 ${X}`],
  ['C12', [X], [['a:1', Y], ['b:1', Z]], 'conflicted 2, conflicted 3', `b:1 ${Z} +a:1 ${Y} +m:1 ${X}`],
  ['C13', [X], [['a:1', Y], ['a:2|m:1', Z]], 'conflicted 2, inserted 3', `a:2|m:1 ${Z}`],
  ['C14', [X], [['a:1', Y], ['b:1', Z], ['a:2|m:1', W]], 'conflicted 2, conflicted 3, conflicted 4', `a:2|m:1 ${W} +b:1 ${Z}`],
  ['C15', [X], [['a:1', Y], ['a:2', X]], 'conflicted 2, superseded 3', `a:2|m:2 ${X}`],
  ['C16', [X], [['a:1', null]], 'conflicted 2', `a:1 ∅ +m:1 ${X}`],
  ['C17', [X, null], [['a:1', null]], 'superseded 3', 'a:1|m:3 ∅'],
  ['C18', [X], [['a:1|m:1', Y], ['m:2', Z], ['m:3', Y]], 'inserted 2, conflicted 3, superseded 4', `a:1|m:4 ${Y}`],
  ['C19', [X], [['a:1|m:1', Y], ['b:1|m:1', Y]], 'inserted 2, superseded 3', `a:1|b:1|m:2 ${Y}`],
  ['C20', [X], [['b:1', Y], ['b:1', Y]], 'conflicted 2, converged 2', `b:1 ${Y} +m:1 ${X}`],
  ['C21', [X], [['b:1', Y], ['m:1', X]], 'conflicted 2, conflicted 3', `m:2 ${X} +b:1 ${Y}`],
])('%s: what arrives is put in if it is newer', async (_, local, arriving, states, after) => {
  const m = await replica('m');
  let rev: string | null = null;
  for (const text of local) rev = await m.put('d', rev, text);
  const said: string[] = [];
  for (const [at, [rev, text, saves = true]] of arriving.entries()) {
    const entry = { docId: 'd', rev, text, generation: at + 1, transactionId: `T-${at + 1}` };
    const [arrival] = await m.takeIn('peer', [entry], saves);
    said.push(`${arrival!.state} ${arrival!.generation}`);
  }
  expect([said.join(', '), await told(m)]).toEqual([states, after]);
  expect(await m.known('peer')).toEqual({ generation: arriving.length, transactionId: `T-${arriving.length}` });
  expect((await m.rows())[0]!.hasConflicts).toBe(after.includes('+'));
});

test.each<[string, string[], string | null, string, string, boolean, number]>([
  ['R1', ['m:1', 'a:1', 'b:1'], N, `a:1|b:1|m:2 ${N}`, 'a:1|b:1|m:2', false, 4],
  ['R2', ['b:1', 'm:1'], N, `b:1|m:2 ${N} +a:1 ${Y}`, 'b:1|m:2', true, 4],
  ['R3', ['a:1', 'm:1'], N, `b:1 ${Z} +a:1|b:1|m:2 ${N}`, 'a:1|b:1|m:2', true, 3],
  ['R4', ['b:1'], N, `b:1|m:1 ${N} +a:1 ${Y} +m:1 ${X}`, 'b:1|m:1', true, 4],
  ['R5', ['zz:1'], N, `b:1 ${Z} +a:1 ${Y} +b:1|m:1|zz:1 ${N} +m:1 ${X}`, 'b:1|m:1|zz:1', true, 3],
  ['R6', ['m:1', 'a:1', 'b:1'], null, 'a:1|b:1|m:2 ∅', 'a:1|b:1|m:2', false, 4],
  ['R7', [], N, `b:1 ${Z} +a:1 ${Y} +b:1|m:1 ${N} +m:1 ${X}`, 'b:1|m:1', true, 3],
])('%s: a conflict is decided', async (_, revs, text, after, rev, hasConflicts, generation) => {
  const m = await replica('m');
  await m.put('d', null, X);
  await m.takeIn('peer', [{ docId: 'd', rev: 'a:1', text: Y, generation: 1, transactionId: '' }, { docId: 'd', rev: 'b:1', text: Z, generation: 2, transactionId: '' }], true);
  expect(await code(m.put('d', 'b:1', N))).toBe('document-conflicted');
  expect(await code(m.delete('d', 'b:1'))).toBe('document-conflicted');
  expect(await m.resolve('d', text, revs)).toEqual({ rev, hasConflicts });
  expect([await told(m), (await m.head()).generation]).toEqual([after, generation]);
  expect(await code(m.resolve('nope', N, []))).toBe('document-missing');
});

test.each<[string, [number, string], [number, string], string, [number, string]]>([
  ['G1', [0, ''], [1, 'T-1'], 'fine', [1, 'T-1']], ['G2', [5, 'T-5'], [6, 'T-x'], 'fine', [6, 'T-x']], ['G3', [5, 'T-5'], [5, 'T-5'], 'fine', [5, 'T-5']],
  ['G4', [5, 'T-5'], [5, 'T-y'], 'invalid-transaction-id', [5, 'T-5']], ['G5', [5, 'T-5'], [4, 'T-4'], 'invalid-generation', [5, 'T-5']], ['G6', [5, 'T-5'], [9, ''], 'fine', [9, '']],
])('%s: a peer goes on from where it is known to be', async (_, before, arriving, result, after) => {
  const known = ([generation, transactionId]: [number, string]) => ({ generation, transactionId });
  const m = await replica('m');
  await m.know('p', known(before));
  expect(await code(m.takeIn('p', [{ docId: 'd', rev: 'p:1', text: X, ...known(arriving) }], true))).toBe(result);
  expect(await m.known('p')).toEqual(known(after));
  expect((await m.head()).generation).toBe(result === 'fine' ? 1 : 0);
});

test('an entry that cannot be taken ends the run, and what came before it stays', async () => {
  const m = await replica('m');
  const entry = (docId: string, rev: string, text: string | null, generation: number) => ({ docId, rev, text, generation, transactionId: `T-${generation}` });
  for (const [bad, code_] of [[entry('bad id', 'p:1', X, 2), 'invalid-document-id'], [entry('b', 'junk', X, 2), 'invalid-revision'], [entry('b', 'p:1', '[]', 2), 'invalid-json']] as const) {
    expect(await code(m.takeIn('p', [entry('a', 'p:1', X, 1), bad, entry('c', 'p:1', X, 3)], true))).toBe(code_);
    expect([(await m.rows()).map(({ docId }) => docId), (await m.known('p')).generation]).toEqual([['a'], 1]);
  }
});
