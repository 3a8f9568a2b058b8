"""Documents, conflicts and what comes from other replicas: u1db.md 9.2 and 9.3, by the fixture `new_replica`.

`new_replica(uid)` gives a pristine database with that replica uid.
"""

import threading

import pytest

from nuvol import errors
from nuvol.u1db.document import Document
from nuvol.u1db.table import Change, Known

X, Y, Z, W, N = (f'{{"v":{value}}}' for value in (1, 2, 3, 4, 9))
GONE = None


def put(db, doc_id, rev, text):
    return db.put_doc(Document(doc_id, rev, text))


def edit(db, doc_id, text):
    """Change the visible value, whatever it is."""
    present = db.get_doc(doc_id, include_deleted=True)
    return put(db, doc_id, present.rev if present else None, text)


def arrive(db, *entries, save=True, peer="peer"):
    """Put (rev, text) of the document `d` in, one by one, as from a peer; what became of each, and the generation."""
    start = db.known(peer).generation
    results = []
    for number, (rev, text) in enumerate(entries, start + 1):
        change = Change("d", rev, text, number, f"T-{number}")
        (arrival,) = db.take_in(peer, [change], save_conflicts=save)
        results.append((str(arrival.state), arrival.generation))
    return results


def visible(db, doc_id="d"):
    doc = db.get_doc(doc_id, include_deleted=True)
    return doc and (doc.rev, doc.get_json())


def alternatives(db, doc_id="d"):
    return {(doc.rev, doc.get_json()) for doc in db.get_doc_conflicts(doc_id)[1:]}


