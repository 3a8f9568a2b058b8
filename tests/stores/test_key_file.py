"""The instance's key in its file."""

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from nuvol.errors import StoreFailed
from nuvol.stores.key_file import read_or_make


def test_a_key_is_made_once_and_read_by_its_owner_only(tmp_path):
    file = tmp_path / "instance.key"
    key = read_or_make(file, 32)
    assert len(key) == 32 and read_or_make(file, 32) == key
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["instance.key"]


def test_all_who_start_at_once_get_the_same(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(lambda _: read_or_make(tmp_path / "key", 32), range(8)))
    assert len(set(keys)) == 1


def test_a_key_that_is_cut_off_is_said_so(tmp_path):
    (tmp_path / "key").write_bytes(b"short")
    with pytest.raises(StoreFailed, match="5 bytes"):
        read_or_make(tmp_path / "key", 32)
