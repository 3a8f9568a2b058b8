/** A window moved or sized by arrow keys, for those who have no pointer: until Enter, Esc, or another key. */
import { shape } from '../lib/state/shape.svelte';
import { toasts } from '../lib/state/toasts.svelte';
import { windows } from '../lib/state/windows.svelte';
import { t } from '../lib/words/words.svelte';

type Way = 'move' | 'size';

const STEP = 0.025; // of the desk
const ARROWS: Record<string, [dx: number, dy: number]> = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };

class Nudging {
  #way: Way | null = null;
  #toast = 0;

  begin(way: Way): void {
    if (!windows.front || !shape.isWide) return;
    this.#end();
    this.#way = way;
    this.#toast = toasts.say(t(way === 'move' ? 'moveByArrows' : 'sizeByArrows'));
  }

  /** Before anything else hears the key. */
  readonly key = (event: KeyboardEvent): void => {
    const { front } = windows;
    if (!this.#way || !front) return;
    const step = event.ctrlKey || event.altKey || event.metaKey ? undefined : ARROWS[event.key];
    if (step && this.#way === 'move') front.placement.move(...step);
    else if (step) front.placement.size('se', ...step);
    else if (/^(Shift|Control|Alt|Meta)$/.test(event.key)) return;
    else this.#end();
    if (step || event.key === 'Enter' || event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
    }
  };

  #end(): void {
    this.#way = null;
    toasts.dismiss(this.#toast);
  }
}

export const nudging = new Nudging();
