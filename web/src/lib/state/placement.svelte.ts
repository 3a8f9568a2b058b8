/** Where a window stands on the desk, in parts of the desk so that it survives another screen. Remembered per app. */
export interface Box {
  x: number;
  y: number;
  w: number;
  h: number;
}
export type Snap = 'left' | 'right' | 'full' | 'free';

const HALVES: Record<Exclude<Snap, 'free'>, Box> = {
  left: { x: 0, y: 0, w: 0.5, h: 1 },
  right: { x: 0.5, y: 0, w: 0.5, h: 1 },
  full: { x: 0, y: 0, w: 1, h: 1 },
};
const START: Box = { x: 0.06, y: 0.05, w: 0.78, h: 0.86 };
const STEP = 0.025; // each further window starts a little lower
const SMALLEST = { w: 0.25, h: 0.3 };

const within = (value: number, low: number, high: number) => Math.min(Math.max(value, low), Math.max(low, high));

export class Placement {
  #free = $state.raw<Box>(START);
  #snap = $state<Snap>('free');
  #key: string;

  constructor(app: string, offset: number) {
    this.#key = `window-${app}`;
    const kept = JSON.parse(localStorage.getItem(this.#key) ?? 'null') as { free: Box; snap: Snap } | null;
    const { x, y, w, h } = kept?.free ?? START;
    const shift = (offset % 6) * STEP;
    this.#free = { x: within(x + shift, 0, 1 - w), y: within(y + shift, 0, 1 - h), w, h };
    this.#snap = kept?.snap ?? 'free';
  }

  get box(): Box {
    return this.#snap === 'free' ? this.#free : HALVES[this.#snap];
  }
  get snapped(): Snap {
    return this.#snap;
  }

  snap(snap: Snap): void {
    this.#snap = this.#snap === snap ? 'free' : snap;
    this.#keep();
  }

  /** Move by parts of the desk; a snapped window comes loose. */
  move(dx: number, dy: number): void {
    const { x, y, w, h } = this.#free;
    this.#snap = 'free';
    this.#free = { w, h, x: within(x + dx, 0.15 - w, 0.85), y: within(y + dy, 0, 0.94) };
    this.#keep();
  }

  /** Size by the edges named in `edges` (n, e, s, w). */
  size(edges: string, dx: number, dy: number): void {
    let { x, y, w, h } = this.box;
    if (edges.includes('e')) w = within(w + dx, SMALLEST.w, 1 - x);
    if (edges.includes('s')) h = within(h + dy, SMALLEST.h, 1 - y);
    if (edges.includes('w')) {
      const left = within(x + dx, 0, x + w - SMALLEST.w);
      [x, w] = [left, w + x - left];
    }
    if (edges.includes('n')) {
      const top = within(y + dy, 0, y + h - SMALLEST.h);
      [y, h] = [top, h + y - top];
    }
    this.#snap = 'free';
    this.#free = { x, y, w, h };
    this.#keep();
  }

  #keep(): void {
    localStorage.setItem(this.#key, JSON.stringify({ free: this.#free, snap: this.#snap }));
  }
}
