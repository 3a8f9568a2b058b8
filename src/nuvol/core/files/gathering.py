"""One list out of one's own rows and those of people who opened folders, newest first, page by page."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Generic, TypeVar

T = TypeVar("T")

Key = tuple[int, int]
"""What a list is ordered by."""

ROWS = 100
FAR = 10
"""Pages of so many rows of one other account that a request looks through: in a large one few may be open."""


class Gathering(Generic[T]):
    """`add` what was found in each account, at least one row more than the page holds if there is one, then `page`.
    What was found twice is there once."""

    def __init__(self, key: Callable[[T], Key], limit: int) -> None:
        self._key = key
        self.limit = limit
        self._found: dict[Key, T] = {}
        self._reached: Key | None = None

    def add(self, found: list[T]) -> None:
        self._found |= {self._key(row): row for row in found}

    def sift(self, pages: Iterator[list[T]], passes: Callable[[list[T]], list[T]]) -> None:
        """Add what passes of somebody else's rows."""
        count, looked = 0, 0
        for page in islice(pages, FAR):
            found = passes(page)
            self.add(found)
            count, looked = count + len(found), looked + 1
            if count > self.limit:
                return
            reached = self._key(page[-1])
        if looked == FAR:  # it may go on, farther than one request looks
            self._reached = max(reached, self._reached or reached)

    def page(self) -> tuple[list[T], Key | None]:
        """The newest, and where the next page begins: behind this; None: there is none. A page may be short."""
        found = sorted(self._found.values(), key=self._key, reverse=True)
        if self._reached is not None:
            found = [node for node in found if self._key(node) >= self._reached]
        page = found[: self.limit]
        return page, self._key(page[-1]) if len(found) > self.limit else self._reached
