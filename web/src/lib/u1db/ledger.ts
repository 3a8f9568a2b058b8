/** A run of changes in one transaction: documents as they will be when it is settled. */
import { random, type Value } from './document';
import * as revision from './revision';
import { head, type Change, type Rows } from './shelves';
import { follow } from './indexes';

export interface Stored {
  docId: string;
  rev: string;
  text: string | null;
}

export class Ledger {
  #before = new Map<string, string | null>();
  #documents = new Map<string, Stored>();
  #alternatives = new Map<string, readonly Value[]>();
  #changes: (Change & { isMine: boolean })[] = [];
  #rearranged = new Set<string>();

  private constructor(
    private readonly rows: Rows,
    readonly replicaUid: string,
    public generation: number,
  ) {}

  static async of(rows: Rows, docIds: Iterable<string>): Promise<Ledger> {
    const { replicaUid, generation } = await head(rows);
    const ledger = new Ledger(rows, replicaUid, generation);
    await Promise.all([...new Set(docIds)].map((docId) => ledger.#read(docId)));
    return ledger;
  }

  async #read(docId: string): Promise<void> {
    const row = await this.rows.objectStore('documents').get(docId);
    if (!row) return;
    const text = (await this.rows.objectStore('texts').get(docId)) ?? null;
    this.#before.set(docId, text);
    this.#documents.set(docId, { docId, rev: row.rev, text });
    if (row.hasConflicts) this.#alternatives.set(docId, (await this.rows.objectStore('alternatives').get(docId)) ?? []);
  }

  document(docId: string): Stored | undefined {
    return this.#documents.get(docId);
  }
  alternatives(docId: string): readonly Value[] {
    return this.#alternatives.get(docId) ?? [];
  }
  setAlternatives(docId: string, values: readonly Value[]): void {
    this.#alternatives.set(docId, values);
    this.#rearranged.add(docId);
  }

  /** Make this the visible value; returns its revision. */
  store(docId: string, clock: revision.Clock, text: string | null, isMine: boolean): string {
    const rev = revision.text(clock);
    this.generation += 1;
    this.#changes.push({ docId, rev, text, generation: this.generation, transactionId: `T-${random()}`, isMine });
    this.#documents.set(docId, { docId, rev, text });
    return rev;
  }

  /** Write it all. Only what a document is at the end reaches its row; the log has every change. */
  async settle(): Promise<void> {
    const [documents, texts, alternatives] = [this.rows.objectStore('documents'), this.rows.objectStore('texts'), this.rows.objectStore('alternatives')];
    const writes: Promise<unknown>[] = [];
    const newest = new Map(this.#changes.map((change) => [change.docId, change]));
    for (const { docId, rev, text, generation, transactionId, isMine } of newest.values()) {
      const hasConflicts = this.alternatives(docId).length > 0;
      writes.push(documents.put({ docId, rev, isDeleted: text === null, hasConflicts, generation, transactionId, isMine }));
      writes.push(text === null ? texts.delete(docId) : texts.put(text, docId));
    }
    for (const { generation, transactionId } of this.#changes) writes.push(this.rows.objectStore('log').put(transactionId, generation));
    for (const docId of this.#rearranged) {
      const values = [...this.alternatives(docId)];
      writes.push(values.length ? alternatives.put(values, docId) : alternatives.delete(docId));
      if (!newest.has(docId)) writes.push(documents.get(docId).then((row) => row && documents.put({ ...row, hasConflicts: values.length > 0 })));
    }
    const last = this.#changes.at(-1);
    if (last) {
      const { generation, transactionId } = last;
      writes.push(this.rows.objectStore('meta').put({ replicaUid: this.replicaUid, generation, transactionId }, 'head'));
    }
    writes.push(follow(this.rows, [...newest.values()].map(({ docId, text }) => ({ docId, before: this.#before.get(docId) ?? null, after: text }))));
    await Promise.all(writes);
  }
}
