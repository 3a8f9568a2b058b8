"""One's own account."""

from nuvol.sdk.calls import Call, api, json_of
from nuvol.wire.api.accounts import Account, Usage


def get() -> Call[Account]:
    return api("GET", "/me", json_of(Account))


def usage() -> Call[Usage]:
    """Bytes used, and allowed. Needs the scope `files:read`."""
    return api("GET", "/usage", json_of(Usage))
