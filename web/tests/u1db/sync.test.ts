import { expect, test } from 'vitest';
import { isReplicaError } from '../../src/lib/u1db/errors';
import { mend, synchronise } from '../../src/lib/u1db/sync';
import { Replica } from '../../src/lib/u1db/replica';
import { code, pages, replica, targetOf, told, V, W, X, Y, Z } from './replicas';

const TEXTS: Record<string, string> = { X, Y, Z, W, V };

/** Steps as the specification writes them, and what each replica is afterwards. */
async function play(steps: string): Promise<Record<string, string>> {
  const all = new Map<string, Replica>();
  const of = async (name: string) => all.get(name) ?? (all.set(name, await replica(name)), all.get(name)!);
  for (const step of steps.split(', ')) {
    const [verb, name, docId = '', content = ''] = step.split(' ');
    if (step.includes('→')) {
      const [source, target] = step.split('→') as [string, string];
      // the snapshot is ours: the vectors are of syncs without it
      const far = targetOf(await of(target));
      far.snapshot = async () => ({ header: { replicaUid: 'nobody', generation: 0, transactionId: '' }, entries: pages([]) });
      await synchronise(await of(source), far);
      continue;
    }
    const here = await of(name!);
    const rev = (await here.get(docId))?.rev ?? null;
    if (verb === 'del') await here.delete(docId, rev!);
    else if (verb === 'resolve') await here.resolve(docId, TEXTS[content]!, (await here.conflicts(docId)).map((value) => value.rev));
    else if (verb === 'refused') expect(await code(here.put(docId, rev, TEXTS[content]!))).toBe('document-conflicted');
    else await here.put(docId, rev, TEXTS[content]!);
  }
  const result: Record<string, string> = {};
  for (const [name, here] of [...all].sort()) {
    const documents = await Promise.all((await here.rows()).map(async ({ docId }) => `${docId} ${await told(here, docId)}`));
    const knows = await Promise.all([...all.keys()].filter((other) => other !== name).sort().map(async (other) => `${other}:${(await here.known(other)).generation}`));
    result[name] = `gen ${(await here.head()).generation}; ${documents.join('; ') || 'empty'}; knows ${knows.join(' ')}`;
  }
  return result;
}

