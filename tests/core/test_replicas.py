"""The suite of documents that sync, on databases in the catalog."""

import itertools

import pytest

from tests.conformance.u1db import U1dbTests
from tests.conformance.u1db_table import TableTests
from tests.core.clouds import Home


class TestInTheCatalog(U1dbTests):
    @pytest.fixture
    def new_replica(self, anna: Home):
        numbers = itertools.count(1)

        def make(uid: str):
            replica = anna.cloud.documents.open(anna.actor, f"db{next(numbers)}", create=True)
            replica.set_replica_uid(uid)
            replica.set_document_size_limit(0)
            return replica

        return make


class TestRowsOfTheCatalog(TableTests):
    @pytest.fixture
    def table(self, anna: Home):
        return anna.cloud.documents.table(anna.actor, "db", create=True)
