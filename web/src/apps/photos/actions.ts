/** What can be done with photos, and where they are shown. Menus, toolbars and keys read this. */
import Archive from '@lucide/svelte/icons/folder-archive';
import Camera from '@lucide/svelte/icons/camera';
import Clock from '@lucide/svelte/icons/clock';
import Copies from '@lucide/svelte/icons/copy';
import Download from '@lucide/svelte/icons/download';
import Eye from '@lucide/svelte/icons/eye';
import FileUp from '@lucide/svelte/icons/file-up';
import FolderOpen from '@lucide/svelte/icons/folder-open';
import Heart from '@lucide/svelte/icons/heart';
import Images from '@lucide/svelte/icons/images';
import Info from '@lucide/svelte/icons/info';
import Minus from '@lucide/svelte/icons/image-minus';
import Stamp from '@lucide/svelte/icons/book-image';
import Star from '@lucide/svelte/icons/star';
import UserPlus from '@lucide/svelte/icons/user-plus';
import Trash from '@lucide/svelte/icons/trash-2';
import ZoomIn from '@lucide/svelte/icons/zoom-in';
import ZoomOut from '@lucide/svelte/icons/zoom-out';
import type { Action } from '../../lib/actions/action';
import { download } from '../../lib/actions/downloading';
import { trash as putInTrash } from '../../lib/actions/trashing';
import * as files from '../../lib/api/files';
import { isRefusal } from '../../lib/api/problems';
import * as api from '../../lib/api/photos';
import type { Photo } from '../../lib/api/photos';
import { fromField, type Arrivals } from '../../lib/state/arrivals';
import { folderAt, parentPath } from '../../lib/state/places';
import { toasts } from '../../lib/state/toasts.svelte';
import { touch } from '../../lib/state/touch.svelte';
import { undo } from '../../lib/state/undo.svelte';
import { uploads } from '../../lib/state/uploads.svelte';
import { windows } from '../../lib/state/windows.svelte';
import { t } from '../../lib/words/words.svelte';
import { ask } from '../files/choosing';
import { albums } from './albums.svelte';
import type { PhotosView } from './view.svelte';

export function photoActions(view: PhotosView, photos: readonly Photo[]): Action[] {
  if (photos.length === 0) return [];
  const [only] = photos.length === 1 ? photos : [];
  const { album } = view;
  const isOurs = view.place.kind === 'album' && album !== undefined && album.folder_id === null;
  const liked = photos.every((photo) => photo.liked);
  const favoured = photos.every((photo) => photo.favourite);
  return [
    ...(only && view.looking === null ? [{ title: t('open'), icon: Eye, keys: 'Enter', group: 1, run: () => view.open(only) }] : []),
    { title: t(liked ? 'unlike' : 'like'), icon: Heart, keys: 'F', group: 1, run: () => like(view, photos, !liked) },
    { title: t(favoured ? 'unfavour' : 'favour'), icon: Star, keys: 'S', group: 1, run: () => favour(view, photos, !favoured) },
    { title: t('share'), icon: UserPlus, keys: '.', group: 2, run: () => share(view, photos) },
    { title: t('addToAlbum'), icon: Images, keys: 'A', group: 2, run: () => (view.collecting = photos) },
    { title: t('correct'), icon: Clock, keys: 'T', group: 2, run: () => (view.correcting = photos) },
    { title: t('download'), icon: Download, keys: 'Ctrl D', group: 2, run: () => download(photos.map(({ id }) => ({ id, kind: 'file' })), view.title) },
    ...(only ? [{ title: t('showInFolder'), icon: FolderOpen, group: 3, run: () => showInFolder(only) }] : []),
    ...(only ? [{ title: t('aboutPhoto'), icon: Info, keys: 'I', group: 3, run: () => about(view, only) }] : []),
    ...(only && isOurs ? [{ title: t('makeCover'), icon: Stamp, group: 3, run: () => cover(album.id, only) }] : []),
    ...(isOurs ? [{ title: t('takeFromAlbum'), icon: Minus, group: 4, run: () => takeOut(view, album.id, album.name, photos) }] : []),
    { title: t('moveToTrash'), icon: Trash, keys: 'Del', tone: 'bad', group: 4, run: () => trash(view, photos) },
  ];
}

