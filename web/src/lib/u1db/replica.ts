/**
 * A database of documents in this browser that works by itself and syncs: the rules of U1DB (u1db.md parts 1 to 5) over
 * IndexedDB. Each call is one transaction of the browser's, so several windows may use one replica.
 */
import { deleteDB, type IDBPDatabase } from 'idb';
import { takeIn, type State } from './arrivals';
import { random, read, requireDocId, size, type Document, type Value } from './document';
import { ReplicaError } from './errors';
import { between, Definition, exactly, type Index, type Span, type Values } from './expressions';
import * as indexes from './indexes';
import { Ledger } from './ledger';
import * as revision from './revision';
import { ALL, head, open, type Change, type Head, type Known, type Looking, type Row, type Rows, type Shelves } from './shelves';

export type { Change, Head, Index, Known, Row };

const NOTHING: Known = { generation: 0, transactionId: '' };

export class Replica {
  private constructor(
    readonly name: string,
    private readonly db: IDBPDatabase<Shelves>,
  ) {}

  static async open(name: string): Promise<Replica> {
    return new Replica(name, await open(name));
  }
  close(): void {
    this.db.close();
  }
  /** For good, from this browser. */
  async remove(): Promise<void> {
    this.close();
    await deleteDB(this.name);
  }

  // ---------------------------------------------------------------------------------------- documents

  /** A new document, or a deleted one brought back; without an id it gets one. Raises what `put` does. */
  async create(text: string, docId = `D-${random()}`): Promise<Document> {
    const rev = await this.put(docId, null, text);
    return { docId, rev, text, hasConflicts: false };
  }

