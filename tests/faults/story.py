"""A life of one account in some fifty steps, told twice: to the product (`Player`) and to a model of it (`World`).

    python -m tests.faults.story life FOLDER [TRACE]     plays it on FOLDER and tells what becomes of each step

Each step is a verb that both know. The answer says what the world may look like afterwards: done → the world after
the step, refused → the world before it (and the model must refuse too), unable → either of them, never one between.
"""

import hashlib
import json
import os
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from nuvol.clock import DAY, SetClock
from nuvol.core.cloud import Cloud
from nuvol.core.files.chunking import hash_of
from nuvol.core.files.receiving import Upload
from nuvol.errors import AccountMissing, CloudError, NodeMissing, Unable, UploadMissing
from nuvol.model.accounts import Actor
from nuvol.model.nodes import Guard, Node, Version
from nuvol.model.rules import KiB, Rules
from nuvol.stores.blobs.disk import DiskBlobs
from nuvol.stores.catalog.catalog import SqlCatalog
from tests.core.clouds import World as Rest
from tests.core.soundness import faults
from tests.faults import trace

RULES = Rules(batch_rows=5, inline_bytes=8 * KiB, grace_hours=1)
"""Trees of more than five nodes take several units; content of more than 8 KiB goes into blobs."""


LABEL = "{urn:x}label"
PATIENCE = 4
"""After so many failures in a row the story is broken off: each doubles the worlds that are possible."""


Wrap = Callable[[SqlCatalog], Any]
"""Puts something between the cloud and its catalog."""


def open_cloud(folder: Path, clock: SetClock, wrap: Wrap) -> Cloud:
    blobs = DiskBlobs(folder)  # makes the folder
    return Cloud(wrap(SqlCatalog.open(folder / "nuvol.db")), blobs, RULES, clock)


# ------------------------------------------------------------------------------------------------- contents


def _bytes(name: str, length: int) -> bytes:
    return random.Random(name).randbytes(length)


_PICTURE = _bytes("picture", 600 * KiB)
CONTENTS = {
    "empty": b"",
    "note": _bytes("note", 300),
    "letter": _bytes("letter", 5000),
    "picture": _PICTURE,
    "retouched": _PICTURE[: 250 * KiB] + _bytes("brush", 50 * KiB) + _PICTURE[300 * KiB :],
    "song": _bytes("song", 300 * KiB),
    "film": _bytes("film", 500 * KiB),
    "list": _bytes("list", 9000) * 105,
}
"""“list” comes in 1,050 chunks of 900 bytes, ten different ones: more than a page of a content's chunk list."""


def digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=8).hexdigest()


DIGESTS = {name: digest(data) for name, data in CONTENTS.items()}

# ---------------------------------------------------------------------------------------------------- steps

Step = tuple[str, ...]

STORY: Sequence[Step] = [
    ("open",),
    ("account",),
    ("folder", "box"),
    ("put", "box/note", "note"),
    ("upload", "box/picture", "picture"),
    ("folder", "tree"),
    ("folder", "tree/sub"),
    *(("put", f"tree/{number}", "note" if number % 2 else "letter") for number in range(6)),
    ("upload", "tree/sub/song", "song"),
    ("put", "tree/sub/empty", "empty"),
    ("upload", "box/picture", "retouched"),
    ("send_chunks", "box/list", "list"),
    ("copy", "tree", "copy"),
    ("copy", "box/list", "twin"),
    ("move", "copy/sub", "box/moved"),
    ("move", "box/note", "copy/0"),
    ("label", "copy", "green"),
    ("trash", "tree"),
    ("start", "film", "film"),
    ("restore", "tree"),
    ("go_on", "film", "film", "200000"),
    ("go_on", "film", "film", "400000"),
    ("send_and_drop", "film", "film"),
    ("reopen",),
    ("finish", "film", "film"),
    ("start", "late", "song"),
    ("go_on", "late", "song", "150000"),
    ("abort", "nothing", "song"),
    ("forget_version", "box/picture", "1"),
    ("copy", "tree", "third"),
    ("copy_over", "tree", "third"),
    ("purge", "third"),
    ("trash", "third"),
    ("sweep",),
    ("put", "twin", "letter"),
    ("forget_version", "twin", "1"),
    ("trash", "box"),
    ("purge", "box"),
    ("sweep",),
    ("upload", "again", "picture"),
    ("terminate", "late"),
    ("purge", "0"),
    ("upload", "again", "empty"),
    ("forget_version", "again", "1"),
    ("move", "tree", "copy"),
    ("sweep",),
    ("put", "end", "note"),
]
PRELUDE = STORY[:3]
AFTERMATH: Sequence[Step] = [("open",), ("upload", "box/picture", "picture"), ("sweep",)]
"""Goes on where the prelude ended. Nothing else is written between the failure, the sweep and the end."""
STORIES = {"life": STORY, "prelude": PRELUDE, "aftermath": AFTERMATH}

