import { pixels } from './blurhash';

/** An attachment that draws a blur-hash on a canvas of a few pixels, which the browser stretches softly. */
export const blurred = (hash: string) => (canvas: HTMLCanvasElement) => {
  const { width, height } = canvas;
  const drawn = pixels(hash, width, height);
  if (drawn) canvas.getContext('2d')?.putImageData(new ImageData(drawn, width, height), 0, 0);
};
