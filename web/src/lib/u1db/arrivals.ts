/** What happens to documents that come from another replica: put-if-newer and its conflicts (u1db.md 4.1 to 4.3). */
import { read, requireDocId, sameContent, type Value } from './document';
import { isReplicaError, ReplicaError } from './errors';
import type { Ledger, Stored } from './ledger';
import * as revision from './revision';
import type { Change, Known } from './shelves';

export type State = 'inserted' | 'converged' | 'superseded' | 'conflicted';

export interface Arrivals {
  /** What became of each, up to the one that failed. */
  states: { state: State; generation: number }[];
  /** How far the peer is known now. */
  known: Known;
  failure?: ReplicaError;
}

/** Put a run of documents of a peer in, in order. One that fails ends the run: those before it are kept. */
export function takeIn(ledger: Ledger, known: Known, entries: readonly Change[], savesConflicts: boolean): Arrivals {
  const result: Arrivals = { states: [], known };
  for (const entry of entries) {
    try {
      const reached = goOn(result.known, entry);
      const state = putIfNewer(ledger, entry, savesConflicts);
      result.states.push({ state, generation: ledger.generation });
      result.known = reached;
    } catch (error) {
      if (!isReplicaError(error)) throw error;
      result.failure = error;
      break;
    }
  }
  return result;
}

function goOn(known: Known, { generation, transactionId }: Change): Known {
  if (generation < known.generation) throw new ReplicaError('invalid-generation', `Generation ${generation} comes after ${known.generation}.`);
  if (generation === known.generation && transactionId !== known.transactionId) {
    throw new ReplicaError('invalid-transaction-id', `Generation ${generation} has another transaction id than it had.`);
  }
  return { generation, transactionId };
}

function putIfNewer(ledger: Ledger, { docId, rev, text }: Change, savesConflicts: boolean): State {
  requireDocId(docId);
  const clock = revision.received(rev);
  if (text !== null) read(text);
  const stored = ledger.document(docId);
  const mine = revision.parse(stored?.rev ?? null);
  if (!stored || revision.newer(clock, mine)) return insert(ledger, docId, clock, text, []) ? 'superseded' : 'inserted';
  if (revision.isEqual(clock, mine)) return 'converged';
  if (revision.newer(mine, clock)) return 'superseded';
  if (sameContent(text, stored.text)) {
    ledger.store(docId, revision.incremented(revision.maximised(clock, mine), ledger.replicaUid), text, true);
    return 'superseded';
  }
  if (savesConflicts) insert(ledger, docId, clock, text, [asValue(stored)]);
  return 'conflicted';
}

const asValue = ({ rev, text }: Stored): Value => ({ rev, text });

/** Make it the visible value; whether it became another revision, because it says what an alternative said (4.2). */
function insert(ledger: Ledger, docId: string, clock: revision.Clock, text: string | null, besides: Value[]): boolean {
  const kept: Value[] = [];
  let merged = clock;
  let isNew = false;
  for (const alternative of ledger.alternatives(docId)) {
    const other = revision.parse(alternative.rev);
    if (revision.newer(merged, other)) continue;
    if (sameContent(text, alternative.text)) [merged, isNew] = [revision.maximised(merged, other), true];
    else kept.push(alternative);
  }
  if (isNew) merged = revision.incremented(merged, ledger.replicaUid);
  if (ledger.alternatives(docId).length || besides.length) ledger.setAlternatives(docId, [...kept, ...besides]);
  ledger.store(docId, merged, text, isNew);
  return isNew;
}
