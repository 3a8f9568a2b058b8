"""Who is let in, and by what."""

import asyncio
import base64
from typing import Any, cast

import pytest

from nuvol.core.cloud import Cloud
from nuvol.errors import NotAdmitted, NotAllowed
from nuvol.faces.doorkeeper import admit, session_cookie, session_token
from nuvol.faces.http import Headers, Request
from nuvol.model.accounts import Actor


class Door:
    """Lets in whom it knows, and remembers nobody."""

    class grants:
        @staticmethod
        def known_token(token: str) -> None:
            return None

        @staticmethod
        def known_pair(login: str, password: str) -> None:
            return None

        @staticmethod
        def admit_token(token: str, network: str) -> Actor:
            if not token.startswith("nv_"):
                raise NotAdmitted("no")
            return Actor(1, name=f"{token} from {network}")

        @staticmethod
        def admit_basic(login: str, password: str, network: str) -> Actor:
            return Actor(2, name=f"{login} with {password} from {network}")


def admitted(method: str = "GET", cookies: bool = False, **fields: str) -> Actor:
    headers = Headers([(name.replace("_", "-"), value) for name, value in fields.items()])
    scheme = fields.pop("scheme", "http")
    request = Request(method, "/x", scheme=scheme, host="cloud.example", peer="10.0.0.1", headers=headers)
    return asyncio.run(admit(request, cast(Cloud, cast(Any, Door)), cookies=cookies))


def basic(text: bytes) -> str:
    return "Basic " + base64.b64encode(text).decode()


def test_a_token_or_a_password_opens_the_door() -> None:
    assert admitted(authorization="Bearer nv_b_1").name == "nv_b_1 from 10.0.0.1"
    assert admitted(authorization="bearer  nv_p_1 ").name == "nv_p_1 from 10.0.0.1"
    assert admitted(authorization=basic("ana:pä:ss".encode())).name == "ana with pä:ss from 10.0.0.1"


@pytest.mark.parametrize(
    "shown",
    ["", "Basic", "Basic %%%", basic(b"no colon"), basic(b"\xff:x"), "Digest a=b", "Bearer", "Bearer x", "nv_b_1"],
)
def test_what_cannot_be_read_does_not(shown: str) -> None:
    with pytest.raises(NotAdmitted):
        admitted(authorization=shown)


def test_nobody_is_not_admitted() -> None:
    for cookies in (True, False):
        with pytest.raises(NotAdmitted):
            admitted(cookies=cookies)


def test_a_cookie_counts_only_where_cookies_count_and_only_that_of_a_session() -> None:
    assert admitted(cookies=True, cookie="a=b; nuvol=nv_s_1").account_id == 1
    for cookies, cookie in [
        (False, "nuvol=nv_s_1"),
        (True, "nuvol=nv_p_1"),
        (True, "nuvol="),
        (True, "__Host-nuvol=nv_s_1"),
    ]:
        with pytest.raises(NotAdmitted):
            admitted(cookies=cookies, cookie=cookie)


def test_what_is_shown_on_purpose_counts_more_than_a_cookie() -> None:
    with pytest.raises(NotAdmitted):
        admitted(cookies=True, cookie="nuvol=nv_s_1", authorization="Bearer wrong")


SESSION = {"cookie": "nuvol=nv_s_1"}


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "MOVE", "ANYTHING"])
@pytest.mark.parametrize(
    ("fields", "allowed"),
    [
        ({"sec_fetch_site": "same-origin"}, True),
        ({"sec_fetch_site": "none"}, True),
        ({"sec_fetch_site": "same-site"}, False),
        ({"sec_fetch_site": "cross-site", "origin": "http://cloud.example"}, False),
        ({"origin": "http://cloud.example"}, True),
        ({"origin": "http://cloud.example:80"}, True),
        ({"origin": "http://CLOUD.example"}, True),
        ({"origin": "https://cloud.example"}, False),
        ({"origin": "http://cloud.example:8080"}, False),
        ({"origin": "http://evil.example"}, False),
        ({"origin": "http://cloud.example.evil.example"}, False),
        ({"origin": "null"}, False),
        ({"origin": "http://[broken"}, False),
        ({"referer": "http://cloud.example/page"}, True),
        ({"referer": "http://evil.example/http://cloud.example/"}, False),
        ({}, False),
    ],
)
def test_only_pages_of_our_own_act_with_a_cookie(method: str, fields: dict[str, str], allowed: bool) -> None:
    if allowed:
        assert admitted(method, cookies=True, **SESSION, **fields).account_id == 1
    else:
        with pytest.raises(NotAllowed):
            admitted(method, cookies=True, **SESSION, **fields)
    assert admitted("GET", cookies=True, **SESSION, **fields).account_id == 1


def test_the_cookie_is_for_this_host_alone_under_https() -> None:
    plain = Request("GET", "/", scheme="http", host="h")
    name, line = session_cookie(plain, "nv_s_1")
    assert name == "Set-Cookie"
    assert line.startswith("nuvol=nv_s_1; Path=/; ") and "HttpOnly" in line and "SameSite=Lax" in line
    assert "Secure" not in line
    secure = Request("GET", "/", scheme="https", host="h", headers=Headers([("cookie", "__Host-nuvol=nv_s_2")]))
    assert session_cookie(secure, "nv_s_1")[1].startswith("__Host-nuvol=nv_s_1; ")
    assert session_cookie(secure, "nv_s_1")[1].endswith("; Secure")
    assert session_token(secure) == "nv_s_2"
    assert "Max-Age=0" in session_cookie(secure, None)[1]
