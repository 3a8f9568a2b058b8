/** Which entries of a listing, or which photos, are chosen, and where the keys stand. */
import { SvelteSet } from 'svelte/reactivity';
import type { Node } from '../api/files';

export class Selection<T extends { id: number } = Node> {
  #ids = new SvelteSet<number>();
  #cursor = $state<number | null>(null);
  #anchor: number | null = null;
  #entries: () => readonly T[];

  constructor(entries: () => readonly T[]) {
    this.#entries = entries;
  }

  /** The chosen entries, in the order of the list. */
  get nodes(): T[] {
    return this.#ids.size ? this.#entries().filter((entry) => this.#ids.has(entry.id)) : [];
  }
  get count(): number {
    return this.#ids.size;
  }
  /** Id of the entry where the keys stand. */
  get cursor(): number | null {
    return this.#cursor;
  }
  get cursorIndex(): number {
    return this.#entries().findIndex((entry) => entry.id === this.#cursor);
  }
  has(id: number): boolean {
    return this.#ids.has(id);
  }

  only(id: number): void {
    this.#ids.clear();
    this.#ids.add(id);
    this.#cursor = this.#anchor = id;
  }
  toggle(id: number): void {
    if (!this.#ids.delete(id)) this.#ids.add(id);
    this.#cursor = this.#anchor = id;
  }
  /** Everything between the last single choice and this one. */
  extendTo(id: number): void {
    const entries = this.#entries();
    const from = entries.findIndex((entry) => entry.id === (this.#anchor ?? id));
    const to = entries.findIndex((entry) => entry.id === id);
    this.#ids.clear();
    for (const entry of entries.slice(Math.max(0, Math.min(from, to)), Math.max(from, to) + 1)) this.#ids.add(entry.id);
    this.#cursor = id;
  }
  all(): void {
    for (const entry of this.#entries()) this.#ids.add(entry.id);
  }
  clear(): void {
    this.#ids.clear();
  }
  /** The keys stand here, nothing is chosen by it. */
  stand(id: number | null): void {
    this.#cursor = id;
  }
  choose(ids: Iterable<number>): void {
    this.#ids.clear();
    for (const id of ids) this.#ids.add(id);
  }
  forgetMissing(): void {
    if (this.#ids.size === 0) return;
    const here = new Set(this.#entries().map((entry) => entry.id));
    for (const id of [...this.#ids]) if (!here.has(id)) this.#ids.delete(id);
  }
}
