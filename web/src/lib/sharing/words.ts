/** What is shared, in words. */
import type { Node } from '../api/files';
import type { Link, LinkRole } from '../api/links';
import { dayText } from '../words/format';
import { t } from '../words/words.svelte';

/** What the dialog is about. */
export type Shared = Pick<Node, 'id' | 'name' | 'kind' | 'owner_id'>;

/** What somebody may do in a folder. */
export const ROLE_WORDS = { viewer: 'roleViewer', editor: 'roleEditor', 'co-owner': 'roleCoOwner', owner: 'roleOwner' } as const;
/** What whoever holds a link may do. */
export const LINK_ROLE_WORDS = { read: 'linkRead', edit: 'linkEdit', upload: 'linkUpload' } as const satisfies Record<LinkRole, string>;

/** Over: nobody but the owner comes in any more. */
export const isOver = (link: Link, now = Date.now()): boolean =>
  (link.expires_at !== null && Date.parse(link.expires_at) <= now) || (link.max_uses !== null && link.uses >= link.max_uses);

/** "Made today by PhotoShare. Used 3 of 5 times." */
export function linkText(link: Link): string {
  const made = link.app ? t('linkMadeBy', { when: dayText(link.created_at), app: link.app }) : t('linkMade', { when: dayText(link.created_at) });
  const used = link.max_uses === null ? '' : t('linkUsed', { n: link.max_uses, used: link.uses });
  return [made, used, isOver(link) ? t('linkOver') : ''].filter(Boolean).join(' ');
}
