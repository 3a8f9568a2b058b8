import { expect, test } from 'vitest';
import { ca } from '../src/lib/words/ca';
import { en } from '../src/lib/words/en';
import { es } from '../src/lib/words/es';
import { nextName, sizeText, splitName } from '../src/lib/words/format';
import { speak, t } from '../src/lib/words/words.svelte';

const holes = (entry: string | { one: string; other: string }) =>
  [...new Set((typeof entry === 'string' ? entry : entry.other).match(/\{\w+\}/g) ?? [])].sort();

test.each([['es', es], ['ca', ca]] as const)('%s asks for the same fillings as English', (_, catalogue) => {
  for (const [key, entry] of Object.entries(en)) {
    expect([key, holes(catalogue[key as keyof typeof en])]).toEqual([key, holes(entry)]);
  }
});

test('plurals follow the language', async () => {
  await speak('en');
  expect(t('items', { n: 1 })).toBe('1 item');
  expect(t('items', { n: 10_000 })).toBe('10,000 items');
  await speak('ca');
  expect(t('trashedMany', { n: 2 })).toBe('2 elements són a la paperera');
  await speak('en');
});

test('the next free name counts on before the extension', () => {
  expect(nextName('ridge.jpg')).toBe('ridge 1.jpg');
  expect(nextName('ridge 9.jpg')).toBe('ridge 10.jpg');
  expect(nextName('v1.2', true)).toBe('v1.2 1');
  expect(splitName('.profile')).toEqual(['.profile', '']);
});

test('sizes have three figures at most', () => {
  expect([0, 999, 2_000, 4_120_000, 61_000_000, 1_900_000_000].map(sizeText)).toEqual([
    '0 bytes', '999 bytes', '2 kB', '4.1 MB', '61 MB', '1.9 GB',
  ]);
});
