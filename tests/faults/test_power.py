"""The tool that plays power cuts, proved on writers that are known to be careless or careful."""

import hashlib
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from nuvol.errors import BlobMissing
from nuvol.stores.base import BlobKey
from nuvol.stores.blobs.disk import DiskBlobs
from tests.faults import native, power

COMMON = """
import os, sys
from pathlib import Path
from tests.faults import trace
folder, log = Path(sys.argv[1]), Path(sys.argv[2])
def mark(text): trace.mark(log, text)
def sync(path):
    fd = os.open(path, os.O_RDONLY)
    os.fsync(fd)
    os.close(fd)
"""


def cut(tmp_path: Path, script: str) -> Iterator[power.State]:
    """Run the script in a traced child on an empty folder; then every state a power cut might have left of it."""
    folder, log, into = tmp_path / "folder", tmp_path / "log", tmp_path / "states"
    folder.mkdir()
    into.mkdir()
    command = [sys.executable, "-c", COMMON + script, str(folder), str(log)]
    subprocess.run(command, env=native.preloaded(folder, trace=log), check=True)
    return power.states(log, folder, into)


def losses(states: Iterator[power.State], check: Callable[[power.State], None]) -> Iterator[str]:
    played = 0
    for state in states:
        played += 1
        try:
            check(state)
        except (AssertionError, BlobMissing, sqlite3.DatabaseError) as problem:
            yield f"{state.story}: {problem!r}"
    assert played > 5, "a tool that plays nothing finds nothing"


# ---- a writer of one file

WRITE = """
(folder / "deep").mkdir()
with open(folder / "aside", "wb") as file:
    file.write(b"precious" * 1000)
    file.flush()
    os.fsync(file.fileno())
sync(folder)
os.rename(folder / "aside", folder / "deep" / "kept")
sync(folder / "deep")
mark("kept")
"""


def whole(state: power.State) -> None:
    path = state.folder / "deep" / "kept"
    if "kept" in state.marks or path.exists():
        assert path.exists(), "lost"
        assert path.read_bytes() == b"precious" * 1000, "damaged"


def test_a_careful_writer_loses_nothing(tmp_path):
    assert list(losses(cut(tmp_path, WRITE), whole)) == []


@pytest.mark.parametrize(
    "forgotten, consequence",
    [("    os.fsync(file.fileno())", "damaged"), ('sync(folder / "deep")', "lost"), ("sync(folder)", "lost")],
)
def test_each_forgotten_sync_is_found(tmp_path, forgotten, consequence):
    assert forgotten in WRITE
    found = losses(cut(tmp_path, WRITE.replace(forgotten, "")), whole)
    assert any(consequence in problem for problem in found)


def test_a_write_may_be_there_by_half_or_as_zeros_or_without_those_before_it(tmp_path):
    seen = set()
    for state in cut(
        tmp_path,
        """
fd = os.open(folder / "file", os.O_RDWR | os.O_CREAT)
os.write(fd, b"safe")
sync(folder / "file")
sync(folder)
mark("safe")
os.write(fd, b"onetwo")
os.pwrite(fd, b"SA", 0)
os.ftruncate(fd, 8)
os.pwritev(fd, [b"en", b"d!"], 8)
""",
    ):
        if state.marks:
            seen.add((state.folder / "file").read_bytes())
    assert seen == {b"safe", b"SAfeonetend!", b"SAfeoneten", b"safe\0\0\0\0end!", b"safe" + bytes(8)}


def test_of_two_names_not_synced_either_may_be_there_alone(tmp_path):
    seen = set()
    for state in cut(
        tmp_path,
        """
for name in ("one", "two", "three"):
    open(folder / name, "x").close()
os.link(folder / "one", folder / "link")
os.unlink(folder / "three")
""",
    ):
        seen.add(frozenset(path.name for path in state.folder.iterdir()))
    assert {frozenset(), frozenset({"one"}), frozenset({"two"}), frozenset({"one", "two", "link"})} <= seen
    assert frozenset({"one", "two", "three", "link"}) in seen, "a deleted file may come back"


def test_a_rename_between_folders_leaves_one_name_or_both_but_never_none(tmp_path):
    seen = set()
    for state in cut(
        tmp_path,
        """
for name in ("from", "to"):
    (folder / name).mkdir()
open(folder / "from/file", "x").close()
sync(folder)
sync(folder / "from")
mark("there")
os.rename(folder / "from/file", folder / "to/file")
sync(folder / "to")
""",
    ):
        if state.marks:
            seen.add(tuple(sorted(str(path.relative_to(state.folder)) for path in state.folder.glob("*/*"))))
    assert seen == {("from/file",), ("to/file",), ("from/file", "to/file")}


# ---- the blob store

