"""Requests that make no sense, at the platform API and at the page of a link: 4xx with a body, never 5xx."""

import json

import pytest

from nuvol.wire.cloudfs import ids
from tests.faces.platform import FORM, Platform, encoded, multipart
from tests.faces.test_links import Visitor
from tests.sizes import chance, size

NOUNS = ("folders", "files", "trash", "shares", "filesystem/root", "user/profile", "history", "ping", "oauth2/token")
NOUNS += ("admin/customers/plan", "admin/cloudfs/customers", "content", "")
ODD = (
    "",
    "/",
    "meta",
    "versions",
    "versions/1",
    "info",
    "unlock",
    "%00",
    "%ff",
    "..",
    "é",
    "a" * 5000,
    "//",
    "%2F",
    "1",
)
VALUES = (
    "",
    "x",
    "0",
    "-1",
    "9" * 30,
    "1e400",
    "nan",
    "True",
    "fail",
    "overwrite",
    "reuse",
    "recreate",
    "\0",
    "\ud800",
)
VALUES += ("/", "a/b", "{", '{"a": "\\u0000"}', "[[[[", "é" * 3000, "%", "null", "ignore")
FIELDS = ("name", "to", "exists", "version", "version-conflict", "application_data", "date_created", "mime", "path")
FIELDS += ("restore", "recreate-path", "rescue-path", "password", "current_password", "locale", "session_locale")
QUERY = ("operation", "depth", "filter", "commit", "force", "limit", "start-version", "start", "stop", "end-version")
OPERATIONS = ("create", "copy", "move", "promote", "sing")


def request(random, known: list[str]) -> tuple[str, str, bytes, dict[str, str]]:
    parts = [random.choice(NOUNS), *(random.choice((*ODD, *known, ids.encode(7))) for _ in range(random.randrange(4)))]
    query = [(random.choice(QUERY), random.choice((*VALUES, *OPERATIONS))) for _ in range(random.randrange(3))]
    form = [(random.choice(FIELDS), random.choice((*VALUES, *known))) for _ in range(random.randrange(5))]
    bodies = (
        text(encoded_safely(form)),
        random.randbytes(200),
        multipart({"exists": "rename"}, random.choice(("f", "", "a/b", "\x01")), b"data"),
        multipart({}, "f", b"data")[: random.randrange(1, 120)],
    )
    headers = {"content_type": random.choice((FORM, "multipart/form-data; boundary=xyz", "", "multipart/form-data"))}
    if random.random() < 0.2:
        headers["range"] = random.choice(("bytes=0-", "bytes=9-", "bytes=-0", "x"))
    method = random.choice(("GET", "HEAD", "POST", "POST", "DELETE", "PUT", "PATCH", "OPTIONS"))
    target = "/v2/" + "/".join(parts)
    return method, f"{target}?{encoded_safely(query)}" if query else target, random.choice(bodies), headers


def encoded_safely(pairs: list[tuple[str, str]]) -> str:
    return encoded((name, value.encode("utf-8", "replace").decode()) for name, value in pairs)


def text(value: str) -> bytes:
    return value.encode()


def test_no_request_makes_the_platform_fail(cloud, runner):
    platform = Platform(cloud, runner)
    ann = platform.user()
    known = [part for path in (ann.folder("d"), ann.put("f")) for part in path.split("/") if part]
    known.append(ann.done("/shares/", {"path": f"/{known[0]}"})["share_key"])
    random = chance("platform")
    for _ in range(size(400, 100_000)):
        method, target, body, headers = request(random, known)
        token = {"authorization": f"Bearer {ann.token}"} if random.random() < 0.9 else {}
        reply = platform.ask(method, target, body, peer=f"192.0.2.{random.randrange(256)}", **headers, **token)
        assert reply.status < 500, (method, target, body, headers, reply.body)
        if reply.status >= 400:
            assert isinstance(json.loads(reply.body)["error"], dict | str)


@pytest.mark.parametrize("password", [None, "pw"])
def test_no_request_makes_the_page_of_a_link_fail(cloud, runner, password):
    visitor = Visitor(cloud, runner)
    top = visitor.folder("top")
    file = visitor.put("f.txt", b"words", top)
    address = visitor.share(top, role="edit", password=password)
    random = chance("link")
    for _ in range(size(150, 100_000)):
        parts = [
            random.choice((address, "/s", "/s/x")),
            *(
                random.choice((*ODD, str(file), str(top), "file", "zip", "upload", "keep"))
                for _ in range(random.randrange(3))
            ),
        ]
        method = random.choice(("GET", "HEAD", "POST", "DELETE"))
        body = random.choice((b"", b"password=x", random.randbytes(100), multipart({}, "g", b"1")))
        query = random.choice(("", "?open", "?after=x", "?added=%3Cb%3E", "?%ff"))
        reply = visitor.ask(
            method,
            "/".join(parts) + query,
            body,
            peer=f"192.0.2.{random.randrange(256)}",
            sec_fetch_site=random.choice(("same-origin", "cross-site")),
            content_type=random.choice(("multipart/form-data; boundary=xyz", FORM)),
        )
        assert reply.status < 500, (method, parts, query, body, reply.body)
