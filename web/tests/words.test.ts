import { expect, test } from 'vitest';
import * as consoleCa from '../src/lib/words/console/ca';
import * as consoleEn from '../src/lib/words/console/en';
import * as consoleEs from '../src/lib/words/console/es';
import * as documentsCa from '../src/lib/words/documents/ca';
import * as documentsEn from '../src/lib/words/documents/en';
import * as documentsEs from '../src/lib/words/documents/es';
import { ca } from '../src/lib/words/ca';
import { en } from '../src/lib/words/en';
import { es } from '../src/lib/words/es';
import { nextName, sizeText, splitName } from '../src/lib/words/format';
import { learn, speak, t } from '../src/lib/words/words.svelte';

const holes = (entry: string | { one: string; other: string }) =>
  [...new Set((typeof entry === 'string' ? entry : entry.other).match(/\{\w+\}/g) ?? [])].sort();

const all = { ...en, ...consoleEn.en, ...documentsEn.en };

test.each([['es', { ...es, ...consoleEs.es, ...documentsEs.es }], ['ca', { ...ca, ...consoleCa.ca, ...documentsCa.ca }]] as const)('%s asks for the same fillings as English', (_, catalogue) => {
  for (const [key, entry] of Object.entries(all)) {
    expect([key, holes(catalogue[key as keyof typeof all])]).toEqual([key, holes(entry)]);
  }
});

test('the words of an app come with it, in the language spoken then', async () => {
  await learn('documents');
  expect(t('documentsCount', { n: 2 })).toBe('2 documents');
  await speak('es');
  expect(t('documentsCount', { n: 2 })).toBe('2 documentos');
  await speak('en');
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