# ---------------------------------------------------------------------------------------------------- model


class Refused(Exception):
    """The step cannot be done in this world."""


Versions = list[str | None]
"""The content of each version of a file, oldest first; None for a folder."""


@dataclass
class World:
    """What there is, as a person sees it."""

    is_begun: bool = False
    live: dict[str, Versions] = field(default_factory=dict)
    """By path."""
    trashed: dict[str, dict[str, Versions]] = field(default_factory=dict)
    """By the name of the topmost: what went with it, by path from there."""
    unfinished: dict[str, int] = field(default_factory=dict)
    """Bytes received, by the name of the file to be."""
    labels: dict[str, str] = field(default_factory=dict)

    def open(self) -> None:
        pass

    reopen = sweep = open

    def account(self) -> None:
        self._require(not self.is_begun)
        self.is_begun = True

    def folder(self, path: str) -> None:
        self._arrive(path)
        self.live[path] = [None]

    def put(self, path: str, content: str) -> None:
        self._require(self.is_begun and self._folder(path))
        self._require(None not in self.live.get(path, ()))
        self.live[path] = [*self.live.get(path, ()), DIGESTS[content]]

    upload = send_chunks = put

    def abort(self, path: str, content: str) -> None:
        self._require(self.is_begun and self._folder(path))

    def copy(self, source: str, target: str) -> None:
        tree = self._tree(source)
        self._arrive(target)
        for below, versions in tree.items():
            self.live[target + below] = versions[-1:]
        if source in self.labels:
            self.labels[target] = self.labels[source]

    def copy_over(self, source: str, target: str) -> None:
        self._tree(source)
        if target in self.live:
            self.trash(target)
        self.copy(source, target)

    def move(self, source: str, target: str) -> None:
        tree = self._tree(source)
        self._require(self._folder(target))
        if target in self.live:
            self.trash(target)
        for below, versions in tree.items():
            del self.live[source + below]
            self.live[target + below] = versions
        self.live[target].append(self.live[target][-1])

    def label(self, path: str, text: str) -> None:
        self._tree(path)
        self.labels[path] = text

    def trash(self, path: str) -> None:
        tree = self._tree(path)
        for below, versions in tree.items():
            versions.append(versions[-1])
            del self.live[path + below]
            self.labels.pop(path + below, None)
        self.trashed[path.rpartition("/")[2]] = tree

    def restore(self, name: str) -> None:
        self._require(name in self.trashed)
        self._arrive(name)
        for below, versions in self.trashed.pop(name).items():
            self.live[name + below] = [*versions, versions[-1]]

    def purge(self, name: str) -> None:
        self._require(name in self.trashed)
        del self.trashed[name]

    def forget_version(self, path: str, number: str) -> None:
        self._tree(path)
        self._require(len(self.live[path]) > int(number))
        del self.live[path][int(number) - 1]

    def start(self, name: str, content: str) -> None:
        self._require(self.is_begun)
        self.unfinished[name] = 0

    def go_on(self, name: str, content: str, offset: str) -> None:
        self._require(name in self.unfinished)
        self.unfinished[name] = int(offset)

    def send_and_drop(self, name: str, content: str) -> None:
        self._require(name in self.unfinished)

    def finish(self, name: str, content: str) -> None:
        self._require(name in self.unfinished)
        del self.unfinished[name]
        self.put(name, content)

    def terminate(self, name: str) -> None:
        self._require(name in self.unfinished)
        del self.unfinished[name]

    def _require(self, is_so: object) -> None:
        if not is_so:
            raise Refused

    def _folder(self, path: str) -> bool:
        above = path.rpartition("/")[0]
        return not above or self.live.get(above, [""])[-1] is None

    def _arrive(self, path: str) -> None:
        self._require(self.is_begun and self._folder(path) and path not in self.live)

    def _tree(self, path: str) -> dict[str, Versions]:
        self._require(path in self.live)
        return {
            other.removeprefix(path): list(versions)
            for other, versions in self.live.items()
            if other == path or other.startswith(path + "/")
        }


