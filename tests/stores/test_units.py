"""Units on both databases, and what one connection promises the row modules."""

import threading
from pathlib import Path

import pytest

from nuvol.errors import BadValue
from nuvol.model.nodes import Kind
from nuvol.stores.catalog.database import Connection, Database, UniqueViolation
from nuvol.stores.catalog.dialects.opening import open_database
from tests.conformance.catalog import SOON, CatalogTests

SCHEMA = """
create table instance (key {text} primary key, value {text} not null);
create table account (id {int} primary key, seq {int} not null);
create table item (
  account_id {int} not null,
  id {int} not null,
  name {text},
  data {blob},
  state {int} not null default 0,
  primary key (account_id, id)
) {no_rowid};
create unique index item_name on item (account_id, name) where state = 0;
create unique index item_data on item (data);
"""
ADD = "insert into item (account_id, id, name, data) values (?, ?, ?, ?)"


class TestCatalog(CatalogTests):
    pass


@pytest.fixture
def schema(tmp_path: Path) -> Path:
    folder = tmp_path / "schema"
    folder.mkdir()
    (folder / "001_start.sql").write_text(SCHEMA)
    return folder


@pytest.fixture
def database(empty_place, schema):
    """Units are given the bare connection."""
    database = open_database(empty_place, lambda connection: connection, schema)
    yield database
    database.close()


def write(database: Database[Connection], sql: str, *args: object) -> int:
    return database.write(lambda db: db.run(sql, args))


def names(database: Database[Connection]) -> list[str]:
    return [row[0] for row in database.read(lambda db: db.all("select name from item order by name"))]


# ------------------------------------------------------------------------------------------ values


@pytest.mark.parametrize("value", [0, -1, 2**53 - 1, 2**63 - 1, -(2**63), True, Kind.FILE, None])
def test_integers_come_back_whole(database, value):
    write(database, ADD, 1, 2, None, None)
    if value is not None:
        write(database, "update item set state = ?", value)
        assert database.read(lambda db: db.all("select state from item where state = ?", (value,))) == [(int(value),)]
    assert type(database.read(lambda db: db.one("select state from item"))[0]) is int


@pytest.mark.parametrize("value", [b"", b"\0\xff'\\", bytes(range(256)), bytearray(b"ab"), memoryview(b"abcd")[1:3]])
def test_bytes_come_back_whole(database, value):
    write(database, ADD, 1, 2, None, value)
    row = database.read(lambda db: db.one("select data from item where data = ?", (value,)))
    assert row == (bytes(value),) and type(row[0]) is bytes


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 2**200])
def test_a_number_beyond_64_bits_is_refused(database, number):
    with pytest.raises(BadValue):
        write(database, ADD, 1, number, None, None)
    with pytest.raises(BadValue):
        database.read(lambda db: db.all("select 1 from item where id = ?", (number,)))


def test_refused_text_is_found_in_many_rows_too(database):
    for text in ("a\0", "\ud800"):
        rows = [(1, 1, "good", None), (1, 2, text, None)]
        with pytest.raises(BadValue):
            database.write(lambda db, rows=rows: db.many(ADD, iter(rows)))
    assert names(database) == []


def test_counts_and_sums_are_integers(database):
    database.write(lambda db: db.many(ADD, [(1, number, None, None) for number in (1, 2**62, 2**61)]))
    row = database.read(lambda db: db.one("select sum(id), count(*), max(id), coalesce(sum(state), 0) from item"))
    assert row == (2**62 + 2**61 + 1, 3, 2**62, 0)
    assert [type(value) for value in row] == [int] * 4


def test_text_is_compared_and_sorted_as_bytes(database):
    words = ["b", "B", "a", "A", "ä", "é", "e\u0301", "z", "Z", "_", "~", "Ω", "", " ", "10", "9", "ﬀ", "😀", "\uffff"]
    database.write(lambda db: db.many(ADD, [(1, number, word, None) for number, word in enumerate(words)]))
    assert names(database) == sorted(words, key=str.encode)
    found = database.read(lambda db: db.all("select name from item where name >= ? and name < ?", ("a", "b")))
    assert found == [("a",)]


def test_an_update_says_how_many_rows_it_touched_and_returns_them(database):
    database.write(lambda db: db.many(ADD, [(1, number, None, None) for number in range(5)]))
    assert write(database, "update item set state = 1 where id > ?", 2) == 2
    assert write(database, "update item set state = 1 where id > ?", 7) == 0
    sql = "update item set state = state + 1 where id = ? returning state"
    assert database.write(lambda db: (db.one(sql, (4,)), db.one(sql, (4,)), db.one(sql, (9,)))) == ((2,), (3,), None)


