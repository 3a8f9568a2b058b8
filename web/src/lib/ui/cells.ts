/** Which cell of the screen draws which item: making cells is what makes scrolling slow, so they are kept and given on. */
export interface Cell<T> {
  /** Of the cell, not of the item. */
  key: number;
  item: T;
  /** Of the item in its list. */
  index: number;
}

export class Cells<T extends { id: number }> {
  #held = new Map<number, Cell<T>>();
  #made = 0;

  /** The cells for these items, which begin at `from` in their list. An item keeps its cell for as long as it is shown. */
  hold(items: readonly T[], from: number): Cell<T>[] {
    const before = this.#held;
    const wanted = new Set(items.map(({ id }) => id));
    const free = [...before].filter(([id]) => !wanted.has(id)).map(([, { key }]) => key);
    const now = new Map<number, Cell<T>>();
    let given = 0;
    items.forEach((item, at) => {
      const index = from + at;
      const held = before.get(item.id);
      const stays = held && held.item === item && held.index === index;
      // those that are free are given on in their order: after a jump no cell has to change its place
      if (!now.has(item.id)) now.set(item.id, stays ? held : { key: held?.key ?? free[given++] ?? ++this.#made, item, index });
    });
    this.#held = now;
    return [...now.values()];
  }
}
