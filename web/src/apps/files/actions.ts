/** What can be done with entries and in a folder. Menus, toolbars and keys read this. */
import Globe from '@lucide/svelte/icons/globe';
import Copy from '@lucide/svelte/icons/copy';
import Download from '@lucide/svelte/icons/download';
import Eye from '@lucide/svelte/icons/eye';
import FileUp from '@lucide/svelte/icons/file-up';
import FolderInput from '@lucide/svelte/icons/folder-input';
import FolderPlus from '@lucide/svelte/icons/folder-plus';
import FolderUp from '@lucide/svelte/icons/folder-up';
import Info from '@lucide/svelte/icons/info';
import MessageSquare from '@lucide/svelte/icons/message-square';
import Paste from '@lucide/svelte/icons/clipboard-paste';
import Pencil from '@lucide/svelte/icons/pencil';
import Scissors from '@lucide/svelte/icons/scissors';
import UserPlus from '@lucide/svelte/icons/user-plus';
import Trash from '@lucide/svelte/icons/trash-2';
import Undo from '@lucide/svelte/icons/undo-2';
import Unplug from '@lucide/svelte/icons/unplug';
import type { Action } from '../../lib/actions/action';
import { disconnect, downloadAway, removeAway } from '../../lib/actions/clouding';
import { download } from '../../lib/actions/downloading';
import { copy, move } from '../../lib/actions/placing';
import * as trashing from '../../lib/actions/trashing';
import type { Cloud } from '../../lib/api/clouds';
import type { Node } from '../../lib/api/files';
import { clouds } from '../../lib/state/clouds.svelte';
import { clipboard } from '../../lib/state/clipboard.svelte';
import { tell } from '../../lib/state/known';
import { questions } from '../../lib/state/questions.svelte';
import { shares } from '../../lib/state/shares.svelte';
import { toasts } from '../../lib/state/toasts.svelte';
import { t } from '../../lib/words/words.svelte';
import { chooseFiles, chooseFolder } from './choosing';
import type { FilesView } from './view.svelte';

export function entryActions(view: FilesView, nodes: readonly Node[]): Action[] {
  if (nodes.length === 0) return [];
  if (view.place.kind === 'trash') return trashActions(nodes);
  if (view.cloud) return awayActions(view, nodes);
  const [only] = nodes.length === 1 ? nodes : [];
  return [
    ...(only ? [{ title: t('open'), icon: Eye, keys: 'Enter', group: 1, run: () => view.open(only) }] : []),
    { title: t('share'), icon: UserPlus, keys: '.', group: 1, run: () => (view.sharing = nodes) },
    { title: t('cut'), icon: Scissors, keys: 'Ctrl X', group: 2, run: () => cut(nodes) },
    { title: t('copy'), icon: Copy, keys: 'Ctrl C', group: 2, run: () => copied(nodes) },
    { title: t('moveTo'), icon: FolderInput, group: 2, run: () => toChosen(view, nodes, false) },
    { title: t('copyTo'), icon: Copy, group: 2, run: () => toChosen(view, nodes, true) },
    ...(only ? [{ title: t('rename'), icon: Pencil, keys: 'F2', group: 2, run: () => (view.renaming = only.id) }] : []),
    { title: t('download'), icon: Download, keys: 'Ctrl D', group: 2, run: () => download(nodes, view.folder?.name || t('files')) },
    ...(only ? [{ title: t('details'), icon: Info, keys: 'I', group: 3, run: () => view.toggleDetails(true) }] : []),
    ...(only ? [{ title: t('comments'), icon: MessageSquare, group: 3, run: () => view.discuss(only) }] : []),
    { title: t(nodes.every((node) => shares.isOpenedToMe(node)) ? 'leave' : 'moveToTrash'), icon: Trash, keys: 'Del', tone: 'bad', group: 4, run: () => trashing.trash(nodes, (node) => tell({ put: node })) },
  ];
}

function trashActions(nodes: readonly Node[]): Action[] {
  return [
    { title: t('restore'), icon: Undo, keys: 'Enter', group: 1, run: () => trashing.restore(nodes) },
    { title: t('removeForGood'), icon: Trash, keys: 'Del', tone: 'bad', group: 2, run: () => trashing.purge(nodes) },
  ];
}

