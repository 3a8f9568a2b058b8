/** An entry that the next window which shows it is to point out: it is chosen, and what was written about it is shown. */
class Pointing {
  #id = $state<number | null>(null);

  get id(): number | null {
    return this.#id;
  }
  at(nodeId: number): void {
    this.#id = nodeId;
  }
  done(): void {
    this.#id = null;
  }
}

export const pointing = new Pointing();