# ------------------------------------------------------------------------------------------- lists


@pytest.mark.parametrize("count", [0, 1, 2, 3, 511, 512, 513, 3000])
def test_a_list_of_any_length_is_looked_up(database, count):
    rows = [(1, number, f"name {number}", number.to_bytes(4, "big")) for number in range(count)]
    database.write(lambda db: db.many(ADD, rows))
    sql = "select id from item where account_id = ? and {column} {in} and state = ? order by id"
    for column, values in zip(("id", "name", "data"), list(zip(*rows, strict=True))[1:] or [()] * 3, strict=True):
        text = sql.replace("{column}", column)
        absent = {"id": -5, "name": "?", "data": b"nowhere"}[column]
        wanted = [*values, absent, *values[:1]]
        found = database.read(lambda db, text=text, wanted=wanted: db.all_in(text, (1, 0), iter(wanted)))
        assert sorted(row[0] for row in found) == list(range(count))
        assert database.read(lambda db, text=text, values=values: db.all_in(text, (2, 0), values)) == []
    touched = database.write(lambda db: db.run_in("delete from item where id {in} and state = ?", (0,), range(count)))
    assert touched == count


def test_an_empty_list_asks_nothing(database):
    assert database.read(lambda db: db.all_in("select 1 where 1 {in}", (), [])) == []
    assert database.write(lambda db: db.run_in("delete from item where id {in}", (), [])) == 0


# -------------------------------------------------------------------------------- what is there already


@pytest.mark.parametrize(
    "row, index",
    [((1, 1, "other", b"2"), "item_pkey"), ((1, 2, "name", b"2"), "item_name"), ((1, 2, "other", b"1"), "item_data")],
)
def test_a_second_row_of_one_key_names_the_index(database, row, index):
    write(database, ADD, 1, 1, "name", b"1")
    for unit in (
        lambda db: db.run(ADD, row),
        lambda db: db.many(ADD, [(3, 3, None, None), row]),
        lambda db: db.one(ADD + " returning id", row),
        lambda db: db.all(ADD + " returning id", row),
    ):
        with pytest.raises(UniqueViolation) as caught:
            database.write(unit)
        assert caught.value.index == index
    assert names(database) == ["name"]


def test_the_key_of_a_table_with_one_column_as_its_key_is_named(database):
    write(database, "insert into account (id, seq) values (1, 0)")
    write(database, "insert into instance (key, value) values ('a', '')")
    for table, row in (("account", "(1, 0)"), ("instance", "('a', '')")):
        with pytest.raises(UniqueViolation) as caught:
            write(database, f"insert into {table} values {row}")
        assert caught.value.index == f"{table}_pkey"


def test_a_unit_goes_on_after_a_violation_inside_a_savepoint(database):
    def unit(db):
        db.grown[1] = 5
        db.run(ADD, (1, 1, "first", None))
        with pytest.raises(UniqueViolation), db.savepoint():
            db.grown[1] = 6
            db.run(ADD, (1, 2, "second", None))
            db.run(ADD, (1, 1, "third", None))
        with db.savepoint(), db.savepoint():
            db.run(ADD, (1, 4, "fourth", None))
        return db.grown[1]

    assert database.write(unit) == 5
    assert names(database) == ["first", "fourth"]


def test_on_conflict_returns_nothing_when_it_did_nothing(database):
    sql = ADD + " on conflict do nothing returning id"
    assert database.write(lambda db: (db.one(sql, (1, 1, "a", None)), db.one(sql, (1, 1, "b", None)))) == ((1,), None)
    assert database.write(lambda db: db.run(ADD + " on conflict do nothing", (1, 1, "b", None))) == 0


def test_rows_taken_for_update_are_held_until_the_unit_ends(database):
    write(database, ADD, 1, 1, "a", None)
    taken, results = threading.Event(), []

    def unit(db):
        db.one("select state from item where id = ?{for_update}", (1,))
        taken.set()
        db.run("update item set state = state + 1 where id = 1 and state = 0")
        results.append("first")

    def other(db):
        row = db.one("select state from item where id = ?{for_update}", (1,))
        results.append(f"second saw {row[0]}")

    thread = threading.Thread(target=database.write, args=(unit,))
    thread.start()
    assert taken.wait(SOON)
    database.write(other)
    thread.join()
    assert results == ["first", "second saw 1"]
