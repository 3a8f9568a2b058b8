"""The API in writing: the OpenAPI document and the page made from it, both built when first asked for."""

from functools import cache
from importlib.metadata import version
from importlib.resources import files
from typing import Any

from nuvol.faces.api.calls import Call
from nuvol.faces.http import Answer
from nuvol.wire import manual, openapi
from nuvol.wire.api import body

PAGE = "/api/docs"
STYLE = "/api/docs/style.css"

_KEPT = [("Cache-Control", "public, max-age=300"), ("X-Content-Type-Options", "nosniff")]
_POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


async def document(call: Call[None, None]) -> Answer:
    return Answer(200, [("Content-Type", body.JSON), *_KEPT], _document())


def page(target: str) -> Answer | None:
    """The readable page or its style sheet; None when something else is asked for."""
    if target == PAGE:
        headers = [("Content-Type", "text/html; charset=utf-8"), ("Content-Security-Policy", _POLICY)]
        return Answer(200, [*headers, *_KEPT], _page())
    if target == STYLE:
        return Answer(200, [("Content-Type", "text/css; charset=utf-8"), *_KEPT], _style())
    return None


def _told() -> dict[str, Any]:
    from nuvol.faces.api.routes import ENTRIES  # that table names `document`

    return openapi.document([entry.operation for entry in ENTRIES], version("nuvol"))


@cache
def _document() -> bytes:
    return body.write(_told())


@cache
def _page() -> bytes:
    return manual.page(_told(), STYLE).encode()


@cache
def _style() -> bytes:
    return files("nuvol.faces.api").joinpath("docs.css").read_bytes()


if __name__ == "__main__":
    import sys

    sys.stdout.buffer.write(_document())
