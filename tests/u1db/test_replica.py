"""The suites for replicas in memory and in a file; and what is of files alone."""

import inspect
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

import nuvol.u1db as u1db
from nuvol.errors import DatabaseDoesNotExist, StoreFailed
from nuvol.u1db.sqlite import SqliteTable
from nuvol.u1db.table import Rows
from tests.conformance import u1db_table
from tests.conformance.u1db import U1dbTests
from tests.conformance.u1db_documents import X, Y, edit
from tests.conformance.u1db_table import TableTests


class Replicas:
    """Gives pristine replicas with a uid of choice, and closes them."""

    def __init__(self, place):
        self._place = place
        self._open = []

    def __call__(self, uid):
        path = ":memory:" if self._place is None else self._place / f"{len(self._open)}.u1db"
        replica = u1db.open(path, create=True)
        replica.set_replica_uid(uid)
        self._open.append(replica)
        return replica

    def close(self):
        for replica in self._open:
            replica.close()


class TestInMemory(U1dbTests):
    @pytest.fixture
    def new_replica(self):
        replicas = Replicas(None)
        yield replicas
        replicas.close()


class TestInAFile(U1dbTests):
    @pytest.fixture
    def new_replica(self, tmp_path):
        replicas = Replicas(tmp_path)
        yield replicas
        replicas.close()


class TestRows(TableTests):
    @pytest.fixture
    def table(self, tmp_path):
        with closing(SqliteTable(tmp_path / "notes.u1db", create=True)) as table:
            yield table


def test_the_suite_asks_every_function_of_the_rows():
    asked = Path(u1db_table.__file__).read_text()
    for name, _ in inspect.getmembers(Rows, inspect.isfunction):
        assert name.startswith("_") or f"rows.{name}(" in asked, name


def test_a_file_is_made_only_when_asked_for(tmp_path):
    path = tmp_path / "notes.u1db"
    with pytest.raises(DatabaseDoesNotExist):
        u1db.open(path)
    assert not path.exists()
    with u1db.open(str(path), create=True) as db:
        edit(db, "d", X)
        uid = db.replica_uid
    with u1db.open(path, create=True) as db:
        assert (db.replica_uid, db.get_doc("d").get_json()) == (uid, X)


def test_another_file_is_not_taken_for_a_replica(tmp_path):
    other = tmp_path / "other.db"
    with closing(sqlite3.connect(other)) as database:
        database.execute("create table t (x)")
    text = tmp_path / "text"
    text.write_text("no database at all, but some text that is long enough to be one " * 100)
    for path in (other, text, tmp_path):
        before = path.read_bytes() if path.is_file() else b""
        with pytest.raises(StoreFailed):
            u1db.open(path, create=True)
        assert not path.is_file() or path.read_bytes() == before


def test_two_that_opened_one_file_see_each_other(tmp_path):
    with u1db.open(tmp_path / "a", create=True) as one, u1db.open(tmp_path / "a") as other:
        edit(one, "d", X)
        edit(other, "d", Y)
        assert one.get_doc("d").get_json() == Y
        threads = [
            threading.Thread(target=lambda db=db, n=n: [edit(db, f"d{n}-{k}", X) for k in range(30)])
            for n, db in enumerate([one, other] * 2)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert one.whats_changed()[0] == 122


def test_queries_read_only_what_they_find(tmp_path):
    """However large the index is: the plans name its key, and nothing is sorted."""
    with closing(SqliteTable(tmp_path / "notes.u1db", create=True)) as table:
        asked = []
        table._connection.set_trace_callback(asked.append)
        table.read(lambda rows: (rows.find("i", ("k", "d"), "l", 9), rows.find("i", ("k", ""), None, 9)))
        table.read(lambda rows: (rows.changes(3, 9, 9), rows.page("d", 9), rows.keys("i", "k", 9), rows.fetch(["d"])))
        table._connection.set_trace_callback(None)
        plans = [
            [row[3] for row in table._connection.execute(f"explain query plan {statement}")]
            for statement in asked
            if statement.startswith("select")
        ]
    assert len(plans) == 6
    for plan in plans:
        assert not [step for step in plan if step.startswith("SCAN") and "json_each" not in step], plan
        assert not [step for step in plan if "TEMP B-TREE" in step], plan
    for plan in plans[:2]:
        assert plan[0].startswith("SEARCH e USING PRIMARY KEY (name=? AND (key,doc_id)>(?,?)"), plan
