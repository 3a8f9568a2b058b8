"""A power cut may take the last commits of a replica, but none that a peer knows of: it could never sync again."""

import json
import sqlite3
import subprocess
import sys
from contextlib import closing

import nuvol.u1db as u1db
from nuvol.u1db.table import Known
from tests.faults import native, power
from tests.sizes import chance, size

LIFE = """
import json, sys
from pathlib import Path
import nuvol.u1db as u1db
from nuvol.u1db.document import Document
from tests.faults.trace import mark
from tests.u1db.server import serving

class Peer(u1db.Database):
    def take_in(self, peer, *args, **kwargs):
        arrivals = super().take_in(peer, *args, **kwargs)
        self.tell(peer)
        return arrivals

    def know(self, peer, known):
        super().know(peer, known)
        self.tell(peer)

    def tell(self, peer):
        known = self.known(peer)
        mark(Path(sys.argv[2]), json.dumps([known.generation, known.transaction_id]))

def make(name):
    return Peer(u1db.open(":memory:")._table)

with serving(make) as server, u1db.open(Path(sys.argv[1]) / "notes.u1db", create=True) as db:
    db.create_index("by-n", "n")
    for turn in range(6):
        for number in range(3):
            db.put_doc(db.get_doc(f"d{number}") or Document(f"d{number}", None, json.dumps({"n": turn})))
        db.sync(f"{server.url}/notes")
        db.create_doc({"n": turn})
        server.databases["notes"].create_doc({"n": -turn})
        db.sync(f"{server.url}/notes")
"""


def test_no_peer_knows_of_what_a_power_cut_can_take(tmp_path):
    folder, trace, states = tmp_path / "data", tmp_path / "trace", tmp_path / "states"
    folder.mkdir()
    states.mkdir()
    command = [sys.executable, "-c", LIFE, str(folder), str(trace)]
    subprocess.run(command, env=native.preloaded(folder, trace=trace), check=True, timeout=120)
    looked_at = 0
    for state in power.states(trace, folder, states, share=size(30, 100) / 100, seed=chance().randrange(1 << 32)):
        path = state.folder / "notes.u1db"
        if not path.exists():
            assert not state.marks, state.story
            continue
        with u1db.open(path, create=True) as db:
            if state.marks:
                db.require_past(Known(*json.loads(state.marks[-1])))
        with closing(sqlite3.connect(path)) as file:
            assert file.execute("pragma integrity_check").fetchall() == [("ok",)], state.story
        looked_at += 1
    assert looked_at > 20
