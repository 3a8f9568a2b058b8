"""Who is told after a commit."""

import logging
from collections.abc import Callable, Mapping, Sequence

from nuvol.model.journal import Notice

log = logging.getLogger(__name__)

Listener = Callable[[Sequence[Notice]], None]


class Notices:
    """The listeners of one catalog. Tells from whatever thread committed; a listener that fails is logged."""

    def __init__(self) -> None:
        self._listeners: tuple[Listener, ...] = ()
        self._foreign: tuple[Callable[[], None], ...] = ()

    def on_change(self, listener: Listener) -> Callable[[], None]:
        """Add a listener; returns the function that takes it away."""
        self._listeners += (listener,)

        def stop() -> None:
            self._listeners = tuple(each for each in self._listeners if each is not listener)

        return stop

    def on_foreign_write(self, listener: Callable[[], None]) -> None:
        self._foreign += (listener,)

    def tell(self, grown: Mapping[int, int]) -> None:
        """Journals have grown: account → newest number."""
        if grown and self._listeners:
            notices = [Notice(account_id, seq) for account_id, seq in grown.items()]
            for listener in self._listeners:
                _guarded(lambda listener=listener: listener(notices))

    def tell_foreign(self) -> None:
        """Another process wrote."""
        for listener in self._foreign:
            _guarded(listener)


def _guarded(call: Callable[[], None]) -> None:
    try:
        call()
    except Exception:
        log.exception("a listener of the catalog failed")
