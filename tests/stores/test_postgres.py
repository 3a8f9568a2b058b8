"""What only a database server can do to us: collide, hang up, stay away; and notices between processes."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from psycopg.conninfo import conninfo_to_dict

from nuvol.errors import Busy, NameTaken, StoreFailed
from nuvol.stores.catalog.catalog import SqlCatalog
from nuvol.stores.catalog.dialects import postgres, postgres_connections, postgres_notices
from nuvol.stores.catalog.dialects.postgres_notices import MESSAGE
from tests.conformance.catalog import SOON, Heard, add_account, get, grow, put

pytestmark = pytest.mark.parametrize("engine", ["postgres"], indirect=True)


@pytest.fixture
def name(place: str) -> str:
    """The database's."""
    return conninfo_to_dict(place)["dbname"]


@pytest.fixture(autouse=True)
def no_long_pauses(monkeypatch):
    monkeypatch.setattr(postgres, "POOL_WAIT", 0.2)
    monkeypatch.setattr(postgres_notices, "PAUSE", 0.02)


def test_units_that_lock_each_other_out_both_succeed(catalog):
    for number in (1, 2):
        add_account(catalog, number)
    both_hold_one = threading.Barrier(2, timeout=SOON)
    attempts = []

    def unit(first, second):
        def change(tx):
            attempts.append(first)
            tx.accounts.take(first)
            if len(attempts) <= 2:
                both_hold_one.wait()
            tx.accounts.take(second)
            return tx.accounts.advance(first, 1, 0)

        return change

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(lambda pair: catalog.write(unit(*pair)), [(1, 2), (2, 1)])) == [1, 1]
    assert len(attempts) >= 3


def test_a_row_that_is_held_for_too_long_makes_busy(place, monkeypatch):
    monkeypatch.setattr(postgres_connections, "LOCK_WAIT", "20ms")
    catalog = SqlCatalog.open(place)
    add_account(catalog)
    held, end = threading.Event(), threading.Event()

    def hold(tx):
        tx.accounts.take(1)
        held.set()
        assert end.wait(SOON)

    thread = threading.Thread(target=catalog.write, args=(hold,))
    thread.start()
    assert held.wait(SOON)
    with pytest.raises(Busy):
        grow(catalog)
    end.set()
    thread.join()
    assert grow(catalog) == 1
    catalog.close()


def test_a_unit_must_not_go_on_after_a_failed_statement(catalog):
    def unit(tx):
        tx.instance.set("colour", "red")
        with pytest.raises(Exception, match="nowhere"):
            tx.connection.run("select * from nowhere")

    with pytest.raises(RuntimeError, match="had failed"):
        catalog.write(unit)
    assert get(catalog, "colour") is None


def test_after_the_server_hung_up_units_go_on(catalog, postgres, name):
    put(catalog, "colour", "blue")
    with ThreadPoolExecutor(5) as pool:  # more than one connection in the pool
        list(pool.map(lambda _: get(catalog, "colour"), range(50)))
    postgres.hang_up(name)
    assert get(catalog, "colour") == "blue"
    postgres.hang_up(name)
    put(catalog, "colour", "red")
    postgres.hang_up(name)
    assert catalog.snapshot(lambda tx: tx.instance.get("colour")) == "red"


def test_a_connection_lost_in_the_middle_of_a_unit_runs_it_again(catalog, postgres, name):
    runs = []

    def unit(tx):
        tx.instance.set("colour", "blue")
        if not runs:
            postgres.hang_up(name)
        runs.append(1)
        tx.instance.set("shape", "round")

    catalog.write(unit)
    assert len(runs) == 2
    assert (get(catalog, "colour"), get(catalog, "shape")) == ("blue", "round")


def test_a_unit_that_fails_when_the_connection_is_lost_still_says_why(catalog, postgres, name):
    def unit(tx):
        tx.instance.set("colour", "blue")
        postgres.hang_up(name)
        raise NameTaken("sea.jpg")

    with pytest.raises(NameTaken):
        catalog.write(unit)
    assert get(catalog, "colour") is None


def test_a_connection_lost_in_the_commit_is_no_success(catalog, postgres, name):
    def unit(tx):
        tx.instance.set("colour", "blue")
        postgres.hang_up(name)

    with pytest.raises(StoreFailed, match="may have been made or not"):
        catalog.write(unit)
    put(catalog, "shape", "round")
    assert get(catalog, "shape") == "round"


def test_while_the_server_is_away_units_are_refused_as_busy(catalog, postgres, name):
    put(catalog, "colour", "blue")
    heard = Heard()
    catalog.on_change(heard)
    add_account(catalog)
    postgres.sql(f"alter database {name} allow_connections false")
    postgres.hang_up(name)
    with pytest.raises(Busy):
        get(catalog, "colour")
    with pytest.raises(Busy):
        put(catalog, "colour", "red")
    postgres.sql(f"alter database {name} allow_connections true")
    heard.until(account1=0)  # the listener is back, and every account counts as changed
    assert eventually(lambda: get(catalog, "colour")) == "blue"
    put(catalog, "colour", "red")


def eventually(ask):
    """The pool tries again by itself, after growing pauses."""
    for _ in range(100):
        try:
            return ask()
        except Busy:
            continue
    return ask()


def test_after_a_lost_listener_every_account_counts_as_changed(place, postgres, name):
    here, there = SqlCatalog.open(place), SqlCatalog.open(place)
    for number in (1, 2):
        add_account(here, number)
    grow(here, 2)
    heard, woken = Heard(), threading.Event()
    there.on_change(heard)
    there.on_foreign_write(woken.set)
    postgres.hang_up(name)
    heard.until(account1=0, account2=1)
    assert woken.is_set()
    grow(here, 1)
    heard.until(account1=1)
    here.close()
    there.close()


def test_many_accounts_are_told_in_several_messages(place):
    here, there = SqlCatalog.open(place), SqlCatalog.open(place)
    heard = Heard()
    there.on_change(heard)
    accounts = range(2**53 - 2 * MESSAGE, 2**53)
    here.write(lambda tx: tx.connection.grown.update({number: 2**63 - 1 for number in accounts}))
    heard.until(**{f"account{number}": 2**63 - 1 for number in accounts})
    here.close()
    there.close()


def test_a_server_that_is_not_there_is_said_so_without_the_password(place):
    with pytest.raises(StoreFailed, match="does not answer") as caught:
        SqlCatalog.open("postgresql://anna:s3cret@/db?host=/nowhere")
    assert "s3cret" not in str(caught.value)


def test_a_database_of_another_encoding_is_refused(postgres, place):
    postgres.sql("create database latin encoding 'LATIN1' locale_provider libc locale 'C' template template0")
    try:
        with pytest.raises(StoreFailed, match="LATIN1"):
            SqlCatalog.open(postgres.url("latin"))
    finally:
        postgres.drop("latin")


def test_closing_ends_every_connection(place, postgres, name):
    before = set(threading.enumerate())
    catalog = SqlCatalog.open(place)
    put(catalog, "colour", "blue")
    catalog.close()
    assert not [thread.name for thread in threading.enumerate() if thread not in before]
    left = f"select count(*) from pg_stat_activity where datname = '{name}' and state is not null"
    while postgres.sql(left) != [(0,)]:  # the server notices a moment later
        pass
