"""What every catalog promises of the journal, locks, unfinished uploads, jobs and single values. A backend's test is
a subclass with a fixture `catalog`."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from msgspec.structs import replace

from nuvol.errors import BadValue
from nuvol.model.journal import Change
from nuvol.model.nodes import AdvisoryLock, Chunk, Lock, UploadSession
from tests.conformance.catalog import add_account

ANNA, BERT = 1, 2

CHANGE = Change(
    account_id=ANNA,
    seq=1,
    at=10,
    actor_id=7,
    app="scanner – “β”",
    verb="move",
    object="node",
    object_id=2**53 - 1,
    kind=0,
    old_parent=3,
    old_name="e\u0301",
    new_parent=4,
    new_name="\u00e9",
    number=9,
)
LOCK = Lock(
    account_id=ANNA,
    token="urn:uuid:1",
    node_id=5,
    owner="<o>é</o>",
    deep=True,
    exclusive=False,
    holder_id=ANNA,
    expires_at=100,
    seconds=60,
)
UPLOAD = UploadSession(
    account_id=ANNA,
    id="one",
    node_id=None,
    parent_id=3,
    name="e\u0301",
    size=None,
    offset=0,
    blob_id=0,
    written=0,
    tail=b"",
    mime="",
    modified_at=None,
    guard=b"{}",
    meta=b"\0\xff",
    expires_at=100,
)


class JournalRowsTests:
    @pytest.fixture
    def two(self, catalog):
        add_account(catalog, ANNA)
        add_account(catalog, BERT)
        return catalog

    def test_changes_come_back_as_they_went_in_and_in_order(self, two):
        bare = replace(CHANGE, seq=2, old_parent=None, old_name=None, new_parent=None, new_name=None, app="")
        rows = [CHANGE, bare, replace(CHANGE, seq=3)]
        two.write(lambda tx: tx.journal.add([rows[2], rows[0], rows[1], replace(CHANGE, account_id=BERT)]))
        assert two.read(lambda tx: tx.journal.after(ANNA, 0, 9)) == rows
        assert two.read(lambda tx: tx.journal.after(ANNA, 1, 1)) == [bare]
        assert two.read(lambda tx: tx.journal.after(ANNA, 3, 9)) == []
        assert two.read(lambda tx: tx.journal.before(ANNA, 4, 2)) == [rows[2], bare]
        assert two.read(lambda tx: tx.journal.before(ANNA, 2, 9)) == [CHANGE]

    def test_actions_are_counted_also_when_they_left(self, two):
        other = replace(CHANGE, object="link", verb="update")
        told = [CHANGE, replace(other, seq=2), replace(CHANGE, seq=3), replace(other, seq=4, verb="create", at=99)]
        two.write(lambda tx: tx.journal.add(told))
        assert two.read(lambda tx: tx.journal.count_actions(ANNA)) == (0, 3)
        assert two.read(lambda tx: tx.journal.actions(ANNA, 1, 9)) == [told[2], told[3]]
        assert two.read(lambda tx: tx.journal.actions(ANNA, 0, 1)) == [told[0]]
        two.write(lambda tx: tx.journal.trim(ANNA, 50, 9))
        assert two.read(lambda tx: tx.journal.count_actions(ANNA)) == (2, 1)
        assert two.read(lambda tx: tx.journal.count_actions(BERT)) == (0, 0)

    def test_actions_in_one_folder_are_counted_by_themselves(self, two):
        inside = replace(CHANGE, old_shared="", shared="17 5", object_id=9)
        left = replace(inside, seq=2, old_shared="5", shared="")
        beside = replace(inside, seq=3, shared="55")
        others = [beside, replace(beside, seq=4, shared=""), replace(inside, seq=5, object_id=5)]
        two.write(lambda tx: tx.journal.add([inside, left, *others, replace(inside, account_id=BERT)]))
        assert two.read(lambda tx: tx.journal.count_actions(ANNA, 5)) == (0, 2)
        assert two.read(lambda tx: tx.journal.actions(ANNA, 0, 9, 5)) == [inside, left]
        assert two.read(lambda tx: tx.journal.actions(ANNA, 1, 9, 5)) == [left]

    def test_what_touches_open_folders_is_found_by_itself(self, two):
        rows = [
            CHANGE,
            replace(CHANGE, seq=2, shared="3"),
            replace(CHANGE, seq=3),
            replace(CHANGE, seq=4, old_shared="3 4"),
        ]
        two.write(lambda tx: tx.journal.add([*rows, replace(CHANGE, account_id=BERT, shared="3")]))
        assert two.read(lambda tx: tx.journal.shared_after(ANNA, 0, 9)) == [rows[1], rows[3]]
        assert two.read(lambda tx: tx.journal.shared_after(ANNA, 2, 9)) == [rows[3]]
        assert two.read(lambda tx: tx.journal.shared_after(ANNA, 0, 1)) == [rows[1]]

    def test_a_number_is_given_once(self, two):
        two.write(lambda tx: tx.journal.add([CHANGE]))
        with pytest.raises(Exception, match="journal"):
            two.write(lambda tx: tx.journal.add([CHANGE]))

    def test_the_oldest_rows_are_trimmed_bit_by_bit(self, two):
        rows = [replace(CHANGE, seq=seq, at=at) for seq, at in enumerate((10, 20, 30, 25, 40), 1)]
        two.write(lambda tx: tx.journal.add([*rows, replace(CHANGE, account_id=BERT)]))

        def trim(before: int, limit: int = 99) -> tuple[int, int, list[int]]:
            gone = two.write(lambda tx: tx.journal.trim(ANNA, before, limit))
            left = [change.seq for change in two.read(lambda tx: tx.journal.after(ANNA, 0, 9))]
            return gone, two.read(lambda tx: tx.journal.floor(ANNA)), left

        assert trim(10) == (0, 0, [1, 2, 3, 4, 5])
        assert trim(30, limit=1) == (1, 1, [2, 3, 4, 5])
        assert trim(30) == (1, 2, [3, 4, 5]), "what is behind a younger one stays"
        assert trim(31) == (2, 4, [5])
        assert trim(1000) == (1, 5, []) and trim(1000) == (0, 5, [])
        assert two.read(lambda tx: tx.journal.floor(BERT)) == 0
        assert len(two.read(lambda tx: tx.journal.after(BERT, 0, 9))) == 1


class LockRowsTests:
    def test_locks_come_back_as_they_went_in_until_they_expire(self, catalog):
        other = replace(LOCK, token="urn:uuid:2", deep=False, exclusive=True, expires_at=50)
        catalog.write(lambda tx: [tx.locks.add(lock) for lock in (LOCK, other, replace(LOCK, account_id=BERT))])

        def of(now: int) -> list[Lock]:
            return sorted(catalog.read(lambda tx: tx.locks.of(ANNA, now)), key=lambda lock: lock.token)

        assert of(49) == [LOCK, other] and of(50) == [LOCK] and of(100) == []
        catalog.write(lambda tx: tx.locks.refresh(ANNA, LOCK.token, 200, 150))
        assert of(100) == [replace(LOCK, expires_at=200, seconds=150)]
        assert catalog.read(lambda tx: tx.locks.of(BERT, 0)) == [replace(LOCK, account_id=BERT)]

    def test_locks_are_removed_by_token_or_when_they_have_expired(self, catalog):
        other = replace(LOCK, token="urn:uuid:2", expires_at=50)
        catalog.write(lambda tx: (tx.locks.add(LOCK), tx.locks.add(other)))
        assert catalog.write(lambda tx: tx.locks.remove(BERT, LOCK.token)) is False
        assert catalog.write(lambda tx: tx.locks.expire(50)) == 0
        assert catalog.write(lambda tx: tx.locks.expire(51)) == 1
        assert catalog.write(lambda tx: tx.locks.remove(ANNA, LOCK.token)) is True
        assert catalog.write(lambda tx: tx.locks.remove(ANNA, LOCK.token)) is False
        assert catalog.read(lambda tx: tx.locks.of(ANNA, 0)) == []


class AdvisoryLockRowsTests:
    def test_one_for_each_file_and_cloud(self, catalog):
        lock = AdvisoryLock(ANNA, "7", "Stacksync", "ann – “β”", "10.0.0.1", "2015-08-28 11:00:00", "open")
        later = replace(lock, user="bert", at="2015-08-28 12:00:00", status="close")
        other = replace(lock, cloud="NEC", at="2014-01-01 00:00:00")
        catalog.write(lambda tx: [tx.advisory_locks.put(one) for one in (lock, replace(lock, account_id=BERT))])
        assert catalog.read(lambda tx: tx.advisory_locks.get(ANNA, "7", "Stacksync")) == lock
        catalog.write(lambda tx: (tx.advisory_locks.put(later), tx.advisory_locks.put(other)))
        assert catalog.read(lambda tx: tx.advisory_locks.get(ANNA, "7", "Stacksync")) == later
        assert catalog.read(lambda tx: tx.advisory_locks.get(ANNA, "7", None)) == other, "an open one first"
        assert catalog.read(lambda tx: tx.advisory_locks.get(ANNA, "8", None)) is None
        assert catalog.write(lambda tx: tx.advisory_locks.remove_all(ANNA)) == 2
        assert catalog.read(lambda tx: tx.advisory_locks.get(BERT, "7", "Stacksync")) is not None


class UploadRowsTests:
    def test_an_upload_comes_back_as_it_went_in(self, catalog):
        full = replace(
            UPLOAD, id="two", node_id=9, size=2**52, offset=2**51, blob_id=8, written=7, tail=bytes(range(256)),
            mime="x/y", modified_at=-1, meta=b"", expires_at=2**52,
        )  # fmt: skip
        others = replace(UPLOAD, account_id=BERT)
        catalog.write(lambda tx: [tx.uploads.add(upload) for upload in (UPLOAD, full, others)])
        for upload in (UPLOAD, full, others):
            assert catalog.read(lambda tx, u=upload: tx.uploads.get(u.account_id, u.id)) == upload
        assert catalog.read(lambda tx: tx.uploads.get(BERT, "two")) is None
        assert catalog.read(lambda tx: tx.uploads.blob_ids()) >= {(ANNA, 8)}

    def test_who_uploads_to_an_open_folder_finds_the_upload_while_it_is_open(self, catalog):
        theirs = replace(UPLOAD, holder_id=BERT)
        catalog.write(lambda tx: tx.uploads.add(theirs))
        assert catalog.read(lambda tx: tx.uploads.of_holder(BERT, "one")) is None
        catalog.write(
            lambda tx: [tx.shares.put_member(ANNA, node, member, 2, 0) for node in (3, 4) for member in (BERT, 9)]
        )
        assert catalog.read(lambda tx: tx.uploads.of_holder(BERT, "one")) == theirs
        assert catalog.read(lambda tx: tx.uploads.of_holder(9, "one")) is None

    def test_only_who_knows_where_it_stands_goes_on_with_it(self, catalog):
        catalog.write(lambda tx: tx.uploads.add(UPLOAD))
        further = replace(UPLOAD, size=50, offset=10, blob_id=8, written=5, tail=b"tail", expires_at=200)
        assert catalog.write(lambda tx: tx.uploads.update(further, 0)) is True
        assert catalog.read(lambda tx: tx.uploads.get(ANNA, "one")) == further
        assert catalog.write(lambda tx: tx.uploads.update(replace(further, offset=20), 0)) is False
        assert catalog.write(lambda tx: tx.uploads.update(replace(further, id="two"), 10)) is False
        assert catalog.read(lambda tx: tx.uploads.get(ANNA, "one")) == further

    def test_one_of_many_goes_on(self, catalog):
        catalog.write(lambda tx: tx.uploads.add(UPLOAD))
        with ThreadPoolExecutor(8) as pool:
            offsets = range(1, 9)
            won = list(
                pool.map(lambda o: catalog.write(lambda tx: tx.uploads.update(replace(UPLOAD, offset=o), 0)), offsets)
            )
        assert won.count(True) == 1

    def test_its_chunks_are_kept_in_order_and_go_with_it(self, catalog):
        chunks = [Chunk(bytes([n % 3]) * 32, n, n * 10, n + 1, n) for n in range(12)]
        catalog.write(lambda tx: (tx.uploads.add(UPLOAD), tx.uploads.add(replace(UPLOAD, account_id=BERT))))
        catalog.write(lambda tx: tx.uploads.add_chunks(ANNA, "one", 0, chunks[:5]))
        catalog.write(lambda tx: tx.uploads.add_chunks(ANNA, "one", 5, chunks[5:]))
        catalog.write(lambda tx: tx.uploads.add_chunks(BERT, "one", 0, chunks[:1]))
        assert catalog.read(lambda tx: tx.uploads.chunks(ANNA, "one")) == chunks
        assert catalog.write(lambda tx: tx.uploads.remove(ANNA, "one")) is True
        assert catalog.write(lambda tx: tx.uploads.remove(ANNA, "one")) is False
        assert catalog.read(lambda tx: tx.uploads.chunks(ANNA, "one")) == []
        assert catalog.read(lambda tx: tx.uploads.chunks(BERT, "one")) == chunks[:1]

    def test_what_it_brought_may_rest_in_another_blob(self, catalog):
        chunks = [Chunk(bytes([n]) * 32, 8 if n % 2 else 5, n * 10, 10, n) for n in range(4)]
        others = replace(UPLOAD, id="two", blob_id=8)
        catalog.write(lambda tx: (tx.uploads.add(replace(UPLOAD, blob_id=8)), tx.uploads.add(others)))
        for upload_id in ("one", "two"):
            catalog.write(lambda tx, u=upload_id: tx.uploads.add_chunks(ANNA, u, 0, chunks))
        catalog.write(lambda tx: tx.uploads.move(ANNA, "one", 9))
        assert catalog.read(lambda tx: tx.uploads.get(ANNA, "one")).blob_id == 9
        moved = [replace(chunk, blob_id=9) if chunk.blob_id == 8 else chunk for chunk in chunks]
        assert catalog.read(lambda tx: tx.uploads.chunks(ANNA, "one")) == moved
        assert catalog.read(lambda tx: tx.uploads.chunks(ANNA, "two")) == chunks
        assert catalog.read(lambda tx: tx.uploads.get(ANNA, "two")) == others

    def test_expired_uploads_are_told_oldest_first(self, catalog):
        for number, at in enumerate((30, 10, 20, 40)):
            catalog.write(lambda tx, n=number, at=at: tx.uploads.add(replace(UPLOAD, id=f"u{n}", expires_at=at)))
        found = catalog.read(lambda tx: tx.uploads.expired(40, 9))
        assert [upload.id for upload in found] == ["u1", "u2", "u0"]
        assert len(catalog.read(lambda tx: tx.uploads.expired(40, 1))) == 1


class JobRowsTests:
    def test_jobs_are_there_until_they_are_done(self, catalog):
        catalog.write(lambda tx: (tx.jobs.add(BERT, 3, "purge", b"\0"), tx.jobs.add(ANNA, 5, "trash", b"x")))
        catalog.write(lambda tx: tx.jobs.add(ANNA, 4, "copy", b""))
        expected = [(ANNA, 4, "copy", b""), (ANNA, 5, "trash", b"x"), (BERT, 3, "purge", b"\0")]
        assert catalog.read(lambda tx: tx.jobs.all()) == expected
        assert catalog.read(lambda tx: (tx.jobs.verb(ANNA, 4), tx.jobs.verb(BERT, 4))) == ("copy", None)
        catalog.write(lambda tx: (tx.jobs.remove(ANNA, 4), tx.jobs.remove(BERT, 5)))
        assert catalog.read(lambda tx: tx.jobs.all()) == expected[1:]
        assert catalog.read(lambda tx: (tx.jobs.any(ANNA), tx.jobs.any(BERT), tx.jobs.any(3))) == (True, True, False)
        catalog.write(lambda tx: tx.jobs.remove(ANNA, 5))
        assert catalog.read(lambda tx: tx.jobs.any(ANNA)) is False


class HomeTests:
    """What the rooms of the files ask of an account."""

    def test_every_account_is_named(self, catalog):
        assert catalog.read(lambda tx: tx.accounts.ids()) == []
        for number in (BERT, ANNA):
            add_account(catalog, number)
        assert sorted(catalog.read(lambda tx: tx.accounts.ids())) == [ANNA, BERT]

    def test_a_password_is_set_and_taken_away(self, catalog):
        add_account(catalog, ANNA)
        for kept in ("hash", None):
            catalog.write(lambda tx, kept=kept: tx.accounts.set_password(ANNA, kept))
            assert catalog.read(lambda tx: tx.accounts.password(ANNA)) == kept

    def test_an_account_knows_whether_jobs_locks_and_open_folders_are_in_the_way(self, catalog):
        add_account(catalog, ANNA)

        def hindrances() -> tuple[bool, ...]:
            return catalog.read(lambda tx: tx.accounts.hindrances(ANNA))

        catalog.write(lambda tx: (tx.jobs.add(BERT, 1, "copy", b""), tx.locks.add(replace(LOCK, account_id=BERT))))
        catalog.write(lambda tx: tx.shares.put_member(BERT, 5, ANNA, 1, 0))
        assert hindrances() == (False, False, False)
        catalog.write(lambda tx: tx.locks.add(LOCK))
        assert hindrances() == (False, True, False)
        catalog.write(lambda tx: tx.jobs.add(ANNA, 1, "copy", b""))
        assert hindrances() == (True, True, False)
        catalog.write(lambda tx: tx.locks.expire(LOCK.expires_at + 1))
        assert hindrances() == (True, False, False)
        catalog.write(lambda tx: tx.shares.put_member(ANNA, 5, BERT, 1, 0))
        assert hindrances() == (True, False, True)

    def test_the_folder_of_an_app_is_in_the_way_too(self, catalog):
        for number in (ANNA, BERT):
            add_account(catalog, number)
        catalog.write(lambda tx: tx.apps.set_folder(ANNA, "app", 5))
        assert catalog.read(lambda tx: tx.accounts.hindrances(ANNA)) == (False, False, True)
        assert catalog.read(lambda tx: tx.accounts.hindrances(BERT)) == (False, False, False)


class InstanceRowsTests:
    def test_a_value_is_set_replaced_and_taken_away(self, catalog):
        assert catalog.read(lambda tx: tx.instance.get("k")) is None
        for value in ("1", "é \U0010ffff", "", "x" * 100_000):
            catalog.write(lambda tx, value=value: tx.instance.set("k", value))
            assert catalog.read(lambda tx: tx.instance.get("k")) == value
        catalog.write(lambda tx: tx.instance.set("k", None))
        catalog.write(lambda tx: tx.instance.set("k", None))
        assert catalog.read(lambda tx: tx.instance.get("k")) is None

    @pytest.mark.parametrize("text", ["a\0", "\udfff"], ids=ascii)
    def test_text_that_one_database_could_not_keep_is_refused_by_all(self, catalog, text):
        for act in (
            lambda tx: tx.locks.add(replace(LOCK, owner=text)),
            lambda tx: tx.uploads.add(replace(UPLOAD, name=text)),
            lambda tx: tx.uploads.get(ANNA, text),
            lambda tx: tx.journal.add([replace(CHANGE, new_name=text)]),
            lambda tx: tx.jobs.add(ANNA, 1, text, b""),
        ):
            with pytest.raises(BadValue):
                catalog.write(act)
