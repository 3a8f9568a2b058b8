"""The fault layer itself."""

import errno
import os

import pytest

from nuvol.stores.base import BlobKey
from nuvol.stores.blobs.disk import DiskBlobs
from tests.faults import calls


def test_the_call_that_was_chosen_fails_and_does_nothing(tmp_path):
    with calls.failing(2, errno.ENOSPC, package=__name__) as tally:
        os.mkdir(tmp_path / "one")
        with pytest.raises(OSError) as raised:
            os.mkdir(tmp_path / "two")
        os.mkdir(tmp_path / "three")
    assert raised.value.errno == errno.ENOSPC
    assert sorted(os.listdir(tmp_path)) == ["one", "three"]
    assert tally.names == ["mkdir"] * 3
    assert tally.failed == "mkdir"


def test_a_lasting_fault_stays_until_the_block_ends(tmp_path):
    with calls.failing(2, errno.EIO, lasting=True, package=__name__):
        os.mkdir(tmp_path / "one")
        for _ in range(2):
            with pytest.raises(OSError):
                os.mkdir(tmp_path / "two")
    os.mkdir(tmp_path / "two")


def test_only_calls_of_one_name_may_be_chosen(tmp_path):
    with calls.failing(1, errno.EIO, only="rename", package=__name__):
        os.mkdir(tmp_path / "one")
        with pytest.raises(OSError):
            os.rename(tmp_path / "one", tmp_path / "two")


def test_without_a_choice_calls_are_only_counted(tmp_path):
    with calls.failing(0, errno.EIO, lasting=True) as tally:
        writer = DiskBlobs(tmp_path).begin(BlobKey(1, 1))
        writer.append([b"bytes"])
        writer.commit()
    assert tally.failed is None
    written = tally.names[tally.names.index("pwritev") :]
    assert [name for name in written if name in ("pwritev", "fsync", "rename")][-2:] == ["rename", "fsync"]


def test_calls_of_others_do_not_count(tmp_path):
    with calls.failing(1, errno.EIO) as tally:
        os.mkdir(tmp_path / "one")
    assert tally.names == []
