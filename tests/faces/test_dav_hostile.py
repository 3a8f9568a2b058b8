"""Whatever is sent, the answer is a clear one: no 5xx but those that WebDAV means (H1, H4)."""

import asyncio
from random import Random

import pytest

from nuvol.core.cloud import Cloud
from nuvol.wire import dav as words
from tests.faces.webdav import ROOT, Dav, lockinfo, propfind, proppatch
from tests.sizes import chance, size

TARGETS = [
    *(
        "",
        "a",
        "a/",
        "a/b",
        "a/b/c",
        "b",
        "ü",
        "e%CC%81",
        "%C3%A9",
        "a%2Fb",
        "..",
        "%2e%2e/a",
        "//",
        "a//b",
        "%",
        "%zz",
    ),
    *(
        "%00",
        "%ff%fe",
        "%ED%A0%80",
        "%01",
        "x" * 255,
        "x" * 256,
        "a" + "/a" * 300,
        "?",
        "~user",
        "'\"<>&",
        "a;b=c",
        "+",
    ),
]
FIELDS: dict[str, list[str]] = {
    "depth": ["0", "1", "infinity", "2", "-1", "", "0,1"],
    "destination": [
        ROOT + "a",
        ROOT + "b",
        ROOT + "a/c",
        ROOT,
        "/",
        "http://other/x",
        "a",
        "",
        ROOT + "%ff",
        "//",
        "http://[",
    ],
    "overwrite": ["T", "F", "x", ""],
    "if": [
        "(<urn:a>)",
        '(["a"])',
        "(Not <DAV:no-lock>)",
        "<",
        "()",
        "</dav/files/a> (<urn:a>)",
        "(" * 5000,
        "</%ff> (<a>)",
    ],
    "if-match": ["*", '"a"', "a", "", 'W/"a"', "\xff"],
    "if-none-match": ["*", '"a"', ","],
    "if-modified-since": ["Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 99999 08:49:37 GMT", "x"],
    "if-unmodified-since": [
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "x",
        "Thu, 01 Jan 0000 00:00:00 GMT",
        "1 Jan 1 00:00 +9999",
    ],
    "lock-token": ["<urn:a>", "urn:a", ""],
    "timeout": ["Infinite", "Second-1", "Second-" + "9" * 400, "x"],
    "range": ["bytes=0-0", "bytes=5-", "bytes=-1", "bytes=9-1", "bytes=" + "0-1," * 1000, "x"],
    "content-range": ["bytes 0-1/2"],
    "content-type": ["text/plain", "application/xml", "\xfc", "a" * 3000, "text/plain; charset=\x7f"],
    "x-oc-mtime": ["1", "-1", "1e400", "", "9" * 400, "0.5", "253402300799", "-62135596800", "٣"],
    "oc-checksum": ["SHA1:00", "MD5:", "SHA1:" + "0" * 40, ":", "ADLER32:00000001", "BLAKE3:00", "\xe9:1"],
    "prefer": ["return=minimal", "depth-noroot", ",,;="],
}
BODIES = [
    *("", "x", " ", "\0", "<", "<a/>", "<a><b></a>", "<?xml version='1.0' encoding='utf-16'?><a/>", "\ufeff<a/>"),
    *(propfind("getetag"), propfind(), propfind("<x xmlns='urn:y'/>", "lockdiscovery"), propfind(*(["a"] * 600))),
    *("<propfind xmlns='DAV:'><allprop/></propfind>", "<propfind xmlns='DAV:'><propname/></propfind>"),
    *(proppatch("<a>1</a>"), proppatch(drop="<a/>"), proppatch("<D:getetag/>"), proppatch("<D:getlastmodified/>")),
    *(proppatch("<D:lastmodified>99999999999999999999</D:lastmodified>"), proppatch("<a xml:lang=''>&#13;</a>")),
    *(lockinfo(), lockinfo("shared"), lockinfo("x"), lockinfo(owner="&lt;" * 1000)),
    *(
        f"<sync-collection xmlns='DAV:'><sync-token>{token}</sync-token><sync-level>{level}</sync-level>{limit}"
        "<prop><getetag/></prop></sync-collection>"
        for token in ("", "urn:nuvol:sync:x", "urn:nuvol:sync:a:b:c", "urn:nuvol:sync:%ff", "\u0301")
        for level in ("1", "infinite", "0")
        for limit in ("", "<limit><nresults>1</nresults></limit>", "<limit><nresults>-1</nresults></limit>")
    ),
]


@pytest.fixture
def dav(cloud: Cloud, runner: asyncio.Runner) -> Dav:
    return Dav(cloud, runner)


SENSIBLE = {
    "PROPFIND": [propfind("getetag", "lockdiscovery", "sync-token"), ""],
    "PROPPATCH": [proppatch("<a>1</a>", "<b/>")],
    "LOCK": [lockinfo(), lockinfo("shared"), ""],
    "PUT": ["x", "y" * 100_000, ""],
    "REPORT": [
        "<sync-collection xmlns='DAV:'><sync-token/><sync-level>1</sync-level><prop><getetag/></prop></sync-collection>"
    ],
}


def mostly_sane(luck: Random, values: list[str], sane: int) -> str:
    """One of the values; four times in five one of the first few."""
    return luck.choice(values[:sane] if luck.random() < 0.8 else values)


def some_request(luck: Random, tokens: list[str]) -> tuple[str, str, str, dict[str, str]]:
    """(method, target, body, fields)"""
    method = luck.choice(words.METHODS)
    fields = {
        name: mostly_sane(luck, FIELDS[name], 2) for name in luck.sample(sorted(FIELDS), luck.choice([0, 0, 1, 3]))
    }
    if method in ("COPY", "MOVE"):
        fields["destination"] = mostly_sane(luck, FIELDS["destination"], 3)
    elif method == "PROPFIND":
        fields["depth"] = mostly_sane(luck, FIELDS["depth"], 2)
    if luck.random() < 0.3:
        fields |= {"if": f"(<{luck.choice(tokens)}>)", "lock-token": f"<{luck.choice(tokens)}>"}
    body = luck.choice(BODIES if luck.random() < 0.2 else SENSIBLE.get(method, [""]))
    return method, ROOT + mostly_sane(luck, TARGETS, 9), body, fields


def test_no_request_makes_the_server_fail(dav: Dav) -> None:
    luck = chance("dav")
    tokens = ["urn:uuid:none"]
    seen = set()
    for _ in range(size(1500, 100_000)):
        method, target, body, fields = some_request(luck, tokens)
        reply = dav.raw(method, target, body, **fields)
        assert reply.status < 500 or reply.status in (502, 507), (method, target, fields, body, reply)
        if "Lock-Token" in reply.headers:
            tokens.append(reply.headers["Lock-Token"].strip("<>"))
        seen.add(reply.status)
    assert {200, 201, 204, 207, 400, 403, 404, 405, 409, 412, 415, 423} <= seen  # all of it was tried
