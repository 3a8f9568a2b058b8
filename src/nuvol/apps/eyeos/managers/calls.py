"""How a manager asks a storage cloud: by OauthCredentials, with the token of a user (eyeos.md a.3)."""

from typing import Any, Self

from nuvol.apps.eyeos import oauth_credentials
from nuvol.apps.eyeos.desk import Desk

Token = dict[str, str]
"""`{"key": …, "secret": …}`."""


class CloudCalls:
    """`cloud`: one of the settings; None as before 2015. `resource_url`, `consumer`: of a folder on another cloud."""

    def __init__(self, desk: Desk, cloud: str | None = None, config: dict[str, str] | None = None) -> None:
        self.desk = desk
        self.cloud = cloud
        self._config = {**({"cloud": cloud} if cloud else {}), **(config or {})}

    def towards(self, item: dict[str, Any], token: Token) -> tuple[Self, Token, str]:
        """Who to ask about an item that was listed, with which token and by which id: a folder on another cloud says
        itself where it is (stacksync.md §9)."""
        address = item.get("resource_url")
        if not address:
            return self, token, str(item["id"])
        config = {"resource_url": address}
        if item.get("consumer_key"):
            config |= {name: item[name] for name in ("consumer_key", "consumer_secret")}
        key = {"key": item["access_token_key"], "secret": item["access_token_secret"]}
        return type(self)(self.desk, self.cloud, config), key, address.rpartition("/")[2]

    def call(self, token: Token, **metadata: Any) -> Any:
        """What the script answers; None when it says nothing."""
        envelope = {"token": token, "metadata": metadata} | ({"config": self._config} if self._config else {})
        return self.desk.script(oauth_credentials.answer, envelope)
