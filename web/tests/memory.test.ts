import { expect, test } from 'vitest';
import * as memory from '../src/lib/state/memory';
import * as parcels from '../src/lib/state/parcels';

const upload = (id: string, more: Partial<memory.Remembered> = {}): memory.Remembered => ({ id, accountId: 1, window: 'w', name: id, folders: [], size: 3, modified: 0, parentId: 1, address: null, ...more });

test('a browser keeps files up to 100 MB, and a gigabyte of them', () => {
  expect(memory.mayKeep(100_000_000, 0)).toBe(true);
  expect(memory.mayKeep(100_000_001, 0)).toBe(false);
  expect(memory.mayKeep(2, 999_999_998)).toBe(true);
  expect(memory.mayKeep(3, 999_999_998)).toBe(false);
});

test('what is kept of an upload goes with it, and with the account', async () => {
  await memory.remember([upload('a'), upload('b'), upload('c', { accountId: 2 })]);
  for (const id of ['a', 'b', 'c']) await memory.keep(id, new File(['abc'], id));
  await memory.forget([upload('a')]);
  expect((await memory.remembered(1)).map(({ id }) => id)).toEqual(['b']);
  expect(await memory.kept(upload('a'))).toBeUndefined();
  expect(await memory.kept(upload('b'))).toBeDefined();
  await memory.forgetAll(1);
  expect(await memory.kept(upload('b'))).toBeUndefined();
  expect(await memory.kept(upload('c'))).toBeDefined();
  await memory.forgetAll(2);
});

test('what other apps hand over is asked about until it is on its way, and kept until it is there', async () => {
  await parcels.put([new File(['1'], 'one.jpg', { type: 'image/jpeg' }), new File(['2'], 'two.pdf', { type: 'application/pdf' })]);
  const found = await memory.undecided();
  expect(found).toHaveLength(2);
  const going = upload('p', { parcel: found[0]!.id });
  await memory.remember([going]);
  expect((await memory.undecided()).map(({ id }) => id)).toEqual([found[1]!.id]);
  expect(await memory.kept(going)).toBeDefined();
  await memory.forget([going]);
  expect(await memory.kept(going)).toBeUndefined();
  expect(await parcels.waiting()).toHaveLength(1);
  await parcels.clear();
});

test('pictures and films go to Photos; with anything else among them it is a matter of Files', () => {
  const of = (...types: string[]) => parcels.isOfPhotos(types.map((type) => new File([], 'a', { type })));
  expect(of('image/heic', 'video/mp4')).toBe(true);
  expect(of('image/heic', 'text/plain')).toBe(false);
});
