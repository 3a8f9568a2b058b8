/** SHA-256 of a file in hexadecimal digits, also where the browser gives pages no cryptography: plain http on a LAN address. */
const AT_ONCE = 64_000_000; // bytes that are held in memory for the browser's own, which knows no parts
const PART = 1 << 20; // bytes between two pauses, so that the page goes on drawing

export async function sha256(file: Blob): Promise<string> {
  const own = globalThis.crypto?.subtle && file.size <= AT_ONCE;
  const sum = own ? await crypto.subtle.digest('SHA-256', await file.arrayBuffer()) : await inParts(file);
  return [...new Uint8Array(sum)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

const PRIMES = firstPrimes(64);
const ROUNDS = Int32Array.from(PRIMES, (prime) => fraction(Math.cbrt(prime)));

/** FIPS 180-4, part by part. */
export async function inParts(file: Blob): Promise<ArrayBuffer> {
  const state = Int32Array.from(PRIMES.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));
  const whole = file.size - (file.size % 64);
  for (let from = 0; from < whole; from += PART) {
    const bytes = await file.slice(from, Math.min(whole, from + PART)).arrayBuffer();
    feed(state, new DataView(bytes));
  }
  const rest = new Uint8Array(await file.slice(whole).arrayBuffer());
  const last = new Uint8Array(rest.length < 56 ? 64 : 128);
  last.set(rest);
  last[rest.length] = 0x80;
  new DataView(last.buffer).setBigUint64(last.length - 8, BigInt(file.size) * 8n);
  feed(state, new DataView(last.buffer));
  const sum = new DataView(new ArrayBuffer(32));
  state.forEach((word, at) => sum.setInt32(at * 4, word));
  return sum.buffer;
}

const words = new Int32Array(64);

function feed(state: Int32Array, bytes: DataView): void {
  for (let block = 0; block < bytes.byteLength; block += 64) {
    for (let at = 0; at < 16; at += 1) words[at] = bytes.getInt32(block + at * 4);
    for (let at = 16; at < 64; at += 1) {
      const [near, far] = [words[at - 2]!, words[at - 15]!];
      words[at] = (turn(near, 17) ^ turn(near, 19) ^ (near >>> 10)) + words[at - 7]! + (turn(far, 7) ^ turn(far, 18) ^ (far >>> 3)) + words[at - 16]!;
    }
    let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number];
    for (let at = 0; at < 64; at += 1) {
      const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + ROUNDS[at]! + words[at]!) | 0;
      const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((word, at) => (state[at]! += word));
  }
}

const turn = (word: number, by: number) => (word >>> by) | (word << (32 - by));

/** The first 32 bits behind the point. */
function fraction(value: number): number {
  return ((value - Math.floor(value)) * 2 ** 32) | 0;
}

function firstPrimes(count: number): number[] {
  const found: number[] = [];
  for (let candidate = 2; found.length < count; candidate += 1) if (found.every((prime) => candidate % prime)) found.push(candidate);
  return found;
}
