/** A folder on another cloud, in words. */
import type { Node } from '../../lib/api/files';
import { clouds } from '../../lib/state/clouds.svelte';
import { t } from '../../lib/words/words.svelte';

/** "anna on cloud.example, does not answer" */
export function cloudText({ id }: Pick<Node, 'id'>): string {
  const cloud = clouds.get(id);
  if (!cloud) return '';
  const whose = t('ownerOnCloud', { owner: cloud.owner, cloud: cloud.cloud });
  if (cloud.state === 'silent') return `${whose} · ${t('doesNotAnswer')}`;
  return cloud.state === 'ended' ? `${whose} · ${t('notOpenAnyMore')}` : whose;
}

/** The link that stands behind the hash of an address, as the page of another cloud writes it there. */
export function invitationIn(hash: string): string {
  try {
    return decodeURIComponent(hash.slice(1));
  } catch {
    return '';
  }
}