STORE = """
import hashlib
from nuvol.stores.base import BlobKey
from nuvol.stores.blobs.disk import DiskBlobs
def content(number): return hashlib.shake_128(b"%d" % number).digest(10_000)
def keep(blobs, account, number):
    writer = blobs.begin(BlobKey(account, number))
    writer.append([content(number)[:6000], content(number)[6000:]])
    writer.commit()
    mark(f"whole {account} {number}")
blobs = DiskBlobs(folder / "data")
keep(blobs, 1, 1)
keep(blobs, 1, 2)
keep(blobs, 2, 5)
writer = blobs.begin(BlobKey(1, 3))
writer.append([content(3)[:7000]])
writer.sync()
mark("begun 7000")
writer.append([b"not to stay"])
writer.close()
blobs.link(BlobKey(1, 1), BlobKey(3, 1))
mark("whole 3 1")
blobs = DiskBlobs(folder / "data")
keep(blobs, 1, 257)
writer = blobs.resume(BlobKey(1, 3), 7000)
writer.append([content(3)[7000:9000]])
writer.sync()
mark("begun 9000")
writer.append([content(3)[9000:]])
mark("committing")
writer.commit()
mark("whole 1 3")
blobs.free(BlobKey(1, 2), [(0, 4096)], [(4096, 5904)])
mark("deleting")
blobs.delete(BlobKey(2, 5))
keep(blobs, 4, 1)
"""


def blobs_hold(state: power.State) -> None:
    """What was begun goes on; what was marked as stored is whole, also after the garbage was taken away; and what
    has a name is whole, marked or not."""
    blobs = DiskBlobs(state.folder / "data")
    begun = [int(mark.split()[1]) for mark in state.marks if mark.startswith("begun")]
    if begun and "committing" not in state.marks:
        writer = blobs.resume(BlobKey(1, 3), begun[-1])
        assert writer.read(0, 10_000) == content(3)[: begun[-1]]
        writer.close()
    for key, _ in list(blobs.unfinished()):
        with suppress(BlobMissing):
            blobs.resume(key, 0).abort()
    needed = {BlobKey(*map(int, mark.split()[1:])) for mark in state.marks if mark.startswith("whole")}
    if "deleting" in state.marks:
        needed.remove(BlobKey(2, 5))
    for key in needed | {key for key, _ in blobs.list()}:
        start = 4096 if key == BlobKey(1, 2) else 0
        assert blobs.read(key, start, 10_000 - start) == content(key.id)[start:], key
    assert list(blobs.unfinished()) == []
    blobs.close()


def content(number: int) -> bytes:
    return hashlib.shake_128(b"%d" % number).digest(10_000)


def test_the_blob_store_loses_nothing(tmp_path):
    assert list(losses(cut(tmp_path, STORE), blobs_hold)) == []


@pytest.mark.parametrize(
    "carelessness",
    [
        "os.fsync = lambda fd: None\n",
        "real = os.fsync\nos.fsync = lambda fd: os.path.isdir(f'/proc/self/fd/{fd}') and real(fd)\n",
        "from nuvol.stores.blobs import disk\ndisk.sync_folder = lambda path: None\n",
    ],
    ids=["no fsync", "no fsync of files", "no fsync of folders"],
)
def test_a_careless_blob_store_would_be_found(tmp_path, carelessness):
    assert any(losses(cut(tmp_path, carelessness + STORE), blobs_hold))


# ---- SQLite

BOOK = """
import sqlite3
book = sqlite3.connect(folder / "book.db", isolation_level=None)
book.execute("pragma journal_mode = wal")
book.execute("pragma synchronous = full")
book.execute("create table page (number integer primary key, text blob)")
mark("table")
for number in range(1, 9):
    book.execute("begin")
    for part in range(3):
        book.execute("insert into page values (?, ?)", (number * 10 + part, bytes([number]) * 3000))
    book.execute("commit")
    mark(str(number))
    if number == 5:
        book.execute("pragma wal_checkpoint(truncate)")
book.close()
"""


def book_opens(state: power.State) -> None:
    book = sqlite3.connect(state.folder / "book.db")
    try:
        assert book.execute("pragma integrity_check").fetchone() == ("ok",)
        if "table" in state.marks:
            rows = book.execute("select number, text from page").fetchall()
            assert {f"{number // 10}" for number, _ in rows} >= set(state.marks[1:])
            assert all(text == bytes([number // 10]) * 3000 for number, text in rows)
            assert len(rows) % 3 == 0, "half a transaction"
    finally:
        book.close()


def test_sqlite_with_full_sync_loses_nothing(tmp_path):
    assert list(losses(cut(tmp_path, BOOK), book_opens)) == []


def test_sqlite_without_sync_would_be_found(tmp_path):
    assert any(losses(cut(tmp_path, BOOK.replace("= full", "= off")), book_opens))


def test_the_share_of_states_looked_at_is_drawn_by_the_seed(tmp_path):
    every = [state.story for state in cut(tmp_path, BOOK)]
    log, folder = tmp_path / "log", tmp_path / "folder"
    some = [
        [s.story for s in power.states(log, folder, tmp_path / "states", share=0.2, seed=seed)] for seed in (1, 1, 2)
    ]
    assert some[0] == some[1] != some[2]
    assert set(some[0]) < set(every)
    assert 0 < len(some[0]) < len(every) / 2
