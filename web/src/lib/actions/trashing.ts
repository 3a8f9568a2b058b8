/** To the trash and back, and for good. */
import TrashIcon from '@lucide/svelte/icons/trash-2';
import * as files from '../api/files';
import type { Node } from '../api/files';
import { isRefusal } from '../api/problems';
import { remove as removeMember } from '../api/sharing';
import { tell } from '../state/known';
import { questions } from '../state/questions.svelte';
import { session } from '../state/session.svelte';
import { shares } from '../state/shares.svelte';
import { toasts } from '../state/toasts.svelte';
import { undo } from '../state/undo.svelte';
import { t } from '../words/words.svelte';
import { underFreeName } from './placing';

type Named = Pick<Node, 'id' | 'name' | 'kind'>;

/** `failed` shows one again that could not go. */
export async function trash<T extends Named>(nodes: readonly T[], failed: (node: T) => void): Promise<void> {
  const opened = nodes.filter((node) => shares.isOpenedToMe(node));
  const own = nodes.filter((node) => !opened.includes(node));
  if (opened.length) await leave(opened, failed);
  if (own.length) await undo.during(putInTrash(own, failed));
}

/** A folder of somebody else is not thrown away but left, and only its owner can let one in again: so it is asked. */
async function leave<T extends Named>(folders: readonly T[], failed: (node: T) => void): Promise<void> {
  const n = folders.length;
  const title = n === 1 ? t('leaveTitle', { name: folders[0]!.name }) : t('leaveManyTitle', { n });
  if (!(await questions.ask({ kind: 'removal', title, action: t('leave'), hint: t('leaveHint') }))) return;
  tell({ gone: folders.map((folder) => folder.id) });
  const left = await each(folders, (folder) => removeMember(folder.id, session.account!.id), failed);
  await shares.ask();
  if (left.length) toasts.say(left.length === 1 ? t('left', { folder: left[0]!.name }) : t('leftMany', { n: left.length }));
}

async function putInTrash<T extends Named>(nodes: readonly T[], failed: (node: T) => void): Promise<void> {
  tell({ gone: nodes.map((node) => node.id) });
  const gone = await each(nodes, (node) => files.trash(node.id), failed);
  if (gone.length === 0) return;
  const text = gone.length === 1 ? t('trashedOne', { name: gone[0]!.name }) : t('trashedMany', { n: gone.length });
  undo.offer(text, TrashIcon, async () => {
    await each(gone, bringBack);
  });
}

export async function restore(nodes: readonly Node[]): Promise<void> {
  const back = await each(nodes, bringBack);
  if (back.length === 0) return;
  toasts.say(back.length === 1 ? t('restoredOne', { name: back[0]!.name }) : t('restoredMany', { n: back.length }), { tone: 'fine' });
}

export async function purge(nodes: readonly Node[]): Promise<void> {
  const n = nodes.length;
  const [title, action] =
    n === 1
      ? [t('removeOneTitle', { name: nodes[0]!.name }), t('removeOne', { name: nodes[0]!.name })]
      : [t('removeManyTitle', { n }), t('removeMany', { n })];
  if (!(await questions.ask({ kind: 'removal', title, action }))) return;
  const gone = await each(nodes, (node) => files.purge(node.id));
  tell({ gone: gone.map((node) => node.id) });
  if (gone.length) toasts.say(t('removedMany', { n: gone.length }));
}

export async function emptyTrash(): Promise<void> {
  if (!(await questions.ask({ kind: 'removal', title: t('emptyTrashAsk'), action: t('emptyTrashDo') }))) return;
  try {
    toasts.say(t('removedMany', { n: await files.emptyTrash() }));
  } catch (error) {
    toasts.fail(error);
  }
}

async function bringBack(node: Named): Promise<void> {
  let back: Node;
  try {
    back = await files.restore(node.id);
  } catch (error) {
    if (!isRefusal(error, 'name-taken')) throw error;
    back = await underFreeName(node.name, node.kind === 'folder', (name) => files.restore(node.id, name));
  }
  tell({ put: back });
}

/** Those for which it worked. What failed is said and shown again as it was. */
async function each<T extends Named>(
  nodes: readonly T[],
  act: (node: T) => Promise<unknown>,
  failed?: (node: T) => void,
): Promise<T[]> {
  const done: T[] = [];
  for (const node of nodes) {
    try {
      await act(node);
      done.push(node);
    } catch (error) {
      failed?.(node);
      toasts.fail(error);
    }
  }
  return done;
}
