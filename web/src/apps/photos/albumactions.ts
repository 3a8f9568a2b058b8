/** What can be done with an album. */
import Download from '@lucide/svelte/icons/download';
import Folder from '@lucide/svelte/icons/folder-open';
import Pencil from '@lucide/svelte/icons/pencil';
import Plus from '@lucide/svelte/icons/plus';
import UserPlus from '@lucide/svelte/icons/user-plus';
import Trash from '@lucide/svelte/icons/trash-2';
import type { Action } from '../../lib/actions/action';
import { download } from '../../lib/actions/downloading';
import * as files from '../../lib/api/files';
import * as api from '../../lib/api/photos';
import type { Album } from '../../lib/api/photos';
import { folderAt } from '../../lib/state/places';
import { toasts } from '../../lib/state/toasts.svelte';
import { windows } from '../../lib/state/windows.svelte';
import { t } from '../../lib/words/words.svelte';
import { share } from './actions';
import { albums } from './albums.svelte';
import type { PhotosView } from './view.svelte';

export function albumActions(view: PhotosView, album: Album, name: (what: 'rename' | 'inside') => void): Action[] {
  const { folder_id } = album;
  return [
    { title: t('newAlbumInside'), icon: Plus, group: 1, run: () => name('inside') },
    { title: t('rename'), icon: Pencil, keys: 'F2', group: 1, run: () => name('rename') },
    ...(album.photos || folder_id ? [{ title: t('share'), icon: UserPlus, group: 2, run: () => shareAll(view, album) }] : []),
    ...(album.photos ? [{ title: t('downloadAlbum'), icon: Download, group: 2, run: () => downloadAll(album) }] : []),
    ...(folder_id ? [{ title: t('openFolder'), icon: Folder, group: 2, run: () => openFolder(folder_id) }] : []),
    { title: t('removeAlbum'), icon: Trash, tone: 'bad', group: 3, run: () => remove(view, album) },
  ];
}

async function photosOf({ id }: Album): Promise<api.Photo[]> {
  let page = await api.chosen({ kind: 'album', id });
  const photos = page.photos;
  while (page.next) {
    page = await api.chosen({ kind: 'album', id }, page.next);
    photos.push(...page.photos);
  }
  return photos;
}

/** As one zip archive, whatever folders its photos lie in. */
async function downloadAll(album: Album): Promise<void> {
  try {
    await download((await photosOf(album)).map(({ id }) => ({ id, kind: 'file' })), album.name);
  } catch (error) {
    toasts.fail(error);
  }
}

/** An album is its owner's alone: what is shared is its folder, with people too, or its photos as they are now, by a link. */
async function shareAll(view: PhotosView, album: Album): Promise<void> {
  try {
    if (album.folder_id) view.sharing = [await files.node(album.folder_id)];
    else share(view, await photosOf(album));
  } catch (error) {
    toasts.fail(error);
  }
}

async function openFolder(id: number): Promise<void> {
  try {
    windows.show({ app: 'files', place: folderAt((await files.node(id)).path ?? '') });
  } catch (error) {
    toasts.fail(error);
  }
}

/** No photo goes with it; the toast says so. */
async function remove(view: PhotosView, album: Album): Promise<void> {
  try {
    await api.removeAlbum(album.id);
    await albums.ask();
    if (view.place.kind === 'album' && view.place.id === album.id) view.go(album.parent_id === null ? { kind: 'albums' } : { kind: 'album', id: album.parent_id });
    toasts.say(t('albumRemoved', { album: album.name }));
  } catch (error) {
    toasts.fail(error);
  }
}
