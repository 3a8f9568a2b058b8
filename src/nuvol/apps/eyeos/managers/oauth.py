"""The login at a storage cloud (eyeos.md a.7)."""

from typing import Any

from nuvol.apps.eyeos import oauth_credentials
from nuvol.apps.eyeos.desk import Desk


class OAuthManager:
    """`cloud`: one of the settings; None as before 2015, when there was one."""

    def __init__(self, desk: Desk, cloud: str | None = None) -> None:
        self._desk = desk
        self._config = {"config": {"cloud": cloud}} if cloud else {}

    def getRequestToken(self) -> Any:
        """`{"key", "secret"}`, or None."""
        return self._desk.script(oauth_credentials.answer, {**self._config} or None)

    def getAccessToken(self, token: dict[str, Any]) -> Any:
        """`token`: `{"token": {"key", "secret"}, "verifier"}`. Returns `{"key", "secret"}`, or None."""
        return self._desk.script(oauth_credentials.answer, {**self._config, **token})
