"""A replica file that the U1DB reference made is opened as if it were ours."""

import sqlite3
from contextlib import closing

import pytest

import nuvol.u1db as u1db
from nuvol.u1db.table import Known

LAYOUT = """
CREATE TABLE transaction_log (
    generation INTEGER PRIMARY KEY AUTOINCREMENT, doc_id TEXT NOT NULL, transaction_id TEXT NOT NULL);
CREATE TABLE document (doc_id TEXT PRIMARY KEY, doc_rev TEXT NOT NULL, content TEXT);
CREATE TABLE document_fields (doc_id TEXT NOT NULL, field_name TEXT NOT NULL, value TEXT);
CREATE INDEX document_fields_field_value_doc_idx ON document_fields(field_name, value, doc_id);
CREATE TABLE sync_log (replica_uid TEXT PRIMARY KEY, known_generation INTEGER, known_transaction_id TEXT);
CREATE TABLE conflicts (doc_id TEXT, doc_rev TEXT, content TEXT, PRIMARY KEY (doc_id, doc_rev));
CREATE TABLE index_definitions (name TEXT, offset INTEGER, field TEXT, PRIMARY KEY (name, offset));
CREATE TABLE u1db_config (name TEXT PRIMARY KEY, value TEXT);
INSERT INTO u1db_config VALUES ('sql_schema', '0'), ('replica_uid', 'old'), ('index_storage', 'expand referenced');
INSERT INTO transaction_log (doc_id, transaction_id) VALUES ('a', 'T-1'), ('b', 'T-2'), ('a', 'T-3'), ('c', 'T-4');
INSERT INTO document VALUES ('a', 'old:2', '{"n": 1, "t": "x"}'), ('b', 'old:1', NULL), ('c', 'p:1', '{"n": 2}');
INSERT INTO conflicts VALUES ('c', 'old:1', '{"n": 3}');
INSERT INTO sync_log VALUES ('p', 7, 'T-7');
INSERT INTO index_definitions VALUES ('by-n-t', 0, 'n'), ('by-n-t', 1, 'lower(t)'), ('by-n', 0, 'n');
INSERT INTO index_definitions VALUES ('odd', 0, 'lower(a,b)');
INSERT INTO document_fields VALUES ('a', 'n', '1'), ('c', 'n', '2'), ('a', 'lower(t)', 'x');
"""


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "old.u1db"
    with closing(sqlite3.connect(path)) as file:
        file.executescript(LAYOUT)
    return path


def test_everything_in_it_is_there(path):
    for _ in range(2):
        with u1db.open(path) as db:
            assert db.replica_uid == "old"
            assert db.whats_changed() == (4, "T-4", [("b", 2, "T-2"), ("a", 3, "T-3"), ("c", 4, "T-4")])
            assert db.get_doc("a").get_json() == '{"n": 1, "t": "x"}'
            assert db.get_doc("b", include_deleted=True).is_tombstone()
            assert [doc.rev for doc in db.get_doc_conflicts("c")] == ["p:1", "old:1"]
            assert db.known("p") == Known(7, "T-7")
            assert db.list_indexes() == [("by-n", ["n"]), ("by-n-t", ["n", "lower(t)"])]
            assert [doc.doc_id for doc in db.get_from_index("by-n", "*")] == ["a", "c"]
            assert [doc.doc_id for doc in db.get_from_index("by-n-t", "1", "x")] == ["a"]


def test_it_goes_on_as_the_same_replica(path):
    with u1db.open(path) as db, u1db.open(":memory:") as other:
        doc = db.get_doc("a")
        doc.content["n"] = 5
        assert db.put_doc(doc) == "old:3"
        u1db.synchronise(other, u1db.LocalTarget(db))
        assert other.get_doc("a").content == {"n": 5, "t": "x"}


def test_it_is_taken_over_wholly_or_not_at_all(path):
    with closing(sqlite3.connect(path)) as file:
        file.execute("insert into conflicts values (null, null, null)")
        file.commit()
    with pytest.raises(u1db.errors.StoreFailed):
        u1db.open(path)
    with closing(sqlite3.connect(path)) as file:
        assert file.execute("select count(*) from document").fetchone() == (3,)
        assert file.execute("select count(*) from transaction_log").fetchone() == (4,)
