"""The instance's key: a file beside the data that only its owner reads. Without it sealed secrets are lost."""

import os
import secrets
from pathlib import Path

from nuvol.errors import StoreFailed


def read_or_make(path: Path, size: int) -> bytes:
    """The key in this file, which is made with `size` random bytes if it is not there.

    Two processes that start together agree on one. Raises OSError, and StoreFailed when the file is cut off.
    """
    if not path.exists():
        _make(path, size)
    key = path.read_bytes()
    if len(key) != size:
        raise StoreFailed(
            f"{path} holds {len(key)} bytes instead of {size}.",
            advice="Put it back from a backup. Without it apps need new secrets: remove it, and add them again.",
        )
    return key


def _make(path: Path, size: int) -> None:
    aside = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        with open(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(size))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(aside, path)
        except FileExistsError:
            return  # somebody was faster
    finally:
        aside.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
