/** Databases of documents, their indexes, and the far side of a replica's sync. */
import type { Answer, SyncTarget } from '../u1db/sync';
import { MEDIA_TYPE, Reported, SyncReader, written } from '../u1db/stream';
import { client, told } from './client';
import { Offline } from './problems';
import type { Database, Index } from './schema';

export type { Database, Index };

const at = (database: string) => ({ path: { database } });

export async function list(): Promise<Database[]> {
  const all: Database[] = [];
  for (let after: string | null = ''; after !== null; ) {
    const page: { databases: Database[]; next: string | null } = await told(client.GET('/databases', { params: { query: { after } } }));
    all.push(...page.databases);
    after = page.next;
  }
  return all;
}
/** One that is there stays as it is. */
export const create = (database: string): Promise<Database> => told(client.PUT('/databases/{database}', { params: at(database) }));
export const remove = (database: string) => told(client.DELETE('/databases/{database}', { params: at(database) }));

export const indexes = async (database: string): Promise<Index[]> =>
  (await told(client.GET('/databases/{database}/indexes', { params: at(database) }))).indexes;
export const createIndex = (database: string, index: string, expressions: string[]): Promise<Index> =>
  told(client.PUT('/databases/{database}/indexes/{index}', { params: { path: { database, index } }, body: { expressions } }));
export const removeIndex = (database: string, index: string) =>
  told(client.DELETE('/databases/{database}/indexes/{index}', { params: { path: { database, index } } }));

/** A database of the server as the other side of a sync (u1db.md part 7, by the native API). */
export function target(database: string): SyncTarget {
  const between = (replica: string) => ({ path: { database, replica } });
  return {
    async info(source) {
      const said = await told(client.GET('/databases/{database}/sync-from/{replica}', { params: between(source) }));
      return {
        targetUid: said.replica_uid,
        target: { generation: said.generation, transactionId: said.transaction_id },
        source: { generation: said.known_generation, transactionId: said.known_transaction_id },
      };
    },
    async record(source, { generation, transactionId }) {
      await told(client.PUT('/databases/{database}/sync-from/{replica}', { params: between(source), body: { generation, transaction_id: transactionId } }));
    },
    async exchange(source, lastKnown, entries) {
      const body = written(lastKnown, entries);
      const sent = client.POST('/databases/{database}/sync-from/{replica}', {
        params: between(source),
        body: body as never,
        bodySerializer: (text: unknown) => text as string,
        headers: { 'Content-Type': MEDIA_TYPE },
        parseAs: 'stream',
      });
      return answer((await told(sent as never)) as ReadableStream<Uint8Array>);
    },
    async snapshot() {
      const sent = client.GET('/databases/{database}/snapshot', { params: { ...at(database), query: {} }, parseAs: 'stream' });
      return answer((await told(sent as never)) as ReadableStream<Uint8Array>);
    },
  };
}

/** Read until the header is there; the entries come while they are read. */
async function answer(body: ReadableStream<Uint8Array>): Promise<Answer> {
  const pieces = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  const reader = new SyncReader();
  const next = async () => {
    const { value, done } = await pieces.read().catch(() => {
      throw new Offline();
    });
    if (done) reader.close();
    return done ? null : reader.feed(value);
  };
  let first = await explained(next());
  while (first && !reader.header) first = await explained(next());
  return {
    header: reader.header!,
    entries: (async function* () {
      for (let page = first; page; page = await explained(next())) yield page;
    })(),
  };
}

/** What the server reported in the middle of an answer: it was busy, or lost its own way. The next sync goes on. */
async function explained<T>(read: Promise<T>): Promise<T> {
  try {
    return await read;
  } catch (error) {
    throw error instanceof Reported ? new Offline() : error;
  }
}
