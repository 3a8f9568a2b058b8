/** The replicas of this browser, by account: which databases it has and what they are called (IndexedDB). */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import { Replica } from '../u1db/replica';

export interface Kept {
  /** As the server and its journal name it; another database of the same name is another one. */
  id: number;
  name: string;
  accountId: number;
}
interface Shelves extends DBSchema {
  kept: { key: [number, number]; value: Kept };
}

let opened: Promise<IDBPDatabase<Shelves>> | undefined;
const shelves = () => (opened ??= openDB<Shelves>('nuvol-documents', 1, { upgrade: (db) => void db.createObjectStore('kept', { keyPath: ['accountId', 'id'] }) }));

export async function kept(accountId: number): Promise<Kept[]> {
  return (await (await shelves()).getAll('kept')).filter((one) => one.accountId === accountId);
}
export async function keep(one: Kept): Promise<Replica> {
  await (await shelves()).put('kept', one);
  return Replica.open(nameOf(one));
}
export async function drop(one: Kept, replica: Replica): Promise<void> {
  await replica.remove();
  await (await shelves()).delete('kept', [one.accountId, one.id]);
}

const nameOf = ({ accountId, id }: Kept) => `nuvol-documents-${accountId}-${id}`;
