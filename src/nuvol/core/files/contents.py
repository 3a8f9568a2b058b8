"""Contents come and go: counted while something names them, taken away page by page when nothing does."""

import secrets
from collections.abc import Iterable, Sequence

from nuvol.core.files.ledger import Ledger
from nuvol.core.files.room import Files
from nuvol.model.accounts import Actor
from nuvol.stores.base import PAGE


def release(ledger: Ledger, contents: Iterable[bytes]) -> None:
    """Let go of those contents that no version names any more; one of many chunks goes later, by `take_away`."""
    chunks = ledger.tx.chunks
    for hash in ledger.tx.versions.unnamed(ledger.account_id, contents):
        content = chunks.content(ledger.account_id, hash)
        if content is None:
            continue
        if content.chunks > PAGE:
            chunks.abandon(ledger.account_id, hash, secrets.token_bytes(32))
        else:
            _let_go(ledger, hash)
            if content.chunks == 0:
                ledger.use(-content.size)
            chunks.drop_content(ledger.account_id, hash)


def remove_nodes(ledger: Ledger, node_ids: Sequence[int]) -> None:
    """Remove nodes with their versions, for good."""
    contents = ledger.tx.versions.contents(ledger.account_id, node_ids)
    ledger.tx.versions.remove_nodes(ledger.account_id, node_ids)
    ledger.tx.nodes.remove(ledger.account_id, node_ids)
    release(ledger, contents)


def take_away(files: Files, actor: Actor, name: bytes) -> None:
    """Remove a pending content (its temporary name) and let go of its chunks, one page in a unit."""

    def unit(ledger: Ledger) -> bool:
        page = ledger.tx.chunks.last_page(ledger.account_id, name)
        if page > 0:
            _let_go(ledger, name, page)
            ledger.tx.chunks.remove_page(ledger.account_id, name, page)
            return False
        _let_go(ledger, name)
        ledger.tx.chunks.drop_content(ledger.account_id, name)
        return True

    while not files.write(actor, unit):
        pass


def take_abandoned(files: Files, before: int = 1) -> None:
    """Take away what `release` left for later (pending since 0) and what dead uploads brought before `before`."""
    while found := files.catalog.read(lambda tx: tx.chunks.abandoned(before, 100)):
        for account_id, name in found:
            take_away(files, Actor(account_id), name)


def _let_go(ledger: Ledger, hash: bytes, page: int = 0) -> None:
    names = [name for name, _ in ledger.tx.chunks.page(ledger.account_id, hash, page)]
    ledger.use(-ledger.tx.chunks.unrefer(ledger.account_id, names, ledger.now))
