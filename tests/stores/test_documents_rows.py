"""Databases of documents on every database, by the fixture `catalog`; and that their indexes are used."""

from tests.conformance import rows_documents


class TestDocuments(rows_documents.DocumentRowsTests):
    pass
