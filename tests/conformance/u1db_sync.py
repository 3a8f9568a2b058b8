"""Replicas that sync: u1db.md 9.6, by the fixtures `new_replica` and `target_of`."""

import random
import re

import pytest

from nuvol import errors
from nuvol.u1db.document import Document
from nuvol.u1db.sync import Answer, SyncExchange, synchronise
from nuvol.u1db.table import Change, Known
from tests.conformance.u1db_documents import W, X, Y, Z, alternatives, edit, visible

VALUES = {"X": X, "Y": Y, "Z": Z, "W": W, "V": '{"v":5}', "∅": None}

# Steps (`A→B=1`: A is the source, the call returns 1), and in the end of each replica: generation; documents with
# revision, value and alternatives; the generation it knows of its peers.
SCENARIOS = {
    "S01": ("new A d X, A→B=1", "1; d A:1 X; B:1", "1; d A:1 X; A:1"),
    "S02": ("new B d X, A→B=0", "1; d B:1 X; B:1", "1; d B:1 X; A:1"),
    "S03": ("new A d X, new B e Y, A→B=1", "2; d A:1 X, e B:1 Y; B:2", "2; d A:1 X, e B:1 Y; A:2"),
    "S04": ("new A d X, A→B=1, A→B=1", "1; d A:1 X; B:1", "1; d A:1 X; A:1"),
    "S05": ("new A d X, A→B=1, put B d Y, A→B=1, A→B=2", "2; d A:1|B:1 Y; B:2", "2; d A:1|B:1 Y; A:2"),
    "S06": ("new A d X, new B d Y, A→B=1", "2; d B:1 Y +A:1 X; B:1", "1; d B:1 Y; A:2"),
    "S07": ("new A d X, new B d X, A→B=1", "2; d A:1|B:2 X; B:2", "2; d A:1|B:2 X; A:2"),
    "S08": ("new A d X, A→B=1, put A d Y, put B d Z, A→B=2", "3; d A:1|B:1 Z +A:2 Y; B:2", "2; d A:1|B:1 Z; A:3"),
    "S09": (
        "new A d X, A→B=1, put A d Y, put B d Z, A→B=2, resolve A d W, A→B=4",
        "4; d A:3|B:1 W; B:3",
        "3; d A:3|B:1 W; A:4",
    ),
    "S10": ("new A d X, A→B=1, del A d, A→B=2", "2; d A:2 ∅; B:2", "2; d A:2 ∅; A:2"),
    "S11": ("new A d X, A→B=1, put A d Y, del B d, A→B=2", "3; d A:1|B:1 ∅ +A:2 Y; B:2", "2; d A:1|B:1 ∅; A:3"),
    "S12": ("new A d X, A→B=1, del A d, put B d Z, A→B=2", "3; d A:1|B:1 Z +A:2 ∅; B:2", "2; d A:1|B:1 Z; A:3"),
    "S13": (
        "new A d X, A→C=1, B→C=0, put B d Y, B→C=2, A→C=1",
        "2; d A:1|B:1 Y; B:0 C:2",
        "2; d A:1|B:1 Y; A:0 C:2",
        "2; d A:1|B:1 Y; A:2 B:2",
    ),
    "S14": ("new A d X, A→C=1, B→C=0, A→B=1", "1; d A:1 X; B:1 C:1", "1; d A:1 X; A:1 C:1", "1; d A:1 X; A:1 B:1"),
    "S15": ("new A d X, A→B=1, put A d Y, put B d Y, A→B=2", "3; d A:2|B:2 Y; B:3", "3; d A:2|B:2 Y; A:3"),
    "S16": (
        "new A d X, A→B=1, put A d Y, put B d Z, A→B=2, put B d Y, A→B=3, A→B=4",
        "4; d A:3|B:2 Y; B:4",
        "4; d A:3|B:2 Y; A:4",
    ),
    "S17": (
        "new A d X, A→B=1, put A d Y, put B d Z, A→B=2, C→A=0, C→B=1",
        "3; d A:1|B:1 Z +A:2 Y; B:2 C:1",
        "2; d A:1|B:1 Z; A:3 C:1",
        "1; d A:1|B:1 Z; A:3 B:2",
    ),
    "S18": (
        "new A d X, A→B=1, put A d Y, put B d Z, A→B=2, put A d V=ConflictedDoc",
        "3; d A:1|B:1 Z +A:2 Y; B:2",
        "2; d A:1|B:1 Z; A:3",
    ),
    "S19": ("new A d X, A→B=1, B→A=1, put A d Y, put A d Z, B→A=1", "3; d A:3 Z; B:2", "2; d A:3 Z; A:3"),
    "S20": ("A→B=0", "0; ; B:0", "0; ; A:0"),
}


