"""D12: big operations do not stop the others. No unit of theirs touches more rows than a batch says, however large the
tree, the past of a file or a content is; how long that takes is measured in `bench/`."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from nuvol.clock import DAY
from nuvol.core.files.chunking import hash_of
from nuvol.model.rules import KiB, Rules
from nuvol.stores.catalog.catalog import SqlTransaction
from nuvol.stores.catalog.database import Connection, Row
from tests.core.clouds import Home, World, noise
from tests.sizes import size

BATCH = size(20, 500)
NODES = size(130, 100_000)

_CHANGE = re.compile(r"\s*(?:insert into|update|delete from) (\w+)")


class Counting(Connection):
    """Counts the rows that a unit changes, by table, and the statements it makes."""

    def __init__(self, real: Any) -> None:
        super().__init__()
        self._real = real
        self.grown = real.grown
        self.rows: Counter[str] = Counter()
        self.statements = 0

    def _count(self, sql: str, rows: int) -> None:
        self.statements += 1
        if change := _CHANGE.match(sql):
            self.rows[change[1]] += rows

    def all(self, sql: str, args: Sequence[object] = ()) -> list[Row]:
        found = self._real.all(sql, args)
        self._count(sql, len(found))
        return found

    def one(self, sql: str, args: Sequence[object] = ()) -> Row | None:
        self._count(sql, 1)
        return self._real.one(sql, args)

    def run(self, sql: str, args: Sequence[object] = ()) -> int:
        count = self._real.run(sql, args)
        self._count(sql, count)
        return count

    def many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        every = list(rows)
        self._count(sql, len(every))
        self._real.many(sql, every)

    def all_in(self, sql: str, args: Sequence[object], values: Iterable[object]) -> list[Row]:
        found = self._real.all_in(sql, args, values)
        self._count(sql, len(found))
        return found

    def run_in(self, sql: str, args: Sequence[object], values: Iterable[object]) -> int:
        count = self._real.run_in(sql, args, values)
        self._count(sql, count)
        return count

    def savepoint(self):
        return self._real.savepoint()


class Measured:
    """A catalog that measures each unit."""

    def __init__(self, catalog: Any) -> None:
        self._catalog = catalog
        self.units: list[Counting] = []

    def write(self, unit: Callable[[Any], Any]) -> Any:
        def measured(tx: Any) -> Any:
            counting = Counting(tx.connection)
            self.units.append(counting)
            return unit(SqlTransaction(counting))

        return self._catalog.write(measured)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._catalog, name)


@pytest.fixture
def world(world) -> World:
    world.catalog = Measured(world.catalog)
    world.restart(Rules(batch_rows=BATCH))
    return world


@pytest.fixture
def anna(world) -> Home:
    return world.home()


@contextmanager
def bounded(home: Home, units: int, most: int = 2 * BATCH) -> Iterator[None]:
    """What is done inside takes at least so many units, none of which changes more rows of a table than `most`."""
    catalog: Any = home.world.catalog
    catalog.units.clear()
    yield
    assert len(catalog.units) >= units
    for unit in catalog.units:
        rows = {table: count for table, count in unit.rows.items() if table != "word"}
        assert all(count <= most for count in rows.values()), rows
        assert unit.rows["word"] <= 3 * most, "one-word names here"
        assert unit.statements <= 12 * BATCH + 40, "nor asks more than so often"


def grow(home: Home, top: str, shape: str) -> None:
    """A tree of `NODES`: of many files in one folder, of folders in folders, or of empty folders."""
    folder = home.folder(top)
    if shape == "flat":
        for i in range(NODES):
            home.write(folder.id, f"f{i}", b"%d" % (i % 50))
    elif shape == "deep":
        for i in range(NODES // 10):
            folder = home.cloud.tree.create_folder(home.actor, folder.id if i % 20 else home.id(top), f"d{i}")
            for j in range(9):
                home.write(folder.id, f"f{j}", b"%d" % j)
    else:
        parents = [folder.id]
        for i in range(NODES):
            made = home.cloud.tree.create_folder(home.actor, parents[i // 7], f"d{i}")
            parents.append(made.id)


SHAPES = ["flat", "deep", "folders"]
SOME = NODES // BATCH
"""Units that so many nodes need at least."""


@pytest.mark.torture
@pytest.mark.parametrize("shape", SHAPES)
def test_a_tree_is_copied_trashed_restored_and_purged_bit_by_bit(anna, shape):
    grow(anna, "top", shape)
    with bounded(anna, SOME):
        anna.copy("top", "copy")
    with bounded(anna, SOME):
        top = anna.trash("top")
    with bounded(anna, SOME):
        anna.restore(top)
    anna.trash("top")
    with bounded(anna, SOME):
        anna.purge(top)
    with bounded(anna, 1, most=4):
        anna.move("copy", "moved")
    with bounded(anna, 1, most=4):
        anna.cloud.tree.create_folder(anna.actor, anna.root.id, "copy")
    other = anna.id("moved")
    with bounded(anna, SOME):
        anna.cloud.copies.copy(anna.actor, anna.folder("x").id, anna.root.id, "moved")
    anna.restore(other)


@pytest.mark.torture
def test_a_file_with_a_long_past_goes_bit_by_bit(anna):
    count = 4 * BATCH
    for i in range(count):
        anna.put("busy", f"content {i}".encode())
        anna.put("beside", b"%d" % (i % 3))
    with bounded(anna, 4):
        anna.purge(anna.trash("busy"))
    assert anna.used == 3
    anna.world.clock.move(100 * DAY)
    with bounded(anna, 3):
        assert anna.cloud.versions.thin() == count - 1


@pytest.mark.torture
def test_many_files_of_many_chunks_go_bit_by_bit(anna, monkeypatch):
    """Chunks are rows too: as many as a page of them in one unit."""
    for module in ("receiving", "contents", "reads"):
        monkeypatch.setattr(f"nuvol.core.files.{module}.PAGE", BATCH)
    anna.folder("d")
    parts = 8
    for i in range(3 * BATCH // parts * 2):
        upload = anna.cloud.uploads.begin(anna.actor, anna.id("d"), f"f{i}")
        for part in range(parts):
            data = noise(2 * KiB, (i, part))
            upload.feed_chunk(hash_of(data), data)
        upload.commit()
    top = anna.trash("d")
    with bounded(anna, 6):
        anna.purge(top)
    assert anna.used == 0


@pytest.mark.torture
def test_an_old_journal_is_trimmed_bit_by_bit(anna):
    for i in range(4 * BATCH):
        anna.put("f", b"%d" % i)
    anna.world.clock.move(100 * DAY)
    with bounded(anna, 4):
        anna.cloud.journal.trim()


@pytest.mark.torture
def test_an_account_is_removed_bit_by_bit(anna):
    grow(anna, "top", "deep")
    anna.trash("top")
    grow(anna, "again", "deep")
    with bounded(anna, 2 * SOME):
        anna.cloud.accounts.remove(None, anna.actor.account_id)