  /**
   * Store a document that is at the revision `rev`, null leaves a tombstone; returns its new revision.
   * Raises invalid-document-id, invalid-json, document-conflicted, revision-conflict, document-too-big.
   */
  async put(docId: string, rev: string | null, text: string | null, limit = 0): Promise<string> {
    requireDocId(docId);
    if (text !== null) read(text);
    if (limit && size(docId, rev, text) > limit) throw new ReplicaError('document-too-big', `The document “${docId}” is larger than ${limit} bytes.`);
    return this.#write([docId], (ledger) => {
      const stored = ledger.document(docId);
      if (ledger.alternatives(docId).length) throw conflicted(docId);
      const fits = stored ? rev === stored.rev || (!rev && stored.text === null) : !rev;
      if (!fits) throw new ReplicaError('revision-conflict', `The document “${docId}” is not at revision ${rev}.`);
      return ledger.store(docId, next(ledger, stored?.rev ?? null), text, true);
    });
  }

  /** Leave a tombstone. Raises document-missing, revision-conflict, document-deleted, document-conflicted. */
  async delete(docId: string, rev: string): Promise<string> {
    return this.#write([docId], (ledger) => {
      const stored = ledger.document(docId);
      if (!stored) throw missing(docId);
      if (stored.rev !== rev) throw new ReplicaError('revision-conflict', `The document “${docId}” is not at revision ${rev}.`);
      if (stored.text === null) throw new ReplicaError('document-deleted', `The document “${docId}” is deleted already.`);
      if (ledger.alternatives(docId).length) throw conflicted(docId);
      return ledger.store(docId, next(ledger, stored.rev), null, true);
    });
  }

  /** Also one that is deleted: its text is null then. */
  get(docId: string): Promise<Document | undefined> {
    return document(this.db.transaction(ALL), docId);
  }

  /** Documents that changed after a generation, without their texts, each once; 0: all of them. */
  async rows(after = 0): Promise<Row[]> {
    return after ? this.db.getAllFromIndex('documents', 'generation', IDBKeyRange.lowerBound(after, true)) : this.db.getAll('documents');
  }

  /** Generation and transaction id now, and the newest change of every document that changed after it, ascending. */
  async whatsChanged(after = 0): Promise<Known & { changes: (Known & { docId: string })[] }> {
    const rows = this.db.transaction(ALL);
    const { generation, transactionId } = await head(rows);
    const changed = await rows.objectStore('documents').index('generation').getAll(IDBKeyRange.lowerBound(after, true));
    return { generation, transactionId, changes: changed.map((row) => ({ docId: row.docId, generation: row.generation, transactionId: row.transactionId })) };
  }

  // ---------------------------------------------------------------------------------------- conflicts

  /** Nothing, or what `get` gives and then the alternatives. */
  async conflicts(docId: string): Promise<Value[]> {
    const rows = this.db.transaction(ALL);
    const [row, text, others] = await Promise.all([
      rows.objectStore('documents').get(docId),
      rows.objectStore('texts').get(docId),
      rows.objectStore('alternatives').get(docId),
    ]);
    return row?.hasConflicts ? [{ rev: row.rev, text: text ?? null }, ...(others ?? [])] : [];
  }

  /**
   * Put this in the place of these revisions (u1db.md 4.4); the new revision, and whether there are still alternatives.
   * Raises document-missing, invalid-revision, invalid-json.
   */
  async resolve(docId: string, text: string | null, revs: readonly string[]): Promise<{ rev: string; hasConflicts: boolean }> {
    if (text !== null) read(text);
    const named = revs.map(revision.canonical);
    return this.#write([docId], (ledger) => {
      const stored = ledger.document(docId);
      if (!stored) throw missing(docId);
      const clock = revision.incremented(revision.maximised(...[stored.rev, ...named].map(revision.parse)), ledger.replicaUid);
      const isCurrent = named.includes(stored.rev);
      const rev = revision.text(clock);
      const others = ledger.alternatives(docId).filter((other) => !named.includes(other.rev));
      if (!isCurrent) others.push({ rev, text });
      ledger.setAlternatives(docId, others);
      if (isCurrent) ledger.store(docId, clock, text, true);
      return { rev, hasConflicts: others.length > 0 };
    });
  }

  // ------------------------------------------------------------------------------------------ indexes

  /** On return all documents are in it; one that is there already costs nothing. Raises invalid-index-definition, index-name-taken. */
  async createIndex(name: string, ...expressions: string[]): Promise<void> {
    const wanted = new Definition({ name, expressions });
    await this.#change((rows) => indexes.create(rows, wanted));
  }
  /** One that is not there is no error. */
  async deleteIndex(name: string): Promise<void> {
    await this.#change((rows) => indexes.remove(rows, name));
  }
  listIndexes(): Promise<Index[]> {
    return this.db.getAll('indexes');
  }

  /**
   * Documents by exact values, a prefix (`abc*`) or any value (`*`), in the order of their values, the first `limit` of them.
   * Raises index-missing, invalid-value-for-index, invalid-globbing.
   */
  getFromIndex(name: string, values: readonly string[], limit = Infinity): Promise<Document[]> {
    return this.#find(name, (columns) => exactly(columns, values), limit);
  }
  /** Documents whose values lie between these, both included, each column by itself; null: no bound. Raises the same. */
  getRangeFromIndex(name: string, start: readonly string[] | null, end: readonly string[] | null, limit = Infinity): Promise<Document[]> {
    return this.#find(name, (columns) => between(columns, start, end), limit);
  }
  /** Every tuple of values once, sorted. Raises index-missing. */
  async getIndexKeys(name: string): Promise<Values[]> {
    const rows = this.db.transaction(ALL);
    await indexes.ready(rows, name);
    return indexes.keys(rows, name);
  }

  async #find(name: string, spans: (columns: number) => Span[], limit: number): Promise<Document[]> {
    const rows = this.db.transaction(ALL);
    const { expressions } = await indexes.ready(rows, name);
    const found = await indexes.find(rows, name, spans(expressions.length), limit);
    return Promise.all(found.map(async (docId) => (await document(rows, docId))!));
  }

  // --------------------------------------------------------------------------------------------- sync

  head(): Promise<Head> {
    return head(this.db.transaction(ALL, 'readonly'));
  }
  /** What this replica has of another. */
  async known(peer: string): Promise<Known> {
    return (await this.db.get('peers', peer)) ?? NOTHING;
  }
  async know(peer: string, known: Known): Promise<void> {
    await this.db.put('peers', known, peer);
  }
  /** A peer has everything of this replica up to a generation. */
  async noteSent(generation: number): Promise<void> {
    await this.db.put('meta', generation, 'sent');
  }
  /** How many documents changed here and wait for the peer. */
  async waiting(): Promise<number> {
    const sent = (await this.db.get('meta', 'sent')) as number;
    return (await this.rows(sent)).filter((row) => row.isMine && row.generation > sent).length;
  }

  /** Become another replica for all peers: what they knew of this one holds no longer. */
  async startAnew(): Promise<void> {
    const rows = this.db.transaction(ALL, 'readwrite');
    const meta = rows.objectStore('meta');
    await Promise.all([head(rows).then((now) => meta.put({ ...now, replicaUid: random() }, 'head')), meta.put(0, 'sent'), rows.objectStore('peers').clear(), rows.done]);
  }

  /** What a peer remembers of this replica must have happened. Raises invalid-generation, invalid-transaction-id. */
  async requirePast({ generation, transactionId }: Known): Promise<void> {
    if (generation === 0) return;
    const here = await this.db.get('log', generation);
    if (here === undefined) throw new ReplicaError('invalid-generation', `Generation ${generation} has not been reached here.`);
    if (here !== transactionId) throw new ReplicaError('invalid-transaction-id', `Generation ${generation} came by another transaction.`);
  }

  /** At most `limit` documents whose newest change lies in (after, until], ascending. */
  async changes(after: number, until: number, limit: number): Promise<Change[]> {
    if (after >= until) return [];
    const rows = this.db.transaction(ALL);
    const changed = await rows.objectStore('documents').index('generation').getAll(IDBKeyRange.bound(after, until, true), limit);
    return Promise.all(
      changed.map(async ({ docId, rev, generation, transactionId }) => ({
        docId, rev, generation, transactionId, text: (await rows.objectStore('texts').get(docId)) ?? null,
      })),
    );
  }

  /** Put a run of documents of a peer in. When one fails those before it are stored, and then it is raised. */
  async takeIn(peer: string, entries: readonly Change[], savesConflicts: boolean): Promise<{ state: State; generation: number }[]> {
    const rows = this.db.transaction(ALL, 'readwrite');
    const [ledger, known] = await Promise.all([Ledger.of(rows, entries.map((entry) => entry.docId)), rows.objectStore('peers').get(peer)]);
    const arrivals = takeIn(ledger, known ?? NOTHING, entries, savesConflicts);
    const writes = [ledger.settle()];
    if (arrivals.states.length) writes.push(rows.objectStore('peers').put(arrivals.known, peer).then(() => undefined));
    await Promise.all([...writes, rows.done]);
    if (arrivals.failure) throw arrivals.failure;
    return arrivals.states;
  }

  /** A change made here. */
  #write<T>(docIds: string[], unit: (ledger: Ledger) => T): Promise<T> {
    return this.#change(async (rows) => {
      const ledger = await Ledger.of(rows, docIds);
      const result = unit(ledger);
      await ledger.settle();
      return result;
    });
  }

  /** All of it or nothing; on the disk when the promise is kept. */
  async #change<T>(unit: (rows: Rows) => Promise<T>): Promise<T> {
    const rows = this.db.transaction(ALL, 'readwrite', { durability: 'strict' }) as Rows;
    try {
      const result = await unit(rows);
      await rows.done;
      return result;
    } catch (error) {
      rows.done.catch(() => undefined);
      if (!(error instanceof DOMException)) rows.abort(); // else it ended by itself
      throw error;
    }
  }
}

async function document(rows: Looking, docId: string): Promise<Document | undefined> {
  const [row, text] = await Promise.all([rows.objectStore('documents').get(docId), rows.objectStore('texts').get(docId)]);
  return row && { docId, rev: row.rev, text: text ?? null, hasConflicts: row.hasConflicts };
}

const next = (ledger: Ledger, rev: string | null) => revision.incremented(revision.parse(rev), ledger.replicaUid);
const missing = (docId: string) => new ReplicaError('document-missing', `There is no document “${docId}”.`);
const conflicted = (docId: string) => new ReplicaError('document-conflicted', `The document “${docId}” has conflicts.`);
