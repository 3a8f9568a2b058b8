"""The suite for replicas in memory and in a file."""

import pytest

import nuvol.u1db as u1db
from tests.conformance.u1db import U1dbTests


class Replicas:
    """Gives pristine replicas with a uid of choice, and closes them."""

    def __init__(self, place):
        self._place = place
        self._open = []

    def __call__(self, uid):
        path = ":memory:" if self._place is None else self._place / f"{len(self._open)}.u1db"
        replica = u1db.open(path, create=True)
        replica.set_replica_uid(uid)
        self._open.append(replica)
        return replica

    def close(self):
        for replica in self._open:
            replica.close()


class TestInMemory(U1dbTests):
    @pytest.fixture
    def new_replica(self):
        replicas = Replicas(None)
        yield replicas
        replicas.close()


class TestInAFile(U1dbTests):
    @pytest.fixture
    def new_replica(self, tmp_path):
        replicas = Replicas(tmp_path)
        yield replicas
        replicas.close()