class DocumentTests:
    def test_the_operations_of_the_specification_one_after_another(self, new_replica):
        db = new_replica("r")
        assert put(db, "x", None, '{"a":1}') == "r:1"  # D01
        with pytest.raises(errors.RevisionConflict):
            db.create_doc_from_json('{"a":1}', "x")
        for doc_id, rev in [("x", None), ("x", "r:7"), ("y", "r:1")]:  # D02–D04
            with pytest.raises(errors.RevisionConflict):
                put(db, doc_id, rev, "{}")
        with pytest.raises(errors.DocumentDoesNotExist):  # D05
            db.delete_doc(Document("y", "r:1"))
        with pytest.raises(errors.RevisionConflict):  # D06
            db.delete_doc(Document("x", "r:9"))
        doc = Document("x", "r:1")
        assert db.delete_doc(doc) == "r:2"  # D07
        assert doc.is_tombstone() and doc.rev == "r:2"
        with pytest.raises(errors.DocumentAlreadyDeleted):  # D08
            db.delete_doc(Document("x", "r:2"))
        with pytest.raises(errors.RevisionConflict):  # D09
            db.delete_doc(Document("x", "r:1"))
        with pytest.raises(errors.RevisionConflict):  # D10
            put(db, "x", "r:1", "{}")
        assert put(db, "x", None, "{}") == "r:3"  # D11
        assert put(db, "x", "r:3", GONE) == "r:4"  # D12
        assert db.get_doc("x") is None  # D13
        assert put(db, "x", "r:4", "{}") == "r:5"  # D14
        assert [doc.doc_id for doc in db.get_docs(["x", "x"])] == ["x", "x"]  # D15
        generation, transaction_id, changes = db.whats_changed(99)  # D16
        assert (generation, changes) == (5, [])
        assert transaction_id == db.whats_changed()[1]

    @pytest.mark.parametrize("doc_id", ["a", "A.b-c_d%20", "%", "..", "-x", "aaa.." + "x" * 300])
    def test_ids_that_are_allowed(self, new_replica, doc_id):
        db = new_replica("r")
        assert put(db, doc_id, None, "{}") == "r:1"
        assert db.get_doc(doc_id).doc_id == doc_id

    @pytest.mark.parametrize(
        "doc_id", ["a b", "a/b", "", "é", "a\n", "a:b", "a~", None, "x" * 501, "a\0", "\ud800", "a'b", 5]
    )
    def test_ids_that_are_not(self, new_replica, doc_id):
        with pytest.raises(errors.InvalidDocId):
            put(new_replica("r"), doc_id, None, "{}")

    @pytest.mark.parametrize("doc_id", ["nothing", "", "a b", "é", "a\0", "a\0b", "\ud800", "a'", '"', "x" * 10_000])
    def test_any_text_may_be_asked_for(self, new_replica, doc_id):
        db = new_replica("r")
        put(db, "a", None, "{}")
        assert db.get_doc(doc_id) is None
        assert db.get_doc_conflicts(doc_id) == []
        assert list(db.get_docs([doc_id, "a"])) == [db.get_doc("a")]
        with pytest.raises(errors.DocumentDoesNotExist):
            db.delete_doc(Document(doc_id, "r:1"))

    def test_the_size_counts_text_id_and_revision(self, new_replica):
        text = '{"k": "0123456789"}'
        for limit, fits in [(20, False), (21, True), (0, True)]:
            db = new_replica("r")
            db.set_document_size_limit(limit)
            if fits:
                assert put(db, "d1", None, text) == "r:1"
            else:
                with pytest.raises(errors.DocumentTooBig):
                    put(db, "d1", None, text)
        db = new_replica("r")
        db.set_document_size_limit(22)
        put(db, "d1", None, text)
        with pytest.raises(errors.DocumentTooBig):
            put(db, "d1", "r:1", text)
        arrive(db, ("a:1", '{"k": "%s"}' % ("x" * 100)))  # the limit is for what is put here
        assert db.get_doc("d") is not None

    def test_the_order_of_the_checks(self, new_replica):
        db = new_replica("r")
        put(db, "d", None, X)
        arrive(db, ("a:1", Y))
        with pytest.raises(errors.ConflictedDoc):
            put(db, "d", "wrong:1", X)
        with pytest.raises(errors.RevisionConflict):
            db.delete_doc(Document("d", "wrong:1"))
        with pytest.raises(errors.ConflictedDoc):
            db.delete_doc(Document("d", "a:1"))
        db.set_document_size_limit(5)
        with pytest.raises(errors.DocumentTooBig):
            put(db, "d", "a:1", X)
        with pytest.raises(errors.InvalidDocId):
            put(db, "d d", "a:1", X)

    def test_text_is_kept_to_the_letter(self, new_replica):
        db = new_replica("r")
        texts = [
            '{ "b" :1,\t"a": "\\u00e9é😀\\ud800", "b":2}\n ',
            '{"long": "%s"}' % ("é" * 100_000),
            '{"nul": "\\u0000"}',
        ]
        for number, text in enumerate(texts):
            db.create_doc_from_json(text, f"d{number}")
            assert db.get_doc(f"d{number}").get_json() == text
        assert db.get_doc("d0").content == {"b": 2, "a": "éé😀\ud800"}

    def test_an_id_is_made_when_none_is_given(self, new_replica):
        db = new_replica("r")
        one, other = db.create_doc({"a": 1}), db.create_doc_from_json("{}")
        assert one.doc_id != other.doc_id
        assert len(one.doc_id) == 34 and one.doc_id.startswith("D-")
        assert (one.rev, one.content, one.has_conflicts) == ("r:1", {"a": 1}, False)

    def test_a_new_database_is_pristine(self, new_replica):
        db = new_replica("r")
        assert db.replica_uid == "r"
        assert db.whats_changed() == (0, "", [])
        assert db.get_all_docs(include_deleted=True) == (0, [])
        assert db.list_indexes() == []

    def test_each_document_changed_once_with_its_last_change(self, new_replica):
        db = new_replica("r")
        for number in range(300):
            put(db, f"d{number}", None, X)
        edit(db, "d7", Y)
        edit(db, "d8", GONE)
        generation, transaction_id, changes = db.whats_changed(0)
        assert generation == 302 and len(changes) == 300
        assert [change[1] for change in changes] == sorted(change[1] for change in changes)
        assert changes[-2:] == [("d7", 301, changes[-2][2]), ("d8", 302, transaction_id)]
        assert len({change[2] for change in changes}) == 300
        assert db.whats_changed(301) == (302, transaction_id, changes[-1:])

    def test_all_documents_with_and_without_those_deleted(self, new_replica):
        db = new_replica("r")
        for number in range(600):
            put(db, f"d{number}", None, X)
        edit(db, "d5", GONE)
        generation, docs = db.get_all_docs()
        assert generation == 601 and len({doc.doc_id for doc in docs}) == len(docs) == 599
        assert len(db.get_all_docs(include_deleted=True)[1]) == 600
        wanted = [f"d{number}" for number in (599, 5, 0, 5)]
        assert [doc.doc_id for doc in db.get_docs(wanted)] == ["d599", "d0"]
        assert [doc.doc_id for doc in db.get_docs(wanted, include_deleted=True)] == wanted

    def test_documents_are_made_by_the_factory(self, new_replica):
        class Note(Document):
            pass

        db = new_replica("r")
        db.set_document_factory(Note)
        assert isinstance(db.create_doc({"a": 1}, "n"), Note)
        assert isinstance(db.get_doc("n"), Note)
        assert isinstance(next(db.get_docs(["n"])), Note)

    def test_a_failing_change_leaves_nothing_behind(self, new_replica):
        db = new_replica("r")
        put(db, "x", None, X)
        for wrong in [("x", None, Y), ("y", "r:1", Y)]:
            with pytest.raises(errors.RevisionConflict):
                put(db, *wrong)
        assert db.whats_changed()[0] == 1
        assert db.get_doc("y") is None

    def test_several_threads_change_it_at_once(self, new_replica):
        db = new_replica("r")
        put(db, "shared", None, '{"n": 0}')
        failures = []

        def work(number):
            try:
                for turn in range(10):
                    put(db, f"own-{number}-{turn}", None, X)
                    while True:
                        doc = db.get_doc("shared")
                        doc.content["n"] += 1
                        try:
                            db.put_doc(doc)
                            break
                        except errors.RevisionConflict:
                            continue
            except BaseException as failure:
                failures.append(failure)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failures
        assert db.get_doc("shared").content == {"n": 40}
        assert db.whats_changed()[0] == 81


