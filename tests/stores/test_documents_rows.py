"""Databases of documents on every database, by the fixture `catalog`; and that their indexes are used."""

from typing import Any

import pytest

from nuvol.stores.catalog import documents
from nuvol.u1db.table import Change, Entry
from tests.conformance import rows_documents
from tests.conformance.catalog import add_account


class TestDocuments(rows_documents.DocumentRowsTests):
    pass


ACCOUNT, DATABASE = 1, 5
COUNT = 3000
TEXT = '{"text": "' + "x" * 1000 + '"}'


@pytest.fixture
def filled(catalog):
    """Enough rows that a database has reason to look for an index."""
    add_account(catalog, ACCOUNT)
    catalog.write(lambda tx: tx.documents.add(rows_documents.NOTES))

    def fill(tx: Any) -> None:
        rows = tx.documents.rows(ACCOUNT, DATABASE, 20)
        ids = [f"d{number}" for number in range(COUNT)]
        rows.write([Change(doc_id, "r:1", TEXT, number, f"T-{number}") for number, doc_id in enumerate(ids, 1)])
        rows.add_entries(
            Entry(index, f"k{number % 100}", doc_id) for index in "ab" for number, doc_id in enumerate(ids)
        )
        rows.settle()

    catalog.write(fill)
    catalog.write(lambda tx: tx.connection.run("analyze"))
    return catalog


def plan(catalog, engine: str, sql: str, *args: object) -> str:
    word = "explain query plan " if engine == "sqlite" else "explain "
    return "\n".join(str(row[-1]) for row in catalog.read(lambda tx: tx.connection.all(word + sql, args)))


@pytest.mark.parametrize(
    ("sql", "args", "tables"),
    [
        (documents._FIND_BELOW, ("a", "k7", "", "k8", 100), 2),
        (documents._FIND_ALL, ("a", "k98", "", 100), 2),
        (documents._CHANGES, (COUNT - 20, COUNT, COUNT - 20, COUNT, 100), 2),
        (f"select doc_id from document where {documents._HERE} and doc_id > ? order by doc_id limit ?", ("d5", 9), 1),
    ],
    ids=["find", "find from", "changes", "page"],
)
def test_the_database_finds_its_way_by_indexes(filled, engine: str, sql: str, args: tuple, tables: int) -> None:
    told = plan(filled, engine, sql, ACCOUNT, DATABASE, *args)
    if engine == "sqlite":
        assert told.count("SEARCH") == tables, told
        assert "SCAN" not in told and "TEMP B-TREE" not in told, told
    else:
        assert "Seq Scan" not in told, told
