/** What can be done with what lies on another cloud. */
import Unplug from '@lucide/svelte/icons/unplug';
import Pencil from '@lucide/svelte/icons/pencil';
import * as api from '../api/clouds';
import type { Cloud } from '../api/clouds';
import type { Node } from '../api/files';
import { clouds } from '../state/clouds.svelte';
import { tell } from '../state/known';
import { questions } from '../state/questions.svelte';
import { toasts } from '../state/toasts.svelte';
import { undo } from '../state/undo.svelte';
import { t } from '../words/words.svelte';
import { save } from './downloading';

const APART = 400; // ms: browsers drop downloads that begin in the same moment

/** Files only: nobody there makes archives. */
export async function downloadAway(nodes: readonly Node[]): Promise<void> {
  for (const [index, node] of nodes.entries()) {
    if (index > 0) await new Promise((next) => setTimeout(next, APART));
    save(api.addressOf(node), node.name);
  }
}

/** Raises what is said there. */
export async function renameAway(node: Node, name: string): Promise<void> {
  const { cloud } = node;
  tell({ cloud: cloud!, put: await api.rename(node, name) });
  undo.offer(t('renamed', { old: node.name, name }), Pencil, async () => {
    tell({ cloud: cloud!, put: await api.rename(node, node.name) });
  });
}

/** From here there is no way back, so it is asked. */
export async function removeAway(cloud: Cloud, nodes: readonly Node[]): Promise<void> {
  const n = nodes.length;
  const [title, action] =
    n === 1
      ? [t('deleteThereTitle', { name: nodes[0]!.name, cloud: cloud.cloud }), t('deleteThere', { name: nodes[0]!.name })]
      : [t('deleteManyThereTitle', { n, cloud: cloud.cloud }), t('deleteManyThere', { n })];
  if (!(await questions.ask({ kind: 'removal', title, action, hint: t('deleteThereHint', { owner: cloud.owner }) }))) return;
  let gone = 0;
  for (const node of nodes) {
    try {
      await api.remove(node);
      tell({ cloud: cloud.id, gone: [node.id] });
      gone += 1;
    } catch (error) {
      toasts.fail(error);
    }
  }
  if (gone) toasts.say(t('deletedThere', { n: gone }));
}

/** Whether it was done. */
export async function disconnect(cloud: Cloud): Promise<boolean> {
  const ended = cloud.state === 'ended';
  const question = { kind: 'removal' as const, title: t('disconnectTitle', { name: cloud.name, cloud: cloud.cloud }), action: t('disconnect'), hint: t('disconnectHint', { owner: cloud.owner }) };
  if (!ended && !(await questions.ask(question))) return false;
  try {
    await clouds.leave(cloud);
    toasts.say(t('cloudDisconnected', { name: cloud.name, cloud: cloud.cloud }), { icon: Unplug });
    return true;
  } catch (error) {
    toasts.fail(error);
    return false;
  }
}
