"""Who is told after a commit."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence

from nuvol.model.journal import Notice

log = logging.getLogger(__name__)

SEQS = "select id, seq from account"
"""Every account and the number of its newest journal row."""

Listener = Callable[[Sequence[Notice]], None]


class Notices:
    """The listeners of one catalog, and what they were told last.

    They are called from whatever thread committed; one that fails is logged and does not stop the others.
    """

    def __init__(self) -> None:
        self._listeners: tuple[Listener, ...] = ()
        self._foreign: tuple[Callable[[], None], ...] = ()
        self._known: dict[int, int] = {}

    def on_change(self, listener: Listener) -> Callable[[], None]:
        """Add a listener; returns the function that takes it away."""
        self._listeners += (listener,)

        def stop() -> None:
            self._listeners = tuple(each for each in self._listeners if each is not listener)

        return stop

    def on_foreign_write(self, listener: Callable[[], None]) -> None:
        """Add a listener of `tell_foreign`."""
        self._foreign += (listener,)

    def learn(self, seqs: Iterable[tuple[int, int]]) -> None:
        """What the journals have reached so far; nobody is told."""
        self._known.update(seqs)

    def tell(self, grown: Mapping[int, int]) -> None:
        """Journals have grown: account → newest number."""
        if not grown:
            return
        self._known.update(grown)
        notices = [Notice(account_id, seq) for account_id, seq in grown.items()]
        for listener in self._listeners:
            try:
                listener(notices)
            except Exception:
                log.exception("a listener of the catalog failed")

    def tell_news(self, seqs: Iterable[tuple[int, int]]) -> None:
        """Tell of those journals that are not where they were when last heard of."""
        self.tell({account_id: seq for account_id, seq in seqs if self._known.get(account_id) != seq})

    def tell_foreign(self) -> None:
        """Another process wrote."""
        for listener in self._foreign:
            try:
                listener()
            except Exception:
                log.exception("a listener of the catalog failed")
