"""What a table promises to the rules of documents (`nuvol.u1db.table`), by the fixture `table`: an empty database.

A backend's test is a subclass; it also runs the suite of `tests.conformance.u1db`, which asks the rules over it.
"""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from nuvol.errors import RevisionConflict
from nuvol.u1db.table import Alternative, Change, Entry, Found, Head, Index, IndexState, Known, Stored

UNUSUAL = ["a'", 'a"', "a%", "a_", "é", "z😀", "\U0010ffff", "\ue000", "Z", "a b"]
"""Texts that a database must not take for something else; they sort as their bytes."""


def change(doc_id, generation, content="{}"):
    return Change(doc_id, f"r:{generation}", content, generation, f"T-{generation}")


def stored(doc_id, generation, content="{}", has_conflicts=False):
    return Stored(doc_id, f"r:{generation}", content, generation, has_conflicts)


class TableTests:
    def test_it_begins_pristine(self, table):
        head = table.read(lambda rows: rows.head())
        assert head.replica_uid and head == Head(head.replica_uid, 0, "")
        assert table.read(lambda rows: rows.page("", 10)) == []
        assert table.read(lambda rows: rows.changes(0, 10, 10)) == []
        assert table.read(lambda rows: rows.indexes()) == []
        assert table.read(lambda rows: rows.known("peer")) == Known()

    def test_it_can_become_another_replica(self, table):
        table.write(lambda rows: rows.write([change("d", 1)]))
        table.write(lambda rows: rows.rename("other"))
        assert table.read(lambda rows: rows.head()) == Head("other", 1, "T-1")

    def test_documents_come_back_as_they_went(self, table):
        changes = [change("d", 1, '{"é": "\\u0000"}'), change("e", 2, None), change("d", 3, "{ }"), change("f", 4)]
        table.write(lambda rows: rows.write(changes))
        found = table.read(lambda rows: rows.fetch(["d", "e", "nothing", "d"]))
        assert found == {"d": stored("d", 3, "{ }"), "e": stored("e", 2, None)}
        assert table.read(lambda rows: rows.fetch([])) == {}
        assert table.read(lambda rows: rows.page("", 2)) == [stored("d", 3, "{ }"), stored("e", 2, None)]
        assert table.read(lambda rows: rows.page("e", 2)) == [stored("f", 4)]

    def test_a_unit_sees_what_it_wrote(self, table):
        def unit(rows):
            rows.write([change("d", 1)])
            rows.set_alternatives("d", [Alternative("a:1", None)])
            rows.know("peer", Known(3, "T-p"))
            rows.set_index(Index("i", ("a",)))
            rows.add_entries([Entry("i", "k", "d")])
            return (
                rows.head().generation,
                rows.fetch(["d"]),
                rows.alternatives(["d"]),
                rows.known("peer"),
                rows.indexes(),
                rows.keys("i", "", 9),
                rows.transaction_id(1),
            )

        assert table.write(unit) == (
            1,
            {"d": stored("d", 1, has_conflicts=True)},
            {"d": [Alternative("a:1", None)]},
            Known(3, "T-p"),
            [Index("i", ("a",))],
            ["k"],
            "T-1",
        )

    def test_a_unit_that_fails_leaves_nothing_behind(self, table):
        def unit(rows):
            rows.write([change("d", 1)])
            rows.know("peer", Known(1, "T"))
            rows.set_index(Index("i", ("a",)))
            raise LookupError

        with pytest.raises(LookupError):
            table.write(unit)
        self.test_it_begins_pristine(table)

    def test_each_document_by_its_newest_change(self, table):
        table.write(lambda rows: rows.write([change(doc_id, n) for n, doc_id in enumerate("abcabd", 1)]))
        look = lambda *args: [one.generation for one in table.read(lambda rows: rows.changes(*args))]  # noqa: E731
        assert look(0, 100, 100) == [3, 4, 5, 6]
        assert look(3, 5, 100) == [4, 5]
        assert look(0, 100, 2) == [3, 4]
        assert look(6, 6, 100) == []
        assert table.read(lambda rows: rows.changes(5, 6, 1)) == [change("d", 6)]
        assert table.read(lambda rows: rows.transaction_id(2)) == "T-2"
        assert table.read(lambda rows: rows.transaction_id(7)) is None
        assert table.read(lambda rows: rows.transaction_id(2**63 - 1)) is None

    def test_alternatives_take_the_place_of_those_before(self, table):
        table.write(lambda rows: rows.write([change("d", 1), change("e", 2)]))
        long = Alternative("|".join(f"{n:032}:1" for n in range(200)), '{"a":1}')
        table.write(lambda rows: rows.set_alternatives("d", [Alternative("b:1", None), long, Alternative("a:1", "{}")]))
        found = table.read(lambda rows: rows.alternatives(["d", "e", "nothing"]))
        assert found == {"d": [long, Alternative("a:1", "{}"), Alternative("b:1", None)]}
        assert table.read(lambda rows: rows.fetch(["d"]))["d"].has_conflicts
        assert [one.has_conflicts for one in table.read(lambda rows: rows.page("", 9))] == [True, False]
        table.write(lambda rows: rows.write([change("d", 3)]))
        assert table.read(lambda rows: rows.fetch(["d"]))["d"].has_conflicts
        table.write(lambda rows: rows.set_alternatives("d", []))
        assert table.read(lambda rows: rows.alternatives(["d"])) == {}
        assert not table.read(lambda rows: rows.fetch(["d"]))["d"].has_conflicts

    def test_peers_are_known_as_was_said_last(self, table):
        table.write(lambda rows: rows.know("p", Known(5, "T-5")))
        table.write(lambda rows: rows.know("p", Known(2**63 - 1, "")))
        table.write(lambda rows: rows.know("P", Known(1, "T-1")))
        assert table.read(lambda rows: rows.known("p")) == Known(2**63 - 1, "")
        assert table.read(lambda rows: rows.known("P")) == Known(1, "T-1")

    def test_definitions_of_indexes(self, table):
        table.write(lambda rows: [rows.set_index(Index(name, (" lower( a ) ", "b"))) for name in ("é", "Z", "a")])
        filling = Index("a", ("b",), IndexState.FILLING, "d7")
        table.write(lambda rows: rows.set_index(filling))
        assert table.read(lambda rows: [index.name for index in rows.indexes()]) == ["Z", "a", "é"]
        assert table.read(lambda rows: rows.indexes())[1] == filling
        table.write(lambda rows: (rows.remove_index("Z"), rows.remove_index("nothing")))
        assert table.read(lambda rows: [index.name for index in rows.indexes()]) == ["a", "é"]

    @pytest.fixture
    def entered(self, table):
        """Two indexes with a line for each pair of an unusual key and one of two documents."""

        def unit(rows):
            rows.write([change("d", 1), change("e", 2)])
            for name in ("i", "j"):
                rows.set_index(Index(name, ("a",)))
                rows.add_entries(Entry(name, key, doc_id) for key in UNUSUAL for doc_id in ("d", "e"))

        table.write(unit)
        return table

    def test_lines_lie_in_the_order_of_their_bytes(self, entered):
        keys = sorted(UNUSUAL)
        assert keys == sorted(keys, key=str.encode)
        found = entered.read(lambda rows: rows.find("i", ("", ""), None, 100))
        assert found == [Found(key, doc) for key in keys for doc in (stored("d", 1), stored("e", 2))]
        assert entered.read(lambda rows: rows.keys("i", "", 100)) == keys
        assert entered.read(lambda rows: rows.keys("i", keys[3], 2)) == keys[4:6]

    def test_a_run_of_lines(self, entered):
        keys = sorted(UNUSUAL)
        look = lambda *args: [  # noqa: E731
            (found.key, found.document.doc_id) for found in entered.read(lambda rows: rows.find("i", *args))
        ]
        assert look((keys[2], ""), keys[3], 100) == [(keys[2], "d"), (keys[2], "e")]
        assert look((keys[2], "d"), keys[4], 100) == [(keys[2], "e"), (keys[3], "d"), (keys[3], "e")]
        assert look((keys[2], "e"), None, 1) == [(keys[3], "d")]
        assert look((keys[2], ""), keys[2], 100) == []
        assert look((keys[-1], "e"), None, 100) == []

    def test_lines_may_be_entered_and_removed_twice(self, entered):
        twice = [Entry("i", key, "d") for key in UNUSUAL]
        entered.write(lambda rows: rows.add_entries(twice))
        assert len(entered.read(lambda rows: rows.find("i", ("", ""), None, 100))) == 2 * len(UNUSUAL)
        for _ in range(2):
            entered.write(lambda rows: rows.remove_entries(twice))
        left = entered.read(lambda rows: rows.find("i", ("", ""), None, 100))
        assert {found.document.doc_id for found in left} == {"e"} and len(left) == len(UNUSUAL)

    def test_an_index_is_cleared_step_by_step(self, entered):
        steps = [entered.write(lambda rows: rows.clear_entries("i", 8)) for _ in range(4)]
        assert steps == [8, 8, 4, 0]
        assert entered.read(lambda rows: rows.keys("i", "", 100)) == []
        assert len(entered.read(lambda rows: rows.keys("j", "", 100))) == len(UNUSUAL)

    def test_a_run_of_any_length_may_be_asked_for(self, table):
        count = 3000
        table.write(lambda rows: rows.write([change(f"d{n:04}", n) for n in range(1, count + 1)]))
        wanted = [f"d{n:04}" for n in range(0, 2 * count)]
        assert len(table.read(lambda rows: rows.fetch(wanted))) == count
        assert table.read(lambda rows: rows.alternatives(wanted)) == {}

    def test_keys_at_their_limits(self, table):
        wide = "\U0010ffff" * 400
        name, doc_id, uid = "é" * 127, "x" * 500, "ü" * 127

        def unit(rows):
            rows.write([change(doc_id, 1)])
            rows.set_index(Index(name, ("a" * 1000,)))
            rows.add_entries([Entry(name, wide, doc_id)])
            rows.know(uid, Known(1, "T" * 1000))

        table.write(unit)
        assert table.read(lambda rows: rows.find(name, (wide, ""), None, 1)) == [Found(wide, stored(doc_id, 1))]
        assert table.read(lambda rows: rows.known(uid)) == Known(1, "T" * 1000)

    def test_a_snapshot_sees_one_state(self, table):
        table.write(lambda rows: rows.write([change("d", 1)]))
        wrote = threading.Event()

        def writer():
            table.write(lambda rows: rows.write([change("e", 2)]))
            wrote.set()

        thread = threading.Thread(target=writer)

        def unit(rows):
            before = rows.head()
            thread.start()
            wrote.wait(0.3)
            return before, rows.head(), rows.fetch(["e"])

        before, after, found = table.snapshot(unit)
        thread.join()
        assert (before, found) == (after, {})
        assert table.read(lambda rows: rows.head()).generation == 2

    def test_writers_do_not_overlap(self, table):
        def add():
            for _ in range(20):
                table.write(lambda rows: rows.write([change("d", rows.head().generation + 1)]))

        threads = [threading.Thread(target=add) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert table.read(lambda rows: rows.head()).generation == 80

    def test_steps_that_join_are_each_done_or_refused(self, table):
        def unit(rows, steps):
            """Odd numbers are refused."""
            outcomes = []
            for step in steps:
                if step % 2:
                    outcomes.append(RevisionConflict(f"{step}"))
                else:
                    rows.write([change(f"d{step}", rows.head().generation + 1)])
                    outcomes.append(rows.head().generation)
            return outcomes

        def join(step):
            try:
                return table.join(unit, step)
            except RevisionConflict as error:
                return str(error)

        with ThreadPoolExecutor(6) as pool:
            outcomes = list(pool.map(join, range(12)))
        assert outcomes[1::2] == ["1", "3", "5", "7", "9", "11"]
        assert sorted(outcomes[::2]) == [1, 2, 3, 4, 5, 6]
        assert {found.doc_id for found in table.read(lambda rows: rows.page("", 10))} == {
            f"d{n}" for n in range(0, 12, 2)
        }
