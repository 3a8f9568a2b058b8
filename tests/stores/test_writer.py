"""The one writer of a file: groups, faults, the log, and what is there after a kill."""

import asyncio
import os
import resource
import signal
import subprocess
import sys
import threading
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path

import pytest

from nuvol.errors import Busy, NameTaken, StoreFailed, StoreFull, Unable
from nuvol.stores.catalog import writer
from nuvol.stores.catalog.database import UniqueViolation
from nuvol.stores.catalog.dialects import sqlite_checkpoints
from nuvol.stores.catalog.dialects.sqlite import SqliteDatabase
from nuvol.stores.catalog.dialects.sqlite_connections import SqliteWriteConnection
from nuvol.waiting import cross
from tests.conformance.catalog import SOON
from tests.faults import native
from tests.faults.small_disk import small_disk

SCHEMA = """
create table account (id {int} primary key, seq {int} not null);
create table item (id {int} primary key, data {blob});
"""
ADD = "insert into item (id, data) values (?, ?)"
KiB, MiB = 1024, 1024 * 1024


def open_file(path: Path, schema: Path) -> SqliteDatabase:
    return SqliteDatabase(path, lambda connection: connection, schema)


@pytest.fixture
def schema(tmp_path: Path) -> Path:
    folder = tmp_path / "schema"
    folder.mkdir()
    (folder / "001_start.sql").write_text(SCHEMA)
    return folder


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "catalog.db"


@pytest.fixture
def database(path, schema):
    database = open_file(path, schema)
    yield database
    database.close()


def add(number: int, size: int = 10):
    return lambda db: db.run(ADD, (number, bytes(size)))


def delete(number: int):
    return lambda db: db.run("delete from item where id = ?", (number,))


def stored(database: SqliteDatabase) -> list[int]:
    return [row[0] for row in database.read(lambda db: db.all("select id from item order by id"))]


@asynccontextmanager
async def busy_writer(database: SqliteDatabase):
    """The writer is in the middle of a unit until `set` is called."""
    begun, end = threading.Event(), threading.Event()

    def unit(db):
        begun.set()
        assert end.wait(SOON)

    first = asyncio.ensure_future(cross(database.write, unit))
    await asyncio.sleep(0)
    assert begun.wait(SOON)
    yield end
    end.set()
    await first


async def queued(database: SqliteDatabase, *units):
    """Tasks for these units, each of which has come as far as the writer's queue."""
    tasks = [asyncio.ensure_future(cross(database.write, unit)) for unit in units]
    await asyncio.sleep(0)
    return tasks


def in_one_group(database: SqliteDatabase, *units):
    """What became of each: its result or its error."""

    async def story():
        async with busy_writer(database):
            tasks = await queued(database, *units)
        return await asyncio.gather(*tasks, return_exceptions=True)

    return asyncio.run(story())


@contextmanager
def commits(database: SqliteDatabase, monkeypatch):
    """Counts them."""
    counted = []
    real = SqliteWriteConnection.commit

    def commit(connection):
        counted.append(1)
        real(connection)

    monkeypatch.setattr(SqliteWriteConnection, "commit", commit)
    yield counted


# ------------------------------------------------------------------------------------------ groups


def test_what_waits_is_committed_together_and_in_order(database, monkeypatch):
    order = []

    def unit(number):
        def change(db):
            order.append(number)
            return add(number)(db)

        return change

    with commits(database, monkeypatch) as counted:
        assert in_one_group(database, *map(unit, range(100))) == [1] * 100
    assert order == list(range(100)) == stored(database)
    assert len(counted) == 2  # the one that held the writer, and the group


def test_a_group_has_a_limit(database, monkeypatch):
    monkeypatch.setattr(writer, "GROUP", 10)
    with commits(database, monkeypatch) as counted:
        in_one_group(database, *map(add, range(35)))
    assert len(counted) == 5
    assert stored(database) == list(range(35))


