/** Dragging entries, and files from outside, onto folders. */
import { copy, move } from '../../lib/actions/placing';
import * as trashing from '../../lib/actions/trashing';
import { byPath, type Node } from '../../lib/api/files';
import { fromDrop } from '../../lib/state/arrivals';
import { tell } from '../../lib/state/known';
import { toasts } from '../../lib/state/toasts.svelte';
import { uploads } from '../../lib/state/uploads.svelte';
import { t } from '../../lib/words/words.svelte';

const OPENS = 600; // ms over a folder until it opens

/** Where something may be dropped. */
export interface Target {
  key: string;
  name: string;
  /** It lies on another cloud: only files of this device can be put there. */
  isAway?: boolean;
  /** null: the trash. */
  folder: () => Promise<Node> | Node | null;
  /** Show what is inside. */
  open?: () => void;
}

class Dragging {
  #nodes = $state.raw<readonly Node[]>([]);
  #over = $state.raw<Target | null>(null);
  #copies = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;

  get nodes(): readonly Node[] {
    return this.#nodes;
  }
  isOver(key: string): boolean {
    return this.#over?.key === key;
  }
  /** "2 items to House plans"; empty while over nothing. */
  get words(): string {
    if (!this.#over || this.#nodes.length === 0) return '';
    return t(this.#copies ? 'dragCopy' : 'dragMove', { n: this.#nodes.length, folder: this.#over.name });
  }

  start(event: DragEvent, nodes: readonly Node[], ghost: Element): void {
    this.#nodes = nodes;
    event.dataTransfer!.effectAllowed = 'copyMove';
    event.dataTransfer!.setData('application/x-nuvol-nodes', nodes.map((node) => node.id).join());
    event.dataTransfer!.setDragImage(ghost, 12, 12);
  }

  enter(event: DragEvent, target: Target): void {
    const own = this.#nodes.length > 0;
    if (!own && !event.dataTransfer?.types.includes('Files')) return;
    if (own && target.isAway) return;
    if (own && this.#nodes.some((node) => target.key === `node-${node.id}`)) return;
    event.preventDefault();
    event.stopPropagation();
    this.#copies = own && event.ctrlKey;
    event.dataTransfer!.dropEffect = own && !event.ctrlKey ? 'move' : 'copy';
    if (this.#over?.key === target.key) return;
    clearTimeout(this.#timer);
    this.#over = target;
    if (target.open) this.#timer = setTimeout(target.open, OPENS);
  }

  leave(event: DragEvent, target: Target): void {
    const to = event.relatedTarget;
    if (to instanceof globalThis.Node && (event.currentTarget as Element).contains(to)) return;
    if (this.#over?.key === target.key) this.#clear();
  }

  async drop(event: DragEvent, target: Target): Promise<void> {
    event.preventDefault();
    event.stopPropagation();
    const nodes = this.#nodes;
    const copies = event.ctrlKey;
    const arriving = nodes.length ? null : fromDrop(event.dataTransfer!);
    this.end();
    try {
      const folder = await target.folder();
      if (arriving) {
        if (folder) await uploads.add(await arriving, folder);
      } else if (!folder) await trashing.trash(nodes, (node) => tell({ put: node }));
      else await (copies ? copy : move)(nodes, folder);
    } catch (error) {
      toasts.fail(error);
    }
  }

  end(): void {
    this.#nodes = [];
    this.#clear();
  }

  #clear(): void {
    clearTimeout(this.#timer);
    this.#over = null;
  }
}

export const dragging = new Dragging();

/** An attachment that makes an element a target; undefined targets take nothing. */
export function target(get: () => Target | undefined) {
  return (element: HTMLElement) => {
    const heard = (name: 'dragover' | 'dragleave' | 'drop', act: (event: DragEvent, target: Target) => unknown) => {
      const listener = (event: DragEvent) => {
        const found = get();
        if (found) void act(event, found);
      };
      element.addEventListener(name, listener);
      return () => element.removeEventListener(name, listener);
    };
    const ends = [
      heard('dragover', (event, found) => dragging.enter(event, found)),
      heard('dragleave', (event, found) => dragging.leave(event, found)),
      heard('drop', (event, found) => dragging.drop(event, found)),
    ];
    return () => ends.forEach((end) => end());
  };
}

export const folderTarget = (node: Node, open: () => void): Target => ({
  key: `node-${node.id}`,
  name: node.name || t('files'),
  isAway: node.cloud !== undefined,
  folder: () => node,
  open,
});
export const pathTarget = (path: string, name: string, open: () => void): Target => ({
  key: `path-${path}`,
  name,
  folder: () => byPath(path),
  open,
});
export const trashTarget = (): Target => ({ key: 'trash', name: t('trash'), folder: () => null });