test.each<[string, string, string, string, string?]>([
  ['S01', 'new A d X, A→B', `gen 1; d A:1 ${X}; knows B:1`, `gen 1; d A:1 ${X}; knows A:1`],
  ['S02', 'new B d X, A→B', `gen 1; d B:1 ${X}; knows B:1`, `gen 1; d B:1 ${X}; knows A:1`],
  ['S03', 'new A d X, new B e Y, A→B', `gen 2; d A:1 ${X}; e B:1 ${Y}; knows B:2`, `gen 2; d A:1 ${X}; e B:1 ${Y}; knows A:2`],
  ['S04', 'new A d X, A→B, A→B', `gen 1; d A:1 ${X}; knows B:1`, `gen 1; d A:1 ${X}; knows A:1`],
  ['S05', 'new A d X, A→B, put B d Y, A→B, A→B', `gen 2; d A:1|B:1 ${Y}; knows B:2`, `gen 2; d A:1|B:1 ${Y}; knows A:2`],
  ['S06', 'new A d X, new B d Y, A→B', `gen 2; d B:1 ${Y} +A:1 ${X}; knows B:1`, `gen 1; d B:1 ${Y}; knows A:2`],
  ['S07', 'new A d X, new B d X, A→B', `gen 2; d A:1|B:2 ${X}; knows B:2`, `gen 2; d A:1|B:2 ${X}; knows A:2`],
  ['S08', 'new A d X, A→B, put A d Y, put B d Z, A→B', `gen 3; d A:1|B:1 ${Z} +A:2 ${Y}; knows B:2`, `gen 2; d A:1|B:1 ${Z}; knows A:3`],
  ['S09', 'new A d X, A→B, put A d Y, put B d Z, A→B, resolve A d W, A→B', `gen 4; d A:3|B:1 ${W}; knows B:3`, `gen 3; d A:3|B:1 ${W}; knows A:4`],
  ['S10', 'new A d X, A→B, del A d, A→B', 'gen 2; d A:2 ∅; knows B:2', 'gen 2; d A:2 ∅; knows A:2'],
  ['S11', 'new A d X, A→B, put A d Y, del B d, A→B', `gen 3; d A:1|B:1 ∅ +A:2 ${Y}; knows B:2`, 'gen 2; d A:1|B:1 ∅; knows A:3'],
  ['S12', 'new A d X, A→B, del A d, put B d Z, A→B', `gen 3; d A:1|B:1 ${Z} +A:2 ∅; knows B:2`, `gen 2; d A:1|B:1 ${Z}; knows A:3`],
  ['S13', 'new A d X, A→C, B→C, put B d Y, B→C, A→C', `gen 2; d A:1|B:1 ${Y}; knows B:0 C:2`, `gen 2; d A:1|B:1 ${Y}; knows A:0 C:2`, `gen 2; d A:1|B:1 ${Y}; knows A:2 B:2`],
  ['S14', 'new A d X, A→C, B→C, A→B', `gen 1; d A:1 ${X}; knows B:1 C:1`, `gen 1; d A:1 ${X}; knows A:1 C:1`, `gen 1; d A:1 ${X}; knows A:1 B:1`],
  ['S15', 'new A d X, A→B, put A d Y, put B d Y, A→B', `gen 3; d A:2|B:2 ${Y}; knows B:3`, `gen 3; d A:2|B:2 ${Y}; knows A:3`],
  ['S16', 'new A d X, A→B, put A d Y, put B d Z, A→B, put B d Y, A→B, A→B', `gen 4; d A:3|B:2 ${Y}; knows B:4`, `gen 4; d A:3|B:2 ${Y}; knows A:4`],
  ['S17', 'new A d X, A→B, put A d Y, put B d Z, A→B, C→A, C→B', `gen 3; d A:1|B:1 ${Z} +A:2 ${Y}; knows B:2 C:1`, `gen 2; d A:1|B:1 ${Z}; knows A:3 C:1`, `gen 1; d A:1|B:1 ${Z}; knows A:3 B:2`],
  ['S18', 'new A d X, A→B, put A d Y, put B d Z, A→B, refused A d V', `gen 3; d A:1|B:1 ${Z} +A:2 ${Y}; knows B:2`, `gen 2; d A:1|B:1 ${Z}; knows A:3`],
  ['S19', 'new A d X, A→B, B→A, put A d Y, put A d Z, B→A', `gen 3; d A:3 ${Z}; knows B:2`, `gen 2; d A:3 ${Z}; knows A:3`],
  ['S20', 'A→B', 'gen 0; empty; knows B:0', 'gen 0; empty; knows A:0'],
])('%s: %s', async (_, steps, a, b, c) => {
  expect(await play(steps)).toEqual({ A: a, B: b, ...(c ? { C: c } : {}) });
});

test('an empty replica takes everything as it lies, and sends nothing back', async () => {
  const [a, b] = [await replica('A'), await replica('B')];
  for (let number = 0; number < 600; number += 1) await b.create(X, `n${number}`);
  const target = targetOf(b);
  await synchronise(a, target);
  expect([(await a.rows()).length, target.exchanges, await a.waiting()]).toEqual([600, 0, 0]);
  await a.put('n0', 'B:1', Y);
  expect(await a.waiting()).toBe(1);
  await synchronise(a, target);
  expect([await told(b, 'n0'), target.exchanges, await a.waiting()]).toEqual([`A:1|B:1 ${Y}`, 1, 0]);
});

