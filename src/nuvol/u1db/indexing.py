"""Indexes of one database: made, removed and asked, in units of bounded size (u1db.md part 5)."""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter, itemgetter

from msgspec.structs import replace

from nuvol.errors import IndexDoesNotExist, IndexNameTakenError
from nuvol.u1db.document import read
from nuvol.u1db.index import Definition, Span, Values, between, definition, exactly, run_of_keys
from nuvol.u1db.table import Entry, Found, Index, IndexState, Rows, Stored, Table

FILL = 200
"""Documents that one unit enters into a new index: some 5 ms, so that nobody waits long for the writer."""
CLEAR = 5000
"""Entries that one unit removes."""
PAGE = 500
"""Entries read at once, with their documents."""


class Indexes:
    def __init__(self, table: Table) -> None:
        self._table = table

    def create(self, name: str, *expressions: str) -> None:
        """On return all documents are in it. An equal index costs one small read.

        Raises IndexDefinitionParseError, IndexNameTakenError."""
        wanted = definition(name, expressions)
        present = self._table.read(lambda rows: _named(rows, name))
        if present == Index(name, wanted.expressions):
            return
        while not self._table.write(lambda rows: _go_on(rows, wanted)):
            pass

    def finish(self) -> None:
        """Go on with indexes that were being made when a program ended."""
        for index in self._table.read(lambda rows: rows.indexes()):
            if index.state == IndexState.FILLING:
                self.create(index.name, *index.expressions)

    def delete(self, name: str) -> None:
        """One that is not there is no error."""
        if self._table.write(lambda rows: _hide(rows, name)):
            while not self._table.write(lambda rows: _remove_some(rows, name)):
                pass

    def definitions(self) -> list[tuple[str, list[str]]]:
        present = self._table.read(lambda rows: rows.indexes())
        return [(index.name, [*index.expressions]) for index in present if index.state == IndexState.READY]

    def get(self, name: str, values: Sequence[str], limit: int | None = None) -> list[Stored]:
        """The first `limit` documents. Raises IndexDoesNotExist, InvalidValueForIndex, InvalidGlobbing."""
        return self._find(name, lambda columns: exactly(columns, values), limit)

    def get_range(
        self, name: str, start: Sequence[str] | None, end: Sequence[str] | None, limit: int | None = None
    ) -> list[Stored]:
        """The first `limit` documents. Raises IndexDoesNotExist, InvalidValueForIndex, InvalidGlobbing."""
        return self._find(name, lambda columns: between(columns, start, end), limit)

    def keys(self, name: str) -> list[Values]:
        """Every tuple of values once, sorted. Raises IndexDoesNotExist."""
        return self._table.snapshot(lambda rows: sorted(set(_all_values(rows, _ready(rows, name)))))

    def _find(self, name: str, spans: Callable[[int], list[Span]], limit: int | None) -> list[Stored]:
        def unit(rows: Rows) -> list[Stored]:
            wanted = _ready(rows, name)
            asked = spans(len(wanted.expressions))
            found: dict[str, Stored] = {}
            for stored in _documents(rows, wanted, asked, PAGE if limit is None else min(PAGE, limit)):
                found.setdefault(stored.doc_id, stored)
                if len(found) == limit:
                    break
            return list(found.values())

        return self._table.snapshot(unit)


def _named(rows: Rows, name: str) -> Index | None:
    return next((index for index in rows.indexes() if index.name == name), None)


def _ready(rows: Rows, name: str) -> Definition:
    index = _named(rows, name)
    if index is None or index.state != IndexState.READY:
        raise IndexDoesNotExist(f"There is no index “{name}”.")
    return definition(name, index.expressions)


# ------------------------------------------------------------------------------------------ made and removed


def _go_on(rows: Rows, wanted: Definition) -> bool:
    """One step towards the index; whether it was the last. One that stopped halfway is gone on with."""
    present = _named(rows, wanted.name) or Index(wanted.name, wanted.expressions, IndexState.FILLING)
    if present.state == IndexState.REMOVING:
        _remove_some(rows, wanted.name)
        return False
    if present.expressions != wanted.expressions:
        raise IndexNameTakenError(f"There is an index “{wanted.name}” of other expressions.")
    if present.state == IndexState.READY:
        return True
    documents = rows.page(present.filled, FILL)
    rows.add_entries(
        Entry(wanted.name, key, stored.doc_id)
        for stored in documents
        if stored.content is not None
        for key in wanted.keys(read(stored.content))
    )
    if len(documents) == FILL:
        rows.set_index(replace(present, filled=documents[-1].doc_id))
        return False
    rows.set_index(Index(wanted.name, wanted.expressions))
    return True


def _hide(rows: Rows, name: str) -> bool:
    index = _named(rows, name)
    if index is not None:
        rows.set_index(replace(index, state=IndexState.REMOVING))
    return index is not None


def _remove_some(rows: Rows, name: str) -> bool:
    """One step towards its end; whether it was the last."""
    index = _named(rows, name)
    if index is None or index.state != IndexState.REMOVING:  # somebody else removed it
        return True
    if rows.clear_entries(name, CLEAR) == CLEAR:
        return False
    rows.remove_index(name)
    return True


# ----------------------------------------------------------------------------------------------------- asked


def _documents(rows: Rows, wanted: Definition, spans: Sequence[Span], page: int) -> Iterator[Stored]:
    """Those with a line within the spans, in the order of their lines; once for each."""
    first, below = run_of_keys(spans)
    for key, run in groupby(_run(rows, wanted.name, first, below, page), attrgetter("key")):
        lines = [
            (values, found.document)
            for found in run
            for values in wanted.values(key, found.document.content or "{}")
            if all(value in span for value, span in zip(values, spans, strict=True))
        ]
        lines.sort(key=itemgetter(0))  # a key that was cut may stand for several values
        for _, document in lines:
            yield document


def _run(rows: Rows, name: str, first: str, below: str | None, page: int) -> Iterator[Found]:
    after = (first, "")
    while True:
        found = rows.find(name, after, below, page)
        yield from found
        if len(found) < page:
            return
        after = (found[-1].key, found[-1].document.doc_id)


def _all_values(rows: Rows, wanted: Definition) -> Iterator[Values]:
    after = ""
    while page := rows.keys(wanted.name, after, PAGE):
        for key in page:
            whole = wanted.values_in(key)
            if whole is not None:
                yield whole
                continue
            for found in _run(rows, wanted.name, key, key + "\x01", PAGE):
                yield from wanted.values(key, found.document.content or "{}")
        after = page[-1]
