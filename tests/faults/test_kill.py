"""D1: what was acknowledged is there after a `kill -9`, nothing is half there, nothing is left over."""

from pathlib import Path

import pytest

from nuvol.stores.catalog.catalog import SqlCatalog
from tests.core.clouds import World
from tests.core.soundness import faults
from tests.faults.crowd import Crowd
from tests.servers import nuvol, serve
from tests.sizes import chance, size

KILLS = size(5, 100)


@pytest.mark.torture
def test_what_two_hundred_clients_were_promised_survives_a_kill(tmp_path):
    dice, data = chance(), tmp_path / "data"
    crowd = None
    for kill in range(KILLS):
        with serve(data) as server:
            if crowd is not None:
                assert list(crowd.complaints(server)) == []
            crowd = Crowd(server, f"round-{kill}", dice)
            crowd.start()
            crowd.wait(dice.randint(1, 500))
            server.kill()
        crowd.join()
        assert_sound(data)
    with serve(data) as server:
        assert list(crowd.complaints(server)) == []


def assert_sound(data: Path) -> None:
    """Nothing is lost or damaged, and after the sweep of a start nothing is left over."""
    nuvol("doctor", "--data", data, "--scrub")
    world = World(SqlCatalog.open(data / "nuvol.db"), data)
    try:
        world.cloud.upkeep.resume()
        world.cloud.upkeep.sweep()
        assert faults(world) == []
        unfinished = {(key.account_id, key.id) for key, _ in world.blobs.unfinished()}
        assert unfinished <= world.catalog.read(lambda tx: tx.uploads.blob_ids())
    finally:
        world.cloud.close()
