/** One's albums, for every Photos window: asked when one is looked at, kept right by what is done to them here. */
import * as api from '../../lib/api/photos';
import type { Album } from '../../lib/api/photos';

class Albums {
  #list = $state.raw<readonly Album[]>([]);
  #known = $state(false);
  #error = $state.raw<unknown>(null);

  get list(): readonly Album[] {
    return this.#list;
  }
  get isKnown(): boolean {
    return this.#known;
  }
  get error(): unknown {
    return this.#error;
  }
  inside(parent: number | null): Album[] {
    return this.#list.filter(({ parent_id }) => parent_id === parent);
  }
  /** From the outermost to this one. */
  way(id: number | null): Album[] {
    const found: Album[] = [];
    for (let at = this.#get(id); at && !found.includes(at); at = this.#get(at.parent_id)) found.unshift(at);
    return found;
  }
  /** With where it is: "Journeys / Coast". */
  pathOf(album: Album): string {
    return this.way(album.id).map(({ name }) => name).join(' / ');
  }

  async ask(): Promise<void> {
    try {
      this.#list = await api.albums();
      this.#known = true;
      this.#error = null;
    } catch (error) {
      this.#error = error;
    }
  }
  put(album: Album): void {
    this.#list = [...this.#list.filter(({ id }) => id !== album.id), album].sort((a, b) => a.name.localeCompare(b.name));
  }

  #get(id: number | null): Album | undefined {
    return id === null ? undefined : this.#list.find((each) => each.id === id);
  }
}

export const albums = new Albums();
