/** What lies over the desk: launcher, search, or the list of keys. */
type Panel = 'launcher' | 'search' | 'keys';

class Panels {
  #current = $state<Panel | null>(null);

  get current(): Panel | null {
    return this.#current;
  }
  open(panel: Panel): void {
    this.#current = panel;
  }
  close(): void {
    this.#current = null;
  }
}

export const panels = new Panels();