/** What can be done where the window is, whatever is chosen. */
export function placeActions(view: PhotosView): Action[] {
  const { roll } = view;
  return [
    { title: t('uploadPhotos'), icon: FileUp, keys: 'U', group: 1, run: () => choose(view, false) },
    { title: t('importPhotos'), icon: Archive, group: 1, run: () => (view.importing = []) },
    ...(touch.isCoarse ? [{ title: t('takePhoto'), icon: Camera, group: 1, run: () => choose(view, true) }] : []),
    ...(roll ? [{ title: t('largerPhotos'), icon: ZoomIn, keys: '+', group: 2, run: () => view.resize(1) }] : []),
    ...(roll ? [{ title: t('smallerPhotos'), icon: ZoomOut, keys: '−', group: 2, run: () => view.resize(-1) }] : []),
    { title: t('duplicates'), icon: Copies, group: 3, run: () => view.go({ kind: 'duplicates' }) },
  ];
}

// ------------------------------------------------------------------------------------------ what people say

export async function like(view: PhotosView, photos: readonly Photo[], on: boolean): Promise<void> {
  await each(view, photos.filter(({ liked }) => liked !== on), async (photo) => {
    const { total, liked, names } = await (on ? api.like(photo.id) : api.unlike(photo.id));
    return { ...photo, likes: total, liked, liked_by: names.slice(0, 3) };
  });
}

export async function favour(view: PhotosView, photos: readonly Photo[], on: boolean): Promise<void> {
  await each(view, photos.filter(({ favourite }) => favourite !== on), async (photo) => ({ ...photo, ...(await api.favour(photo.id, on)) }));
}

/** The reply carries the new state. */
async function each(view: PhotosView, photos: readonly Photo[], change: (photo: Photo) => Promise<Photo>): Promise<void> {
  try {
    for (const photo of photos) view.roll?.put(await change(photo));
  } catch (error) {
    toasts.fail(error);
  }
}

/** Other times and places. Raises what the server refuses. */
export async function correct(view: PhotosView, changes: readonly api.PhotoCorrection[]): Promise<void> {
  const before = await corrected(view, changes);
  undo.offer(t('corrected', { n: changes.length }), Clock, async () => void (await corrected(view, before)));
}

/** What was said before; as much as was done is told even if the rest fails. */
async function corrected(view: PhotosView, changes: readonly api.PhotoCorrection[]): Promise<api.PhotoCorrection[]> {
  const before: api.PhotoCorrection[] = [];
  for (let at = 0; at < changes.length; at += api.CORRECTED) {
    const reply = await api.correct(changes.slice(at, at + api.CORRECTED));
    before.push(...reply.before);
    for (const photo of reply.photos) view.roll?.put(photo);
  }
  return before;
}

function about(view: PhotosView, photo: Photo): void {
  if (view.looking === null) {
    view.toggleAbout(true);
    view.open(photo);
  } else view.toggleAbout();
}

/** Photos are files: the dialog is that of every file. */
export function share(view: PhotosView, photos: readonly Photo[]): void {
  view.sharing = photos.map(({ id, name, owner_id }) => ({ id, name, owner_id, kind: 'file' }));
}

// ---------------------------------------------------------------------------------------------------- albums

export async function putIn(album: api.Album, photos: readonly Photo[]): Promise<void> {
  const before = album.photos;
  const ids = photos.map(({ id }) => id);
  try {
    const after = await api.fillAlbum(album.id, ids);
    albums.put(after);
    undo.offer(t('addedToAlbum', { n: after.photos - before, album: album.name }), Images, async () => albums.put(await api.fillAlbum(album.id, [], ids)));
  } catch (error) {
    toasts.fail(error);
  }
}