def test_a_unit_of_a_group_that_fails_undoes_only_itself(database):
    def fail(db):
        add(2)(db)
        db.grown[1] = 7
        raise NameTaken("sea.jpg")

    heard = []
    database.notices.on_change(heard.extend)
    outcomes = in_one_group(database, add(1), fail, add(3), add(1))
    assert outcomes[0] == outcomes[2] == 1
    assert isinstance(outcomes[1], NameTaken) and isinstance(outcomes[3], UniqueViolation)
    assert stored(database) == [1, 3]
    assert heard == []


def test_one_group_is_told_in_one_go(database):
    def grow(account, seq):
        return lambda db: db.grown.update({account: seq})

    heard = []
    database.notices.on_change(heard.append)
    in_one_group(database, grow(1, 5), grow(2, 1), grow(1, 6))
    database.close()  # whoever was told was told
    assert [[(notice.account_id, notice.seq) for notice in notices] for notices in heard] == [[(1, 6), (2, 1)]]


def test_a_caller_that_was_cancelled_does_not_stop_the_others(database):
    async def story():
        async with busy_writer(database):
            gone, there = await queued(database, add(1), add(2))
            gone.cancel()
        assert await there == 1
        await asyncio.wait([gone])
        assert gone.cancelled()

    asyncio.run(story())
    assert 2 in stored(database)


def test_when_the_queue_stays_full_the_last_ones_are_refused(database, monkeypatch):
    monkeypatch.setattr(writer, "QUEUE", 3)
    monkeypatch.setattr(writer, "PATIENCE", 0.05)

    async def story():
        async with busy_writer(database):
            tasks = await queued(database, *map(add, range(5)))
            done, _ = await asyncio.wait(tasks[3:], timeout=SOON)
            assert done == set(tasks[3:])
        return await asyncio.gather(*tasks, return_exceptions=True)

    outcomes = asyncio.run(story())
    assert outcomes[:3] == [1, 1, 1]
    assert [type(outcome) for outcome in outcomes[3:]] == [Busy, Busy]
    assert stored(database) == [0, 1, 2]


# ------------------------------------------------------------------------------------------ faults


def test_a_unit_that_ends_the_transaction_is_alone_in_failing(database):
    def rogue(db):
        add(2)(db)
        db.rollback()

    outcomes = in_one_group(database, add(1), rogue, add(3))
    assert outcomes[0] == outcomes[2] == 1
    assert isinstance(outcomes[1], Exception)
    assert stored(database) == [1, 3]


def test_the_writer_survives_a_broken_connection(database):
    outcomes = in_one_group(database, add(1), lambda db: db.close(), add(3))
    assert [type(outcome) for outcome in outcomes] == [StoreFailed] * 3
    assert database.write(add(4)) == 1
    assert stored(database) == [4]


def test_a_connection_that_cannot_be_opened_again_fails_units_until_it_can(database, monkeypatch):
    def refuse():
        raise StoreFailed("no more files")

    with monkeypatch.context() as patched:
        patched.setattr(database._writer, "_connect", refuse)
        in_one_group(database, lambda db: db.close(), add(1))
        with pytest.raises(StoreFailed, match="no more files"):
            database.write(add(2))
    assert database.write(add(3)) == 1
    assert stored(database) == [3]


