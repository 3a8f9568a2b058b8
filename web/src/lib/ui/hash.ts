/** Small numbers from a seed, for drawings that are always the same for the same thing. */
export function* bits(seed: number): Generator<number, never> {
  let state = (seed ^ 0x9e3779b9) >>> 0 || 1;
  for (;;) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    yield state;
  }
}
