/** What is remembered in this browser about unfinished uploads (IndexedDB). */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';

export interface Remembered {
  id: string;
  accountId: number;
  name: string;
  folders: readonly string[];
  size: number;
  /** Of the file, in milliseconds: with name and size it tells whether a file is the same one. */
  modified: number;
  parentId: number;
  /** Where the upload goes on; null while nothing was sent. */
  address: string | null;
  handle?: FileSystemFileHandle;
  /** A photo of a phone, which gives no handles: kept here until it is sent. */
  file?: File;
  /** The folder on another cloud to which it goes; `parentId` is an id of there. */
  cloud?: number;
  /** It is not sent when the cloud has it already. */
  onlyNew?: boolean;
}

interface Shelves extends DBSchema {
  uploads: { key: string; value: Remembered };
}

let opened: Promise<IDBPDatabase<Shelves>> | undefined;
const shelves = () => (opened ??= openDB<Shelves>('nuvol', 1, { upgrade: (db) => void db.createObjectStore('uploads', { keyPath: 'id' }) }));

export async function remember(uploads: readonly Remembered[]): Promise<void> {
  const change = (await shelves()).transaction('uploads', 'readwrite');
  for (const upload of uploads) void change.store.put(upload);
  await change.done;
}

/** Nothing of an account stays in this browser. */
export async function forgetAll(accountId: number): Promise<void> {
  const shelf = await shelves();
  for (const { id } of await remembered(accountId)) await shelf.delete('uploads', id);
}

export async function forget(id: string): Promise<void> {
  await (await shelves()).delete('uploads', id);
}

export async function remembered(accountId: number): Promise<Remembered[]> {
  return (await (await shelves()).getAll('uploads')).filter((upload) => upload.accountId === accountId);
}
