"""The built web desktop: one page for all its addresses, and the files it loads (made by web/build.py)."""

from functools import lru_cache
from importlib.resources import files

from nuvol.faces.http import Answer, Request

PAGES = frozenset(
    {
        "",
        "files",
        "clouds",
        "photos",
        "shared",
        "trash",
        "search",
        "documents",
        "settings",
        "developer",
        "signin",
        "setup",
    }
)
"""First segments of the addresses that the page knows by itself."""
_DEEP = frozenset({"files", "clouds", "photos", "documents", "settings", "developer", "setup"})
"""Those that have something behind them."""
LOOSE = frozenset(
    {"early.js", "favicon.svg", "worker.js", *(f"nuvol.{language}.webmanifest" for language in ("en", "es", "ca"))}
    | {f"icon-{kind}.png" for kind in ("180", "192", "512", "maskable-512")}
)
"""Files whose names stay the same: asked for anew each time."""

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self'; font-src 'self'; "
    "connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'self'"
)
_WORKERS_POLICY = "default-src 'none'; connect-src 'self'"
_TYPES = {
    "js": "text/javascript; charset=utf-8",
    "mjs": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
    "webmanifest": "application/manifest+json",
    "woff2": "font/woff2",
}
_FOLDER = files("nuvol").joinpath("web")
_FOR_EVER = "public, max-age=31536000, immutable"


def knows(name: str, rest: str) -> bool:
    """Whether /name/rest is an address of the page."""
    return name in PAGES and (not rest or name in _DEEP)


def is_built() -> bool:
    return _FOLDER.joinpath("index.html").is_file()


def page(request: Request) -> Answer:
    answer = _file(request, "index.html", "no-cache")
    assert answer is not None  # `is_built` was asked
    answer.headers += [("Content-Security-Policy", _POLICY), ("Referrer-Policy", "same-origin")]
    return answer


def loose(request: Request, name: str) -> Answer | None:
    answer = _file(request, name, "no-cache")
    if answer is not None and name == "worker.js":
        answer.headers.append(("Content-Security-Policy", _WORKERS_POLICY))
    return answer


def asset(request: Request, name: str) -> Answer | None:
    """A file whose name changes with its content; None when there is none."""
    return None if "/" in name or name.startswith(".") else _file(request, f"assets/{name}", _FOR_EVER)


def _file(request: Request, name: str, kept: str) -> Answer | None:
    kind = _TYPES.get(name.rpartition(".")[2])
    if kind is None:
        return None
    headers = [("Content-Type", kind), ("Cache-Control", kept), ("X-Content-Type-Options", "nosniff")]
    if "gzip" in (request.headers.get("accept-encoding") or "") and (packed := _read(f"{name}.gz")) is not None:
        return Answer(200, [*headers, ("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding")], packed)
    whole = _read(name)
    return None if whole is None else Answer(200, [*headers, ("Vary", "Accept-Encoding")], whole)


@lru_cache(maxsize=160)  # all there are; packed they take a megabyte
def _read(name: str) -> bytes | None:
    file = _FOLDER.joinpath(name)
    return file.read_bytes() if file.is_file() else None
