"""What every database of documents promises: the vectors of u1db.md part 9, and more.

A backend's test is a subclass with a fixture `new_replica`: a function that takes a replica uid and gives a pristine
`Replica` (or what has its calls) of that uid. Where others reach it by a sync target of its own, `target_of` says so.
"""

import pytest

from nuvol.u1db.sync import LocalTarget
from tests.conformance.u1db_documents import ConflictTests, DocumentTests
from tests.conformance.u1db_indexes import IndexTests
from tests.conformance.u1db_sync import SyncTests


class U1dbTests(DocumentTests, ConflictTests, IndexTests, SyncTests):
    @pytest.fixture
    def target_of(self):
        """How a replica is reached as the other side of a sync."""
        return LocalTarget
