"""Fixtures for every floor."""

import os
import shutil
import tempfile
from pathlib import Path

from tests.engines import catalog, empty_place, engine, place, postgres, postgres_template

__all__ = ["catalog", "empty_place", "engine", "place", "postgres", "postgres_template"]

# Thousands of tests each wait for the disk a few times. Where there is room in memory their places are there; what a
# power cut leaves is asked by replay (tests/faults), not of this machine's disk. TMPDIR decides otherwise.
MEMORY = Path("/dev/shm")
if "TMPDIR" not in os.environ and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > 8 << 30:
    tempfile.tempdir = os.environ["TMPDIR"] = str(MEMORY)  # pytest has asked for the former already
