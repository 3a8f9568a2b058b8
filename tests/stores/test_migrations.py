"""Bringing a database up to date, whatever happens in the middle."""

import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from nuvol.errors import BadValue, StoreFailed
from nuvol.stores.catalog.catalog import SqlCatalog
from nuvol.stores.catalog.dialects.opening import SCHEMA, open_database
from nuvol.stores.catalog.migrations import statements

START = """
create table account (id {int} primary key, seq {int} not null);
create table item (id {int} primary key, name {text});
"""
SECOND = """
insert into item (id, name) values (1, 'one');
alter table item add column size {int};
insert into item (id, name, size) values (2, 'two; with -- signs', 2);
"""


class Schema:
    """A folder of migrations and the database they are for."""

    def __init__(self, folder: Path, place: str) -> None:
        folder.mkdir()
        self.folder = folder
        self.place = place

    def add(self, number: int, script: str) -> None:
        (self.folder / f"{number:03}_step.sql").write_text(script)

    def open(self):
        return open_database(self.place, lambda connection: connection, self.folder)

    def rows(self, sql: str) -> list[tuple]:
        database = self.open()
        try:
            return database.read(lambda db: db.all(sql))
        finally:
            database.close()


@pytest.fixture
def schema(tmp_path, empty_place):
    schema = Schema(tmp_path / "schema", empty_place)
    schema.add(1, START)
    return schema


@pytest.mark.parametrize(
    "script, expected",
    [
        ("", []),
        ("-- nothing\n", []),
        ("select 1", ["select 1"]),
        ("select 1;\nselect 2;", ["select 1", "select 2"]),
        ("select ';';select \"a;b\"", ["select ';'", 'select "a;b"']),
        ("select 'it''s; -- here' -- there; gone\n, 2;", ["select 'it''s; -- here' \n, 2"]),
        ("/* one; two */ select 4 / 2 - 1;", ["select 4 / 2 - 1"]),
        ("select 1 -- last; comment", ["select 1"]),
    ],
)
def test_a_script_is_cut_into_its_statements(script, expected):
    assert list(statements(script)) == expected


def test_every_schema_file_is_numbered_in_order():
    numbers = sorted(int(file.name[:3]) for file in SCHEMA.iterdir() if file.name.endswith(".sql"))
    assert numbers == list(range(1, len(numbers) + 1))


def test_files_run_once_and_in_order(schema):
    assert schema.rows("select * from item") == []
    schema.add(3, "update item set size = size * 10;")
    schema.add(2, SECOND)
    assert schema.rows("select id, size from item order by id") == [(1, None), (2, 20)]
    assert schema.rows("select name from item where id = 2") == [("two; with -- signs",)]
    assert schema.rows("select number from migration order by number") == [(1,), (2,), (3,)]


@pytest.mark.parametrize("broken", [0, 1, 2, 3])
def test_a_file_that_fails_leaves_the_old_state_and_is_run_again(schema, broken):
    schema.rows("select 1")
    parts = list(statements(SECOND))
    schema.add(2, ";".join([*parts[:broken], "insert into nowhere values (1)", *parts[broken:]]))
    with pytest.raises(Exception, match="nowhere"):
        schema.open()
    (schema.folder / "002_step.sql").unlink()
    assert schema.rows("select * from item") == []
    assert schema.rows("select number from migration") == [(1,)]
    schema.add(2, SECOND)
    assert schema.rows("select id, size from item order by id") == [(1, None), (2, 2)]


