/** Replicas with chosen uids, and one replica as the other side of another. */
import { openDB } from 'idb';
import type { Arrivals } from '../../src/lib/u1db/arrivals';
import { Replica, type Change } from '../../src/lib/u1db/replica';
import { ReplicaError } from '../../src/lib/u1db/errors';
import type { SyncTarget } from '../../src/lib/u1db/sync';

let made = 0;

/** An empty one whose uid is `uid`. */
export async function replica(uid: string): Promise<Replica> {
  const name = `replica ${++made}`;
  (await Replica.open(name)).close();
  const db = await openDB(name);
  await db.put('meta', { replicaUid: uid, generation: 0, transactionId: '' }, 'head');
  db.close();
  return Replica.open(name);
}

export const [X, Y, Z, W, V, N] = [1, 2, 3, 4, 5, 9].map((v) => `{"v":${v}}`) as [string, string, string, string, string, string];

/** What `target` answers a source, as u1db.md 6.2 has it. */
export function targetOf(target: Replica): SyncTarget & { exchanges: number } {
  return {
    exchanges: 0,
    async info(source) {
      const head = await target.head();
      return { targetUid: head.replicaUid, target: head, source: await target.known(source) };
    },
    record: (source, known) => target.know(source, known),
    async exchange(source, lastKnown, entries) {
      this.exchanges += 1;
      await target.requirePast(lastKnown);
      const seen = new Map<string, number>();
      for (const entry of entries) {
        const [arrival] = (await target.takeIn(source, [entry], false)) as Arrivals['states'];
        const row = (await target.rows()).find(({ docId }) => docId === entry.docId);
        if (arrival!.state === 'inserted' || arrival!.state === 'converged') seen.set(entry.docId, row!.generation);
      }
      const head = await target.head();
      const lacking = (await target.changes(lastKnown.generation, head.generation, 1e6)).filter(
        ({ docId, generation }) => (seen.get(docId) ?? 0) < generation,
      );
      return { header: { ...head, replicaUid: null }, entries: pages(lacking) };
    },
    async snapshot() {
      const head = await target.head();
      return { header: head, entries: pages(await target.changes(0, head.generation, 1e6)) };
    },
  };
}

export async function* pages(changes: readonly Change[]): AsyncGenerator<Change[]> {
  for (const change of changes) yield [change];
}

export async function code(act: Promise<unknown>): Promise<string> {
  try {
    await act;
  } catch (error) {
    if (error instanceof ReplicaError) return error.code;
    throw error;
  }
  return 'fine';
}

/** What a document is, and its alternatives by their revisions. */
export async function told(of: Replica, docId = 'd'): Promise<string> {
  const document = await of.get(docId);
  const [, ...others] = await of.conflicts(docId);
  const say = ({ rev, text }: { rev: string; text: string | null }) => `${rev} ${text ?? '∅'}`;
  return [document && say(document), ...others.map(say).sort().map((other) => `+${other}`)].join(' ');
}
