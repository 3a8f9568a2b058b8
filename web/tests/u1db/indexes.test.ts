/** Indexes: u1db.md 9.4 and 9.5, the same tables that the server's replicas are asked. */
import { expect, test } from 'vitest';
import { openDB } from 'idb';
import vectors from '../../../tests/conformance/u1db_indexes.json';
import { read } from '../../src/lib/u1db/document';
import { Definition } from '../../src/lib/u1db/expressions';
import { Replica } from '../../src/lib/u1db/replica';
import { synchronise } from '../../src/lib/u1db/sync';
import { code, replica, targetOf } from './replicas';

type Told = string[] | { 'any order': string[] } | { error: string };
const CODES: Record<string, string> = { InvalidGlobbing: 'invalid-globbing', InvalidValueForIndex: 'invalid-value-for-index', IndexDoesNotExist: 'index-missing' };
const ids = (documents: { docId: string }[]) => documents.map(({ docId }) => docId);

async function fill(db: Replica): Promise<Replica> {
  for (const [docId, text] of Object.entries(vectors.samples)) await db.create(text, docId);
  await db.delete('p6', 'r:1');
  return db;
}
async function indexed(db: Replica): Promise<Replica> {
  for (const [name, expressions] of Object.entries(vectors.indexes)) await db.createIndex(name, ...expressions);
  return db;
}
const before = async () => fill(await indexed(await replica('r')));
const after = async () => indexed(await fill(await replica('r')));

async function check(told: Told, ask: Promise<{ docId: string }[]>): Promise<void> {
  if ('error' in told) expect(await code(ask)).toBe(CODES[told.error]);
  else if ('any order' in told) expect(ids(await ask).sort()).toEqual(told['any order']);
  else expect(ids(await ask)).toEqual(told);
}

test.each(Object.entries(vectors.keys))('%s: what an expression finds', async (_, [expression, found]) => {
  const db = await replica('r');
  await db.createIndex('i', expression as string);
  await fill(db);
  const holders = Object.entries(found as Record<string, string[]>);
  const keys = [...new Set(holders.flatMap(([, values]) => values))].sort();
  expect(await db.getIndexKeys('i')).toEqual(keys.map((key) => [key]));
  for (const key of keys.filter((key) => !key.endsWith('*'))) {
    expect(ids(await db.getFromIndex('i', [key])).sort()).toEqual(holders.filter(([, values]) => values.includes(key)).map(([docId]) => docId));
  }
});

test.each([['before', before], ['after', after]] as const)('what queries and ranges find, with indexes made %s the documents', async (_, made) => {
  const db = await made();
  for (const [index, values, told] of Object.values(vectors.queries) as [string, string[], Told][]) {
    await check(told, db.getFromIndex(index, values));
    if (Array.isArray(told)) for (const limit of [1, 2]) expect(ids(await db.getFromIndex(index, values, limit))).toEqual(told.slice(0, limit));
  }
  const list = (bound: string | string[] | null) => (typeof bound === 'string' ? [bound] : bound);
  for (const [index, start, end, told] of Object.values(vectors.ranges) as [string, string | string[] | null, string | string[] | null, Told][]) {
    await check(told, db.getRangeFromIndex(index, list(start), list(end)));
  }
});

test('L1 to L4: columns are apart', async () => {
  const db = await replica('r');
  await db.createIndex('kl', 'k', 'l');
  for (const [docId, k, l] of [['x0', 'v1', 'a'], ['x1', 'v10', 'a'], ['x2', 'v2', 'b'], ['x3', 'v3', 'a'], ['x4', 'v2', 'c']]) await db.create(JSON.stringify({ k, l }), docId);
  expect(ids(await db.getFromIndex('kl', ['v1', '*']))).toEqual(['x0']);
  expect(ids(await db.getRangeFromIndex('kl', ['v2', 'b'], null))).toEqual(['x2', 'x4']);
  expect(ids(await db.getRangeFromIndex('kl', null, ['v2', 'b']))).toEqual(['x0', 'x1', 'x2']);
  expect(ids(await db.getRangeFromIndex('kl', ['v1', 'b'], ['v3', 'b']))).toEqual(['x2']);
  expect(await db.getRangeFromIndex('kl', ['v3', 'a'], ['v1', 'a'])).toEqual([]);
});

test.each([
  ['5', '5'], ['-0', '0'], ['007e0', null], ['9007199254740993123', '9007199254740993123'], ['-0.0', '0.0'], ['3.0', '3.0'], ['2019.5', '2019.5'], ['1e15', '1.0e+15'],
  ['1e2', '100.0'], ['0.1', '0.1'], ['0.0001', '0.0001'], ['1.5e-5', '1.5e-05'], ['123456789.125', '123456789.125'], ['-1e300', '-1.0e+300'], ['true', '1'], ['false', '0'],
])('a number matches its decimal text: %s', async (written, text) => {
  const db = await replica('r');
  await db.createIndex('i', 'a');
  if (text === null) return expect(await code(db.create(`{"a":${written}}`))).toBe('invalid-json');
  await db.create(`{"a":${written}}`, 'd');
  expect(await db.getIndexKeys('i')).toEqual([[text]]);
  expect(ids(await db.getFromIndex('i', [text]))).toEqual(['d']);
});

