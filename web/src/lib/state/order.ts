/** How entries are ordered once all of them are here: folders first, numbers in names by value. */
import type { Node, Order } from '../api/files';
import { language } from '../words/words.svelte';

export function comparison({ by, descending }: Order): (a: Node, b: Node) => number {
  const names = new Intl.Collator(language(), { numeric: true });
  const sign = descending ? -1 : 1;
  const byName = (a: Node, b: Node) => names.compare(a.name, b.name) || a.id - b.id;
  const chosen: Record<Order['by'], (a: Node, b: Node) => number> = {
    name: byName,
    size: (a, b) => a.size - b.size || byName(a, b),
    modified: (a, b) => (a.modified_at < b.modified_at ? -1 : a.modified_at > b.modified_at ? 1 : byName(a, b)),
  };
  return (a, b) => (a.kind === b.kind ? sign * chosen[by](a, b) : a.kind === 'folder' ? -1 : 1);
}
