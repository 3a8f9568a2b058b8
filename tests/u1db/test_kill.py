"""A replica file survives `kill -9` at any moment (u1db.md part 8)."""

import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import nuvol.u1db as u1db
from nuvol.u1db import revision
from tests.sizes import chance, size

WRITER = """
import sys
import nuvol.u1db as u1db
from nuvol.u1db.document import Document
from nuvol.u1db.table import Change

db = u1db.open(sys.argv[1], create=True)
db.create_index("by-n", "n", "tags")
start = db.known("peer").generation
print("open", flush=True)
for turn in range(1_000_000):
    doc = db.get_doc(f"d{turn % 40}", include_deleted=True) or Document(f"d{turn % 40}")
    if not doc.has_conflicts:
        doc.set_json(None if turn % 7 == 3 else f'{{"n": {turn}, "tags": ["a", "b{turn % 3}"]}}')
        print(doc.doc_id, db.put_doc(doc), flush=True)
    run = [
        Change(f"d{n % 60}", f"peer:{n + 1}", f'{{"n": {n}, "tags": "p"}}', n, f"T-{n}")
        for n in range(start + 1, start + 9)
    ]
    db.take_in("peer", run, save_conflicts=True)
    start += 8
    print("peer", start, flush=True)
    if turn % 10 == 9:
        conflicts = db.get_doc_conflicts(doc.doc_id)
        if conflicts:
            db.resolve_doc(Document(doc.doc_id, None, '{"n": 0}'), [one.rev for one in conflicts])
    if turn % 25 == 24:
        db.delete_index("by-n")
        db.create_index("by-n", "n", "tags")
"""


def killed_writer(path, dice):
    """Let a process write for a moment and kill it; the lines it said before."""
    process = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline() == "open\n"
        time.sleep(dice.uniform(0, 0.4))
    finally:
        process.kill()
    said = process.stdout.read().rpartition("\n")[0].splitlines()
    process.stdout.close()
    process.wait()
    return [line.split(" ") for line in said]


def require_sound(path):
    with closing(sqlite3.connect(path)) as file:
        assert file.execute("pragma integrity_check").fetchall() == [("ok",)]
        (changes, newest) = file.execute("select count(*), coalesce(max(generation), 0) from log").fetchone()
        assert changes == newest, "the log has as many lines as there were changes"
        strays = """select doc_id from document d where not exists
            (select 1 from log l where l.generation = d.generation and l.doc_id = d.doc_id)"""
        assert file.execute(strays).fetchall() == []
        strays = "select doc_id from alternative where doc_id not in (select doc_id from document)"
        assert file.execute(strays).fetchall() == []


def test_a_replica_file_survives_being_killed(tmp_path):
    path, dice = tmp_path / "notes.u1db", chance()
    for _ in range(size(8, 200)):
        said = killed_writer(path, dice)
        require_sound(path)
        with u1db.open(path) as db:
            revs = {doc.doc_id: doc.rev for doc in db.get_all_docs(include_deleted=True)[1]}
            newest = {doc_id: rev for doc_id, rev in said if doc_id != "peer"}
            for doc_id, rev in newest.items():
                kept = [doc.rev for doc in db.get_doc_conflicts(doc_id)] or [revs[doc_id]]
                assert any(is_in(rev, other) for other in kept), "what was acknowledged is there"
            known = db.known("peer").generation
            assert known >= max([int(number) for name, number in said if name == "peer"], default=0)
            for n in range(max(1, known - 59), known + 1):
                assert f"d{n % 60}" in revs, "a peer is never known further than its documents are here"
            require_index_is_right(db)


def is_in(rev, other):
    return rev == other or revision.newer(revision.parse(other), revision.parse(rev))


def require_index_is_right(db):
    db.create_index("by-n", "n", "tags")  # goes on with one that was being made, or removed
    expected = set()
    for doc in db.get_all_docs()[1]:
        tags = doc.content.get("tags", [])
        expected |= {(str(doc.content["n"]), tag) for tag in (tags if isinstance(tags, list) else [tags])}
    assert set(db.get_index_keys("by-n")) == expected


def test_the_file_says_how_safe_it_is(tmp_path):
    path = tmp_path / "notes.u1db"
    with u1db.open(path, create=True) as db:
        modes = [db._table.read(lambda rows, name=name: rows._run(f"pragma {name}").fetchone()[0])
                 for name in ("journal_mode", "synchronous")]  # fmt: skip
    assert modes == ["wal", 1]
