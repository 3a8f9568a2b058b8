/** What can be done to databases, documents and indexes; menus, bars and keys share it. */
import DatabaseIcon from '@lucide/svelte/icons/database';
import FilePlus from '@lucide/svelte/icons/file-plus-2';
import Plus from '@lucide/svelte/icons/plus';
import Refresh from '@lucide/svelte/icons/refresh-cw';
import TrashIcon from '@lucide/svelte/icons/trash-2';
import Open from '@lucide/svelte/icons/square-arrow-out-up-right';
import type { Action } from '../../lib/actions/action';
import * as api from '../../lib/api/databases';
import type { LocalDatabase } from '../../lib/state/database.svelte';
import { databases, type Listed } from '../../lib/state/databases.svelte';
import { questions } from '../../lib/state/questions.svelte';
import { toasts } from '../../lib/state/toasts.svelte';
import { undo } from '../../lib/state/undo.svelte';
import type { Index } from '../../lib/u1db/replica';
import { t } from '../../lib/words/words.svelte';
import type { DocumentsView } from './view.svelte';

export const placeActions = (view: DocumentsView): Action[] => [
  { title: t('newDatabase'), icon: DatabaseIcon, group: 0, run: () => (view.dialog = 'database') },
  ...(view.local
    ? [
        { title: t('newDocument'), icon: FilePlus, keys: 'N', group: 0, run: () => (view.dialog = 'document') },
        { title: t('newIndex'), icon: Plus, group: 0, run: () => (view.dialog = 'index') },
        { title: t('syncNow'), icon: Refresh, group: 1, run: () => view.local?.sync() },
      ]
    : []),
  ...(view.listed ? [removal(view, view.listed)] : []),
];

export const databaseActions = (view: DocumentsView, listed: Listed): Action[] => [
  { title: t('open'), icon: Open, keys: 'Enter', group: 0, run: () => view.go({ database: listed.name }) },
  removal(view, listed),
];

const removal = (view: DocumentsView, listed: Listed): Action => ({
  title: t('removeDatabase', { name: listed.name }),
  icon: TrashIcon,
  tone: 'bad',
  group: 9,
  run: () => removeDatabase(view, listed),
});

async function removeDatabase(view: DocumentsView, listed: Listed): Promise<void> {
  const n = databases.local(listed.id)?.count ?? listed.far?.documents ?? 0;
  const title = t('removeDatabaseAsk', { name: listed.name });
  const action = n ? t('removeDatabaseDo', { n }) : t('removeDatabase', { name: listed.name });
  if (!(await questions.ask({ kind: 'removal', title, action, hint: t('removeDatabaseHint') }))) return;
  try {
    await databases.remove(listed);
    if (view.shelf.database === listed.name) view.go({});
    toasts.say(t('databaseRemoved', { name: listed.name }));
  } catch (error) {
    toasts.fail(error);
  }
}

export const documentActions = (view: DocumentsView, local: LocalDatabase, docId: string): Action[] => [
  { title: t('open'), icon: Open, keys: 'Enter', group: 0, run: () => view.open(docId) },
  { title: t('deleteDocument'), icon: TrashIcon, keys: 'Del', tone: 'bad', group: 9, run: () => removeDocument(view, local, docId) },
];

export function removeDocument(view: DocumentsView, local: LocalDatabase, docId: string): Promise<void> {
  return undo.during(
    (async () => {
      const document = await local.replica.get(docId);
      if (!document || document.text === null) return;
      try {
        await local.put(docId, document.rev, null);
      } catch (error) {
        return toasts.fail(error);
      }
      view.drafts.delete(docId);
      if (view.shelf.document === docId) view.up();
      undo.offer(t('documentDeleted', { name: docId }), TrashIcon, async () => {
        await local.put(docId, (await local.replica.get(docId))!.rev, document.text);
      });
    })(),
  );
}

export async function removeIndex(view: DocumentsView, local: LocalDatabase, index: Index): Promise<void> {
  try {
    await api.removeIndex(local.name, index.name);
    view.go({ database: local.name });
    await local.readIndexes();
  } catch (error) {
    return toasts.fail(error);
  }
  undo.offer(t('indexRemoved', { name: index.name }), TrashIcon, async () => {
    await api.createIndex(local.name, index.name, index.expressions);
    await local.readIndexes();
  });
}
