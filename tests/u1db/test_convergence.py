"""S1: replicas converge, and no value is lost, whatever is lost on the way.

Five replicas and a server; edits, deletes, conflicts, resolutions; requests and replies that are lost, cut or doubled;
crashes before and after any commit; changes on both sides while they sync. Then the line is good again, and everything
must come together: every value ever written is an ancestor of what a replica holds, or in a conflict there; and once
all conflicts are resolved, of the one document that all have.
"""

import random

import pytest

from nuvol.errors import CloudError, Unavailable
from nuvol.u1db import replica, revision, sync
from nuvol.u1db.document import Document
from nuvol.u1db.replica import Replica
from nuvol.u1db.sqlite import IN_MEMORY, SqliteTable
from nuvol.u1db.sync import Answer, LocalTarget, synchronise
from nuvol.u1db.table import result_of
from tests.sizes import SEED, size

HISTORIES = size(1000, 10_000)
PARTS = 10
STEPS = 30
DOCS = ["d", "e", "f"]
COMMON = ['{"v":"common"}', '{"v": "common"}', None]
"""Values that several write: they meet as the same."""


class Crash(Exception):
    """The process is gone."""


class Fragile:
    """A table whose process dies at a commit now and then: before it or after it."""

    def __init__(self, table, dice):
        self._table, self._dice = table, dice
        self.is_fragile = False
        self.read, self.snapshot, self.close = table.read, table.snapshot, table.close

    def write(self, unit):
        fate = self._dice.random() if self.is_fragile else 1

        def dying(rows):
            result = unit(rows)
            if fate < 0.03:
                raise Crash
            return result

        result = self._table.write(dying)
        if fate < 0.06:
            raise Crash
        return result

    def join(self, unit, step):
        return result_of(self.write(lambda rows: unit(rows, [step]))[0])


class BadLine:
    """Loses requests and replies, cuts answers, delivers twice. `meanwhile`: what else happens during an answer."""

    def __init__(self, target, dice, meanwhile):
        self._target, self._dice, self._meanwhile = target, dice, meanwhile
        self.record_sync_info = self._through(target.record_sync_info)
        self.get_sync_info = self._through(target.get_sync_info)

    def _through(self, ask):
        def asked(*args):
            fate = self._dice.random()
            if fate < 0.05:
                raise Unavailable("The request is lost.")
            answer = ask(*args)
            if fate < 0.10:
                answer = ask(*args)
            if fate < 0.15:
                raise Unavailable("The reply is lost.")
            return answer

        return asked

    def sync_exchange(self, *args):
        head, pages = self._through(self._target.sync_exchange)(*args)
        return Answer(head, self._cut(pages))

    def _cut(self, pages):
        for page in pages:
            fate = self._dice.random()
            if fate < 0.05:
                raise Unavailable("The reply is cut.")
            yield page
            if fate < 0.08:
                yield page
            elif fate < 0.2:
                self._meanwhile()


