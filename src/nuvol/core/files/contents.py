"""Contents come and go: counted while something names them, taken away page by page when nothing does."""

import contextlib
import secrets
from collections.abc import Iterable, Sequence

from nuvol.core import remarks
from nuvol.core.files.ledger import Ledger
from nuvol.core.files.room import Files
from nuvol.errors import AccountMissing
from nuvol.stores.base import PAGE, Transaction


def release(ledger: Ledger, contents: Iterable[bytes]) -> None:
    """Let go of those contents that no version names any more. Those of many chunks, or the last of many contents,
    are only abandoned: `take_abandoned`, to be called after the unit, takes them away."""
    chunks = ledger.tx.chunks
    room = PAGE
    for hash in ledger.tx.versions.unnamed(ledger.account_id, contents):
        content = chunks.content(ledger.account_id, hash)
        if content is None:
            continue
        ledger.tx.photos.drop_picture(ledger.account_id, hash)
        if content.chunks > room:
            chunks.abandon(ledger.account_id, hash, secrets.token_bytes(32))
            continue
        room -= content.chunks
        if content.chunks == 0:
            ledger.use(-content.size)
        else:
            ledger.use(-_let_go(ledger.tx, ledger.account_id, hash, 0, ledger.now))
        chunks.drop_content(ledger.account_id, hash)


def remove_nodes(ledger: Ledger, node_ids: Sequence[int], most: int) -> int:
    """Remove nodes with their versions and comments, for good; if there are `most` of these or more, only so many of
    them. Returns how many went."""
    if remarks.forget(ledger, node_ids, most) == most:
        return most
    past = ledger.tx.versions.some(ledger.account_id, node_ids, most)
    if len(past) < most:
        ledger.tx.versions.remove_nodes(ledger.account_id, node_ids)
        ledger.tx.nodes.remove(ledger.account_id, node_ids)
    else:
        ledger.tx.versions.remove_some(ledger.account_id, past)
    release(ledger, {content for _, _, content in past if content is not None})
    return len(past)


def take_away(files: Files, account_id: int, name: bytes) -> None:
    """Remove a pending content (its temporary name) and let go of its chunks, one page in a unit."""

    def unit(tx: Transaction) -> bool:
        with contextlib.suppress(AccountMissing):  # removed meanwhile; its chunks are garbage all the same
            tx.accounts.take(account_id)
        page = max(0, tx.chunks.last_page(account_id, name))
        freed = _let_go(tx, account_id, name, page, files.clock())
        tx.chunks.remove_page(account_id, name, page)
        if page == 0:
            tx.chunks.drop_content(account_id, name)
        with contextlib.suppress(AccountMissing):
            tx.accounts.advance(account_id, 0, -freed)
        return page == 0

    while not files.catalog.write(unit):
        pass


def take_abandoned(files: Files, before: int = 1) -> None:
    """Take away what `release` left for later (pending since 0) and what dead uploads brought before `before`."""
    while found := files.catalog.read(lambda tx: tx.chunks.abandoned(before, 100)):
        for account_id, name in found:
            take_away(files, account_id, name)


def _let_go(tx: Transaction, account_id: int, hash: bytes, page: int, now: int) -> int:
    """Returns how many bytes nothing refers to any more."""
    return tx.chunks.unrefer(account_id, [name for name, _ in tx.chunks.page(account_id, hash, page)], now)