test('an answer that breaks off keeps its beginning, and the next sync goes on there', async () => {
  const [a, b] = [await replica('A'), await replica('B')];
  await a.create(X, 'mine');
  for (let number = 0; number < 5; number += 1) await b.create(X, `n${number}`);
  const far = targetOf(b);
  const whole = far.exchange.bind(far);
  far.exchange = async (...given) => {
    const { header, entries } = await whole(...given);
    async function* broken() {
      yield (await entries.next()).value!;
      yield (await entries.next()).value!;
      throw new Error('cut');
    }
    return { header, entries: broken() };
  };
  await expect(synchronise(a, far)).rejects.toThrow('cut');
  expect([(await a.rows()).length, (await a.known('B')).generation]).toEqual([3, 2]);
  far.exchange = whole;
  await synchronise(a, far);
  expect([(await a.rows()).length, (await b.rows()).length, await a.waiting()]).toEqual([6, 6, 0]);
});

test('a server that lost something, or a copied replica, is merged with from the beginning', async () => {
  const [a, b, restored] = [await replica('A'), await replica('B'), await replica('B')];
  await a.create(X, 'one');
  await synchronise(a, targetOf(b));
  await a.create(Y, 'two');
  await synchronise(a, targetOf(b));
  await restored.takeIn('A', await a.changes(0, 1, 9), false);
  const error = await synchronise(a, targetOf(restored)).catch((error: unknown) => error);
  expect(isReplicaError(error, 'invalid-generation', 'invalid-transaction-id')).toBe(true);
  await mend(a, targetOf(restored));
  expect(await told(restored, 'two')).toBe(`A:1 ${Y}`);
  expect((await a.head()).replicaUid).not.toBe('A');
  expect(await a.waiting()).toBe(0);
});

test('a database that became another replica after a restore is a new peer: everything converges', async () => {
  const [a, b, again] = [await replica('A'), await replica('B'), await replica('B2')];
  await a.create(X, 'd');
  await synchronise(a, targetOf(b));
  await again.takeIn('A', await a.changes(0, 1, 9), false);
  await a.put('d', 'A:1', Y);
  await synchronise(a, targetOf(again));
  expect([await told(a), await told(again)]).toEqual([`A:2 ${Y}`, `A:2 ${Y}`]);
});

test('P1 to P3: whatever happens to three replicas, after some rounds they are the same', async () => {
  let seed = Number(process.env.SEED ?? 20261128);
  const draw = (n: number) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return Math.floor((seed / 2 ** 32) * n);
  };
  for (let story = 0; story < 25; story += 1) {
    const trio = await Promise.all(['A', 'B', 'C'].map(replica));
    for (let step = 3 + draw(20); step > 0; step -= 1) {
      const here = trio[draw(3)]!;
      const docId = `d${draw(3)}`;
      const [document, values] = [await here.get(docId), await here.conflicts(docId)];
      const text = [X, Y, Z, W][draw(4)]!;
      const act = draw(4);
      if (act === 0) await synchronise(here, targetOf(trio[(trio.indexOf(here) + 1 + draw(2)) % 3]!));
      else if (values.length) await here.resolve(docId, text, values.map(({ rev }) => rev));
      else if (act === 1 && document?.text != null) await here.delete(docId, document.rev);
      else await here.put(docId, document?.rev ?? null, text);
    }
    const [a, b, c] = trio as [Replica, Replica, Replica];
    for (let round = 0; round < 5; round += 1) {
      for (const here of trio) {
        if (here !== c) await synchronise(here, targetOf(c));
        for (const { docId, hasConflicts } of await here.rows()) {
          if (hasConflicts) await here.resolve(docId, X, (await here.conflicts(docId)).map(({ rev }) => rev));
        }
      }
    }
    const state = async (of: Replica) => Promise.all((await of.rows()).map(async ({ docId }) => `${docId} ${await told(of, docId)}`));
    expect([story, await state(a), await state(b)]).toEqual([story, await state(c), await state(c)]);
    const far = targetOf(c);
    await synchronise(a, far);
    expect(far.exchanges).toBe(0);
  }
}, 60_000);
