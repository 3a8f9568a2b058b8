/** How a replica rests in IndexedDB: one database of the browser for each. */
import { openDB, type DBSchema, type IDBPDatabase, type IDBPTransaction } from 'idb';
import { random, type Value } from './document';
import type { Index } from './expressions';

export interface Head {
  replicaUid: string;
  generation: number;
  transactionId: string;
}
/** How much is known of a peer: everything up to this generation of the peer. */
export interface Known {
  generation: number;
  transactionId: string;
}
/** A document without its text; lists of them are read at once. */
export interface Row {
  docId: string;
  rev: string;
  isDeleted: boolean;
  hasConflicts: boolean;
  /** Of its newest change. */
  generation: number;
  transactionId: string;
  /** That change was made here, or joins what was. */
  isMine: boolean;
}
/** A line of the log with the document it brought; an entry of the sync stream. */
export interface Change {
  docId: string;
  rev: string;
  text: string | null;
  generation: number;
  transactionId: string;
}

export interface Shelves extends DBSchema {
  documents: { key: string; value: Row; indexes: { generation: number } };
  texts: { key: string; value: string };
  alternatives: { key: string; value: Value[] };
  /** Transaction id by generation. */
  log: { key: number; value: string };
  peers: { key: string; value: Known };
  meta: { key: 'head'; value: Head } | { key: 'sent'; value: number };
  indexes: { key: string; value: Index };
  /** Name of the index, values as UTF-8, id of the document: lines sort as the values do. */
  lines: { key: IDBValidKey[]; value: 0 };
}
export const ALL = ['documents', 'texts', 'alternatives', 'log', 'peers', 'meta', 'indexes', 'lines'] as const;
export type Rows = IDBPTransaction<Shelves, typeof ALL, 'readwrite'>;
export type Looking = IDBPTransaction<Shelves, typeof ALL, 'readonly'>;

export async function open(name: string): Promise<IDBPDatabase<Shelves>> {
  const db = await openDB<Shelves>(name, 2, {
    upgrade(db, before) {
      db.createObjectStore('indexes', { keyPath: 'name' });
      db.createObjectStore('lines');
      if (before > 0) return;
      db.createObjectStore('documents', { keyPath: 'docId' }).createIndex('generation', 'generation', { unique: true });
      for (const shelf of ['texts', 'alternatives', 'log', 'peers'] as const) db.createObjectStore(shelf);
      const meta = db.createObjectStore('meta');
      void meta.put({ replicaUid: random(), generation: 0, transactionId: '' }, 'head');
      void meta.put(0, 'sent');
    },
    blocking: () => db.close(), // another window removes it
  });
  return db;
}

export const head = async (rows: Rows | Looking): Promise<Head> => (await rows.objectStore('meta').get('head')) as Head;
