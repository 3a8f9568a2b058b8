"""Where a desk finds its servers: the keys of eyeos.md a.2."""

import ast
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nuvol.sdk.oauth1 import Pair

VARIABLE = "NUVOL_EYEOS_SETTINGS"
"""Names the file of the settings; else it is `settings.json` or `settings.py` in the present folder."""
TIME_LIMIT_BLOCK = 10
DATABASES = Path("extern/u1db")
"""Below the desk's folder."""


class SettingsError(Exception):
    """The settings are missing, or lack what is needed."""


@dataclass(frozen=True)
class Cloud:
    """One storage cloud."""

    name: str
    values: Mapping[str, Any]

    def url(self, key: str) -> str:
        """`REQUEST_TOKEN_URL`, `ACCESS_TOKEN_URL`, `CALLBACK_URL` or `RESOURCE_URL`."""
        return str(_needed(self.values, "urls", key))

    @property
    def consumer(self) -> Pair:
        return _pair(_needed(self.values, "consumer"))

    @property
    def interop(self) -> Pair:
        """The consumer for folders that rest on another cloud; the ordinary one when there is no other."""
        other = self.values.get("interop", {})
        return _pair(other["consumer"]) if "consumer" in other else self.consumer

    def told(self, key: str) -> Any:
        """`OAUTH_URL`, `controlVersion`, `comments` or `calendar` as it stands there, or False."""
        return self.values.get(key, False)


@dataclass(frozen=True)
class Settings:
    """`folder`: of the desk; its databases lie below it."""

    values: Mapping[str, Any]
    folder: Path

    @property
    def databases(self) -> Path:
        return self.folder / DATABASES

    @property
    def clouds(self) -> dict[str, Cloud]:
        """By name, in the order of the file. Before 2015 there was one, `Stacksync`."""
        named = self.values.get("Clouds") or {name: self.values[name] for name in ("Stacksync",) if name in self.values}
        return {name: Cloud(name, values) for name, values in named.items()}

    def cloud(self, name: str | None = None) -> Cloud:
        """That one, or the first. Raises SettingsError."""
        clouds = self.clouds
        try:
            return clouds[name] if name else next(iter(clouds.values()))
        except (KeyError, StopIteration):
            raise SettingsError(f"The settings name no cloud “{name or 'Stacksync'}”.") from None

    @property
    def api_sync(self) -> str:
        """Base address of a server that keeps comments, calendars and locks; empty: the cloud itself does."""
        return str(self.values.get("API_SYNC") or "")

    @property
    def time_limit_block(self) -> int:
        """Minutes for which a lock holds that nobody refreshes."""
        return int(self.values.get("TIME_LIMIT_BLOCK", TIME_LIMIT_BLOCK))

    # The U1DB server with its OAuth

    def login_url(self, key: str) -> str:
        return f"{self._login}{_needed(self.values, 'Oauth', 'urls', key)}"

    def sync_url(self, database: str) -> str:
        return f"{self._login}/{database}.u1db"

    @property
    def callback(self) -> str:
        return str(_needed(self.values, "Oauth", "urls", "CALLBACK_URL"))

    @property
    def consumer(self) -> Pair:
        return _pair(_needed(self.values, "Oauth", "consumer"))

    @property
    def verifier(self) -> str:
        return str(_needed(self.values, "Oauth", "verifier"))

    @property
    def _login(self) -> str:
        oauth = _needed(self.values, "Oauth")
        return f"{oauth.get('sync') or 'http://'}{oauth['server']}:{oauth['port']}"


_CHOSEN: ContextVar[Settings | None] = ContextVar("chosen", default=None)


@contextmanager
def at(chosen: Settings) -> Iterator[None]:
    """Within, a script that is called without a folder works for this desk."""
    before = _CHOSEN.set(chosen)
    try:
        yield
    finally:
        _CHOSEN.reset(before)


def load(folder: Path | None = None) -> Settings:
    """Of the desk in that folder, or in the present one. A `settings.py` is read, not run: it holds one dictionary.

    Raises SettingsError."""
    if folder is None and (chosen := _CHOSEN.get()):
        return chosen
    folder = (folder or Path.cwd()).resolve()
    named = os.environ.get(VARIABLE)
    candidates = [Path(named)] if named else [folder / "settings.json", folder / "settings.py"]
    for path in candidates:
        if path.is_file():
            return Settings(_read(path), folder)
    raise SettingsError(f"There is no {' and no '.join(map(str, candidates))}.")


def _read(path: Path) -> Mapping[str, Any]:
    text = path.read_text(encoding="utf-8")
    try:
        values = json.loads(text) if path.suffix == ".json" else _literal(text)
    except (ValueError, SyntaxError) as error:
        raise SettingsError(f"{path} cannot be read: {error}.") from error
    if not isinstance(values, dict):
        raise SettingsError(f"{path} holds no settings.")
    return values


def _literal(text: str) -> Any:
    for statement in ast.parse(text).body:
        if isinstance(statement, ast.Assign) and getattr(statement.targets[0], "id", "") == "settings":
            return ast.literal_eval(statement.value)
    return None


def _needed(values: Mapping[str, Any], *keys: str) -> Any:
    found: Any = values
    for key in keys:
        if not isinstance(found, Mapping) or key not in found:
            raise SettingsError(f"The settings lack {' → '.join(keys)}.")
        found = found[key]
    return found


def _pair(consumer: Mapping[str, str]) -> Pair:
    return Pair(str(consumer["key"]), str(consumer["secret"]))
