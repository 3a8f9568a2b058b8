"""What every catalog promises of databases of documents as a whole; what rests in one is asked by the suite of
`nuvol.u1db.table`. A backend's test is a subclass with a fixture `catalog`."""

import pytest
from msgspec.structs import replace

from nuvol.errors import DatabaseDoesNotExist
from nuvol.model.documents import Database
from nuvol.u1db.table import Alternative, Change, Entry, Index, Known
from tests.conformance.catalog import add_account

ANNA, BERT = 1, 2
NOTES = Database(ANNA, 5, "notes", "a" * 32, 0, 0, 0, created_at=10, changed_at=10)


def change(doc_id: str, generation: int, content: str | None = "{}") -> Change:
    return Change(doc_id, f"r:{generation}", content, generation, f"T-{generation}")


class DocumentRowsTests:
    @pytest.fixture
    def two(self, catalog):
        add_account(catalog, ANNA)
        add_account(catalog, BERT)
        assert catalog.write(lambda tx: tx.documents.add(NOTES))
        return catalog

    def write(self, catalog, unit, now=20):
        """Run a unit over the rows of NOTES; what it says it did."""

        def body(tx):
            rows = tx.documents.rows(ANNA, NOTES.id, now)
            unit(rows)
            rows.settle()
            return rows.growth, [(one.doc_id, was_there) for one, was_there in rows.written]

        return catalog.write(body)

    def test_a_database_is_found_by_name_and_by_id_in_its_account_only(self, two):
        assert two.read(lambda tx: tx.documents.named(ANNA, "notes")) == NOTES
        assert two.read(lambda tx: tx.documents.get(ANNA, NOTES.id)) == NOTES
        assert two.read(lambda tx: tx.documents.named(BERT, "notes")) is None
        assert two.read(lambda tx: tx.documents.get(BERT, NOTES.id)) is None
        assert two.read(lambda tx: tx.documents.named(ANNA, "Notes")) is None

    def test_a_name_is_given_once(self, two):
        assert not two.write(lambda tx: tx.documents.add(replace(NOTES, id=6)))
        assert two.write(lambda tx: tx.documents.add(replace(NOTES, account_id=BERT)))

    def test_databases_are_listed_by_name_in_bytes(self, two):
        for number, name in enumerate(("a", "Z", "z.1", "z-1"), 10):
            two.write(lambda tx, n=number, name=name: tx.documents.add(replace(NOTES, id=n, name=name)))
        listed = [one.name for one in two.read(lambda tx: tx.documents.all(ANNA, "", 9))]
        assert listed == ["Z", "a", "notes", "z-1", "z.1"]
        assert [one.name for one in two.read(lambda tx: tx.documents.all(ANNA, "a", 2))] == ["notes", "z-1"]

    def test_what_a_unit_wrote_is_counted(self, two):
        grown, written = self.write(two, lambda rows: rows.write([change("d", 1, '{"é": 1}'), change("e", 2, None)]))
        assert (grown, written) == (9, [("d", False), ("e", False)])
        grown, written = self.write(
            two, lambda rows: rows.write([change("d", 3, "{}"), change("d", 4, '{"a": 1}')]), 30
        )
        assert (grown, written) == (-1, [("d", True)])
        assert two.read(lambda tx: tx.documents.get(ANNA, NOTES.id)) == replace(
            NOTES, generation=4, documents=1, size=8, changed_at=30
        )
        grown, written = self.write(two, lambda rows: (rows.fetch(["d"]), rows.write([change("d", 5, None)])))
        assert (grown, written) == (-8, [("d", True)])
        assert two.read(lambda tx: tx.documents.get(ANNA, NOTES.id)).documents == 0

    def test_alternatives_are_weighed_too(self, two):
        self.write(two, lambda rows: rows.write([change("d", 1, "{}")]))
        two_of_them = [Alternative("b:1", '{"a": 1}'), Alternative("a:1", None)]
        assert self.write(two, lambda rows: rows.set_alternatives("d", two_of_them)) == (8, [])
        assert two.read(lambda tx: tx.documents.weighed(ANNA)) == 10
        assert two.read(lambda tx: tx.documents.get(ANNA, NOTES.id)).size == 10
        assert self.write(two, lambda rows: rows.set_alternatives("d", [])) == (-8, [])
        assert two.read(lambda tx: tx.documents.weighed(BERT)) == 0

    def test_a_doomed_database_is_there_for_nobody_and_goes_in_batches(self, two):
        def fill(rows):
            rows.write([change(f"d{number}", number) for number in range(1, 6)])
            rows.set_alternatives("d1", [Alternative("x:1", "{}")])
            rows.know("peer", Known(3, "T-3"))
            rows.set_index(Index("i", ("a", "b")))
            rows.add_entries([Entry("i", "k", "d1"), Entry("i", "k", "d2")])

        self.write(two, fill)
        two.write(lambda tx: tx.documents.doom(ANNA, NOTES.id))
        assert two.read(lambda tx: tx.documents.named(ANNA, "notes")) is None
        assert two.read(lambda tx: tx.documents.get(ANNA, NOTES.id)) is None
        assert two.read(lambda tx: tx.documents.all(ANNA, "", 9)) == []
        assert two.read(lambda tx: tx.documents.weighed(ANNA)) == 0
        with pytest.raises(DatabaseDoesNotExist):
            two.read(lambda tx: tx.documents.rows(ANNA, NOTES.id, 0).head())
        assert two.write(lambda tx: tx.documents.add(replace(NOTES, id=6)))
        assert two.read(lambda tx: tx.documents.doomed()) == [(ANNA, NOTES.id)]
        gone = []
        while not gone or gone[-1]:
            gone.append(two.write(lambda tx: tx.documents.remove_some(ANNA, NOTES.id, 2)))
        assert sum(gone) == 5 + 1 + 5 + 1 + 2 + 1 + 1
        assert max(gone) == 2
        assert two.read(lambda tx: tx.documents.doomed()) == []
        assert two.read(lambda tx: tx.documents.get(ANNA, 6)) is not None

    def test_one_that_is_not_doomed_is_never_removed(self, two):
        assert two.write(lambda tx: tx.documents.remove_some(ANNA, NOTES.id, 9)) == 0
        assert two.read(lambda tx: tx.documents.get(ANNA, NOTES.id)) == NOTES

    def test_any_text_may_be_asked_for(self, two):
        self.write(two, lambda rows: rows.write([change("d", 1)]))
        strange = ["d", "\0", "a\ud800", "é"]
        assert list(two.read(lambda tx: tx.documents.rows(ANNA, NOTES.id, 0).fetch(strange))) == ["d"]
        assert two.read(lambda tx: tx.documents.rows(ANNA, NOTES.id, 0).alternatives(strange)) == {}
