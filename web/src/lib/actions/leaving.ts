/** Signing out: nothing of the account stays in this browser, and what was never sent is asked about. */
import LogOut from '@lucide/svelte/icons/log-out';
import * as memory from '../state/memory';
import * as parcels from '../state/parcels';
import { questions } from '../state/questions.svelte';
import { session } from '../state/session.svelte';
import { toasts } from '../state/toasts.svelte';
import { uploads } from '../state/uploads.svelte';
import { t } from '../words/words.svelte';

export async function signOut(): Promise<void> {
  try {
    const { databases } = await import('../state/databases.svelte');
    const n = (await databases.unsent()) + uploads.in('waiting', 'sending', 'stuck', 'paused', 'asking').length + (await memory.undecided()).length;
    if (n && !(await questions.ask({ kind: 'removal', title: t('signOutLoses', { n }), hint: t('signOutLosesHint'), action: t('signOut'), icon: LogOut }))) return;
    await session.signOut(async (accountId) => {
      await Promise.allSettled([databases.forget(), memory.forgetAll(accountId), parcels.clear()]);
    });
  } catch (error) {
    toasts.fail(error);
  }
}
