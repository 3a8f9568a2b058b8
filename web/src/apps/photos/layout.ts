/** Where everything stands in a long roll of photos: days with their rows, month after month, of which most are not here. */
import type { Photo } from '../../lib/api/photos';
import type { Bucket } from '../../lib/state/roll.svelte';
import { guessedHeight, justified, type Measure, type Place } from '../../lib/ui/justified';

/** A day's heading, or one of its rows. */
export interface Block {
  key: string;
  /** In pixels, from the top of its bucket. */
  y: number;
  height: number;
  /** Its photos in the bucket; of a heading: those of the day. */
  from: number;
  to: number;
  /** Of each photo of a row; a heading has none. */
  places: readonly Place[] | null;
}

export interface Laid {
  blocks: readonly Block[];
  /** Up to where the photos are here. */
  known: number;
  /** With what is guessed for those that are not. */
  height: number;
}

const DAYS = 12; // of a month in which somebody took photos, as a guess

export const dayOf = (photo: Pick<Photo, 'taken'>): string => photo.taken.slice(0, 10);

/** `head`: height of the heading of a day. */
export function lay({ photos, count }: Pick<Bucket, 'photos' | 'count'>, measure: Measure, head: number): Laid {
  const blocks: Block[] = [];
  let y = 0;
  for (let from = 0; from < photos.length; ) {
    const day = dayOf(photos[from]!);
    let to = from;
    while (to < photos.length && dayOf(photos[to]!) === day) to += 1;
    blocks.push({ key: `${photos[from]!.id} ${day}`, y, height: head, from, to, places: null });
    y += head;
    const { places, height } = justified(photos.slice(from, to).map(shapeOf), measure);
    for (let at = 0; at < places.length; ) {
      let end = at;
      while (end < places.length && places[end]!.y === places[at]!.y) end += 1;
      blocks.push({ key: `${day} ${photos[from + at]!.id}`, y: y + places[at]!.y, height: places[at]!.height, from: from + at, to: from + end, places: places.slice(at, end) });
      at = end;
    }
    y += height + measure.gap;
    from = to;
  }
  const missing = Math.max(0, count - photos.length);
  const days = photos.length ? 0 : Math.min(DAYS, missing);
  return { blocks, known: y, height: y + (missing ? days * head + guessedHeight(missing, measure) : 0) };
}

const shapeOf = ({ width, height }: Photo): number => (width && height ? width / height : 0);

/** The first of `count` things in order that ends behind `at`. */
export function firstBehind(count: number, end: (index: number) => number, at: number): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (end(middle) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The photo of the row above or below (`step`) that stands nearest; null at the end of what is here. */
export function across(laid: readonly Laid[], bucket: number, index: number, step: 1 | -1): [bucket: number, index: number] | null {
  const rows = laid.flatMap(({ blocks }, at) => (Math.abs(at - bucket) > 1 ? [] : blocks.filter(({ places }) => places).map((row) => ({ row, at }))));
  const here = rows.findIndex(({ row, at }) => at === bucket && row.from <= index && index < row.to);
  const next = rows[here + step];
  if (here < 0 || !next) return null;
  const middle = centre(rows[here]!.row, index);
  let nearest = next.row.from;
  for (let each = next.row.from; each < next.row.to; each += 1) {
    if (Math.abs(centre(next.row, each) - middle) < Math.abs(centre(next.row, nearest) - middle)) nearest = each;
  }
  return [next.at, nearest];
}

function centre(row: Block, index: number): number {
  const { x, width } = row.places![index - row.from]!;
  return x + width / 2;
}
