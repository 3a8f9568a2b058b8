"""`OauthCredentials`: the login at a storage cloud, and everything that is asked of it (eyeos.md a.7 to a.10).

python -m nuvol.apps.eyeos.oauth_credentials
python -m nuvol.apps.eyeos.oauth_credentials '{"token": {"key": "…", "secret": "…"}, "metadata": {"type": "get", …}}'
"""

import json
import sys
from collections.abc import Callable, Sequence
from typing import Any

from nuvol.apps.eyeos import resources, scripts, settings, storage
from nuvol.apps.eyeos.settings import Cloud
from nuvol.errors import HTTPError
from nuvol.sdk import oauth1
from nuvol.sdk.oauth1 import Pair
from nuvol.sdk.stacksync import Storage

HEADERS = {"StackSync-API": "v2"}
Told = dict[str, Any]
Call = Callable[[Storage, Told], Any]


class OauthCredentials:
    """The login at one cloud. Both return the answer of the server, or `{"error": 401, "description": …}`."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def getRequestToken(self, oauth: Pair | None = None) -> Told:
        """`oauth`: the consumer, unless it is that of the settings."""
        url, callback = self._cloud.url("REQUEST_TOKEN_URL"), self._cloud.url("CALLBACK_URL")
        return _told(lambda: oauth1.ask_token(url, oauth or self._cloud.consumer, headers=HEADERS, callback=callback))

    def getAccessToken(self, oauth: Pair, verifier: str) -> Told:
        """`oauth`: the request token."""
        url = self._cloud.url("ACCESS_TOKEN_URL")
        return _told(lambda: oauth1.ask_token(url, self._cloud.consumer, oauth, HEADERS, verifier=verifier))

    def storage(self, token: Pair, config: Told | None = None) -> Storage:
        """What a token opens; with `resource_url` in `config` a folder on another cloud (stacksync.md §9)."""
        config = config or {}
        base = config.get("resource_url")
        if not base:
            return Storage(self._cloud.url("RESOURCE_URL"), self._cloud.consumer, token)
        given = "consumer_key" in config
        consumer = Pair(config["consumer_key"], config["consumer_secret"]) if given else self._cloud.interop
        return Storage(base_of(base), consumer, token)


def base_of(resource_url: str) -> str:
    """The resource base of a folder's address `…/folder/ID`, or the address itself."""
    base, word, _ = resource_url.rpartition("/folder/")
    return base if word else resource_url


def _told(ask: Callable[[], dict[str, str]]) -> Told:
    try:
        return dict(ask())
    except HTTPError as error:
        return {"error": error.status or 401, "description": str(error)}


def _token(told: Told) -> Told:
    """As the script prints it. Nothing is printed when there is none."""
    if "oauth_token" not in told or "oauth_token_secret" not in told:
        raise HTTPError(str(told.get("description", "The server answers no token.")))
    return {"key": told["oauth_token"], "secret": told["oauth_token_secret"]}


_TYPES: dict[str, Call] = {
    "get": lambda oauth, told: storage.getMetadata(oauth, told["file"], told["id"], told["contents"]),
    "create": lambda oauth, told: storage.createMetadata(
        oauth, told["file"], told["filename"], told["parent_id"], told["path"]
    ),
    "upload": lambda oauth, told: storage.uploadFile(oauth, told["id"], told["path"]),
    "download": lambda oauth, told: storage.downloadFile(oauth, told["id"], told["path"]),
    "update": lambda oauth, told: storage.updateMetadata(
        oauth, told["file"], told["id"], told["filename"], told["parent_id"]
    ),
    "delete": lambda oauth, told: storage.deleteMetadata(oauth, told["file"], told["id"]),
    "listVersions": lambda oauth, told: storage.getFileVersions(oauth, told["id"]),
    "getFileVersion": lambda oauth, told: storage.getFileVersionData(oauth, told["id"], told["version"], told["path"]),
    "listUsersShare": lambda oauth, told: storage.getListUsersShare(oauth, told["id"]),
    "shareFolder": lambda oauth, told: storage.shareFolder(
        oauth, told["id"], told["list"], told.get("shared") in (True, "true")
    ),
    **resources.TYPES,
}

_QUESTIONS: dict[str, Callable[[settings.Settings, Told], Any]] = {
    "cloudsList": lambda chosen, config: [*chosen.clouds],
    "oauthUrl": lambda chosen, config: chosen.cloud(config.get("cloud")).told("OAUTH_URL"),
    "controlVersion": lambda chosen, config: chosen.cloud(config.get("cloud")).told("controlVersion"),
    "comments": lambda chosen, config: chosen.cloud(config.get("cloud")).told("comments"),
    "calendar": lambda chosen, config: chosen.cloud(config.get("cloud")).told("calendar"),
}
"""What the settings say, by the type of the question."""


def answer(arguments: Sequence[str]) -> Any:
    """Of the script: the envelopes of 2014 and 2015. Something unknown: False."""
    chosen = settings.load()
    call: Told = json.loads(arguments[0]) if arguments else {}
    config: Told = call.get("config") or {}
    if "type" in config:
        question = _QUESTIONS.get(config["type"])
        return question(chosen, config) if question else False
    login = OauthCredentials(chosen.cloud(config.get("cloud")))
    if "token" not in call:
        return _token(login.getRequestToken())
    token = Pair(call["token"]["key"], call["token"]["secret"])
    if "verifier" in call:
        return _token(login.getAccessToken(token, call["verifier"]))
    kind = call["metadata"]["type"]
    if kind not in _TYPES:
        return False
    oauth = login.storage(token, config)
    if kind in resources.TYPES and chosen.api_sync:
        oauth = oauth.at(chosen.api_sync)
    return _TYPES[kind](oauth, call["metadata"])


def main(arguments: Sequence[str] | None = None) -> int:
    return scripts.run(answer, sys.argv[1:] if arguments is None else arguments)


if __name__ == "__main__":
    sys.exit(main())
