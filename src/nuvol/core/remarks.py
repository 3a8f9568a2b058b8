"""Comments inside a unit: a row, which is what counts, and beside it a document in the database `comment` of the
node's owner (eyeos.md b), by which programs that sync learn of it.

Nobody writes these documents but the core. A desk is the exception: it syncs for many people under one login, so what
it brings are comments of its own account. What it does to comments of others is put right by a revision of our own.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from nuvol.core import papers
from nuvol.core.files.ledger import Ledger
from nuvol.errors import DatabaseDoesNotExist, NotAllowed
from nuvol.ids import ID_LIMIT
from nuvol.model.comments import Comment
from nuvol.stores.base import DatabaseRows, Transaction
from nuvol.u1db import document as documents
from nuvol.u1db.replica import Replica
from nuvol.u1db.table import Change

DATABASE = "comment"
NEW, DELETED = "NEW", "DELETED"
OURS = "C-"
"""How the ids of documents begin that were made here."""
LONGEST = 10_000
"""Characters of a comment: more is a document."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FORMS = {14: "%Y%m%d%H%M%S", 12: "%Y%m%d%H%M"}


def stamp(at: int) -> str:
    """`YYYYmmddHHMMSS` in UTC: how a comment's time is written in its document (eyeos.md b.4)."""
    return f"{_EPOCH + timedelta(microseconds=at):%Y%m%d%H%M%S}"


def moment(text: str) -> int | None:
    """Microseconds of a time written so, with or without its seconds; None when it is none."""
    try:
        return (datetime.strptime(text, _FORMS[len(text)]).replace(tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)
    except (KeyError, ValueError):
        return None


def put(ledger: Ledger, comments: Iterable[Comment], fresh_id: int) -> None:
    """Write comments about nodes of the ledger's account. `fresh_id`: for the database, if there is none yet."""
    wanted = list(comments)
    if not wanted:
        return

    def act(replica: Replica) -> None:
        for comment in wanted:
            ledger.tx.comments.put(comment)
            _write(replica, comment.doc_id, _text(comment, NEW))

    papers.change(ledger, papers.ensure(ledger, DATABASE, fresh_id), act)


def withdraw(ledger: Ledger, comment: Comment) -> None:
    """Its author deletes it. The document stays as one that was deleted, so that every desk learns of it; what it
    said is gone."""
    ledger.tx.comments.remove(comment.account_id, comment.doc_id)
    gone = _text(replace(comment, text=""), DELETED)
    papers.change(ledger, _database(ledger), lambda replica: _write(replica, comment.doc_id, gone))


def forget(ledger: Ledger, node_ids: Sequence[int], most: int) -> int:
    """Nodes go for good, and what was written about them; at most so many comments in one unit. Returns how many."""
    found = ledger.tx.comments.about(ledger.account_id, node_ids, most)
    if found:
        for comment in found:
            ledger.tx.comments.remove(comment.account_id, comment.doc_id)

        def act(replica: Replica) -> None:
            for comment in found:
                _write(replica, comment.doc_id, None)

        papers.change(ledger, _database(ledger), act)
    return len(found)


def about(tx: Transaction, account_id: int, node_ids: Sequence[int]) -> list[Comment]:
    """Everything that was written about these nodes."""
    return tx.comments.about(account_id, node_ids, ID_LIMIT)


# --------------------------------------------------------------------------------------- what others write


def admit(ledger: Ledger, rows: DatabaseRows) -> None:
    """To be asked before what somebody wrote into the database as such is settled. Raises NotAllowed."""
    if not rows.written and not rows.growth:
        return
    if not ledger.actor.is_desk:
        raise NotAllowed(
            "Comments are not written as documents.", advice="Write and delete them at /api/v1/nodes/{id}/comments."
        )
    replica = Replica(papers.Within(rows))
    for change in [change for change, _ in rows.written]:
        _follow(ledger, replica, change)


def _follow(ledger: Ledger, replica: Replica, change: Change) -> None:
    """A desk wrote a document: so does the row, unless it is somebody else's, which stays as it was."""
    tx, known = ledger.tx, ledger.tx.comments.get(ledger.account_id, change.doc_id)
    if known is None and change.doc_id.startswith(OURS):
        return  # one that was deleted: its row is gone, whatever the document says
    if known is not None and known.author_id != ledger.actor.account_id:
        if change.content != (text := _text(known, NEW)):
            _write(replica, change.doc_id, text)
        return
    told = _read(ledger, change)
    if told is None and known is not None:
        tx.comments.remove(ledger.account_id, change.doc_id)
    elif told is not None and told != known:
        tx.comments.put(told)
    if told != known:
        note(ledger, told or known, "delete" if told is None else "create")


def note(ledger: Ledger, comment: Comment | None, verb: str) -> None:
    """Tell in the journal: in that of the node, so that whoever may see it learns of it."""
    node = ledger.tx.nodes.get(ledger.account_id, comment.node_id) if comment else None
    if node is not None:
        ledger.note(verb, node, object="comment")


def _read(ledger: Ledger, change: Change) -> Comment | None:
    """What a desk's document says about a node of this account; None when it says nothing that could be shown."""
    said: dict[str, Any] = documents.read(change.content) if change.content is not None else {}
    item, user, text = (said.get(key) for key in ("id", "user", "text"))
    if said.get("status") != NEW or not isinstance(user, str) or not isinstance(text, str) or "\0" in user + text:
        return None
    node_id = int(str(item)) if str(item).isascii() and str(item).isdigit() and len(str(item)) < 17 else ID_LIMIT
    if node_id >= ID_LIMIT or ledger.tx.nodes.get(ledger.account_id, node_id) is None:
        return None
    at, cloud = moment(str(said.get("time_created"))), said.get("cloud")
    return Comment(
        ledger.account_id,
        change.doc_id,
        node_id,
        ledger.actor.account_id,
        user[:200],
        text[:LONGEST],
        ledger.now if at is None else min(max(at, 0), ledger.now),
        cloud[:200] if isinstance(cloud, str) and "\0" not in cloud else "",
    )


# ------------------------------------------------------------------------------------------------ documents


def _text(comment: Comment, status: str) -> str:
    said: dict[str, Any] = {
        "id": str(comment.node_id),
        "user": comment.user,
        "text": comment.text,
        "time_created": stamp(comment.at),
        "status": status,
        "account": comment.author_id,
    }
    return documents.write(said | ({"cloud": comment.cloud} if comment.cloud else {}))


def _write(replica: Replica, doc_id: str, text: str | None) -> None:
    """Make this the document's content, whatever it is now."""
    present = replica.get_doc(doc_id, include_deleted=True)
    if present is not None and present.has_conflicts:
        replica.resolve(doc_id, text, [one.rev or "" for one in replica.get_doc_conflicts(doc_id)])
    elif text is not None:
        replica.put(doc_id, present.rev if present else None, text)
    elif present is not None and not present.is_tombstone():
        replica.delete(doc_id, present.rev)


def _database(ledger: Ledger) -> int:
    found = ledger.tx.documents.named(ledger.account_id, DATABASE)
    if found is None:  # nobody can delete it, so where there is a comment there is one
        raise DatabaseDoesNotExist("The database of the comments is gone.")
    return found.id