# ------------------------------------------------------------------------------------------------- product


class Player:
    """Does the same to a real cloud in `folder`."""

    def __init__(self, folder: Path, wrap: Wrap) -> None:
        self._folder = folder
        self._wrap = wrap
        self._clock = SetClock()
        self._cloud: Cloud | None = None

    @property
    def cloud(self) -> Cloud:
        if self._cloud is None:
            self.open()
        assert self._cloud is not None
        return self._cloud

    def open(self) -> None:
        self._cloud = open_cloud(self._folder, self._clock, self._wrap)
        self._cloud.upkeep.resume()

    def reopen(self) -> None:
        if self._cloud is not None:
            cloud, self._cloud = self._cloud, None
            cloud.close()
        self.open()

    def account(self) -> None:
        self.cloud.accounts.add(None, "ada", "ada@example.org", None)

    def folder(self, path: str) -> None:
        self.cloud.tree.create_folder(self._actor, *self._where(path))

    def put(self, path: str, content: str) -> None:
        self.cloud.uploads.put(self._actor, *self._where(path), CONTENTS[content])

    def upload(self, path: str, content: str) -> None:
        data = CONTENTS[content]
        self._send(self.cloud.uploads.begin(self._actor, *self._where(path), size=len(data)), data)

    def send_chunks(self, path: str, content: str) -> None:
        data = CONTENTS[content]
        upload = self.cloud.uploads.begin(self._actor, *self._where(path))
        try:
            for start in range(0, len(data), 900):
                piece = data[start : start + 900]
                if start < 9000:
                    upload.feed_chunk(hash_of(piece), piece)
                else:
                    upload.refer(hash_of(piece), len(piece))
            upload.commit()
        except CloudError:
            upload.abort()
            raise

    def abort(self, path: str, content: str) -> None:
        upload = self.cloud.uploads.begin(self._actor, *self._where(path))
        try:
            upload.feed(CONTENTS[content])
        finally:
            upload.abort()

    def copy(self, source: str, target: str) -> None:
        self.cloud.copies.copy(self._actor, self._at(source), *self._where(target), guard=Guard(overwrite=False))

    def copy_over(self, source: str, target: str) -> None:
        self.cloud.copies.copy(self._actor, self._at(source), *self._where(target))

    def move(self, source: str, target: str) -> None:
        self.cloud.tree.move(self._actor, self._at(source), *self._where(target))

    def label(self, path: str, text: str) -> None:
        self.cloud.tree.set_properties(self._actor, self._at(path), {LABEL: text}, ())

    def trash(self, path: str) -> None:
        self.cloud.tree.trash(self._actor, self._at(path))

    def restore(self, name: str) -> None:
        self.cloud.trash.restore(self._actor, self._trashed(name))

    def purge(self, name: str) -> None:
        self.cloud.trash.purge(self._actor, self._trashed(name))

    def forget_version(self, path: str, number: str) -> None:
        self.cloud.versions.remove(self._actor, self._at(path), int(number))

    def start(self, name: str, content: str) -> None:
        self.cloud.uploads.start(self._actor, *self._where(name), size=len(CONTENTS[content]))

    def go_on(self, name: str, content: str, offset: str) -> None:
        upload, begun = self._resumed(name)
        try:
            upload.feed(CONTENTS[content][begun : int(offset)])
            upload.pause()
        except CloudError:
            upload.rollback()
            raise

    def send_and_drop(self, name: str, content: str) -> None:
        upload, begun = self._resumed(name)
        try:
            upload.feed(CONTENTS[content][begun:])
        finally:
            upload.rollback()

    def finish(self, name: str, content: str) -> None:
        upload, begun = self._resumed(name)
        try:
            upload.feed(CONTENTS[content][begun:])
        except CloudError:
            upload.rollback()
            raise
        upload.commit()

    def terminate(self, name: str) -> None:
        self.cloud.uploads.terminate(self._actor, self._session(name))

    def sweep(self) -> None:
        self._clock.move(DAY)
        self.cloud.upkeep.sweep()

    def _at(self, path: str) -> int:
        return self.cloud.tree.resolve(self._actor, path).id

    def _where(self, path: str) -> tuple[int, str]:
        place = self.cloud.tree.place(self._actor, path)
        return place.parent.id, place.name

    def _trashed(self, name: str) -> int:
        for node in self.cloud.trash.list(self._actor).nodes:
            if node.name == name:
                return node.id
        raise NodeMissing(name)

    def _session(self, name: str) -> str:
        for (session_id,) in self._rows("select id from upload where name = ?", name):
            return session_id
        raise UploadMissing(name)

    @property
    def _actor(self) -> Actor:
        for (account_id,) in self._rows("select id from account"):
            return Actor(account_id)
        raise AccountMissing("ada")

    def _rows(self, sql: str, *args: object) -> list[tuple[Any, ...]]:
        return self.cloud._catalog.read(lambda tx: tx.connection.all(sql, args))

    def _resumed(self, name: str) -> tuple[Upload, int]:
        offset = self.cloud.uploads.session(self._actor, self._session(name)).offset
        return self.cloud.uploads.resume(self._actor, self._session(name), offset), offset

    @staticmethod
    def _send(upload: Upload, data: bytes) -> None:
        try:
            for start in range(0, len(data), 100_000):
                upload.feed(data[start : start + 100_000])
            upload.commit()
        except CloudError:
            upload.abort()
            raise