@contextmanager
def files_end_at(size: int):
    """No file of this process can grow beyond `size` bytes: the database is told of an I/O error."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_an_io_error_in_the_commit_fails_the_group_and_no_later_one(database, path):
    log = path.with_name(path.name + "-wal")
    with files_end_at(log.stat().st_size + 100 * KiB):
        outcomes = in_one_group(database, add(1), add(2, 200 * KiB), add(3))
    assert [type(outcome) for outcome in outcomes] == [StoreFailed] * 3
    assert len({id(outcome) for outcome in outcomes}) == 3
    assert stored(database) == []
    assert in_one_group(database, add(4), add(5)) == [1, 1]
    assert stored(database) == [4, 5]


def test_an_io_error_inside_a_unit_does_not_fail_the_others(database, path):
    def large(db):
        db.run("pragma cache_size = 10")  # what does not fit goes to the log before the commit
        for number in range(100, 200):
            add(number, 50 * KiB)(db)

    log = path.with_name(path.name + "-wal")
    with files_end_at(log.stat().st_size + 500 * KiB):
        outcomes = in_one_group(database, add(1), large, add(3))
    assert outcomes[0] == outcomes[2] == 1
    assert isinstance(outcomes[1], StoreFailed)
    assert stored(database) == [1, 3]


def test_a_full_disk_takes_no_uploads_but_deleting_works(tmp_path, schema):
    with (
        small_disk(tmp_path / "disk", size=80 * MiB) as disk,
        closing(open_file(disk / "catalog.db", schema)) as database,
    ):
        kept = []
        with pytest.raises(StoreFull):
            for number in range(1000):
                database.require_room(200 * KiB)
                database.write(add(number, 200 * KiB))
                kept.append(number)
        assert stored(database) == kept and len(kept) > 50
        for number in kept:
            database.write(delete(number))
        assert stored(database) == []
        for number in kept[: len(kept) // 2]:
            database.require_room(200 * KiB)
            database.write(add(number, 200 * KiB))


def test_what_does_not_fit_on_the_disk_leaves_nothing_behind(tmp_path, schema):
    with (
        small_disk(tmp_path / "disk", size=20 * MiB) as disk,
        closing(open_file(disk / "catalog.db", schema)) as database,
    ):
        database.write(add(1, MiB))
        filler = disk / "filler"
        filler.write_bytes(bytes(12 * MiB))
        assert [type(outcome) for outcome in in_one_group(database, add(2, 8 * MiB), add(3, 8 * MiB))] == [
            StoreFull
        ] * 2
        assert stored(database) == [1]
        filler.unlink()
        assert in_one_group(database, add(2, MiB), add(3, MiB)) == [1, 1]
        assert stored(database) == [1, 2, 3]


def test_a_folder_that_is_not_there_and_a_file_that_is_no_database_are_said_so(tmp_path, schema):
    with pytest.raises(StoreFailed):
        open_file(tmp_path / "nowhere" / "catalog.db", schema)
    (tmp_path / "letter.db").write_text("Dear database, " * 1000)
    with pytest.raises(StoreFailed, match="not a database"):
        open_file(tmp_path / "letter.db", schema)


def test_a_damaged_page_is_said_so(path, schema):
    database = open_file(path, schema)
    for number in range(50):
        database.write(add(number, 3000))
    database.close()
    with path.open("r+b") as file:
        file.seek(4 * 4096)
        file.write(b"\xa5" * 60 * KiB)
    database = open_file(path, schema)
    with pytest.raises(StoreFailed, match="malformed"):
        database.read(lambda db: db.all("select id, data from item"))
    database.close()


def test_while_another_process_writes_for_long_units_are_refused_as_busy(database, path, monkeypatch):
    database.write(lambda db: db.one("pragma busy_timeout = 10"))
    with other_process(path, "begin immediate"):
        with pytest.raises(Busy):
            database.write(add(1))
        assert stored(database) == []
    assert database.write(add(1)) == 1


@contextmanager
def other_process(path: Path, statement: str):
    """Another process runs one statement and stays until the end of the block."""
    script = (
        "import sqlite3, sys; raw = sqlite3.connect(sys.argv[1], isolation_level=None);"
        "raw.execute(sys.argv[2]); print('done', flush=True); sys.stdin.read()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, path, statement], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "done\n"
    yield
    process.communicate("")


def test_writes_of_another_process_are_noticed(database, path):
    rows = {1: 5, 2: 5}
    database.write(lambda db: (db.many("insert into account values (?, ?)", rows.items()), db.grown.update(rows)))
    heard, news = [], threading.Event()
    database.notices.on_foreign_write(lambda: heard.append("foreign"))
    database.notices.on_change(lambda notices: (heard.extend(notices), news.set()))
    database.write(add(1))
    with other_process(path, "update account set seq = 6 where id = 2"):
        assert news.wait(SOON)
    assert heard[0] == "foreign"
    assert [(notice.account_id, notice.seq) for notice in heard[1:]] == [(2, 6)]


# --------------------------------------------------------------------------------- reads and files


def test_a_read_cannot_write(database):
    with pytest.raises(Unable):
        database.read(add(1))
    with pytest.raises(Unable):
        database.snapshot(add(1))
    assert stored(database) == []


def test_a_snapshot_inside_a_snapshot_sees_the_same_state(database):
    def outer(db):
        before = stored(database)
        thread = threading.Thread(target=database.write, args=(add(1),))
        thread.start()
        thread.join()
        return before, database.snapshot(lambda db: stored(database)), stored(database)

    assert database.snapshot(outer) == ([], [], [])
    assert stored(database) == [1]


def open_files(path: Path) -> int:
    names = [os.readlink(entry) for entry in Path("/proc/self/fd").iterdir() if entry.exists()]
    return names.count(str(path))


def test_threads_that_ended_leave_no_open_file(database, path):
    for _ in range(20):
        thread = threading.Thread(target=stored, args=(database,))
        thread.start()
        thread.join()
    assert open_files(path) <= 4  # the writer, the checkpoints, the last thread, this one
    database.close()
    assert open_files(path) == 0


def test_after_a_clean_close_the_file_is_all_there_is_besides_its_ballast(database, path):
    database.write(add(1))
    stored(database)
    database.close()
    assert {file.name for file in path.parent.glob("catalog*")} - {"catalog.db-ballast"} == {"catalog.db"}


def test_the_log_begins_anew_under_steady_load(database, path, monkeypatch):
    monkeypatch.setattr(sqlite_checkpoints, "CHECKPOINT", 20)
    monkeypatch.setattr(sqlite_checkpoints, "LOG_LIMIT", 200)

    def load(first):
        for number in range(first, first + 150):
            database.write(add(number, 50 * KiB))

    threads = [threading.Thread(target=load, args=(1000 * number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(stored(database)) == 600
    log = path.with_name(path.name + "-wal")
    assert log.stat().st_size < path.stat().st_size / 2  # all that was written went through it


CLIENT = """
import os, sys, threading
from pathlib import Path
from nuvol.stores.catalog.dialects.sqlite import SqliteDatabase
database = SqliteDatabase(Path(sys.argv[1]), lambda connection: connection, Path(sys.argv[2]))
def write(first):
    for number in range(first, first + 100000):
        database.write(lambda db: db.run("insert into item (id, data) values (?, zeroblob(5000))", (number,)))
        os.write(1, b"%d\\n" % number)
