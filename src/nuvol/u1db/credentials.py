"""How a client says who it is: OAuth 1 (RFC 5849), Basic (RFC 7617) or Bearer (RFC 6750)."""

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol
from urllib.parse import quote

from msgspec import Struct, ValidationError, convert

from nuvol.errors import UnknownAuthMethod


class Credentials(Protocol):
    def authorization(self, method: str, url: str, query: Sequence[tuple[str, str]] = ()) -> str:
        """The Authorization header of one request. `url`: without its query, the path not percent-encoded."""


class OAuth1(Struct, frozen=True, forbid_unknown_fields=True):
    """A consumer and a token. The body is never signed; the path is signed decoded, as the reference does."""

    consumer_key: str
    consumer_secret: str
    token_key: str
    token_secret: str
    signature_method: Literal["HMAC-SHA1", "PLAINTEXT"] = "HMAC-SHA1"

    def authorization(self, method: str, url: str, query: Sequence[tuple[str, str]] = ()) -> str:
        said = {
            "oauth_consumer_key": self.consumer_key,
            "oauth_token": self.token_key,
            "oauth_signature_method": self.signature_method,
            "oauth_timestamp": str(int(time.time())),
            "oauth_nonce": secrets.token_hex(16),
            "oauth_version": "1.0",
        }
        said["oauth_signature"] = self._signature(method, url, [*said.items(), *query])
        return 'OAuth realm="", ' + ", ".join(f'{name}="{_encoded(value)}"' for name, value in said.items())

    def _signature(self, method: str, url: str, parameters: Sequence[tuple[str, str]]) -> str:
        key = f"{_encoded(self.consumer_secret)}&{_encoded(self.token_secret)}"
        if self.signature_method == "PLAINTEXT":
            return key
        pairs = sorted((_encoded(name), _encoded(value)) for name, value in parameters)
        signed = "&".join(map(_encoded, (method, url, "&".join(f"{name}={value}" for name, value in pairs))))
        return base64.b64encode(hmac.digest(key.encode(), signed.encode(), hashlib.sha1)).decode()


class Basic(Struct, frozen=True, forbid_unknown_fields=True):
    username: str
    password: str

    def authorization(self, method: str, url: str, query: Sequence[tuple[str, str]] = ()) -> str:
        return "Basic " + base64.b64encode(f"{self.username}:{self.password}".encode()).decode()


class Bearer(Struct, frozen=True, forbid_unknown_fields=True):
    token: str

    def authorization(self, method: str, url: str, query: Sequence[tuple[str, str]] = ()) -> str:
        return f"Bearer {self.token}"


_METHODS: dict[str, type[OAuth1 | Basic | Bearer]] = {"oauth": OAuth1, "basic": Basic, "bearer": Bearer}


def read(creds: Mapping[str, Mapping[str, Any]] | None) -> Credentials | None:
    """`{"oauth": {"consumer_key": …, "consumer_secret": …, "token_key": …, "token_secret": …}}`, or `basic` with
    `username` and `password`, or `bearer` with `token`. Raises UnknownAuthMethod."""
    if not creds:
        return None
    if len(creds) > 1:
        raise UnknownAuthMethod(f"Several methods of authentication at once: {', '.join(creds)}.")
    ((method, values),) = creds.items()
    if method not in _METHODS:
        raise UnknownAuthMethod(f"There is no method of authentication “{method}”.")
    try:
        return convert(values, _METHODS[method])
    except ValidationError as error:
        raise UnknownAuthMethod(f"These are no credentials for “{method}”: {error}.") from error


def _encoded(text: str) -> str:
    """RFC 5849 §3.6."""
    return quote(text, safe="~")