test.each(['', ' ', '(a)', 'LOWER(a)', 'a,b', 'a.', 'combine()', 'lower(a', 'lower(a))', 'lower(a)b', 'lower(a,b)', 'nope(a)', 'constructor(a)', 'number(a)', 'number(a,3,4)', 'number(a,b)', 'number(a,101)', 'combine(a,,b)', 'a)', 'a(', '\0', '\ud800', 'x'.repeat(1001)])(
  'no expression: %j',
  async (expression) => {
    const db = await replica('r');
    expect(await code(db.createIndex('i', expression))).toBe('invalid-index-definition');
    expect(await db.listIndexes()).toEqual([]);
  },
);

test('an index is made, listed and removed', async () => {
  const db = await replica('r');
  await db.createIndex('i', 'a', 'b');
  await db.createIndex('i', 'a', 'b');
  for (const other of [['b', 'a'], ['a'], ['a', ' b']]) expect(await code(db.createIndex('i', ...other))).toBe('index-name-taken');
  await db.createIndex('h', 'lower( a )');
  expect(await db.listIndexes()).toEqual([{ name: 'h', expressions: ['lower( a )'] }, { name: 'i', expressions: ['a', 'b'] }]);
  expect([await code(db.createIndex('none')), await code(db.createIndex('', 'a'))]).toEqual(['invalid-index-definition', 'invalid-index-definition']);
  await db.deleteIndex('unknown');
  await db.deleteIndex('i');
  expect(await code(db.getIndexKeys('i'))).toBe('index-missing');
  await db.create('{"a":"1","b":"2"}', 'd');
  await db.createIndex('i', 'b');
  expect(await db.getIndexKeys('i')).toEqual([['2']]);
});

test('it follows every change, made here or received, and only the visible value is in it', async () => {
  const [a, b] = [await replica('a'), await replica('b')];
  await a.createIndex('i', 'tags', 'n');
  let rev = await a.put('d', null, '{"tags":["x","y"],"n":1}');
  rev = await a.put('d', rev, '{"tags":["y","z"],"n":1}');
  expect(await a.getIndexKeys('i')).toEqual([['y', '1'], ['z', '1']]);
  await synchronise(a, targetOf(b));
  await b.put('d', rev, '{"tags":"of b","n":2}');
  await synchronise(a, targetOf(b));
  expect(await a.getIndexKeys('i')).toEqual([['of b', '2']]);

  await a.put('d', (await a.get('d'))!.rev, '{"tags":"mine","n":3}');
  await b.put('d', (await b.get('d'))!.rev, '{"tags":"theirs","n":3}');
  await synchronise(a, targetOf(b));
  expect(await a.getIndexKeys('i')).toEqual([['theirs', '3']]);
  const values = await a.conflicts('d');
  expect(values.length).toBe(2);
  await a.resolve('d', '{"tags":"both","n":4}', values.map((value) => value.rev));
  expect(await a.getIndexKeys('i')).toEqual([['both', '4']]);
  await a.delete('d', (await a.get('d'))!.rev);
  expect(await a.getIndexKeys('i')).toEqual([]);
});

test('more documents than are read at once', async () => {
  const db = await replica('r');
  const entries = Array.from({ length: 1203 }, (_, n) => ({ docId: `d${n}`, rev: 'p:1', text: `{"a":${n % 2}}`, generation: n + 1, transactionId: `T-${n}` }));
  await db.takeIn('p', entries, true);
  await db.createIndex('i', 'a');
  expect([(await db.getFromIndex('i', ['0'])).length, (await db.getFromIndex('i', ['*'])).length]).toEqual([602, 1203]);
  expect((await db.getFromIndex('i', ['*'], 700)).length).toBe(700);
});

test('values compare as their UTF-8 does, and those that no database takes are left out', async () => {
  const db = await replica('r');
  await db.createIndex('i', 'a');
  await db.create('{"a":["\\uffff","😀","z","nul\\u0000","half\\ud800",""]}', 'd');
  expect(await db.getIndexKeys('i')).toEqual([[''], ['z'], ['\uffff'], ['😀']]);
  expect(await code(db.getFromIndex('i', ['\0']))).toBe('invalid-value-for-index');
});

test('lists that multiply have an end', () => {
  const many = JSON.stringify(Array.from({ length: 1000 }, (_, n) => String(n)));
  const content = read(`{"a":${many},"b":${many},"c":${many}}`);
  expect(new Definition({ name: 'i', expressions: ['a', 'b', 'c'] }).lines(content).length).toBe(10_000);
});

test('a replica of an earlier day gets them', async () => {
  const old = await openDB('earlier', 1, {
    upgrade(db) {
      db.createObjectStore('documents', { keyPath: 'docId' }).createIndex('generation', 'generation', { unique: true });
      for (const shelf of ['texts', 'alternatives', 'log', 'peers', 'meta']) db.createObjectStore(shelf);
    },
  });
  const rows = old.transaction(['documents', 'texts', 'meta'], 'readwrite');
  void rows.objectStore('documents').put({ docId: 'd', rev: 'r:1', isDeleted: false, hasConflicts: false, generation: 1, transactionId: 'T-1', isMine: true });
  void rows.objectStore('texts').put('{"a":"kept"}', 'd');
  void rows.objectStore('meta').put({ replicaUid: 'r', generation: 1, transactionId: 'T-1' }, 'head');
  await rows.done;
  old.close();
  const db = await Replica.open('earlier');
  await db.createIndex('i', 'a');
  expect(ids(await db.getFromIndex('i', ['kept']))).toEqual(['d']);
});
