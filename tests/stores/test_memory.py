import pytest

from nuvol.stores.blobs.memory import MemoryBlobs
from tests.conformance.blobs import BlobStoreTests


class TestMemory(BlobStoreTests):
    @pytest.fixture
    def blobs(self):
        return MemoryBlobs()