def state(db):
    """Documents with their revisions and values, and alternatives."""
    docs = db.get_all_docs(include_deleted=True)[1]
    return {doc.doc_id: (doc.rev, doc.get_json(), alternatives(db, doc.doc_id)) for doc in docs}


def expected_state(text):
    generation, documents, known = text.split("; ")
    docs = {}
    for part in filter(None, documents.split(", ")):
        doc_id, rev, value, *others = part.replace("+", "").split(" ")
        pairs = zip(others[::2], others[1::2], strict=True)
        docs[doc_id] = (rev, VALUES[value], {(rev, VALUES[value]) for rev, value in pairs})
    return int(generation), docs, {peer: int(number) for peer, number in re.findall(r"(\w+):(\d+)", known)}


class Counted:
    """A target that counts what it is asked."""

    def __init__(self, target):
        self._target = target
        self.asked = []

    def __getattr__(self, name):
        call = getattr(self._target, name)

        def counted(*args, **kwargs):
            self.asked.append(name)
            return call(*args, **kwargs)

        return counted


class SyncTests:
    @pytest.mark.parametrize("row", SCENARIOS)
    def test_replicas_sync_as_the_scenario_says(self, new_replica, target_of, row):
        steps, *finals = SCENARIOS[row]
        replicas = {name: new_replica(name) for name in "ABC"}
        for step in steps.split(", "):
            words, _, result = step.partition("=")
            if "→" in words:
                source, target = (replicas[name] for name in words.split("→"))
                assert synchronise(source, target_of(target)) == int(result), step
                continue
            verb, name, doc_id, value = [*words.split(" "), "∅"][:4]
            db = replicas[name]
            if result:
                with pytest.raises(getattr(errors, result)):
                    edit(db, doc_id, VALUES[value])
            elif verb == "resolve":
                revs = [doc.rev for doc in db.get_doc_conflicts(doc_id)]
                db.resolve_doc(Document(doc_id, None, VALUES[value]), revs)
            elif verb == "del":
                db.delete_doc(db.get_doc(doc_id))
            else:
                edit(db, doc_id, VALUES[value])
        for name, final in zip("ABC", finals, strict=False):
            generation, docs, known = expected_state(final)
            db = replicas[name]
            assert db.whats_changed()[0] == generation, name
            assert state(db) == docs, name
            assert {peer: db.known(peer).generation for peer in known} == known, name

    def test_nothing_to_do_costs_one_question(self, new_replica, target_of):  # P1
        a, b = new_replica("A"), new_replica("B")
        edit(a, "d", X)
        edit(b, "e", Y)
        synchronise(a, target_of(b))
        before = state(a), state(b), a.head(), b.head()
        target = Counted(target_of(b))
        synchronise(a, target)
        assert target.asked == ["get_sync_info"]
        assert before == (state(a), state(b), a.head(), b.head())

    def test_without_conflicts_both_sides_are_equal(self, new_replica, target_of):  # P2
        a, b = new_replica("A"), new_replica("B")
        for number in range(700):
            edit(a, f"a{number}", X)
            edit(b, f"b{number}", Y)
        edit(a, "a3", None)
        synchronise(a, target_of(b))
        assert state(a) == state(b)
        assert len(state(a)) == 1400

    @pytest.mark.parametrize("seed", range(10))
    def test_any_history_converges(self, new_replica, target_of, seed):  # P3
        chance = random.Random(seed)
        replicas = {name: new_replica(name) for name in "ABC"}

        def resolve_all(db):
            for doc_id in state(db):
                if conflicts := db.get_doc_conflicts(doc_id):
                    text = max(conflicts, key=lambda doc: doc.get_json() or "").get_json()
                    db.resolve_doc(Document(doc_id, None, text), [doc.rev for doc in conflicts])

        for _ in range(chance.randint(3, 25)):
            one, other = chance.sample(sorted(replicas), 2)
            db, doc_id = replicas[one], chance.choice("def")
            act = chance.choice(["edit", "edit", "sync", "resolve"])
            if act == "sync":
                synchronise(db, target_of(replicas[other]))
            elif act == "resolve":
                resolve_all(db)
            elif not db.get_doc_conflicts(doc_id):
                edit(db, doc_id, chance.choice([X, Y, Z, None]))
        resolve_all(replicas["C"])  # it was a source too; from now on it is the one in the middle
        for _ in range(6):
            for source in "AB":
                synchronise(replicas[source], target_of(replicas["C"]))
                resolve_all(replicas[source])
            states = [state(db) for db in replicas.values()]
            if states[0] == states[1] == states[2] and not any(docs[2] for docs in states[0].values()):
                return
        pytest.fail(f"seed {seed} did not converge: {states}")

    def test_a_copy_is_noticed(self, new_replica, target_of):  # P4
        a, b, copy = new_replica("A"), new_replica("B"), new_replica("copy")
        edit(a, "d", X)
        synchronise(a, target_of(b))
        copy.set_replica_uid("A")
        with pytest.raises(errors.InvalidGeneration):  # it is behind
            synchronise(copy, target_of(b))
        edit(copy, "other", Y)
        with pytest.raises(errors.InvalidTransactionId):  # it went another way
            synchronise(copy, target_of(b))
        with pytest.raises(errors.InvalidTransactionId):
            synchronise(copy, target_of(a))
        assert "other" not in state(b)

    def test_a_target_that_was_put_back_is_noticed(self, new_replica, target_of):
        a, b = new_replica("A"), new_replica("B")
        edit(b, "d", X)
        edit(b, "e", X)
        synchronise(a, target_of(b))
        restored = new_replica("restored")
        edit(restored, "d", X)
        restored.set_replica_uid("B")
        edit(a, "f", Y)
        with pytest.raises(errors.InvalidGeneration):
            synchronise(a, target_of(restored))
        edit(restored, "e", Z)
        with pytest.raises(errors.InvalidTransactionId):
            synchronise(a, target_of(restored))
        restored.set_replica_uid("B2")  # another replica for its peers: everything comes together again
        synchronise(a, target_of(restored))
        assert state(a).keys() == state(restored).keys() == {"d", "e", "f"}

    def test_a_target_that_went_another_way_is_noticed_without_changes(self, new_replica, target_of):
        a, b = new_replica("A"), new_replica("B")
        edit(b, "d", X)
        synchronise(a, target_of(b))
        other = new_replica("other")
        edit(other, "d", X)
        other.set_replica_uid("B")
        other.know("A", b.known("A"))
        with pytest.raises(errors.InvalidTransactionId):
            synchronise(a, target_of(other))

    def test_a_change_during_the_sync_goes_with_the_next_one(self, new_replica, target_of):  # P5
        a, b = new_replica("A"), new_replica("B")
        edit(b, "d", X)
        target = target_of(b)

        class Slow(Counted):
            def sync_exchange(self, *args):
                answer = target.sync_exchange(*args)
                edit(a, "meanwhile", Y)
                return answer

        slow = Slow(target)
        synchronise(a, slow)
        assert slow.asked == ["get_sync_info"]
        assert b.known("A") == Known()
        synchronise(a, target)
        assert state(a) == state(b)
        assert "meanwhile" in state(b)

    def test_a_change_of_the_target_during_the_answer_goes_with_the_next_one(self, new_replica, target_of):  # P6
        a, b = new_replica("A"), new_replica("B")
        for number in range(1000):
            edit(b, f"d{number:04}", X)
        target = target_of(b)

        class Slow(Counted):
            def sync_exchange(self, *args):
                head, pages = target.sync_exchange(*args)
                first = next(pages)
                edit(b, "d0999", Y)
                edit(b, "new", Y)
                return Answer(head, (page for page in [first, *pages]))

        synchronise(a, Slow(target))
        assert a.known("B").generation == 1000
        assert len(state(a)) in (999, 1000)  # 1,000 where the whole answer was on its way already
        synchronise(a, target)
        assert state(a) == state(b)

    def test_a_document_that_changes_once_more_after_it_came_is_sent_back(self, new_replica):  # P6
        b = new_replica("B")
        edit(b, "old", X)
        exchange = SyncExchange(b, "A", Known())
        exchange.add([Change("d", "A:1", X, 1, "T-1"), Change("e", "A:1", X, 2, "T-2")])
        exchange.apply()
        edit(b, "d", Y)
        answer = exchange.answer()
        edit(b, "e", Z)
        assert [change.doc_id for page in answer.entries for change in page] == ["old", "d"]
        assert answer.head.generation == 4

    def test_a_push_that_broke_off_goes_on_where_it_stopped(self, new_replica, target_of, monkeypatch):  # P7
        monkeypatch.setattr("nuvol.u1db.sync.PART_BYTES", 10_000)
        a, b = new_replica("A"), new_replica("B")
        for number in range(300):
            edit(a, f"d{number}", X)
        target = target_of(b)

        class Breaking(Counted):
            def sync_exchange(self, uid, last_known, entries, ensure):
                parts.append(len(entries))
                if len(parts) == 3:
                    raise errors.Unavailable("The line is cut.")
                return target.sync_exchange(uid, last_known, entries, ensure)

        parts = []
        with pytest.raises(errors.Unavailable):
            synchronise(a, Breaking(target))
        sent = sum(parts[:2])
        assert 0 < sent < 300
        assert b.known("A").generation == len(state(b)) == sent
        parts = [0, 0, 0]
        synchronise(a, Breaking(target))
        assert sum(parts) == 300 - sent
        assert state(a) == state(b)

    def test_what_another_pushes_meanwhile_needs_not_be_pushed_again(self, new_replica, target_of):
        a, b = new_replica("A"), new_replica("B")
        for number in range(20):
            edit(a, f"d{number}", X)
        target = target_of(b)

        class Doubled(Counted):
            def sync_exchange(self, *args):
                target.sync_exchange(*args).entries.close()
                return target.sync_exchange(*args)

        synchronise(a, Doubled(target))
        assert state(a) == state(b)

    def test_an_answer_that_broke_off_goes_on_where_it_stopped(self, new_replica, target_of):
        a, b = new_replica("A"), new_replica("B")
        for number in range(1500):
            edit(b, f"d{number}", X)
        edit(a, "mine", Y)
        target = target_of(b)

        class Breaking(Counted):
            def sync_exchange(self, *args):
                answer = target.sync_exchange(*args)

                def pages():
                    for number, page in enumerate(answer.entries):
                        if number == 1:
                            raise errors.BrokenSyncStream("The line is cut.")
                        yield page

                return Answer(answer.head, pages())

        with pytest.raises(errors.BrokenSyncStream):
            synchronise(a, Breaking(target))
        stopped = a.known("B").generation
        assert 0 < stopped < 1500
        assert len(state(a)) == stopped + 1
        assert b.known("A").generation == 1
        synchronise(a, target)
        assert state(a) == state(b)
        synchronise(a, counted := Counted(target))
        assert counted.asked == ["get_sync_info"]

    def test_one_document_larger_than_a_part_goes_too(self, new_replica, target_of, monkeypatch):
        monkeypatch.setattr("nuvol.u1db.sync.PART_BYTES", 1000)
        monkeypatch.setattr("nuvol.u1db.sync.RUN_BYTES", 1000)
        a, b = new_replica("A"), new_replica("B")
        for number in range(5):
            a.create_doc({"long": "x" * 3_000_000}, f"a{number}")
            b.create_doc({"long": "y" * 3_000_000}, f"b{number}")
        synchronise(a, target_of(b))
        assert state(a) == state(b)

    def test_the_limit_of_size_is_not_for_what_comes(self, new_replica, target_of):
        a, b = new_replica("A"), new_replica("B")
        b.set_document_size_limit(10)
        edit(a, "d", '{"long": "0123456789"}')
        synchronise(a, target_of(b))
        assert visible(b) == visible(a)