# ---------------------------------------------------------------------------------------------- comparison


class Told:
    """What became of each step of a story."""

    def __init__(self, steps: Sequence[Step], before: "Possible | None" = None, for_good: bool = False) -> None:
        """`for_good`: the disk takes nothing any more once a call has failed. What a failed commit left in the log
        cannot be written over then: whoever asks sees the world before it, and the next start may find the one
        after it."""
        self._steps = steps
        self._before = before
        self._for_good = for_good
        self._answers: dict[int, str] = {}

    def hear(self, number: int, answer: str) -> None:
        self._answers[number] = answer

    def __str__(self) -> str:
        return " · ".join(f"{' '.join(self._steps[n])}: {said}" for n, said in self._answers.items() if said != "done")

    def possible(self) -> "Possible":
        """Raises AssertionError when an answer fits in no world."""
        possible = deepcopy(self._before) if self._before else Possible()
        for number, answer in self._answers.items():
            possible.hear(self._steps[number], answer.split()[0])
        if self._for_good:
            possible.worlds += possible.failed
        return possible

    def judge(self, folder: Path, why: str) -> None:
        """Open what is left in the folder, as a start of the server does: it must be one of the possible worlds,
        whole and sound, and after a sweep nothing may be left over. Raises AssertionError."""
        try:
            _judge(folder, self.possible())
        except Exception as problem:
            raise AssertionError(f"{why}: {self}") from problem


def _judge(folder: Path, possible: "Possible") -> None:
    rest = Rest(SqlCatalog.open(folder / "nuvol.db"), folder, RULES)
    try:
        rest.cloud.upkeep.resume()
        assert look(rest) in possible
        assert [finding.text for finding in rest.cloud.doctor.examine(scrub=True) if finding.harm] == []
        rest.cloud.upkeep.sweep(orphans_after=0)
        assert look(rest) in possible
        _finish(rest)
        rest.clock.move(30 * DAY)
        rest.cloud.upkeep.sweep(orphans_after=0)
        assert faults(rest) == []
        assert list(rest.blobs.unfinished()) == []
    finally:
        rest.cloud.close()


def _finish(rest: Rest) -> None:
    """Every unfinished upload goes on where it is said to stand."""
    contents = {step[1]: CONTENTS[step[2]] for step in STORY if step[0] == "start"}
    for account_id, session_id, name, offset in rest.rows("select account_id, id, name, received from upload"):
        upload = rest.cloud.uploads.resume(Actor(account_id), session_id, offset)
        upload.feed(contents[name][offset:])
        written = upload.commit()
        found = b"".join(rest.cloud.reads.open(Actor(account_id), written.node.id).blocks())
        assert found == contents[name]


