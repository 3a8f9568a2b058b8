/** Pictures of any shape in rows that end at the same edge. Lengths are pixels. */
export interface Place {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Rows {
  /** Of each picture, in their order. */
  places: Place[];
  height: number;
}

export interface Measure {
  /** Of the rows. */
  width: number;
  /** That a row comes near to. */
  row: number;
  gap: number;
}

/** Wider or narrower than this a picture is cut to: a panorama would make a row of a few pixels. */
const WIDEST = 3.2;
const NARROWEST = 0.45;
const USUAL = 4 / 3;

/** `shapes`: width divided by height; what is not known counts as 4:3. */
export function justified(shapes: readonly number[], { width, row, gap }: Measure): Rows {
  const places: Place[] = [];
  let y = 0;
  for (let first = 0; first < shapes.length; ) {
    let sum = 0;
    let last = first;
    let full = false;
    while (last < shapes.length && !full) {
      sum += held(shapes[last]!);
      last += 1;
      full = sum * row + (last - first - 1) * gap >= width;
    }
    const fitting = (width - (last - first - 1) * gap) / sum;
    const height = Math.min(fitting, full ? Infinity : row);
    let x = 0;
    for (let at = first; at < last; at += 1) {
      const wide = Math.min(held(shapes[at]!) * height, width - x);
      places.push({ x, y, width: wide, height });
      x += wide + gap;
    }
    y += height + gap;
    first = last;
  }
  return { places, height: Math.max(0, y - gap) };
}

/** How high so many pictures will stand, before anybody knows their shapes. */
export function guessedHeight(pictures: number, { width, row, gap }: Measure): number {
  const across = Math.max(1, width / (row * USUAL + gap));
  return Math.ceil(pictures / across) * (row + gap);
}

function held(shape: number): number {
  return shape > 0 && Number.isFinite(shape) ? Math.min(WIDEST, Math.max(NARROWEST, shape)) : USUAL;
}
