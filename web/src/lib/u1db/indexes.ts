/** The indexes of a replica: what rests of them in IndexedDB, and how they are asked. */
import { read } from './document';
import { ReplicaError } from './errors';
import { bytes, Definition, valueOf, type Bytes, type Index, type Span, type Values } from './expressions';
import type { Looking, Rows, Shelves } from './shelves';

/** A line: name of the index, values as UTF-8, id of the document. It sorts as the values do. */
type Line = Shelves['lines']['key'];

const PAGE = 500; // lines or documents read at once
const AFTER: [] = []; // sorts behind every value and id

const definitions = async (rows: Rows | Looking) => (await rows.objectStore('indexes').getAll()).map((index) => new Definition(index));

/** Raises index-missing. */
export async function ready(rows: Rows | Looking, name: string): Promise<Index> {
  const index = await rows.objectStore('indexes').get(name);
  if (!index) throw new ReplicaError('index-missing', `There is no index “${name}”.`);
  return index;
}

/** On return all documents are in it. Raises invalid-index-definition, index-name-taken. */
export async function create(rows: Rows, wanted: Definition): Promise<void> {
  const { name, expressions } = wanted.index;
  const present = await rows.objectStore('indexes').get(name);
  if (present && !isEqual(present.expressions, expressions)) throw new ReplicaError('index-name-taken', `There is an index “${name}” of other expressions.`);
  if (present) return;
  await rows.objectStore('indexes').put({ name, expressions: [...expressions] });
  const shelf = rows.objectStore('texts');
  let behind: IDBKeyRange | null = null;
  for (;;) {
    const [docIds, texts]: [string[], string[]] = await Promise.all([shelf.getAllKeys(behind, PAGE), shelf.getAll(behind, PAGE)]);
    await Promise.all(docIds.map((docId, at) => enter(rows, [wanted], docId, null, texts[at]!)));
    if (docIds.length < PAGE) return;
    behind = IDBKeyRange.lowerBound(docIds.at(-1), true);
  }
}

export async function remove(rows: Rows, name: string): Promise<void> {
  await Promise.all([rows.objectStore('indexes').delete(name), rows.objectStore('lines').delete(IDBKeyRange.bound([name], [name, AFTER]))]);
}

/** Documents that changed, with their texts before and now. */
export async function follow(rows: Rows, changed: { docId: string; before: string | null; after: string | null }[]): Promise<void> {
  const all = changed.length ? await definitions(rows) : [];
  if (all.length) await Promise.all(changed.map(({ docId, before, after }) => enter(rows, all, docId, before, after)));
}

async function enter(rows: Rows, all: Definition[], docId: string, before: string | null, after: string | null): Promise<void> {
  const lines = rows.objectStore('lines');
  const [old, now] = [before, after].map((text) => (text === null ? null : read(text)));
  const writes: Promise<unknown>[] = [];
  for (const definition of all) {
    const keyOf = (values: Values): Line => [definition.index.name, ...values.map(bytes), docId];
    const [gone, there] = [old, now].map((content) => new Map((content ? definition.lines(content) : []).map((values) => [JSON.stringify(values), values])));
    for (const [said, values] of gone!) if (!there!.has(said)) writes.push(lines.delete(keyOf(values)));
    for (const [said, values] of there!) if (!gone!.has(said)) writes.push(lines.put(0, keyOf(values)));
  }
  await Promise.all(writes);
}

/** Ids of the documents with a line within the spans, in the order of their lines, the first `limit` of them. */
export async function find(rows: Looking, name: string, spans: readonly Span[], limit: number): Promise<string[]> {
  const found = new Set<string>();
  for await (const line of run(rows, range(name, spans))) {
    if (spans.every(({ low, high }, at) => isWithin(line[at + 1] as BufferSource, low, high))) found.add(line.at(-1) as string);
    if (found.size === limit) break;
  }
  return [...found];
}

/** Every tuple of values once, sorted. */
export async function keys(rows: Looking, name: string): Promise<Values[]> {
  const found = new Map<string, Values>();
  for await (const line of run(rows, IDBKeyRange.bound([name], [name, AFTER]))) {
    const values = line.slice(1, -1).map((value) => valueOf(value as BufferSource));
    found.set(JSON.stringify(values), values);
  }
  return [...found.values()];
}

const isWithin = (value: BufferSource, low: Bytes, high: Bytes) => indexedDB.cmp(low, value) <= 0 && indexedDB.cmp(value, high) <= 0;

/** The run of neighbouring lines in which all lie that these spans want; between them may lie others too. */
function range(name: string, spans: readonly Span[]): IDBKeyRange {
  const open = spans.findIndex(({ low, high }) => indexedDB.cmp(low, high) !== 0);
  const exact = (open < 0 ? spans : spans.slice(0, open)).map(({ low }) => low);
  const [low, high] = open < 0 ? [[], []] : [[spans[open]!.low], [spans[open]!.high]];
  const [from, to] = [[name, ...exact, ...low], [name, ...exact, ...high, AFTER]];
  return indexedDB.cmp(from, to) <= 0 ? IDBKeyRange.bound(from, to) : IDBKeyRange.only(from); // the start lies behind the end: nothing is there
}

async function* run(rows: Looking, within: IDBKeyRange): AsyncGenerator<Line> {
  const lines = rows.objectStore('lines');
  for (let page = await lines.getAllKeys(within, PAGE); page.length; page = await lines.getAllKeys(IDBKeyRange.bound(page.at(-1), within.upper, true), PAGE)) {
    yield* page;
    if (page.length < PAGE) return;
  }
}

const isEqual = (one: readonly string[], other: readonly string[]) => one.length === other.length && one.every((each, at) => each === other[at]);
