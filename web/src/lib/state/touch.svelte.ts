/** Whether fingers are used: a screen made for them, and what touched last. */
class Touch {
  #coarse = $state(false);
  #last = false;

  constructor() {
    const list = matchMedia('(pointer: coarse), (width < 600px)'); // as in tokens.css
    this.#coarse = list.matches;
    list.addEventListener('change', () => (this.#coarse = list.matches));
    addEventListener('pointerdown', (event) => (this.#last = event.pointerType === 'touch'), { capture: true });
  }

  get isCoarse(): boolean {
    return this.#coarse;
  }
  /** Whether the last press was a finger's. */
  get isLast(): boolean {
    return this.#last;
  }
}

export const touch = new Touch();