async function takeOut(view: PhotosView, id: number, name: string, photos: readonly Photo[]): Promise<void> {
  const ids = photos.map((photo) => photo.id);
  view.roll?.drop(ids);
  try {
    albums.put(await api.fillAlbum(id, [], ids));
    undo.offer(t('takenFromAlbum', { n: ids.length, album: name }), Minus, async () => {
      albums.put(await api.fillAlbum(id, ids));
      await view.roll?.reload();
    });
  } catch (error) {
    toasts.fail(error);
    await view.roll?.reload();
  }
}

async function cover(id: number, photo: Photo): Promise<void> {
  try {
    albums.put(await api.changeAlbum(id, { cover_id: photo.id }));
    toasts.say(t('coverMade', { name: photo.name }), { tone: 'fine' });
  } catch (error) {
    toasts.fail(error);
  }
}

// ----------------------------------------------------------------------------------------------------- files

/** The keys go on with the next photo that stays. */
function trash(view: PhotosView, photos: readonly Photo[]): Promise<void> {
  const { roll, standing } = view;
  const here = roll?.photos ?? [];
  const at = here.findIndex((photo) => photo === standing);
  const stays = (photo: Photo) => !photos.some(({ id }) => id === photo.id);
  const next = here.slice(at + 1).find(stays) ?? here.slice(0, Math.max(0, at)).findLast(stays);
  if (standing && !stays(standing) && next) view.selection.stand(next.id);
  return putInTrash(
    photos.map(({ id, name }) => ({ id, name, kind: 'file' as const })),
    () => void roll?.reload(),
  );
}

async function showInFolder(photo: Photo): Promise<void> {
  try {
    const { path } = await files.node(photo.id);
    windows.show({ app: 'files', place: folderAt(parentPath(path ?? '')) });
  } catch (error) {
    toasts.fail(error);
  }
}

// --------------------------------------------------------------------------------------------------- uploads

/** From the gallery or, on a device that has one, straight from the camera. */
export const choose = (view: PhotosView, camera: boolean): void =>
  ask({ accept: 'image/*,video/*', ...(camera ? { capture: 'environment' } : {}) }, (chosen) => send(view, fromField(chosen)));

export const isArchive = ({ name }: { name: string }): boolean => /\.zip$/i.test(name);

/** What another service says of the photo beside it. */
const isSidecar = ({ name }: { name: string }): boolean => /\.json$/i.test(name);

/** Nothing is sent that is in the cloud already; archives are unpacked there, and what lies beside photos is read. */
export async function send(view: PhotosView, arrivals: Arrivals): Promise<void> {
  const archives = arrivals.files.map(({ file }) => file).filter(isArchive);
  if (archives.length) view.importing = archives;
  arrivals.files = arrivals.files.filter(({ file }) => !archives.includes(file));
  if (arrivals.files.length === 0 && arrivals.folders.length === 0) return;
  try {
    const { album } = view;
    const folder = album?.folder_id ? await files.node(album.folder_id) : await photosFolder();
    const isGoing = await uploads.add(arrivals, folder, { onlyNew: true, albumId: album?.folder_id ? undefined : album?.id });
    const tops = new Set(arrivals.files.filter(({ file, folders }) => folders.length && isSidecar(file)).map(({ folders }) => folders[0]!));
    if (isGoing && tops.size) (await import('./imports.svelte')).imports.follow(folder, [...tops]);
  } catch (error) {
    toasts.fail(error);
  }
}

/** Where photos go that come without a folder. */
export async function photosFolder(): Promise<files.Node> {
  const root = await files.byPath('');
  try {
    return await files.byPath(t('photosFolder'));
  } catch (error) {
    if (!isRefusal(error, 'node-missing')) throw error;
    return files.createFolder(root.id, t('photosFolder'));
  }
}
