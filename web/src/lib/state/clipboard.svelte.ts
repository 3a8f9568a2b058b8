/** Nodes that were cut or copied, for any Files window. */
import type { Node } from '../api/files';

class Clipboard {
  #nodes = $state.raw<readonly Node[]>([]);
  #cuts = $state(false);

  get nodes(): readonly Node[] {
    return this.#nodes;
  }
  get cuts(): boolean {
    return this.#cuts;
  }
  isCut(id: number): boolean {
    return this.#cuts && this.#nodes.some((node) => node.id === id);
  }
  cut(nodes: readonly Node[]): void {
    this.#nodes = nodes;
    this.#cuts = true;
  }
  copy(nodes: readonly Node[]): void {
    this.#nodes = nodes;
    this.#cuts = false;
  }
  clear(): void {
    this.#nodes = [];
  }
}

export const clipboard = new Clipboard();
