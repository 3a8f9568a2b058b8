/**
 * Two replicas become one: the source's side (u1db.md 6.1). Each side remembers how much it has of the other, so a sync
 * that breaks off goes on where it stopped.
 */
import { isReplicaError, ReplicaError } from './errors';
import type { Change, Known, Replica } from './replica';
import type { Answered } from './stream';

/** What source and target know of each other, as the target sees it. */
export interface SyncInfo {
  targetUid: string;
  target: Known;
  /** How much the target has of the source. */
  source: Known;
}

export interface Answer {
  header: Answered;
  /** To be read to its end: then the source has everything of the target up to the header. */
  entries: AsyncGenerator<Change[]>;
}

/** The other side. It raises what went wrong, a refusal with a `code` as the replica's. */
export interface SyncTarget {
  info(sourceUid: string): Promise<SyncInfo>;
  /** The target has everything of the source up to `known`. */
  record(sourceUid: string, known: Known): Promise<void>;
  exchange(sourceUid: string, lastKnown: Known, entries: readonly Change[]): Promise<Answer>;
  /** Everything there is, for an empty replica. */
  snapshot(): Promise<Answer>;
}

const RUN = 250; // documents put in at once: a few milliseconds of the browser's database
const PART = 4_000_000; // characters after which a push goes on in another exchange

/** Told after each run that was put in. */
export type Progress = () => void;

/**
 * Bring both to the same documents. Raises invalid-generation and invalid-transaction-id when one of them has lost or
 * changed its past, and what the target raises; whatever was received until then is kept.
 */
export async function synchronise(replica: Replica, target: SyncTarget, progress: Progress = () => undefined): Promise<void> {
  if ((await replica.head()).generation === 0) await begin(replica, target, progress);
  for (;;) {
    const info = await target.info((await replica.head()).replicaUid);
    try {
      return await exchangeAll(replica, target, info, progress);
    } catch (error) {
      // The same is pushed by another window: go on from where the target is by now.
      if (!isCode(error, 'invalid-generation') || (await target.info((await replica.head()).replicaUid)).source.generation <= info.source.generation) throw error;
    }
  }
}

/**
 * The same, and where the pasts do not fit together (a copied or restored profile of a browser, a server that lost
 * something) this becomes a new replica and both are merged from the beginning: nothing is lost, at worst there are conflicts.
 */
export async function mend(replica: Replica, target: SyncTarget, progress?: Progress): Promise<void> {
  try {
    await synchronise(replica, target, progress);
  } catch (error) {
    if (!isCode(error, 'invalid-generation') && !isCode(error, 'invalid-transaction-id')) throw error;
    await replica.startAnew();
    await synchronise(replica, target, progress);
  }
}

const isCode = (error: unknown, code: string): boolean =>
  isReplicaError(error) ? error.code === code : error instanceof Error && (error as { code?: unknown }).code === code;

async function begin(replica: Replica, target: SyncTarget, progress: Progress): Promise<void> {
  const { header, entries } = await target.snapshot();
  if (!header.replicaUid) throw new ReplicaError('broken-sync-stream', 'The snapshot does not say which replica it is of.');
  const received = await receive(replica, header.replicaUid, entries, progress);
  await replica.know(header.replicaUid, { generation: header.generation, transactionId: header.transactionId });
  const { replicaUid, generation, transactionId } = await replica.head();
  // Nothing but what came from the target is here: it need not be sent back.
  if (received > 0 && generation === received) await target.record(replicaUid, { generation, transactionId });
}

async function exchangeAll(replica: Replica, target: SyncTarget, info: SyncInfo, progress: Progress): Promise<void> {
  const before = await replica.head();
  if (info.targetUid === before.replicaUid) throw new ReplicaError('invalid-transaction-id', 'Both replicas have the same uid: one is a copy of the other.');
  await replica.requirePast(info.source);
  let lastKnown = await replica.known(info.targetUid);
  if (before.generation === info.source.generation && lastKnown.generation === info.target.generation) {
    if (lastKnown.transactionId !== info.target.transactionId) throw new ReplicaError('invalid-transaction-id', 'The target has another past than the one that was synced with.');
    return replica.noteSent(before.generation);
  }
  let received = 0;
  for await (const part of parts(replica, info.source.generation, before.generation)) {
    const { header, entries } = await target.exchange(before.replicaUid, lastKnown, part);
    received += await receive(replica, info.targetUid, entries, progress);
    lastKnown = { generation: header.generation, transactionId: header.transactionId };
    await replica.know(info.targetUid, lastKnown);
  }
  await replica.noteSent(before.generation);
  const { generation, transactionId } = await replica.head();
  if (received && generation === before.generation + received) {
    await target.record(before.replicaUid, { generation, transactionId });
    await replica.noteSent(generation);
  }
}

/** Put in what the target sends, as it comes; how many of them are new here. */
async function receive(replica: Replica, peer: string, entries: AsyncGenerator<Change[]>, progress: Progress): Promise<number> {
  let received = 0;
  let run: Change[] = [];
  const apply = async () => {
    const now = run;
    run = [];
    for (let at = 0; at < now.length; at += RUN) {
      const states = await replica.takeIn(peer, now.slice(at, at + RUN), true);
      received += states.filter(({ state }) => state === 'inserted' || state === 'conflicted').length;
      progress();
    }
  };
  try {
    for await (const page of entries) {
      run.push(...page);
      if (run.length >= RUN) await apply();
    }
  } finally {
    await apply(); // what came before a break counts
  }
  return received;
}

/** What goes out in one exchange each; at least one, for there may be something to fetch. */
async function* parts(replica: Replica, after: number, until: number): AsyncGenerator<Change[]> {
  let part: Change[] = [];
  let length = 0;
  let isFirst = true;
  for (let page; (page = await replica.changes(after, until, RUN)).length; after = page.at(-1)!.generation) {
    for (const change of page) {
      part.push(change);
      length += 200 + (change.text?.length ?? 0);
      if (length < PART) continue;
      yield part;
      [part, length, isFirst] = [[], 0, false];
    }
  }
  if (part.length || isFirst) yield part;
}
