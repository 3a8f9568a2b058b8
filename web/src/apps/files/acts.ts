/** One act of somebody, as a sentence that goes on behind the name. */
import type { Act } from '../../lib/api/conversation';
import { t, type Key } from '../../lib/words/words.svelte';

type Told = Extract<Key, `act${string}`>;

const NODE: Record<string, Exclude<Told, 'actRenamed'>> = {
  create: 'actAdded',
  content: 'actChanged',
  move: 'actMoved',
  copy: 'actCopied',
  trash: 'actTrashed',
  restore: 'actRestored',
  receive: 'actReceived',
  purge: 'actPurged',
};
const SHARE: Record<string, Exclude<Told, 'actRenamed'>> = { open: 'actOpened', close: 'actClosed', leave: 'actLeft', role: 'actRole' };

/** `here`: the folder in which it is told. */
export function actText(act: Act, here: number): string {
  const name = act.name || '…';
  if (act.object === 'comment') return t(act.verb === 'delete' ? 'actUncommented' : 'actCommented', { name });
  if (act.object === 'share') return t(SHARE[act.verb] ?? 'actChanged', { name });
  if (act.verb === 'move') {
    const isSame = act.old_parent_id === act.new_parent_id;
    if (isSame && act.old_name && act.old_name !== name) return t('actRenamed', { old: act.old_name, name });
    if (act.new_parent_id === null || (act.old_parent_id === here && act.new_parent_id !== here)) return t('actMovedAway', { name });
    if (act.old_parent_id === null || act.new_parent_id === here) return t('actMovedHere', { name });
  }
  return t(NODE[act.verb] ?? 'actChanged', { name });
}
