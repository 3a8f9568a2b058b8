"""What the managers of a desk share: its settings, the login at the U1DB server, and the scripts (eyeos.md a.1, a.4).

A manager is what the desktop calls; it makes the envelope, calls the script, and tells what the desktop shows. Here
both run in one process; the scripts stand by themselves as commands too.
"""

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from nuvol.apps.eyeos import comments, credentials, oauth_credentials, protocol, settings
from nuvol.apps.eyeos.credentials import Credentials
from nuvol.apps.eyeos.scripts import Silence
from nuvol.apps.eyeos.storage import FORBIDDEN
from nuvol.errors import HTTPError
from nuvol.sdk.oauth1 import Pair

Answer = Callable[[Sequence[str]], Any]
OK, KO = "OK", "KO"
FAILED = -1

SCRIPTS: dict[str, Callable[[Sequence[str]], int]] = {
    "protocol": protocol.main,
    "comments": comments.main,
    "credentials": credentials.main,
    "oauth_credentials": oauth_credentials.main,
}
"""By the word of `nuvol call`."""


class Desk:
    """One desktop: `folder` holds its settings, its databases, and the copies of its users' clouds."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.settings = settings.load(self.folder)
        self._login: dict[str, Any] | None = None

    def protocol(self, type: str, lista: Sequence[dict[str, Any]], *, login: bool = False) -> Any:
        """Call Protocol; None when it failed. `login`: it syncs."""
        call: dict[str, Any] = {"type": type, "lista": [*lista]}
        if login and (creds := self.callProcessCredentials()):
            call["credentials"] = creds
        return self._quiet(lambda: protocol.Protocol(self.settings).protocol(call))

    def callProcessCredentials(self) -> dict[str, Any] | None:
        """Sign in at the U1DB server; None when it refuses. While it cannot be reached the last answer counts: nothing
        can be synced with it anyway, and the work goes on."""
        known = self._login or {}
        token = known.get("request_token")
        try:
            asked = (Pair(token["key"], token["secret"]), known["verifier"]) if token else (None, "")
            self._login = Credentials(self.settings).login(*asked)
        except HTTPError as error:
            if error.status == credentials.UNAUTHORIZED:
                self._login = None
        return {"oauth": self._login["credentials"]} if self._login else None

    def script(self, answer: Answer, call: dict[str, Any] | None) -> Any:
        """What one of the scripts answers to an envelope; None when it says nothing."""
        arguments = [json.dumps(call)] if call is not None else []
        with settings.at(self.settings):
            return self._quiet(lambda: answer(arguments))

    @staticmethod
    def _quiet(call: Callable[[], Any]) -> Any:
        try:
            return call()
        except Silence:
            return None
        except Exception as error:  # a script that dies leaves an empty line, which is read as null
            print(f"{type(error).__name__}: {error}", file=sys.stderr)
            return None


def failed(result: Any) -> int | None:
    """The number of an error, as managers tell it; None when it is none."""
    if result is False or result is None:
        return FAILED
    if result is not True and result == FORBIDDEN:
        return FORBIDDEN
    if isinstance(result, dict) and "error" in result:
        return int(result["error"]) if str(result["error"]).lstrip("-").isdigit() else FAILED
    return None


def status(result: Any) -> dict[str, Any]:
    """`{"status": "OK"}`, or `{"status": "KO", "error": n}`."""
    error = failed(result)
    return {"status": OK} if error is None else {"status": KO, "error": error}
