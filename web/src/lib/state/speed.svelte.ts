/** Bytes per second over the last seconds. */
const WINDOW = 5_000; // ms: long enough to be calm, short enough to be true

export class Speed {
  #marks: { at: number; bytes: number }[] = [];
  #rate = $state(0);

  get rate(): number {
    return this.#rate;
  }

  note(bytes: number, now = performance.now()): void {
    if (bytes <= 0) return;
    this.#marks.push({ at: now, bytes });
    while (this.#marks[0] && this.#marks[0].at < now - WINDOW) this.#marks.shift();
    const [first] = this.#marks;
    const seconds = Math.max(0.5, (now - first!.at) / 1000);
    this.#rate = this.#marks.reduce((sum, mark) => sum + mark.bytes, 0) / seconds;
  }

  reset(): void {
    this.#marks = [];
    this.#rate = 0;
  }
}
