"""Let a chosen call of a child process to the file system fail, SQLite's own included, or write all of them down.

child = subprocess.Popen([...], env=native.preloaded(folder, nth=7, error=errno.ENOSPC))
"""

import functools
import os
import shutil
import subprocess
import tempfile
from errno import EIO
from pathlib import Path

import pytest

SOURCE = Path(__file__).with_name("failing_io.c")


def preloaded(
    folder: Path,
    *,
    nth: int = 0,
    error: int = EIO,
    lasting: bool = False,
    only_syncs: bool = False,
    armed: Path | None = None,
    trace: Path | None = None,
) -> dict[str, str]:
    """The environment of a child whose calls for files below `folder` are watched.

    `nth`: this call fails with `error` (from 1; 0: none); `lasting`: and all later ones; `only_syncs`: until then
    no others are counted. `armed`: counting begins when this file exists. `trace`: where `trace.read` finds what was
    done and, as kind "f", what was made to fail; it must not lie below `folder`.
    """
    settings = {"FOLDER": os.path.realpath(folder), "NTH": str(nth), "ERRNO": str(error)}
    if lasting:
        settings["LASTING"] = "1"
    if only_syncs:
        settings["SYNCS"] = "1"
    if armed:
        settings["ARMED"] = str(armed)
    if trace:
        settings["TRACE"] = str(trace)
    return os.environ | {f"FAILING_IO_{name}": value for name, value in settings.items()} | {"LD_PRELOAD": _library()}


@functools.cache
def _library() -> str:
    if shutil.which("cc") is None:
        pytest.fail("This test needs a C compiler: install one (Debian: apt install gcc libc6-dev).")
    library = Path(tempfile.gettempdir()) / f"nuvol-failing-io-{os.getuid()}-{SOURCE.stat().st_mtime_ns}.so"
    if not library.exists():
        with tempfile.NamedTemporaryFile(dir=library.parent, suffix=".so", delete=False) as made:
            subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", made.name, SOURCE, "-ldl", "-lpthread"], check=True)
        os.rename(made.name, library)
    return str(library)
