"""What happens to documents that come from another replica: put-if-newer and its conflicts (u1db.md 4.1 to 4.3)."""

from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct

from nuvol.errors import CloudError, InvalidGeneration, InvalidTransactionId
from nuvol.u1db import revision
from nuvol.u1db.document import read, require_doc_id, same_content
from nuvol.u1db.ledger import Ledger
from nuvol.u1db.revision import Clock
from nuvol.u1db.table import Alternative, Change, Known, Rows, Stored


class State(StrEnum):
    INSERTED = "inserted"
    """It is what the document is now."""
    CONVERGED = "converged"
    """It was here already."""
    SUPERSEDED = "superseded"
    """What is here is newer, perhaps because both became one."""
    CONFLICTED = "conflicted"
    """It was changed here too."""


class Arrival(Struct, frozen=True):
    """What became of one."""

    state: State
    generation: int
    """How far the database came with it."""
    newest: int
    """Generation of the newest change of this document."""


class Arrivals(Struct):
    """What became of a run: of all its entries, or of those before the one that failed."""

    done: list[Arrival]
    failure: CloudError | None = None


def take_in(rows: Rows, peer: str, entries: Sequence[Change], save_conflicts: bool) -> Arrivals:
    """Put a run of documents of `peer` in, in order, and remember how far the peer is known now.

    One that fails ends the run: those before it are kept, so that the peer can go on from there. Failures:
    InvalidGeneration, InvalidTransactionId, InvalidDocId, InvalidRevision, InvalidJSON.
    """
    ledger = Ledger(rows, {entry.doc_id for entry in entries})
    known = rows.known(peer)
    result = Arrivals([])
    for entry in entries:
        try:
            known = _go_on(known, entry)
            result.done.append(_put_if_newer(ledger, entry, save_conflicts))
        except CloudError as failure:
            result.failure = failure
            break
        reached = known
    ledger.settle()
    if result.done:
        rows.know(peer, reached)
    return result


def _go_on(known: Known, entry: Change) -> Known:
    if entry.generation < known.generation:
        raise InvalidGeneration(f"Generation {entry.generation} comes after {known.generation}.")
    if entry.generation == known.generation and entry.transaction_id != known.transaction_id:
        raise InvalidTransactionId(f"Generation {entry.generation} has another transaction id than it had.")
    return Known(entry.generation, entry.transaction_id)


def _put_if_newer(ledger: Ledger, entry: Change, save_conflicts: bool) -> Arrival:
    doc_id = require_doc_id(entry.doc_id)
    clock = revision.received(entry.rev)
    if entry.content is not None:
        read(entry.content)
    stored = ledger.document(doc_id)
    state = _decide(ledger, stored, doc_id, clock, entry.content, save_conflicts)
    stored = ledger.document(doc_id)
    return Arrival(state, ledger.generation, stored.generation if stored else 0)


def _decide(
    ledger: Ledger, stored: Stored | None, doc_id: str, clock: Clock, content: str | None, save_conflicts: bool
) -> State:
    mine = revision.parse(stored.rev if stored else None)
    if stored is None or revision.newer(clock, mine):
        merged, others = _prune(ledger, doc_id, clock, content)
        ledger.set_alternatives(doc_id, others)
        ledger.store(doc_id, merged, content)
        return State.INSERTED if merged == clock else State.SUPERSEDED
    if clock == mine:
        return State.CONVERGED
    if revision.newer(mine, clock):
        return State.SUPERSEDED
    if same_content(content, stored.content):
        ledger.store(doc_id, revision.incremented(revision.maximised((clock, mine)), ledger.replica_uid), content)
        return State.SUPERSEDED
    if save_conflicts:
        merged, others = _prune(ledger, doc_id, clock, content)
        ledger.set_alternatives(doc_id, [*others, Alternative(stored.rev, stored.content)])
        ledger.store(doc_id, merged, content)
    return State.CONFLICTED


def _prune(ledger: Ledger, doc_id: str, clock: Clock, content: str | None) -> tuple[Clock, list[Alternative]]:
    """Drop the alternatives that this revision knows of, and those it says the same as: then it becomes a new one."""
    kept = []
    merged, is_new = clock, False
    for alternative in ledger.alternatives(doc_id):
        other = revision.parse(alternative.rev)
        if revision.newer(merged, other):
            continue
        if same_content(content, alternative.content):
            merged, is_new = revision.maximised((merged, other)), True
        else:
            kept.append(alternative)
    return (revision.incremented(merged, ledger.replica_uid) if is_new else clock), kept
