/** BlurHash (https://blurha.sh): a few letters that stand for a picture until it is there. */
const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~';

type Colour = [red: number, green: number, blue: number];

/** `width` × `height` pixels, red green blue alpha; null when the letters are no BlurHash. */
export function pixels(hash: string, width: number, height: number): Uint8ClampedArray<ArrayBuffer> | null {
  const numbers = [...hash].map((letter) => LETTERS.indexOf(letter));
  if (numbers.length < 6 || numbers.includes(-1)) return null;
  const read = (from: number, to: number) => numbers.slice(from, to).reduce((sum, digit) => sum * 83 + digit, 0);
  const [across, down] = [(read(0, 1) % 9) + 1, Math.floor(read(0, 1) / 9) + 1];
  if (numbers.length !== 4 + 2 * across * down) return null;
  const strongest = (read(1, 2) + 1) / 166;
  const waves: Colour[] = [average(read(2, 6))];
  for (let at = 1; at < across * down; at += 1) waves.push(wave(read(4 + at * 2, 6 + at * 2), strongest));
  const drawn = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const sum: Colour = [0, 0, 0];
      waves.forEach((colour, at) => {
        const part = Math.cos((Math.PI * x * (at % across)) / width) * Math.cos((Math.PI * y * Math.floor(at / across)) / height);
        for (let channel = 0; channel < 3; channel += 1) sum[channel]! += colour[channel]! * part;
      });
      drawn.set([...sum.map(toScreen), 255], (y * width + x) * 4);
    }
  }
  return drawn;
}

const average = (value: number): Colour => [toLight(value >> 16), toLight((value >> 8) & 255), toLight(value & 255)];

function wave(value: number, strongest: number): Colour {
  const part = (digit: number) => Math.sign(digit - 9) * ((digit - 9) / 9) ** 2 * strongest;
  return [part(Math.floor(value / 361)), part(Math.floor(value / 19) % 19), part(value % 19)];
}

/** Between numbers of the screen (sRGB, 0 to 255) and amounts of light (0 to 1). */
function toLight(value: number): number {
  const share = value / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}
function toScreen(light: number): number {
  const share = Math.min(1, Math.max(0, light));
  return Math.round(255 * (share <= 0.0031308 ? share * 12.92 : 1.055 * share ** (1 / 2.4) - 0.055));
}