class ConflictTests:
    # (local, incoming, states and generations, visible, alternatives): rows C01 to C21; the replica is m.
    ARRIVALS = {
        "C01": ([], [("a:1", X)], ["inserted 1"], ("a:1", X), set()),
        "C02": ([X], [("a:1|m:1", Y)], ["inserted 2"], ("a:1|m:1", Y), set()),
        "C03": ([X], [("m:1", X)], ["converged 1"], ("m:1", X), set()),
        "C04": ([X, Y], [("m:1", X)], ["superseded 2"], ("m:2", Y), set()),
        "C06": ([X], [("a:1", Y)], ["conflicted 2"], ("a:1", Y), {("m:1", X)}),
        "C07": ([X], [("a:1", X)], ["superseded 2"], ("a:1|m:2", X), set()),
        "C09": ([X], [("a:1|m:1", GONE)], ["inserted 2"], ("a:1|m:1", GONE), set()),
        "C10": ([X, GONE], [("a:1", Y)], ["conflicted 3"], ("a:1", Y), {("m:2", GONE)}),
        "C11": ([X], [("a:1", Y), ("a:2", Z)], ["conflicted 2", "inserted 3"], ("a:2", Z), {("m:1", X)}),
        "C12": (
            [X],
            [("a:1", Y), ("b:1", Z)],
            ["conflicted 2", "conflicted 3"],
            ("b:1", Z),
            {("a:1", Y), ("m:1", X)},
        ),
        "C13": ([X], [("a:1", Y), ("a:2|m:1", Z)], ["conflicted 2", "inserted 3"], ("a:2|m:1", Z), set()),
        "C14": (
            [X],
            [("a:1", Y), ("b:1", Z), ("a:2|m:1", W)],
            ["conflicted 2", "conflicted 3", "conflicted 4"],
            ("a:2|m:1", W),
            {("b:1", Z)},
        ),
        "C15": ([X], [("a:1", Y), ("a:2", X)], ["conflicted 2", "superseded 3"], ("a:2|m:2", X), set()),
        "C16": ([X], [("a:1", GONE)], ["conflicted 2"], ("a:1", GONE), {("m:1", X)}),
        "C17": ([X, GONE], [("a:1", GONE)], ["superseded 3"], ("a:1|m:3", GONE), set()),
        "C18": (
            [X],
            [("a:1|m:1", Y), ("m:2", Z), ("m:3", Y)],
            ["inserted 2", "conflicted 3", "superseded 4"],
            ("a:1|m:4", Y),
            set(),
        ),
        "C19": (
            [X],
            [("a:1|m:1", Y), ("b:1|m:1", Y)],
            ["inserted 2", "superseded 3"],
            ("a:1|b:1|m:2", Y),
            set(),
        ),
        "C20": ([X], [("b:1", Y), ("b:1", Y)], ["conflicted 2", "converged 2"], ("b:1", Y), {("m:1", X)}),
        "C21": ([X], [("b:1", Y), ("m:1", X)], ["conflicted 2", "conflicted 3"], ("m:2", X), {("b:1", Y)}),
        "C22: a revision in another spelling is the same": (
            [X],
            [("b:1|a:1", Y), ("a:1|b:1", Y)],
            ["conflicted 2", "converged 2"],
            ("a:1|b:1", Y),
            {("m:1", X)},
        ),
    }

    @pytest.mark.parametrize("row", ARRIVALS)
    @pytest.mark.parametrize("together", [False, True], ids=["one by one", "in one run"])
    def test_what_becomes_of_a_document_that_comes(self, new_replica, row, together):
        local, incoming, states, current, others = self.ARRIVALS[row]
        db = new_replica("m")
        for text in local:
            edit(db, "d", text)
        if together:
            run = [Change("d", rev, text, number, f"T-{number}") for number, (rev, text) in enumerate(incoming, 1)]
            results = [(str(one.state), one.generation) for one in db.take_in("peer", run, save_conflicts=True)]
        else:
            results = arrive(db, *incoming)
        assert [f"{state} {generation}" for state, generation in results] == states
        assert visible(db) == current
        assert alternatives(db) == others
        assert db.get_doc("d", include_deleted=True).has_conflicts == bool(others)
        assert db.whats_changed()[0] == results[-1][1]
        assert db.known("peer") == Known(len(incoming), f"T-{len(incoming)}")

    def test_a_target_saves_no_conflict(self, new_replica):
        db = new_replica("m")  # C05, C08
        edit(db, "d", X)
        assert arrive(db, ("a:1", Y), save=False) == [("conflicted", 1)]
        assert (visible(db), alternatives(db)) == (("m:1", X), set())
        assert arrive(db, ("a:1", X), save=False) == [("superseded", 2)]
        assert (visible(db), alternatives(db)) == (("a:1|m:2", X), set())
        assert db.known("peer") == Known(2, "T-2")

    RESOLUTIONS = {
        "R1": (["m:1", "a:1", "b:1"], N, ("a:1|b:1|m:2", N), set(), "a:1|b:1|m:2", 4),
        "R2": (["b:1", "m:1"], N, ("b:1|m:2", N), {("a:1", Y)}, "b:1|m:2", 4),
        "R3": (["a:1", "m:1"], N, ("b:1", Z), {("a:1|b:1|m:2", N)}, "a:1|b:1|m:2", 3),
        "R4": (["b:1"], N, ("b:1|m:1", N), {("a:1", Y), ("m:1", X)}, "b:1|m:1", 4),
        "R5": (["zz:1"], N, ("b:1", Z), {("a:1", Y), ("b:1|m:1|zz:1", N), ("m:1", X)}, "b:1|m:1|zz:1", 3),
        "R6": (["m:1", "a:1", "b:1"], GONE, ("a:1|b:1|m:2", GONE), set(), "a:1|b:1|m:2", 4),
        "R7": ([], N, ("b:1", Z), {("a:1", Y), ("b:1|m:1", N), ("m:1", X)}, "b:1|m:1", 3),
    }

    @pytest.mark.parametrize("row", RESOLUTIONS)
    def test_a_conflict_is_resolved(self, new_replica, row):
        revs, text, current, others, rev, generation = self.RESOLUTIONS[row]
        db = new_replica("m")
        edit(db, "d", X)
        arrive(db, ("a:1", Y), ("b:1", Z))
        conflicts = db.get_doc_conflicts("d")
        assert conflicts[0] == db.get_doc("d")
        doc = Document("d", None, text)
        db.resolve_doc(doc, revs)
        assert (doc.rev, doc.has_conflicts) == (rev, bool(others))
        assert (visible(db), alternatives(db)) == (current, others)
        assert db.whats_changed()[0] == generation
        if not others:
            assert db.get_doc_conflicts("d") == []
            assert edit(db, "d", X)

    def test_a_document_without_conflicts_can_be_resolved(self, new_replica):
        db = new_replica("m")
        edit(db, "d", X)
        doc = Document("d", None, Y)
        db.resolve_doc(doc, ["a:4"])
        assert (visible(db), alternatives(db)) == (("m:1", X), {("a:4|m:2", Y)})
        db.resolve_doc(Document("d", None, Z), ["m:1", "a:4|m:2"])
        assert (visible(db), alternatives(db)) == (("a:4|m:3", Z), set())

    def test_resolving_what_is_not_there_is_said_so(self, new_replica):
        db = new_replica("m")
        with pytest.raises(errors.DocumentDoesNotExist):
            db.resolve_doc(Document("d", None, N), [])
        edit(db, "d", X)
        with pytest.raises(errors.InvalidRevision):
            db.resolve_doc(Document("d", None, N), ["junk"])

    # (pair known, generation and transaction id that come, error, pair afterwards): rows G1 to G6.
    SOURCES = {
        "G1": ((0, ""), (1, "T-1"), None, (1, "T-1")),
        "G2": ((5, "T-5"), (6, "T-x"), None, (6, "T-x")),
        "G3": ((5, "T-5"), (5, "T-5"), None, (5, "T-5")),
        "G4": ((5, "T-5"), (5, "T-y"), errors.InvalidTransactionId, (5, "T-5")),
        "G5": ((5, "T-5"), (4, "T-4"), errors.InvalidGeneration, (5, "T-5")),
        "G6": ((5, "T-5"), (9, ""), None, (9, "")),
    }

    @pytest.mark.parametrize("row", SOURCES)
    def test_a_source_must_go_on_where_it_was(self, new_replica, row):
        known, comes, error, afterwards = self.SOURCES[row]
        db = new_replica("m")
        db.know("p", Known(*known))
        change = [Change("d", "p:1", X, *comes)]
        if error:
            with pytest.raises(error):
                db.take_in("p", change, save_conflicts=False)
            assert db.get_doc("d") is None
        else:
            (arrival,) = db.take_in("p", change, save_conflicts=False)
            assert (arrival.state, arrival.generation) == ("inserted", 1)
        assert db.known("p") == Known(*afterwards)

    @pytest.mark.parametrize(
        "wrong, error",
        [
            (Change("bad id", "p:1", X, 3, "T-3"), errors.InvalidDocId),
            (Change("d3", "junk", X, 3, "T-3"), errors.InvalidRevision),
            (Change("d3", "", X, 3, "T-3"), errors.InvalidRevision),
            (Change("d3", "p:1|p:2", X, 3, "T-3"), errors.InvalidRevision),
            (Change("d3", "p:1" + "0" * 30, X, 3, "T-3"), errors.InvalidRevision),
            (Change("d3", "p:1", "[]", 3, "T-3"), errors.InvalidJSON),
            (Change("d3", "p:1", "nojson", 3, "T-3"), errors.InvalidJSON),
            (Change("d3", "p:1", '{"a":NaN}', 3, "T-3"), errors.InvalidJSON),
            (Change("d3", "p:1", '{"a":' * 5000, 3, "T-3"), errors.InvalidJSON),
            (Change("d3", "p:1", X, 1, "T-1"), errors.InvalidGeneration),
            (Change("d3", "p:1", X, 2, "T-9"), errors.InvalidTransactionId),
        ],
    )
    def test_an_entry_that_fails_keeps_those_before_it(self, new_replica, wrong, error):
        db = new_replica("m")
        good = [Change(f"d{number}", "p:1", X, number, f"T-{number}") for number in (1, 2, 4)]
        with pytest.raises(error):
            db.take_in("p", [*good[:2], wrong, good[2]], save_conflicts=False)
        assert [doc.doc_id for doc in db.get_all_docs(include_deleted=True)[1]] == ["d1", "d2"]
        assert db.known("p") == Known(2, "T-2")
        db.take_in("p", good[2:], save_conflicts=False)
        assert db.known("p") == Known(4, "T-4")

    def test_alternatives_are_not_in_indexes(self, new_replica):
        db = new_replica("m")
        db.create_index("by-v", "v")
        edit(db, "d", X)
        arrive(db, ("a:1", Y))
        assert db.get_index_keys("by-v") == [("2",)]
        assert db.get_from_index("by-v", "2")[0].has_conflicts
        db.resolve_doc(Document("d", None, Z), ["a:1", "m:1"])
        assert db.get_index_keys("by-v") == [("3",)]

    def test_true_and_one_are_not_the_same(self, new_replica):
        db = new_replica("m")
        edit(db, "d", '{"done": [true]}')
        assert arrive(db, ("a:1", '{"done": [1]}')) == [("conflicted", 2)]
