"""The preloaded library itself: what it makes fail, what it writes down."""

import errno
import itertools
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults import native, trace


def run(script: str, *arguments: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.run(command, env=env, capture_output=True, text=True)


EVERY_CALL = """
import os, sys
folder = sys.argv[1]
fd = os.open(folder + "/file", os.O_RDWR | os.O_CREAT)
os.write(fd, b"one")
os.writev(fd, [b"two", b"three"])
os.pwrite(fd, b"T", 3)
os.pwritev(fd, [b"F", b"our"], 11)
os.ftruncate(fd, 12)
os.fsync(fd)
os.fdatasync(fd)
os.posix_fallocate(fd, 0, 20)
os.close(fd)
with open(folder + "/text", "w") as file:
    file.write("text")
with open(folder + "/text", "a") as file:
    file.write(" and more")
os.truncate(folder + "/text", 1)
open(folder + "/text", "w").close()
os.chdir(folder)
os.mkdir("sub")
os.rename("text", "sub/text")
os.replace("sub/text", "sub/other")
os.link("file", "link")
os.unlink("link")
os.rmdir("sub") if not os.listdir("sub") else None
open("/dev/null", "w").write("not ours")
"""


def test_every_change_is_written_down_in_order(tmp_path):
    folder, log = tmp_path / "folder", tmp_path / "log"
    folder.mkdir()
    assert run(EVERY_CALL, folder, env=native.preloaded(folder, trace=log)).returncode == 0
    seen = [
        (record.kind, os.path.relpath(record.path, folder), record.offset, record.length, record.data)
        for record in trace.read(log)
    ]
    assert seen == [
        ("c", "file", 0, 0, b""),
        ("w", "file", 0, 3, b"one"),
        ("w", "file", 3, 8, b"twothree"),
        ("w", "file", 3, 1, b"T"),
        ("w", "file", 11, 4, b"Four"),
        ("t", "file", 0, 12, b""),
        ("s", "file", 0, 0, b""),
        ("s", "file", 0, 0, b""),
        ("t", "file", 0, 20, b""),
        ("c", "text", 0, 0, b""),
        ("w", "text", 0, 4, b"text"),
        ("w", "text", 4, 9, b" and more"),
        ("t", "text", 0, 1, b""),
        ("t", "text", 0, 0, b""),
        ("m", "sub", 0, 0, b""),
        ("r", "text", 0, 0, b""),
        ("r", "sub/text", 0, 0, b""),
        ("l", "file", 0, 0, b""),
        ("u", "link", 0, 0, b""),
    ]
    others = [os.path.relpath(record.other, folder) for record in trace.read(log) if record.other]
    assert others == ["sub/text", "sub/other", "link"]


def test_marks_stand_where_they_were_put(tmp_path):
    folder, log = tmp_path / "folder", tmp_path / "log"
    folder.mkdir()
    for name in ("one", "two"):
        run("import os, sys; os.mkdir(sys.argv[1])", folder / name, env=native.preloaded(folder, trace=log))
        trace.mark(log, f"made {name}")
    assert [(record.kind, record.path) for record in trace.read(log)] == [
        ("m", str(folder / "one")),
        ("k", "made one"),
        ("m", str(folder / "two")),
        ("k", "made two"),
    ]


THREE = """
import os, sys
for name in ("one", "two", "three"):
    try:
        os.mkdir(sys.argv[1] + "/" + name)
    except OSError as error:
        print(error.errno)
"""


def test_the_chosen_call_fails_and_is_written_down(tmp_path):
    log = tmp_path / "log"
    environment = native.preloaded(tmp_path, nth=2, error=errno.EDQUOT, trace=log)
    script = (
        "import os, sys\nfor name in 'abc':\n  try: os.mkdir(sys.argv[1] + name)\n  except OSError as e: print(e.errno)"
    )
    assert run(script, tmp_path / "x", env=environment).stdout == f"{errno.EDQUOT}\n"
    assert [record.kind for record in trace.read(log)] == ["m", "f", "m"]
    assert trace.failed(log)


ARMING = """
import os, sys
os.mkdir(sys.argv[1] + "/one")
open(sys.argv[2], "w").close()
os.mkdir(sys.argv[1] + "/two")
"""


def test_counting_begins_when_it_is_armed(tmp_path):
    folder, armed = tmp_path / "folder", tmp_path / "armed"
    folder.mkdir()
    assert run(ARMING, folder, armed, env=native.preloaded(folder, nth=1, armed=armed)).returncode == 1
    assert os.listdir(folder) == ["one"]


BOOK = """
import sqlite3, sys
book = sqlite3.connect(sys.argv[1] + "/book.db", isolation_level=None)
book.execute("pragma journal_mode = wal")
book.execute("pragma synchronous = full")
book.execute("create table if not exists page (number integer primary key, text blob)")
for number in range(1, 5):
    book.execute("insert into page values (?, ?)", (number, bytes([number]) * 6000))
    print(number, flush=True)
    book.execute("pragma wal_checkpoint")
book.close()
"""


@pytest.mark.parametrize("error, every", [(errno.EIO, 3), (errno.ENOSPC, 4)])
def test_whichever_call_of_sqlite_fails_what_was_committed_is_there(tmp_path, error, every):
    log, stopped = tmp_path / "log", 0
    for nth in itertools.count(1, every):
        folder = tmp_path / str(nth)
        folder.mkdir()
        log.unlink(missing_ok=True)
        child = run(BOOK, folder, env=native.preloaded(folder, nth=nth, error=error, trace=log))
        stopped += child.returncode
        book = sqlite3.connect(folder / "book.db")
        assert book.execute("pragma integrity_check").fetchone() == ("ok",)
        committed = [int(number) for number in child.stdout.split()]
        if committed:
            rows = dict(book.execute("select number, text from page"))
            assert set(committed) <= set(rows)
            assert all(text == bytes([number]) * 6000 for number, text in rows.items())
        book.close()
        if not trace.failed(log):
            break
    assert nth > 30 and stopped > 3
