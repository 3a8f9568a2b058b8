/**
 * Files that other apps of this device have handed over, until somebody says where they go (IndexedDB). They may come
 * while nobody is signed in, and wait. The service worker puts them here.
 */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';

export interface Parcel {
  id: number;
  file: File;
}
interface Shelves extends DBSchema {
  parcels: { key: number; value: { file: File } };
}

let opened: Promise<IDBPDatabase<Shelves>> | undefined;
const shelves = () => (opened ??= openDB<Shelves>('nuvol-parcels', 1, { upgrade: (db) => void db.createObjectStore('parcels', { autoIncrement: true }) }));

/** All or none. Raises QuotaExceededError where the device has no room. */
export async function put(files: readonly File[]): Promise<void> {
  const change = (await shelves()).transaction('parcels', 'readwrite');
  for (const file of files) void change.store.add({ file });
  await change.done;
}

/** In the order they came. */
export async function waiting(): Promise<Parcel[]> {
  const rows = (await shelves()).transaction('parcels').store;
  const [ids, parcels] = await Promise.all([rows.getAllKeys(), rows.getAll()]);
  return parcels.map(({ file }, at) => ({ id: ids[at]!, file }));
}

export const file = async (id: number): Promise<File | undefined> => (await (await shelves()).get('parcels', id))?.file;

export async function drop(ids: readonly number[]): Promise<void> {
  const change = (await shelves()).transaction('parcels', 'readwrite');
  for (const id of ids) void change.store.delete(id);
  await change.done;
}

export async function clear(): Promise<void> {
  await (await shelves()).clear('parcels');
}

export const isOfPhotos = (files: readonly File[]): boolean => files.every(({ type }) => /^(image|video)\//.test(type));