class World:
    def __init__(self, dice):
        self.dice = dice
        self.tables = [Fragile(SqliteTable(IN_MEMORY, create=True), dice) for _ in range(6)]
        self.server, *self.replicas = (Replica(table) for table in self.tables)
        for number, one in enumerate([self.server, *self.replicas]):
            one.set_replica_uid(f"R{number}")
        self.written = {doc_id: [] for doc_id in DOCS}

    def close(self):
        for table in self.tables:
            table.close()

    def live_through(self, steps):
        for table in self.tables:
            table.is_fragile = True
        for step in range(steps):
            act = self.dice.choice([self.edit, self.edit, self.edit, self.sync, self.sync, self.resolve])
            try:
                act(self.dice.choice(self.replicas), step)
                if self.dice.random() < 0.05:
                    self.edit(self.server, step)
            except (Crash, CloudError):
                continue
        for table in self.tables:
            table.is_fragile = False

    def edit(self, one, step):
        doc = one.get_doc(self.dice.choice(DOCS), include_deleted=True) or Document(self.dice.choice(DOCS))
        if not doc.has_conflicts:
            self.note(one, doc.doc_id, self.value(step), lambda text: one.put(doc.doc_id, doc.rev, text))

    def value(self, step):
        return self.dice.choice(COMMON) if self.dice.random() < 0.3 else f'{{"v":{self.dice.random()}}}'

    def note(self, one, doc_id, text, write):
        """Remember a value by the revision it has: also if the process died, when it is there nevertheless."""
        generation = one.head().generation
        try:
            write(text)
        finally:
            doc = one.get_doc(doc_id, include_deleted=True)
            if one.head().generation > generation:
                self.written[doc_id].append((revision.parse(doc.rev), text))

    def sync(self, one, step):
        def meanwhile():
            self.edit(self.dice.choice((one, self.server)), step)

        synchronise(one, BadLine(LocalTarget(self.server), self.dice, meanwhile))

    def resolve(self, one, step):
        for doc_id in DOCS:
            if conflicts := one.get_doc_conflicts(doc_id):
                known = [doc.rev for doc in conflicts]
                revs = known if self.dice.random() < 0.7 else known[:1] + self.dice.sample(known[1:], 1)
                text = self.value(step) if self.dice.random() < 0.5 else self.dice.choice(conflicts).get_json()
                self.note(one, doc_id, text, lambda text, d=doc_id, r=revs: one.resolve(d, text, r))

    # ------------------------------------------------------------------------------------- in the end

    def come_together(self, resolve):
        """Sync all in turn until nothing moves."""
        for _ in range(10):
            before = [one.head() for one in (self.server, *self.replicas)]
            for one in self.replicas:
                synchronise(one, LocalTarget(self.server))
                if resolve:
                    for doc_id in DOCS:
                        if conflicts := one.get_doc_conflicts(doc_id):
                            one.resolve(doc_id, conflicts[-1].get_json(), [doc.rev for doc in conflicts])
            if before == [one.head() for one in (self.server, *self.replicas)]:
                return
        pytest.fail("it does not come to rest")

    def held(self, doc_id):
        """Clocks of every value of the document that any replica shows, or keeps in a conflict."""
        for one in (self.server, *self.replicas):
            doc = one.get_doc(doc_id, include_deleted=True)
            for kept in one.get_doc_conflicts(doc_id) or ([doc] if doc else []):
                yield revision.parse(kept.rev)

    def require_nothing_lost(self):
        for doc_id, values in self.written.items():
            held = list(self.held(doc_id))
            for clock, text in values:
                assert any(clock == other or revision.newer(other, clock) for other in held), (doc_id, clock, text)


@pytest.fixture(autouse=True)
def small_runs(monkeypatch):
    """So that a history of few documents has many pages, runs and parts."""
    monkeypatch.setattr(sync, "RUN", 2)
    monkeypatch.setattr(sync, "PART_BYTES", 300)
    monkeypatch.setattr(replica, "PAGE", 2)


@pytest.mark.parametrize("part", range(PARTS))
def test_whatever_is_lost_on_the_way_no_value_is(part):
    print(f"NUVOL_SEED={SEED}")
    conflicts = 0
    for number in range(part, HISTORIES, PARTS):
        world = World(random.Random(f"{SEED} {number}"))
        try:
            world.live_through(STEPS)
            world.come_together(resolve=False)
            world.require_nothing_lost()
            conflicts += sum(bool(one.get_doc_conflicts(doc_id)) for one in world.replicas for doc_id in DOCS)
            world.come_together(resolve=True)
            world.require_nothing_lost()
            docs = world.server.get_all_docs(include_deleted=True)[1]
            assert all(one.get_all_docs(include_deleted=True)[1] == docs for one in world.replicas)
        except BaseException:
            print(f"history {number}")
            raise
        finally:
            world.close()
    assert conflicts > HISTORIES / PARTS / 4, "there must be something to lose"
