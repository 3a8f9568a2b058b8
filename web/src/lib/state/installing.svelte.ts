/** Whether this browser offers to install the desktop on the device; some only do it by their own menu. */
interface Offer extends Event {
  prompt(): Promise<unknown>;
}

class Installing {
  #offer = $state.raw<Offer | null>(null);

  constructor() {
    addEventListener('beforeinstallprompt', (event) => {
      event.preventDefault(); // it stands in the launcher instead of over the page
      this.#offer = event as Offer;
    });
    addEventListener('appinstalled', () => (this.#offer = null));
  }

  get isOffered(): boolean {
    return this.#offer !== null;
  }

  /** An offer counts once, whatever is answered. */
  async ask(): Promise<void> {
    const offer = this.#offer;
    this.#offer = null;
    await offer?.prompt();
  }
}

export const installing = new Installing();
