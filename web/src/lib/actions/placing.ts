/** Putting nodes somewhere: move and copy, with the question when a name is taken and the way back. */
import CopyIcon from '@lucide/svelte/icons/copy';
import MoveIcon from '@lucide/svelte/icons/arrow-right';
import { childOf } from '../api/clouds';
import * as files from '../api/files';
import type { Node } from '../api/files';
import { isRefusal } from '../api/problems';
import { tell } from '../state/known';
import { questions, type Arrival, type ClashAnswer } from '../state/questions.svelte';
import { toasts } from '../state/toasts.svelte';
import { undo } from '../state/undo.svelte';
import { nextName } from '../words/format';
import { t } from '../words/words.svelte';

interface Placed {
  before: Node;
  after: Node;
}

/** What the person said to name clashes in one go. */
export class Clashes {
  #always: ClashAnswer | null = null;

  constructor(
    readonly folder: Node,
    private readonly versions: boolean,
  ) {}

  async ask(arriving: Arrival): Promise<ClashAnswer> {
    if (this.#always) return this.#always;
    const there = await childOf(this.folder, arriving.name);
    const folder = this.folder.name || t('files');
    const { choice, always } = await questions.ask({ kind: 'clash', folder, there, arriving, versions: this.versions });
    if (always) this.#always = choice;
    return choice;
  }
}

/** Try names until one is free: "ridge.jpg", "ridge 1.jpg", … */
export async function underFreeName<T>(name: string, isFolder: boolean, attempt: (name: string) => Promise<T>): Promise<T> {
  for (let wish = name; ; wish = nextName(wish, isFolder)) {
    try {
      return await attempt(wish);
    } catch (error) {
      if (!isRefusal(error, 'name-taken', 'precondition-failed')) throw error;
    }
  }
}

export const move = (nodes: readonly Node[], folder: Node) => undo.during(place(nodes, folder, false));
export const copy = (nodes: readonly Node[], folder: Node) => undo.during(place(nodes, folder, true));

async function place(nodes: readonly Node[], folder: Node, copies: boolean): Promise<void> {
  const clashes = new Clashes(folder, false);
  const placed: Placed[] = [];
  try {
    for (const node of nodes) {
      if (!copies && node.parent_id === folder.id) continue;
      const after = await placeOne(node, folder, copies, clashes);
      if (after === 'stop') break;
      if (after === 'skip') continue;
      placed.push({ before: node, after });
      tell({ put: after });
    }
  } catch (error) {
    toasts.fail(error);
  }
  if (placed.length) offerBack(placed, folder, copies);
}

async function placeOne(node: Node, folder: Node, copies: boolean, clashes: Clashes): Promise<Node | 'skip' | 'stop'> {
  const put = copies ? files.copy : files.move;
  const isFolder = node.kind === 'folder';
  const freely = () => underFreeName(node.name, isFolder, (name) => put(node.id, folder.id, name));
  if (copies && node.parent_id === folder.id) return freely(); // a copy beside the original asks nothing
  try {
    return await put(node.id, folder.id, node.name);
  } catch (error) {
    if (!isRefusal(error, 'name-taken')) throw error;
  }
  const choice = await clashes.ask({ name: node.name, size: node.size, modified: node.modified_at, node });
  if (choice === 'skip' || choice === 'stop') return choice;
  return choice === 'over' ? put(node.id, folder.id, node.name, true) : freely();
}

function offerBack(placed: readonly Placed[], folder: Node, copies: boolean): void {
  const where = folder.name || t('files');
  const [first] = placed;
  const n = placed.length;
  const text =
    n === 1
      ? t(copies ? 'copiedOne' : 'movedOne', { name: first!.after.name, folder: where })
      : t(copies ? 'copiedMany' : 'movedMany', { n, folder: where });
  undo.offer(text, copies ? CopyIcon : MoveIcon, async () => {
    for (const { before, after } of placed) {
      if (copies) {
        await files.trash(after.id);
        tell({ gone: [after.id] });
      } else tell({ put: await files.move(after.id, before.parent_id!, before.name) });
    }
  });
}
