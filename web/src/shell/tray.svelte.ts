/** Whether the upload tray is open or shrunk to its chip. */
class Tray {
  #open = $state(true);

  get isOpen(): boolean {
    return this.#open;
  }
  show(): void {
    this.#open = true;
  }
  shrink(): void {
    this.#open = false;
  }
}

export const tray = new Tray();
