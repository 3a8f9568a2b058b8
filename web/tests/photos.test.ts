import { describe, expect, it, test } from 'vitest';
import { coordinates } from '../src/apps/photos/coordinates';
import { shifted } from '../src/apps/photos/dates';
import { lay } from '../src/apps/photos/layout';
import type { Photo } from '../src/lib/api/photos';
import { pixels } from '../src/lib/ui/blurhash';
import { guessedHeight, justified } from '../src/lib/ui/justified';
import { inParts, sha256 } from '../src/lib/state/sha256';

const MEASURE = { width: 1000, row: 168, gap: 3 };

test('every full row ends at the edge, and no picture loses its shape', () => {
  const shapes = Array.from({ length: 40 }, (_, at) => [1.5, 0.75, 1.33, 1, 1.78][at % 5]!);
  const { places, height } = justified(shapes, MEASURE);
  const ends = places.filter((place, at) => places[at + 1]?.y !== place.y).map(({ x, width }) => x + width);
  for (const end of ends.slice(0, -1)) expect(end).toBeCloseTo(1000);
  expect(ends.at(-1)).toBeLessThanOrEqual(1000);
  places.forEach((place, at) => expect(place.width / place.height).toBeCloseTo(shapes[at]!));
  expect(height).toBeCloseTo(Math.max(...places.map(({ y, height }) => y + height)));
  for (const place of places) expect(place.height).toBeLessThanOrEqual(168.001);
});

test('a panorama and a shape nobody knows keep the row usable', () => {
  const { places } = justified([40, Number.NaN, 0], { ...MEASURE, width: 300 });
  expect(places.map(({ height }) => height > 60)).toEqual([true, true, true]);
  expect(places.every(({ x, width }) => x + width <= 300.001)).toBe(true);
  expect(justified([], MEASURE)).toEqual({ places: [], height: 0 });
});

test('the height is guessed about right before the shapes are known', () => {
  const shapes = Array.from({ length: 500 }, (_, at) => [1.5, 1.33, 0.75, 1.5, 1.33, 1][at % 6]!);
  const { height } = justified(shapes, MEASURE);
  expect(guessedHeight(500, MEASURE) / height).toBeGreaterThan(0.8);
  expect(guessedHeight(500, MEASURE) / height).toBeLessThan(1.25);
});

test('a photo that gets another time stands between those of a day until they are read anew, and no key is there twice', () => {
  const photos = ['2026-11-29', '2010-06-01', '2026-11-29'].map((day, id) => ({ id, taken: `${day}T10:00:00` }) as Photo);
  const { blocks } = lay({ photos, count: 3 }, MEASURE, 60);
  expect(new Set(blocks.map(({ key }) => key)).size).toBe(6);
});

test('letters become the colours they stand for', () => {
  const drawn = pixels('LEHV6nWB2yk8pyo0adR*.7kCMdnj', 4, 4)!;
  expect(drawn.length).toBe(64);
  expect([...drawn.slice(0, 4)].map((value) => Math.round(value / 10))).toEqual([14, 16, 18, 26]);
  expect(pixels('no blurhash', 4, 4)).toBeNull();
  expect(pixels('', 4, 4)).toBeNull();
});

test.each([0, 3, 55, 56, 64, 1000])('%d bytes have one sum, whoever adds them up', async (size) => {
  const file = new Blob([Uint8Array.from({ length: size }, (_, at) => at % 251)]);
  const hex = [...new Uint8Array(await inParts(file))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  expect(hex).toBe(await sha256(file));
  if (size === 0) expect(hex).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
});

describe('coordinates', () => {
  const sea = { latitude: 41.385, longitude: 2.173 };
  it.each([
    ['41.385, 2.173', sea],
    ['41.385 2.173', sea],
    ['41,385; 2,173', sea],
    ['41,385 2,173', sea],
    [' 41.385° N, 2.173° E ', sea],
    ['41.385N 2.173E', sea],
    ['-33.9, 151.2', { latitude: -33.9, longitude: 151.2 }],
    ['−33.9, 151.2', { latitude: -33.9, longitude: 151.2 }],
    ['33.9° S 70.5° O', { latitude: -33.9, longitude: -70.5 }],
    ['41°23′06″N 2°10′22.8″E', { latitude: 41.385, longitude: 2.173 }],
    ["33°54'S, 70°30'W", { latitude: -33.9, longitude: -70.5 }],
    ['41, 2', { latitude: 41, longitude: 2 }],
  ])('%s', (text, found) => expect(coordinates(text)).toEqual(found));
  it.each(['', 'Barcelona', '91, 0', '0, 181', '41.385', '1 2 3', '41.385,', 'NaN, 3', '41°23′06″ 2°10′23″'])('%s are none', (text) => expect(coordinates(text)).toBeNull());
});

it('a time is shifted by the clock, over the end of a year too', () => {
  expect(shifted('2025-12-31T23:30:00', 60)).toBe('2026-01-01T00:30:00');
  expect(shifted('2024-03-01T00:10:05', -90)).toBe('2024-02-29T22:40:05');
});