for first in range(0, 800000, 100000):
    threading.Thread(target=write, args=(first,)).start()
"""


def test_what_was_acknowledged_is_there_after_a_kill(path, schema):
    process = subprocess.Popen([sys.executable, "-c", CLIENT, path, schema], stdout=subprocess.PIPE, text=True)
    acknowledged = [process.stdout.readline() for _ in range(500)]
    process.send_signal(signal.SIGKILL)
    acknowledged += process.communicate()[0].splitlines()
    numbers = set(map(int, acknowledged))
    database = open_file(path, schema)
    assert numbers <= set(stored(database))
    assert database.read(lambda db: db.one("pragma integrity_check")) == ("ok",)
    database.close()


FAILED = """
import os, sys
from pathlib import Path
from nuvol.errors import StoreFailed
from nuvol.stores.catalog.dialects.sqlite import SqliteDatabase
database = SqliteDatabase(Path(sys.argv[1]), lambda connection: connection, Path(sys.argv[2]))
add = "insert into item (id, data) values (?, zeroblob(5000))"
database.write(lambda db: db.run(add, (1,)))
Path(sys.argv[3]).touch()
try:
    database.write(lambda db: db.run(add, (2,)))
except StoreFailed:
    print([row[0] for row in database.read(lambda db: db.all("select id from item order by id"))], flush=True)
os._exit(0)
"""


def test_a_commit_that_failed_does_not_come_back_after_a_kill(path, schema, tmp_path):
    armed = tmp_path / "armed"
    env = native.preloaded(tmp_path, nth=1, only_syncs=True, armed=armed)
    command = [sys.executable, "-c", FAILED, path, schema, armed]
    assert subprocess.run(command, env=env, capture_output=True, text=True, timeout=60).stdout == "[1]\n"
    database = open_file(path, schema)
    assert stored(database) == [1]
    database.close()
