/** How much room the account takes, asked again a little after something changed. */
import * as files from '../api/files';
import { live } from './live.svelte';

const CALM = 1_500; // ms without news before it is asked again

class Room {
  #usage = $state.raw<files.Usage | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;

  get usage(): files.Usage | null {
    return this.#usage;
  }

  start(): void {
    void this.#ask();
    live.listen(() => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#ask(), CALM);
    });
  }

  async #ask(): Promise<void> {
    this.#usage = await files.usage().catch(() => this.#usage);
  }
}

export const room = new Room();