def look(rest: Rest) -> World:
    """The world as the cloud shows it, every version of every file read to its end."""
    world, cloud = World(), rest.cloud
    for (account_id,) in rest.rows("select id from account"):
        world.is_begun, actor = True, Actor(account_id)
    if not world.is_begun:
        return world
    seen: dict[bytes, str] = {}

    def versions(node: Node) -> Versions:
        return [content(node, version) for version in reversed(cloud.versions.list(actor, node.id, limit=10_000))]

    def content(node: Node, version: Version) -> str | None:
        if version.content is None:
            return None
        if version.content not in seen:
            reading = cloud.reads.open(actor, node.id, version.number)
            seen[version.content] = digest(b"".join(reading.blocks()))
        return seen[version.content]

    for path, node in cloud.tree.walk(actor, cloud.tree.root(actor).id):
        world.live[path] = versions(node)
        if node.content is not None:
            assert digest(b"".join(cloud.reads.open(actor, node.id).blocks())) == world.live[path][-1]
        for text in cloud.tree.properties(actor, [node]).get(node.id, {}).values():
            world.labels[path] = text
    for top in cloud.trash.list(actor).nodes:
        world.trashed[top.name] = {path: versions(node) for path, node in _below(rest.catalog, top)}
    world.unfinished = dict(rest.rows("select name, received from upload"))
    return world


def _below(catalog: Any, top: Node) -> Iterator[tuple[str, Node]]:
    """What went into the trash with `top`, by path from there."""
    waiting = [("", top)]
    while waiting:
        path, node = waiting.pop()
        yield path, node
        for id, _, root in catalog.read(lambda tx, node=node: tx.nodes.below(top.account_id, node.id, None, 1000)):
            if root == top.id:
                child = catalog.read(lambda tx, id=id: tx.nodes.get(top.account_id, id))
                waiting.append((f"{path}/{child.name}", child))


class Possible:
    """Every world that the answers so far allow."""

    def __init__(self) -> None:
        self.worlds = [World()]
        self.failed: list[World] = []
        """Those that steps would have led to which failed."""

    def __contains__(self, world: World) -> bool:
        return any(_shown(world) == _shown(each) for each in self.worlds)

    def __repr__(self) -> str:
        return " or ".join(map(repr, self.worlds))

    def hear(self, step: Step, answer: str) -> None:
        """Raises AssertionError when no world allows this answer."""
        after = []
        for world in self.worlds:
            try:
                next_world = _after(world, step)
            except Refused:
                after += [world] if answer in ("refused", "unable", "begun") else []
                continue
            if answer in ("unable", "begun"):
                after.append(world)
            if answer == "unable":
                after += _broken(world, step)
                self.failed.append(next_world)
            if answer in ("done", "unable", "begun"):
                after.append(next_world)
        assert after, f"“{' '.join(step)}” cannot be {answer} after {self.worlds}"
        self.worlds = [world for number, world in enumerate(after) if world not in after[:number]]


def _shown(world: World) -> World:
    """Versions that bring nothing new do not count: a restore that is broken off leaves some."""
    world = deepcopy(world)
    for tree in (world.live, *world.trashed.values()):
        for path, versions in tree.items():
            tree[path] = [content for content, _ in groupby(versions)]
    return world


def _after(world: World, step: Step) -> World:
    world = deepcopy(world)
    getattr(world, step[0])(*step[1:])
    return world


def _broken(world: World, step: Step) -> list[World]:
    """A finish that fails may take the unfinished upload along."""
    if step[0] != "finish" or step[1] not in world.unfinished:
        return []
    world = deepcopy(world)
    del world.unfinished[step[1]]
    return [world]


# --------------------------------------------------------------------------------------------------- child


def play(
    folder: Path, steps: Sequence[Step], tell: Callable[[int, str], None], wrap: Wrap = lambda catalog: catalog
) -> None:
    """Do the steps one after another and tell what becomes of each: begun, then done, refused or unable. Ends early
    when all seems lost."""
    player, failures = Player(folder, wrap), 0
    for number, step in enumerate(steps):
        tell(number, "begun")
        try:
            getattr(player, step[0])(*step[1:])
        except Unable as error:
            tell(number, f"unable {error.code}: {error}")
            failures += 1
        except CloudError as error:
            tell(number, f"refused {error.code}: {error}")
        else:
            tell(number, "done")
            failures = 0
        if failures == PATIENCE:
            break


def main(name: str, folder: str, log: str = "") -> None:
    def tell(number: int, answer: str) -> None:
        if log:
            trace.mark(Path(log), f"{number} {answer}")
        elif answer != "begun":
            print(json.dumps([number, answer]), flush=True)

    play(Path(folder), STORIES[name], tell)
    os._exit(0)  # as a kill: nothing is closed


if __name__ == "__main__":
    main(*sys.argv[1:])