/** On another cloud, as far as one may. */
function awayActions(view: FilesView, nodes: readonly Node[]): Action[] {
  const [only] = nodes.length === 1 ? nodes : [];
  const open: Action[] = only ? [{ title: t('open'), icon: Eye, keys: 'Enter', group: 1, run: () => view.open(only) }] : [];
  if (view.place.kind === 'clouds') {
    const cloud = only && clouds.get(only.id);
    return cloud ? [...(cloud.state === 'ended' ? [] : open), disconnecting(view, cloud, 'Del')] : [];
  }
  const cloud = view.cloud?.cloud;
  const writes = view.folder !== null && cloud !== undefined;
  return [
    ...open,
    ...(only && writes ? [{ title: t('rename'), icon: Pencil, keys: 'F2', group: 2, run: () => (view.renaming = only.id) }] : []),
    ...(nodes.every((node) => node.kind === 'file') ? [{ title: t('download'), icon: Download, keys: 'Ctrl D', group: 2, run: () => downloadAway(nodes) }] : []),
    ...(only ? [{ title: t('details'), icon: Info, keys: 'I', group: 3, run: () => view.toggleDetails(true) }] : []),
    ...(writes ? [{ title: t('delete'), icon: Trash, keys: 'Del', tone: 'bad' as const, group: 4, run: () => removeAway(cloud, nodes) }] : []),
  ];
}

function disconnecting(view: FilesView, cloud: Cloud, keys?: string): Action {
  const run = async () => {
    if ((await disconnect(cloud)) && view.place.kind === 'cloud' && view.place.folder === cloud.id) view.go({ kind: 'clouds' });
  };
  return { title: t(cloud.state === 'ended' ? 'takeOffList' : 'disconnect'), icon: Unplug, ...(keys ? { keys } : {}), tone: 'bad', group: 4, run };
}

const connecting = (view: FilesView): Action => ({ title: t('connectCloud'), icon: Globe, group: 3, run: () => (view.connecting = '') });

/** What can be done where the window is, whatever is chosen. */
export function placeActions(view: FilesView): Action[] {
  const { folder } = view;
  if (view.place.kind === 'trash') {
    if (view.entries.length === 0) return [];
    return [{ title: t('emptyTrash'), icon: Trash, tone: 'bad', group: 1, run: trashing.emptyTrash }];
  }
  const cloud = view.cloud?.cloud;
  const ofCloud: Action[] = view.place.kind === 'clouds' ? [connecting(view)] : cloud ? [disconnecting(view, cloud)] : [];
  if (!folder) return ofCloud;
  const paste: Action = { title: t('paste'), icon: Paste, keys: 'Ctrl V', group: 2, run: () => pasteInto(folder) };
  return [
    { title: t('newFolder'), icon: FolderPlus, keys: 'Shift N', group: 1, run: () => view.newFolder() },
    { title: t('uploadFiles'), icon: FileUp, keys: 'U', group: 1, run: () => chooseFiles(folder) },
    { title: t('uploadFolder'), icon: FolderUp, keys: 'Shift U', group: 1, run: () => chooseFolder(folder) },
    ...(clipboard.nodes.length && !view.cloud ? [paste] : []),
    ...ofCloud,
  ];
}

function cut(nodes: readonly Node[]): void {
  clipboard.cut(nodes);
  toasts.say(t('cutReady', { n: nodes.length }));
}

function copied(nodes: readonly Node[]): void {
  clipboard.copy(nodes);
  toasts.say(t('copyReady', { n: nodes.length }));
}

async function pasteInto(folder: Node): Promise<void> {
  const { nodes, cuts } = clipboard;
  if (cuts) clipboard.clear();
  await (cuts ? move : copy)(nodes, folder);
}

async function toChosen(view: FilesView, nodes: readonly Node[], copies: boolean): Promise<void> {
  const start = view.place.kind === 'folder' ? view.place.path : '';
  const folder = await questions.ask({ kind: 'folder', nodes, to: copies ? 'copy' : 'move', start });
  if (folder) await (copies ? copy : move)(nodes, folder);
}
