"""What happened, in order."""

from nuvol.sdk.calls import Call, api, json_of
from nuvol.wire.api.journal import Changes


def changes(since: str | None = None, *, limit: int | None = None, wait: int = 0) -> Call[Changes]:
    """A page of what happened behind the cursor `since`; None: only the cursor from which to go on. `wait`: seconds
    (at most 60) to wait for something to happen."""
    return api("GET", "/changes", json_of(Changes), query={"since": since, "limit": limit, "wait": wait or None})
