"""The native API: `/api/v1/…` and its documentation at `/api/docs`."""

from typing import Any

from nuvol.core.cloud import Cloud
from nuvol.errors import CloudError
from nuvol.faces import doorkeeper
from nuvol.faces.api import docs, routes
from nuvol.faces.api.calls import NOBODY, Call
from nuvol.faces.api.router import Entry, Router
from nuvol.faces.http import Answer, Request, Route, decoded
from nuvol.wire import openapi, tus
from nuvol.wire.api import body, problems
from nuvol.wire.api.values import ID_LIMIT, essence
from nuvol.wire.openapi import ANYONE, PREFIX, Operation

_UPLOADS = f"{PREFIX}/uploads"
_JSON = frozenset({body.JSON, "application/merge-patch+json"})


def face(cloud: Cloud) -> Route:
    """To be mounted at "api"."""
    router = Router(routes.ENTRIES)

    async def answer(request: Request) -> Answer:
        page = docs.page(request.target)
        if page is not None:
            return _reading_only(request, page)
        if not request.target.startswith(f"{PREFIX}/"):
            raise problems.UnknownAddress("There is nothing at this address.")
        segments = [decoded(part) for part in request.target[len(PREFIX) + 1 :].removesuffix("/").split("/")]
        found = router.find(segments)
        if found is None:
            raise problems.UnknownAddress("There is nothing at this address.")
        entries, varying = found
        if request.method == "OPTIONS":
            return _options(request, entries)
        entry = _chosen(request, entries)
        return _shared(request, await entry.function(await _call(request, cloud, entry.operation, varying)))

    return Route(answer, _failed)


def _chosen(request: Request, entries: dict[str, Entry]) -> Entry:
    """The entry for the method; HEAD is a GET without a body. Raises WrongMethod."""
    method = request.method
    if method == "POST" and request.target.startswith(f"{_UPLOADS}/"):
        method = request.headers.get("x-http-method-override") or method  # tus 1.0.0, for networks without PATCH
    entry = entries.get(method) or (entries.get("GET") if method == "HEAD" else None)
    if entry is None:
        raise problems.WrongMethod(method, _methods(entries))
    return entry


async def _call(request: Request, cloud: Cloud, operation: Operation, varying: dict[str, str]) -> Call[Any, Any]:
    """Who asks, then where, then what: somebody who is not let in learns nothing else."""
    actor = NOBODY if operation.scope is ANYONE else await doorkeeper.admit(request, cloud, cookies=True)
    ids, words = _cut(varying)
    query = None if operation.query is None else body.read_query(request.pairs, operation.query)
    content = await _json(request, operation) if operation.reads_json else None
    return Call(request, cloud, actor, ids, words, query, content)


def _cut(varying: dict[str, str]) -> tuple[dict[str, int], dict[str, str]]:
    """What varies in the address, as numbers and as words. Raises UnknownAddress where a number is needed."""
    ids: dict[str, int] = {}
    words: dict[str, str] = {}
    for name, text in varying.items():
        if name in openapi.WORDS:
            words[name] = text
        elif text.isascii() and text.isdigit() and len(text) < 17 and 0 < int(text) < ID_LIMIT:
            ids[name] = int(text)
        else:
            raise problems.UnknownAddress(f"“{text[:40]}” is no id.")
    return ids, words


async def _json(request: Request, operation: Operation) -> Any:
    if request.length == 0 and operation.takes_nothing:
        return operation.takes()
    if request.length != 0 and essence(request.headers.get("content-type")) not in _JSON:
        raise problems.WrongType(body.JSON)
    return body.read(await request.body(body.JSON_LIMIT), operation.takes)


# ------------------------------------------------------------------------------- other origins, other methods


def _shared(request: Request, answer: Answer) -> Answer:
    """Pages of other origins may read answers to requests without cookies: a token is no ambient right."""
    if "origin" in request.headers and "cookie" not in request.headers:
        answer.headers += [("Access-Control-Allow-Origin", "*"), ("Access-Control-Expose-Headers", "*")]
    return answer


def _options(request: Request, entries: dict[str, Entry]) -> Answer:
    """What may be done here; also the question that browsers ask before a request of another origin."""
    allowed = ", ".join(_methods(entries))
    headers = [("Allow", allowed)]
    if request.target.startswith(_UPLOADS):
        headers += tus.capabilities()
    if "access-control-request-method" in request.headers:
        headers += [
            ("Access-Control-Allow-Methods", allowed),
            ("Access-Control-Allow-Headers", "Authorization, *"),
            ("Access-Control-Max-Age", "86400"),
        ]
    return _shared(request, Answer(204, headers))


def _methods(entries: dict[str, Entry]) -> list[str]:
    return sorted({*entries, "OPTIONS", *(["HEAD"] if "GET" in entries else [])})


def _reading_only(request: Request, page: Answer) -> Answer:
    if request.method not in ("GET", "HEAD"):
        raise problems.WrongMethod(request.method, ["GET", "HEAD"])
    return page


def _failed(request: Request, error: CloudError) -> Answer:
    codec = tus if request.target.startswith(_UPLOADS) else problems
    return _shared(request, Answer(*codec.answer(error)))
