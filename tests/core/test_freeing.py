"""D11: freeing space never races a reader, an upload or a friend's copy."""

import threading
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest

from nuvol.core.files.chunking import hash_of
from nuvol.errors import CloudError
from nuvol.model.rules import KiB, Rules
from nuvol.stores.base import BlobKey
from tests.core.clouds import Home, World, noise
from tests.core.soundness import faults
from tests.core.test_uploads import chunks_of
from tests.sizes import chance, size

AT_ONCE = Rules(grace_hours=0, batch_rows=3)
"""What nothing names is freed by the next sweep: no grace hides a mistake."""

POOL = [noise(length * KiB, length) for length in range(70, 130, 5)]
"""Chunks of which contents are made, so that they have many in common."""


def compose(random: Random) -> list[bytes]:
    return random.choices(POOL, k=random.randrange(1, 8))


def upload(home: Home, name: str, parts: list[bytes], random: Random) -> int:
    """By the chunks that the account lacks, or byte by byte; returns the node."""
    receiving = home.cloud.uploads.begin(home.actor, home.root.id, name)
    try:
        if random.random() < 0.3:
            receiving.feed(b"".join(parts))
        else:
            lacking = set(home.cloud.uploads.missing_chunks(home.actor, [hash_of(part) for part in parts]))
            for part in parts:
                if hash_of(part) in lacking:
                    receiving.feed_chunk(hash_of(part), part)
                else:
                    receiving.refer(hash_of(part), len(part))
        return receiving.commit().node.id
    except BaseException:
        receiving.abort()
        raise


class Plan:
    """Random acts of one account, and what every version of its files must say."""

    def __init__(self, world: World, random: Random) -> None:
        self.world = world
        self.random = random
        self.home = world.home()
        self.versions: dict[int, dict[int, bytes]] = {}
        self.trashed: set[int] = set()
        self.friends: dict[BlobKey, bytes] = {}

    def step(self) -> None:
        acts = [self.upload] * 4 + [self.copy, self.prune, self.trash, self.purge, self.befriend, self.sweep, self.look]
        self.random.choice(acts)()
        self.world.clock.move(1)

    def _live(self) -> int | None:
        live = [node_id for node_id in self.versions if node_id not in self.trashed]
        return self.random.choice(live) if live else None

    def upload(self) -> None:
        parts = compose(self.random)
        node_id = upload(self.home, f"f{self.random.randrange(6)}", parts, self.random)
        number = self.home.cloud.tree.get(self.home.actor, node_id).number
        self.versions.setdefault(node_id, {})[number] = b"".join(parts)

    def copy(self) -> None:
        node_id = self._live()
        if node_id is not None and len(self.versions) < 20:
            name = f"copy {self.world.clock()}"
            node = self.home.cloud.copies.copy(self.home.actor, node_id, self.home.root.id, name).node
            past = self.versions[node_id]
            self.versions[node.id] = {1: past[max(past)]}

    def prune(self) -> None:
        node_id = self._live()
        if node_id is not None and len(self.versions[node_id]) > 1:
            number = self.random.choice(sorted(self.versions[node_id])[:-1])
            self.home.cloud.versions.remove(self.home.actor, node_id, number)
            del self.versions[node_id][number]

    def trash(self) -> None:
        node_id = self._live()
        if node_id is not None:
            self.home.cloud.tree.trash(self.home.actor, node_id)
            self.trashed.add(node_id)

    def purge(self) -> None:
        if self.trashed:
            node_id = self.random.choice(sorted(self.trashed))
            self.home.purge(node_id)
            self.trashed.remove(node_id)
            del self.versions[node_id]

    def befriend(self) -> None:
        """Somebody else is given the same bytes under a key of their own."""
        node_id = self._live()
        if node_id is None or len(self.friends) > 5:
            return
        past = self.versions[node_id]
        blob_id = self.home.cloud.versions.get(self.home.actor, node_id, max(past)).blob_id
        if blob_id is not None:
            friend = BlobKey(1, self.world.catalog.new_ids(1)[0])
            self.world.blobs.link(BlobKey(self.home.actor.account_id, blob_id), friend)
            self.friends[friend] = past[max(past)]

    def sweep(self) -> None:
        self.world.cloud.upkeep.sweep(orphans_after=3600)

    def look(self) -> None:
        """Everything there is, in full."""
        for node_id, past in self.versions.items():
            for number, data in past.items():
                assert self.home.content(node_id, number) == data
        for friend, data in self.friends.items():
            assert self.world.blobs.read(friend, 0, len(data)) == data

    def end(self) -> None:
        self.sweep()
        self.look()
        for friend in self.friends:
            self.world.blobs.delete(friend)


@pytest.mark.torture
def test_random_plans_never_read_a_wrong_byte(world):
    world.restart(AT_ONCE)
    for number in range(size(4, 10_000)):
        plan = Plan(world, chance(number))
        for _ in range(40):
            plan.step()
        plan.end()
        assert faults(world, plan.home.actor.account_id) == []


@pytest.mark.torture
def test_uploads_that_build_on_what_is_being_freed_are_right_or_refused(world):
    """Several upload, read and purge their own files, which have most chunks in common, while space is freed."""
    world.restart(AT_ONCE)
    home = world.home()
    done = threading.Event()

    def works(number: int) -> int:
        random, made = chance(number), 0
        for i in range(size(12, 5_000)):
            parts = compose(random)
            try:
                node_id = upload(home, f"{number} {i}", parts, random)
            except CloudError:  # what it built on went between the question and the answer: sent again then
                continue
            made += 1
            assert home.content(node_id) == b"".join(parts)
            home.cloud.tree.trash(home.actor, node_id)
            home.purge(node_id)
        return made

    def sweeps() -> None:
        while not done.is_set():
            world.clock.move(1)
            world.cloud.upkeep.sweep()

    with ThreadPoolExecutor(4) as pool:
        sweeping = pool.submit(sweeps)
        made = list(pool.map(works, range(3)))
        done.set()
        sweeping.result()
    assert all(made)
    world.clock.move(1 << 40)
    world.cloud.upkeep.sweep(orphans_after=0)  # an upload whose end was uncertain leaves its file to this
    assert home.used == 0 and world.rows("select * from chunk") == []
    assert list(world.blobs.list()) == []


@pytest.mark.torture
def test_a_download_goes_on_while_space_is_freed_after_the_usual_grace(world):
    """Readers have the grace to finish; the chunks of others, and their holes, are none of their business."""
    world.restart(Rules(batch_rows=3))
    home = world.home()
    files = {}
    for i in range(4):
        parts = compose(chance(i))
        files[upload(home, f"f{i}", parts, chance(i))] = b"".join(parts)
    for i in range(size(3, 1000)):
        node_id, data = chance(i).choice(sorted(files.items()))
        blocks = home.cloud.reads.open(home.actor, node_id).blocks()
        read = next(blocks)
        name = home.cloud.tree.get(home.actor, node_id).name
        home.purge(home.trash(name))
        world.clock.move(world.cloud.rules.grace_hours * 3_600_000_000 - 1)
        world.cloud.upkeep.sweep()
        assert read + b"".join(blocks) == data
        del files[node_id]
        world.clock.move(2)
        world.cloud.upkeep.sweep()
        files[upload(home, f"again {i}", chunks_of(data), chance(i))] = data
        for other_id, other in files.items():
            assert home.content(other_id) == other
