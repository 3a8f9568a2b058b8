/** One database of documents in this browser: what is in it, and how it stands with the server. */
import * as api from '../api/databases';
import { isRefusal, Offline } from '../api/problems';
import type { Index, Replica, Row } from '../u1db/replica';
import { mend } from '../u1db/sync';

/** A document in a list. `id` numbers it in this window. */
export interface Entry extends Row {
  id: number;
}
/** `new`: nothing of it is here yet. `gone`: the server has it no longer. */
export type Standing = 'new' | 'here' | 'gone';

const AGAIN = [2_000, 5_000, 15_000, 60_000]; // ms between tries while the server cannot be reached
const SOON = 150; // ms: what is typed and saved one after another goes out together
const others = new BroadcastChannel('nuvol-documents');

export class LocalDatabase {
  #entries = new Map<string, Entry>();
  #list = $state.raw<readonly Entry[]>([]);
  #standing = $state<Standing>('new');
  #isSyncing = $state(false);
  #failure = $state.raw<unknown>(null);
  #waiting = $state(0);
  #generation = $state(0);
  #indexes = $state.raw<readonly Index[] | null>(null);
  #numbered = 0;
  #seen = 0;
  #wanted = false;
  #isClosed = false;
  #tries = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #reading: Promise<void> = Promise.resolve();

  private constructor(
    readonly id: number,
    readonly name: string,
    readonly replica: Replica,
  ) {}

  static async of(id: number, name: string, replica: Replica): Promise<LocalDatabase> {
    const database = new LocalDatabase(id, name, replica);
    others.addEventListener('message', database.#heard);
    await database.read();
    if (database.#generation > 0) database.#standing = 'here';
    return database;
  }

  /** By id; deleted ones too. */
  get list(): readonly Entry[] {
    return this.#list;
  }
  /** How many there are, deleted ones left out. */
  get count(): number {
    return this.#list.filter((entry) => !entry.isDeleted).length;
  }
  get standing(): Standing {
    return this.#standing;
  }
  get isSyncing(): boolean {
    return this.#isSyncing;
  }
  /** Why the last sync failed; null: it did not. */
  get failure(): unknown {
    return this.#failure;
  }
  get isOffline(): boolean {
    return this.#failure instanceof Offline;
  }
  /** Documents that changed here and that the server does not know yet. */
  get waiting(): number {
    return this.#waiting;
  }
  get generation(): number {
    return this.#generation;
  }
  get conflicts(): readonly Entry[] {
    return this.#list.filter((entry) => entry.hasConflicts);
  }
  entry(docId: string): Entry | undefined {
    void this.#list;
    return this.#entries.get(docId);
  }

  // ------------------------------------------------------------------------------------------------ indexes

  /** As the server had them when it was last asked; this replica answers for them. Null: not looked at yet. */
  get indexes(): readonly Index[] | null {
    return this.#indexes;
  }

  async readIndexes(): Promise<void> {
    try {
      const there = await api.indexes(this.name).catch((error: unknown) => {
        if (error instanceof Offline || isRefusal(error)) return null;
        throw error;
      });
      if (there) await this.#follow(there);
      this.#indexes = await this.replica.listIndexes();
    } catch (error) {
      if (!this.#isClosed) throw error; // it ended in the middle of it
    }
  }

  async #follow(there: readonly Index[]): Promise<void> {
    const said = ({ name, expressions }: Index) => JSON.stringify([name, expressions]);
    const wanted = new Set(there.map(said));
    for (const index of await this.replica.listIndexes()) if (!wanted.has(said(index))) await this.replica.deleteIndex(index.name);
    for (const { name, expressions } of there) await this.replica.createIndex(name, ...expressions);
  }

  /** The first `limit` ids, in the order of the values. Raises invalid-globbing. */
  async query(index: string, values: readonly string[], limit: number): Promise<string[]> {
    return (await this.replica.getFromIndex(index, values, limit)).map(({ docId }) => docId);
  }

  // ------------------------------------------------------------------------------------- what is done here

  async create(docId: string | undefined, text: string): Promise<string> {
    const made = await this.replica.create(text, docId);
    await this.#changed();
    return made.docId;
  }
  async put(docId: string, rev: string | null, text: string | null): Promise<string> {
    const next = await this.replica.put(docId, rev, text);
    await this.#changed();
    return next;
  }
  async resolve(docId: string, text: string | null, revs: readonly string[]): Promise<void> {
    await this.replica.resolve(docId, text, revs);
    await this.#changed();
  }

  async #changed(): Promise<void> {
    await this.read();
    others.postMessage(this.id);
    this.sync(SOON);
  }

  // -------------------------------------------------------------------------------------------------- sync

  /** Soon, in the background. What cannot be reached is tried again by itself. */
  readonly sync = (wait = 0): void => {
    if (this.#isClosed) return;
    this.#wanted = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#sync(), wait);
  };

  async #sync(): Promise<void> {
    if (this.#isSyncing) return; // it looks again when it is done
    this.#isSyncing = true;
    try {
      while (this.#wanted) {
        this.#wanted = false;
        await alone(`nuvol-documents-${this.id}`, () => mend(this.replica, api.target(this.name), () => void this.read()));
      }
      this.#failure = null;
      this.#standing = 'here';
      this.#tries = 0;
    } catch (error) {
      if (this.#isClosed) return; // it ended in the middle of it
      this.#failure = error;
      if (isRefusal(error, 'database-missing')) this.#standing = 'gone';
      else this.sync(AGAIN[Math.min(this.#tries++, AGAIN.length - 1)]);
    } finally {
      this.#isSyncing = false;
    }
    await this.read();
    others.postMessage(this.id);
  }

  /** The same name is another database now. */
  lose(): void {
    this.#standing = 'gone';
    clearTimeout(this.#timer);
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    others.removeEventListener('message', this.#heard);
    this.replica.close();
  }

  // ------------------------------------------------------------------------------------------------- reading

  readonly #heard = ({ data }: MessageEvent) => {
    if (data === this.id) void this.read();
  };

  /** What changed in the replica, by whichever window, since it was looked at. */
  read(): Promise<void> {
    const reading = this.#reading.then(() => this.#read());
    this.#reading = reading.catch(() => undefined); // the next one tries again
    return reading.catch((error: unknown) => {
      if (!this.#isClosed) throw error;
    });
  }

  async #read(): Promise<void> {
    if (this.#isClosed) return;
    const [rows, waiting, { generation }] = await Promise.all([this.replica.rows(this.#seen), this.replica.waiting(), this.replica.head()]);
    this.#waiting = waiting;
    this.#generation = generation;
    if (rows.length === 0) return;
    let isNew = false;
    for (const row of rows) {
      const known = this.#entries.get(row.docId);
      isNew ||= !known;
      this.#entries.set(row.docId, { ...row, id: known?.id ?? ++this.#numbered });
      this.#seen = Math.max(this.#seen, row.generation);
    }
    const order = isNew ? [...this.#entries.values()].sort((a, b) => (a.docId < b.docId ? -1 : 1)) : this.#list.map(({ docId }) => this.#entries.get(docId)!);
    this.#list = order;
  }
}

/** One window at a time, where the browser can say so: elsewhere two pushes of the same are sorted out by the sync. */
async function alone(name: string, act: () => Promise<void>): Promise<void> {
  if ('locks' in navigator) await navigator.locks.request(name, act);
  else await act();
}
