"""REPORT sync-collection (RFC 6578): a client that only follows tokens ends with the same tree."""

import asyncio
from urllib.parse import unquote

import pytest
from lxml import etree

from nuvol.core.cloud import Cloud
from nuvol.faces.dav import sync
from nuvol.wire.dav import DAV
from tests.faces.native import Reply
from tests.faces.webdav import ROOT, Dav, condition, multistatus, propfind, proppatch
from tests.sizes import chance, size


@pytest.fixture
def dav(cloud: Cloud, runner: asyncio.Runner) -> Dav:
    return Dav(cloud, runner)


def report(
    dav: Dav, token: str, path: str = "", level: str = "infinite", limit: int | None = None, **headers: str
) -> Reply:
    most = f"<limit><nresults>{limit}</nresults></limit>" if limit else ""
    body = (
        f'<sync-collection xmlns="DAV:"><sync-token>{token}</sync-token><sync-level>{level}</sync-level>{most}'
        "<prop><getetag/><resourcetype/></prop></sync-collection>"
    )
    return dav("REPORT", path, body, **headers)


class Follower:
    """A client that keeps {path: entity tag of a file} by reports alone."""

    def __init__(self, dav: Dav, path: str = "", level: str = "infinite", limit: int | None = None) -> None:
        self._dav = dav
        self._how = (path, level, limit)
        self.token = ""
        self.seen: dict[str, str | None] = {}

    def follow(self) -> int:
        """Ask until nothing is left out; returns how many answers it took."""
        count = 1
        while self.ask():
            count += 1
        return count

    def ask(self) -> bool:
        """Take one answer in; whether more follows."""
        path, level, limit = self._how
        reply = report(self._dav, self.token, path, level, limit)
        if condition(reply) == "valid-sync-token":
            self.token, self.seen = "", {}
            return True
        told = multistatus(reply)
        cut = [href for href, about in told.items() if "" in about and about[""][0] == 507]
        assert limit is None or len(told) - len(cut) <= limit
        self.token = etree.fromstring(reply.body).findtext(DAV + "sync-token") or ""
        for href, about in told.items():
            if "" not in about:
                etag = about[DAV + "getetag"][1].text
                if etag is not None:  # a file has nothing below it
                    self._forget(path_of(href))
                self.seen[path_of(href)] = etag
            elif href not in cut:
                self._forget(path_of(href))
        return bool(cut)

    def _forget(self, path: str) -> None:
        self.seen = {name: etag for name, etag in self.seen.items() if not f"{name}/".startswith(f"{path}/")}


def path_of(href: str) -> str:
    return unquote(href).removeprefix(ROOT).rstrip("/")


def tree(dav: Dav) -> dict[str, str | None]:
    root = dav.cloud.tree.root(dav.actor)
    return {path: None if node.is_folder else node.etag for path, node in dav.cloud.tree.walk(dav.actor, root.id)}


def test_the_first_report_tells_everything_and_the_next_one_nothing(dav: Dav) -> None:
    dav.mkcol("a")
    dav.put("a/b ü")
    client = Follower(dav)
    client.follow()
    assert client.seen == tree(dav)
    assert multistatus(report(dav, client.token)) == {}


def test_changes_are_told_once(dav: Dav) -> None:
    dav.mkcol("a")
    dav.put("a/b")
    dav.put("c")
    client = Follower(dav)
    client.follow()
    dav.put("a/b", b"new")
    dav("DELETE", "c")
    dav("PROPPATCH", "a", proppatch("<colour>blue</colour>"))
    told = multistatus(report(dav, client.token))
    assert told.keys() == {f"{ROOT}a/", f"{ROOT}a/b", f"{ROOT}c"}
    assert told[f"{ROOT}c"][""][0] == 404


def test_level_1_tells_of_direct_members_only(dav: Dav) -> None:
    dav.mkcol("a")
    dav.mkcol("a/b")
    dav.put("a/b/c")
    client = Follower(dav, "a", level="1")
    client.follow()
    assert client.seen.keys() == {"a/b"}
    dav.put("a/b/d")
    dav.put("outside")
    dav.put("a/new")
    assert multistatus(report(dav, client.token, "a", "1")).keys() == {f"{ROOT}a/new"}


@pytest.mark.parametrize("limit", [None, 1, 2, 7])
def test_a_client_that_follows_ends_with_the_same_tree(dav: Dav, limit: int | None) -> None:
    luck = chance(limit)
    names = ["a", "b", "ü", "a b"]
    for name in names:
        dav.mkcol(name)
        dav.put(f"{name}/{name}")
    client = Follower(dav, limit=limit)
    for _ in range(size(15, 1000)):
        client.follow()
        assert client.seen == tree(dav)
        for _ in range(luck.randrange(8)):
            source, target = ("/".join(luck.choices(names, k=luck.randrange(1, 4))) for _ in range(2))
            act = luck.choice(["PUT", "MKCOL", "MOVE", "COPY", "DELETE"])
            dav(act, source, luck.randbytes(3) if act == "PUT" else b"", destination=f"{ROOT}{target}")
            if luck.random() < 0.2 and (found := dav.cloud.trash.list(dav.actor).nodes):
                dav.cloud.trash.restore(dav.actor, luck.choice(found).id, parent_id=dav.cloud.tree.root(dav.actor).id)


def test_changes_while_a_cut_first_report_is_read_are_not_lost(dav: Dav) -> None:
    for number in range(6):
        dav.put(str(number))
    client = Follower(dav, limit=3)
    assert client.ask() and len(client.seen) == 3
    dav("DELETE", "0")
    dav.put("1", b"new")
    dav("MOVE", "5", destination=f"{ROOT}00")
    client.follow()
    client.follow()
    assert client.seen == tree(dav)


def test_the_server_itself_cuts_a_long_answer(dav: Dav, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync, "MEMBERS", 4)
    for number in range(10):
        dav.put(str(number))
    client = Follower(dav)
    assert client.follow() == 3
    assert client.seen == tree(dav)


@pytest.mark.parametrize(
    "token",
    [
        "urn:nuvol:sync:nonsense",
        "http://example.org/7",
        "urn:nuvol:sync:0123456789abcdef.1-1",
        "urn:nuvol:sync::0.1-1:a",
    ],
)
def test_a_token_that_says_nothing_here_is_declined(dav: Dav, token: str) -> None:
    reply = report(dav, token)
    assert (reply.status, condition(reply)) == (403, "valid-sync-token")


def test_the_token_is_a_property_of_folders(dav: Dav) -> None:
    dav.put("a")
    about = multistatus(dav("PROPFIND", "", propfind("sync-token", "supported-report-set"), depth="1"))
    token = about[ROOT][DAV + "sync-token"][1].text or ""
    assert about[ROOT][DAV + "supported-report-set"][1].find(f".//{DAV}sync-collection") is not None
    assert about[f"{ROOT}a"][DAV + "sync-token"][0] == 404
    assert multistatus(report(dav, token)) == {}
    dav.put("b")
    assert multistatus(report(dav, token)).keys() == {f"{ROOT}b"}


def test_reports_that_are_not_given(dav: Dav) -> None:
    dav.put("a")
    for path, body in (("", '<expand-property xmlns="DAV:"/>'), ("", '<x xmlns="urn:y"/>')):
        reply = dav("REPORT", path, body)
        assert (reply.status, condition(reply)) == (403, "supported-report")
    reply = report(dav, "", "a")
    assert (reply.status, condition(reply)) == (403, "supported-report")
