"""StackSync's storage API v2 at `/v1/`: which call an address means, and who may make it."""

from collections.abc import Awaitable, Callable, Mapping

from nuvol.core.cloud import Cloud
from nuvol.errors import CloudError
from nuvol.faces import doorkeeper
from nuvol.faces.http import Answer, Request, Route
from nuvol.faces.stacksync import calendars, comments, items, locks, shares
from nuvol.faces.stacksync.calls import Call
from nuvol.wire import stacksync as words

PREFIX = "v1"

Function = Callable[[Call], Awaitable[Answer]]

_TABLE: dict[tuple[str, ...], dict[str, Function]] = {
    ("file",): {"POST": items.create_file},
    ("file", "*"): {"GET": items.file, "PUT": items.update, "DELETE": items.delete},
    ("file", "*", "data"): {"GET": items.content, "PUT": items.upload},
    ("file", "*", "contents"): {"GET": items.contents},
    ("file", "*", "versions"): {"GET": items.versions},
    ("file", "*", "version", "*"): {"GET": items.version},
    ("file", "*", "versions", "*"): {"GET": items.version},
    ("file", "*", "version", "*", "data"): {"GET": items.content},
    ("file", "*", "versions", "*", "data"): {"GET": items.content},
    ("folder",): {"POST": items.create_folder},
    ("folder", "*"): {"GET": items.folder, "PUT": items.update, "DELETE": items.delete},
    ("folder", "*", "contents"): {"GET": items.contents},
    ("folder", "*", "share"): {"POST": shares.share},
    ("folder", "*", "unshare"): {"POST": shares.unshare},
    ("folder", "*", "members"): {"GET": shares.members},
    ("comment",): {"POST": comments.add},
    ("comment", "*", "*"): {"GET": comments.every},
    ("comment", "*", "*", "*"): {"GET": comments.every},
    ("comment", "*", "*", "*", "*"): {"DELETE": comments.delete},
    ("calendar",): {"POST": calendars.put_calendar, "PUT": calendars.put_calendar},
    ("calendar", "*", "*"): {"GET": calendars.calendars},
    ("calendar", "*", "*", "*"): {"DELETE": calendars.delete_calendar},
    ("event",): {"POST": calendars.put_event, "PUT": calendars.put_event},
    ("event", "*", "*", "*"): {"GET": calendars.events},
    ("event", "*", "*", "*", "*", "*", "*"): {"DELETE": calendars.delete_event},
    ("calEvents", "*", "*"): {"GET": calendars.everything},
    ("calUser", "*", "*"): {"DELETE": calendars.forget},
    ("lockFile",): {"POST": locks.lock},
    ("lockFile", "*", "*"): {"GET": locks.get},
    ("lockFile", "*", "*", "*"): {"GET": locks.get},
    ("updateTime",): {"PUT": locks.refresh},
    ("unLockFile",): {"PUT": locks.unlock},
}
"""Shape of an address below the prefix (`*`: what varies) → method → who answers."""


def face(cloud: Cloud) -> Route:
    """To be mounted at `PREFIX`."""

    async def answer(request: Request) -> Answer:
        words.require_version(request.headers.get("stacksync-api"))
        parts = request.segments()[1:]
        functions = _found(parts)
        function = functions.get("GET" if request.method == "HEAD" else request.method)
        if function is None:
            raise words.WrongMethod(request.method, words.methods(functions))
        actor = await doorkeeper.admit(request, cloud, signed=True)
        return await function(Call(request, cloud, actor, parts))

    return Route(answer, _failed)


def _found(parts: list[str]) -> Mapping[str, Function]:
    """Raises WrongPath."""
    for shape, functions in _TABLE.items():
        if len(shape) == len(parts) and all(one in ("*", part) for one, part in zip(shape, parts, strict=True)):
            return functions
    raise words.WrongPath("There is no such resource.")


def _failed(request: Request, error: CloudError) -> Answer:
    parts = [part for part in request.target.split("/") if part][1:]
    return Answer(*words.answer(error, request.method, parts))
