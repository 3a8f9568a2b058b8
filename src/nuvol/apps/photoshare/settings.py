"""The settings file, with the names of the original app: where the platform is, and who the app is."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class BadSettings(Exception):
    """The settings file lacks something or says too much; the message is for the person who wrote it."""


@dataclass(frozen=True)
class Settings:
    """`base`: endpoint of the platform. `user_api`: address of the sign-up service, ending in `/api/`.

    `username`, `password`: of the app account, whose file system holds what all users share. They are empty at
    first: the app account is made through Register, like any other, and then written here, once.
    """

    client_id: str
    client_secret: str
    base: str
    user_api: str
    username: str = ""
    password: str = ""
    ca: str = ""
    """A file of certificates to trust besides the usual ones."""
    media_root: str = ""
    """Folder for small pictures, which several processes may share; empty: one that goes with the process."""

    @property
    def is_complete(self) -> bool:
        return bool(self.username and self.password)


# Before the tables.
_ABOVE = {"MEDIA_ROOT": "media_root"}
# Table of the file → its key → our name.
_NAMES: dict[str, dict[str, str]] = {
    "CLOUD_FS_SETTINGS": {
        "CLOUD_FS_ID": "client_id",
        "CLOUD_FS_SECRET": "client_secret",
        "CLOUD_FS_BASE": "base",
        "USER_API_BASEURL": "user_api",
        "CLOUD_FS_CA": "ca",
    },
    "CLOUD_FS_COMMON_SETTINGS": {"USERNAME": "username", "PASSWORD": "password"},
}


def read(path: Path) -> Settings:
    """Raises BadSettings."""
    try:
        found = settings(tomllib.loads(path.read_text()))
        if found.media_root:
            Path(found.media_root).mkdir(mode=0o700, parents=True, exist_ok=True)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadSettings(f"{path} cannot be read: {error}.") from None
    except (OSError, BadSettings) as error:
        raise BadSettings(f"{path}: {error}") from None
    return found


def settings(tables: Mapping[str, Any]) -> Settings:
    """Raises BadSettings."""
    found: dict[str, str] = {}
    for table, values in tables.items():
        for key, value in values.items() if isinstance(values, Mapping) else [(table, values)]:
            known = _NAMES.get(table, {}) if isinstance(values, Mapping) else _ABOVE
            if key not in known or not isinstance(value, str):
                raise BadSettings(
                    f"there is no text {key} in [{table}]." if known is not _ABOVE else f"there is no text {key}."
                )
            found[known[key]] = value
    lacking = [key for key, name in _NAMES["CLOUD_FS_SETTINGS"].items() if name != "ca" and not found.get(name)]
    if lacking:
        raise BadSettings(f"[CLOUD_FS_SETTINGS] lacks {', '.join(lacking)}.")
    found["user_api"] = found["user_api"].rstrip("/") + "/"
    return Settings(**found)
