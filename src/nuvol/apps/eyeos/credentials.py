"""`Credentials`: the login of a desk at the U1DB server (eyeos.md a.4, c).

python -m nuvol.apps.eyeos.credentials '{"request_token": {"key": "rq1", "secret": "rqs1"}, "verifier": "verifier"}'
"""

import json
import sys
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

from nuvol.apps.eyeos import scripts, settings
from nuvol.errors import HTTPError
from nuvol.sdk import oauth1
from nuvol.sdk.oauth1 import Pair

UNAUTHORIZED = 401


class Credentials:
    """Raises HTTPError when the server refuses, Unavailable when it cannot be reached."""

    def __init__(self, chosen: settings.Settings) -> None:
        self._settings = chosen

    def getRequestToken(self) -> Pair:
        url, callback = self._settings.login_url("REQUEST_TOKEN_URL"), self._settings.callback
        return oauth1.pair_in(oauth1.ask_token(url, self._settings.consumer, callback=callback))

    def authorizeRequestToken(self, token: Pair) -> str:
        """The verifier, which must be the word that the settings expect. Raises HTTPError when it is another."""
        url = self._settings.login_url("AUTHORIZATION_URL")
        unsigned = oauth1.unsigned(self._settings.consumer, token)
        with oauth1.send("GET", url, {"Authorization": unsigned}) as response:
            text = response.read().decode(errors="replace")
        words = parse_qs(urlsplit(text.strip()).query).get("oauth_verifier", [])
        if response.status != 200 or words != [self._settings.verifier]:
            raise HTTPError("The server answers another verifier than the settings expect.", UNAUTHORIZED)
        return words[0]

    def getAccessToken(self, token: Pair, verifier: str) -> Pair:
        url = self._settings.login_url("ACCESS_TOKEN_URL")
        return oauth1.pair_in(oauth1.ask_token(url, self._settings.consumer, token, verifier=verifier))

    def login(self, token: Pair | None = None, verifier: str = "") -> dict[str, Any]:
        """All steps, or the last one with what is known from an earlier time: what the script prints."""
        if token is None:
            token = self.getRequestToken()
            verifier = self.authorizeRequestToken(token)
        access, consumer = self.getAccessToken(token, verifier), self._settings.consumer
        return {
            "credentials": {
                "token_key": access.key,
                "token_secret": access.secret,
                "consumer_key": consumer.key,
                "consumer_secret": consumer.secret,
            },
            "request_token": {"key": token.key, "secret": token.secret},
            "verifier": verifier,
        }


def answer(arguments: Sequence[str]) -> Any:
    """Of the script: an error of the server as an object, nothing when the call lacks something."""
    login = Credentials(settings.load())
    try:
        if not arguments:
            return login.login()
        call = json.loads(arguments[0])
        token, verifier = call.get("request_token"), call.get("verifier")
        if not token or not verifier:
            raise scripts.Silence
        return login.login(Pair(token["key"], token["secret"]), verifier)
    except HTTPError as error:
        if error.status != UNAUTHORIZED:
            raise
        return {"error": str(UNAUTHORIZED), "description": "Authorization required"}


def main(arguments: Sequence[str] | None = None) -> int:
    return scripts.run(answer, sys.argv[1:] if arguments is None else arguments)


if __name__ == "__main__":
    sys.exit(main())
