/** The sync stream as text, both directions, without I/O (u1db.md 7.3): an array with one object per line. */
import { ReplicaError } from './errors';
import type { Change, Known } from './shelves';

export const MEDIA_TYPE = 'application/x-u1db-sync-stream';

/** Characters of one line: a peer that never ends one must not fill the memory. */
const ENTRY_LIMIT = 64 * 2 ** 20;

/** The header of an answer: what the source will know of the target. */
export interface Answered extends Known {
  replicaUid: string | null;
}

/** What the other side reports in the place of an entry, by its name on the wire. */
export class Reported extends Error {}

const REPORTED = new Set([
  'revision conflict', 'invalid document id', 'document too big', 'user quota exceeded', 'user needs subscription', 'invalid transaction id',
  'invalid generation', 'document does not exist', 'document already deleted', 'database does not exist', 'unauthorized', 'unavailable',
]);

const broken = (what: string) => new ReplicaError('broken-sync-stream', `The sync stream is broken: ${what}.`);

type Line = (line: string, entries: Change[]) => void;

/**
 * Cuts an answer into its header and entries, however the network cut it. `feed` returns the entries that are whole; what
 * is read before a mistake counts, and the mistake is raised at the next call.
 */
export class SyncReader {
  header: Answered | null = null;
  #rest = '';
  #failure: unknown = null;
  #line: Line = (line) => this.#opening(line);

  feed(text: string): Change[] {
    if (this.#failure) throw this.#failure;
    const entries: Change[] = [];
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop()!;
    try {
      for (const line of lines) this.#line(line.replace(/\r$/, ''), entries);
      if (this.#rest.length > ENTRY_LIMIT) throw new ReplicaError('entry-too-long', `A line is longer than ${ENTRY_LIMIT}.`);
    } catch (error) {
      this.#failure = error;
      if (entries.length === 0) throw error;
    }
    return entries;
  }

  /** The body has ended. */
  close(): void {
    if (this.#failure) throw this.#failure;
    if (this.#rest) this.#line(this.#rest.replace(/\r$/, ''), []);
    if (this.#line !== this.#behind) throw broken('it ends without “]”');
  }

  #opening(line: string): void {
    if (line !== '[') throw broken('it does not begin with “[”');
    this.#line = (first) => {
      const said = this.#object(first, 'new_generation');
      this.header = { generation: number(said.new_generation), transactionId: text(said.new_transaction_id ?? ''), replicaUid: said.replica_uid === undefined ? null : text(said.replica_uid) };
    };
  }

  readonly #next: Line = (line, entries) => {
    const { id, rev, content, gen, trans_id } = this.#object(line, 'id');
    entries.push({ docId: text(id), rev: text(rev), text: content === null ? null : text(content), generation: number(gen), transactionId: text(trans_id) });
  };

  readonly #closing: Line = (line) => {
    if (line !== ']') {
      raiseReported(line);
      throw broken('a comma is missing between two objects');
    }
    this.#line = this.#behind;
  };

  readonly #behind: Line = (line) => {
    if (line) throw broken('something follows “]”');
  };

  #object(line: string, needs: string): Record<string, unknown> {
    const goesOn = line.endsWith(',');
    let said: unknown;
    try {
      said = JSON.parse(goesOn ? line.slice(0, -1) : line);
    } catch {
      throw broken('a line is no object');
    }
    if (typeof said !== 'object' || said === null || !(needs in said)) {
      raiseReported(line);
      throw broken('a line is not what it must be');
    }
    this.#line = goesOn ? this.#next : this.#closing;
    return said as Record<string, unknown>;
  }
}

function raiseReported(line: string): void {
  let said: unknown;
  try {
    said = JSON.parse(line);
  } catch {
    return;
  }
  const { error } = (typeof said === 'object' && said !== null ? said : {}) as { error?: unknown };
  if (typeof error === 'string' && REPORTED.has(error)) throw new Reported(error);
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw broken('a text is missing');
  return value;
}
function number(value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw broken('a generation is missing');
  return value as number;
}

/** The body of a request. */
export function written(lastKnown: Known, entries: readonly Change[]): string {
  const header = { last_known_generation: lastKnown.generation, last_known_trans_id: lastKnown.transactionId, ensure: false };
  const lines = entries.map(({ docId, rev, text, generation, transactionId }) => JSON.stringify({ id: docId, rev, content: text, gen: generation, trans_id: transactionId }));
  return `[\r\n${[JSON.stringify(header), ...lines].join(',\r\n')}\r\n]\r\n`;
}