def test_comments_that_were_there_before_their_words_are_found(tmp_path, empty_place):
    (tmp_path / "schema").mkdir()
    files = sorted(SCHEMA.iterdir(), key=lambda file: file.name)
    at = next(index for index, file in enumerate(files) if file.name == "014_comment_words.sql")

    def open_with(some) -> SqlCatalog:
        for file in some:
            (tmp_path / "schema" / file.name).write_text(file.read_text("utf-8"), "utf-8")
        return open_database(empty_place, lambda connection: connection, tmp_path / "schema")

    old = open_with(files[:at])
    said = "insert into node_comment values (?, ?, 4, 1, 'anna', ?, 5, '', '')"
    for account_id, doc_id, text in ((1, "C-1", "Dry sócks, dry"), (1, "D-a", "🎈"), (2, "C-1", "wet")):
        old.write(lambda db, row=(account_id, doc_id, text): db.run(said, row))
    old.close()
    new = open_with(files)
    found = new.read(lambda db: db.all("select * from comment_word order by account_id, doc_id, word"))
    new.close()
    assert found == [(1, "C-1", "dry", 4), (1, "C-1", "socks", 4), (2, "C-1", "wet", 4)]


KILLED = """
import importlib, os, signal, sys
from pathlib import Path
from nuvol.stores.catalog.dialects.opening import open_database

module = importlib.import_module(f"nuvol.stores.catalog.dialects.{sys.argv[4]}_connections")
connections = module.SqliteConnection if sys.argv[4] == "sqlite" else module.PostgresConnection
real, left = connections.run, int(sys.argv[3])

def run(connection, sql, args=()):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(connection, sql, args)

connections.run = run
open_database(sys.argv[1], lambda connection: connection, Path(sys.argv[2])).close()
"""


def test_a_migration_that_is_killed_anywhere_starts_over(schema, engine):
    schema.rows("select 1")
    schema.add(2, SECOND)
    for survived in range(0, 20, 1 if engine == "sqlite" else 3):
        done = subprocess.run([sys.executable, "-c", KILLED, schema.place, schema.folder, str(survived), engine])
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL
    assert survived > 3
    assert schema.rows("select id, size from item order by id") == [(1, None), (2, 2)]
    assert schema.rows("select number from migration order by number") == [(1,), (2,)]


def test_several_may_open_a_new_database_at_once(empty_place):
    with ThreadPoolExecutor(6) as pool:
        catalogs = list(pool.map(lambda _: SqlCatalog.open(empty_place), range(6)))
    blocks = [catalog.new_ids(10) for catalog in catalogs]
    for catalog in catalogs:
        catalog.close()
    assert len({number for block in blocks for number in block}) == 60


def test_a_database_of_a_newer_nuvol_is_refused_and_left_alone(schema):
    schema.add(2, SECOND)
    schema.rows("select 1")
    (schema.folder / "002_step.sql").unlink()
    with pytest.raises(StoreFailed, match="newer Nuvol") as caught:
        schema.open()
    assert "Install" in caught.value.advice
    schema.add(2, SECOND)
    assert schema.rows("select count(*) from item") == [(2,)]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_before_rows_are_rewritten_the_file_is_kept(schema, tmp_path):
    kept = tmp_path / "nuvol-before-003.db"
    schema.add(2, SECOND)
    schema.rows("select 1")
    schema.add(3, "-- rewrites rows\nupdate item set name = 'new'; insert into nowhere values (1);")
    with pytest.raises(Exception, match="nowhere"):
        schema.open()
    schema.add(3, "-- rewrites rows\nupdate item set name = 'new';")
    assert schema.rows("select distinct name from item") == [("new",)]
    raw = sqlite3.connect(kept)
    assert raw.execute("select name from item order by id").fetchall() == [("one",), ("two; with -- signs",)]
    raw.close()
    assert not kept.with_suffix(".part").exists()


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_new_database_has_nothing_to_keep(schema, tmp_path):
    schema.add(2, "-- rewrites rows\n" + SECOND)
    schema.rows("select 1")
    assert not list(tmp_path.glob("nuvol-before*"))


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
def test_before_rows_are_rewritten_the_operator_is_told(schema, caplog):
    schema.rows("select 1")
    schema.add(2, "-- rewrites rows\n" + SECOND)
    schema.rows("select 1")
    assert "pg_dump" in caplog.text


@pytest.mark.parametrize("address", ["", "catalog.db", "mysql://host/name", "sqlite://relative", "http://host"])
def test_an_address_that_means_nothing_is_refused(address):
    with pytest.raises(BadValue, match="no address"):
        SqlCatalog.open(address)
