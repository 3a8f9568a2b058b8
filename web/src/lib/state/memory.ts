/** What is remembered in this browser about unfinished uploads (IndexedDB), so that they go on after a reload. */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import * as parcels from './parcels';

export interface Remembered {
  id: string;
  accountId: number;
  /** The window that sends it. */
  window: string;
  name: string;
  folders: readonly string[];
  size: number;
  /** Of the file, in milliseconds: with name and size it tells whether a file is the same one. */
  modified: number;
  parentId: number;
  /** Where the upload goes on; null while nothing was sent. */
  address: string | null;
  handle?: FileSystemFileHandle;
  /** Where the file is, when another app of the device has handed it over. */
  parcel?: number;
  /** The folder on another cloud to which it goes; `parentId` is an id of there. */
  cloud?: number;
  /** It is not sent when the cloud has it already. */
  onlyNew?: boolean;
  /** It goes into this album, too. */
  albumId?: number;
}

/** Bytes of one file, and of all of them, that this browser keeps until they are sent: it has to write them once more. */
const LARGEST = 100_000_000;
const MOST = 1_000_000_000;

/** `kept`: bytes that are here already. */
export const mayKeep = (size: number, kept: number): boolean => size <= LARGEST && kept + size <= MOST;

interface Shelves extends DBSchema {
  uploads: { key: string; value: Remembered };
  files: { key: string; value: File };
}
const ALL = ['uploads', 'files'] as const;

let opened: Promise<IDBPDatabase<Shelves>> | undefined;
const shelves = () =>
  (opened ??= openDB<Shelves>('nuvol', 2, {
    upgrade(db, before) {
      if (before < 1) db.createObjectStore('uploads', { keyPath: 'id' });
      db.createObjectStore('files');
    },
  }));

export async function remember(uploads: readonly Remembered[]): Promise<void> {
  const change = (await shelves()).transaction('uploads', 'readwrite');
  for (const upload of uploads) void change.store.put(upload);
  await change.done;
}

/** The bytes too. Raises QuotaExceededError where the browser has no room. */
export async function keep(id: string, file: File): Promise<void> {
  await (await shelves()).put('files', file, id);
}

export async function kept({ id, parcel }: Remembered): Promise<File | undefined> {
  return parcel === undefined ? (await shelves()).get('files', id) : parcels.file(parcel);
}

export async function forget(uploads: readonly Remembered[]): Promise<void> {
  const change = (await shelves()).transaction(ALL, 'readwrite');
  for (const { id } of uploads) for (const shelf of ALL) void change.objectStore(shelf).delete(id);
  await change.done;
  const over = uploads.flatMap(({ parcel }) => parcel ?? []);
  if (over.length) await parcels.drop(over);
}

/** Nothing of an account stays in this browser. */
export async function forgetAll(accountId: number): Promise<void> {
  await forget(await remembered(accountId));
}

/** Of other apps, and not yet on their way: somebody has to say where they go. */
export async function undecided(): Promise<parcels.Parcel[]> {
  const [waiting, uploads] = await Promise.all([parcels.waiting(), (await shelves()).getAll('uploads')]);
  return waiting.filter(({ id }) => !uploads.some(({ parcel }) => parcel === id));
}

export async function remembered(accountId: number): Promise<Remembered[]> {
  return (await (await shelves()).getAll('uploads')).filter((upload) => upload.accountId === accountId);
}
