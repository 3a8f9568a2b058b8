"""The frame of the native API: addresses, methods, types, other origins, documentation."""

import json
import re
import typing

import pytest

from nuvol.core.cloud import Cloud
from nuvol.faces.api.calls import Call
from nuvol.faces.api.router import Entry
from nuvol.faces.api.routes import ENTRIES
from nuvol.wire.api.body import JSON_LIMIT
from nuvol.wire.openapi import ANYONE
from tests.faces.native import Body, Person


@pytest.fixture
def engine() -> str:
    """One database is enough here: nothing of this depends on it."""
    return "sqlite"


@pytest.mark.parametrize("path", ["/", "", "/nowhere", "/nodes/root/nowhere", "/nodes//root"])
def test_an_unknown_address_is_missing(stranger: Person, path: str) -> None:
    reply = stranger.ask("GET", path)
    assert (reply.status, reply.code) == (404, "unknown-address")


@pytest.mark.parametrize("segment", ["abc", "0", "-1", "1.5", "٣", "9007199254740992", "9" * 30, "%20", "1e3"])
def test_what_is_no_id_is_missing(anna: Person, segment: str) -> None:
    assert anna.ask("GET", f"/nodes/{segment}").status == 404


@pytest.mark.parametrize("path", ["/nodes/%zz", "/nodes/%ff", "/nodes/1/children/%00/content"])
def test_an_address_that_cannot_be_read_is_malformed(anna: Person, path: str) -> None:
    assert anna.ask("GET", path).status == 400


def test_a_slash_at_the_end_does_not_matter(stranger: Person) -> None:
    assert stranger.ask("GET", "/capabilities/").status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE", "BREW"])
def test_an_unknown_method_is_answered_with_those_that_are_known(stranger: Person, method: str) -> None:
    reply = stranger.ask(method, "/capabilities")
    assert (reply.status, reply.code) == (405, "wrong-method")
    assert reply.headers["Allow"] == "GET, HEAD, OPTIONS"


def test_options_tells_the_methods(stranger: Person) -> None:
    reply = stranger.ask("OPTIONS", "/nodes/5")
    assert (reply.status, reply.headers["Allow"]) == (204, "DELETE, GET, HEAD, OPTIONS, PATCH")


def test_a_body_must_be_json(anna: Person) -> None:
    body = json.dumps({"parent_id": anna.root, "name": "a"}).encode()
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        reply = anna.ask("POST", "/nodes", body=body, content_type=kind)
        assert (reply.status, reply.code) == (415, "wrong-type")
    assert anna.ask("POST", "/nodes", body=body, content_type="application/json; charset=utf-8").status == 201
    assert anna.ask("POST", "/nodes", body=b"", content_type="application/json").status == 400
    assert anna.ask("POST", "/nodes", body=b"").status == 400
    assert anna.ask("POST", "/nodes", body=b"{", content_type="application/json").status == 400


def test_a_body_has_a_length_that_is_enough(anna: Person) -> None:
    source = Body([b" " * (JSON_LIMIT + 1)])
    reply = anna.ask("POST", "/nodes", body=source, length=JSON_LIMIT + 1, content_type="application/json")
    assert (reply.status, reply.code, source.read) == (413, "too-large", False)
    endless = Body(iter(lambda: b" " * 1_000_000, b""))
    assert anna.ask("POST", "/nodes", body=endless, content_type="application/json").status == 413


def test_other_origins_may_read_with_a_token_and_never_with_a_cookie(anna: Person) -> None:
    allowed = anna.ask("GET", "/nodes/root", origin="http://app.example")
    assert allowed.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in allowed.headers
    failed = anna.ask("GET", "/nodes/5", origin="http://app.example")
    assert (failed.status, failed.headers["Access-Control-Allow-Origin"]) == (404, "*")
    cookie = anna.ask("GET", "/nodes/root", origin="http://app.example", cookie="nuvol=x")
    assert "Access-Control-Allow-Origin" not in cookie.headers


def test_a_browser_hears_beforehand_what_other_origins_may_do(stranger: Person) -> None:
    reply = stranger.ask("OPTIONS", "/nodes/5", origin="http://app.example", access_control_request_method="PATCH")
    assert reply.status == 204
    assert "PATCH" in reply.headers["Access-Control-Allow-Methods"]
    assert "Authorization" in reply.headers["Access-Control-Allow-Headers"]
    assert reply.headers["Access-Control-Allow-Origin"] == "*"


def test_capabilities_need_no_sign_in(stranger: Person, cloud: Cloud) -> None:
    told = stranger.ask("GET", "/capabilities").json
    assert (told["product"], told["api"], told["epoch"]) == ("Nuvol", "v1", cloud.epoch)
    assert told["chunks"]["maximum"] == 2 << 20


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.operation.name)
def test_only_what_the_table_opens_is_open_to_strangers(stranger: Person, entry: Entry) -> None:
    operation = entry.operation
    reply = stranger.ask(operation.method, re.sub(r"{\w+}", "1", operation.path))
    assert (reply.status == 401) == (operation.scope is not ANYONE)


# ---------------------------------------------------------------------------------------------- documentation


def test_the_document_tells_of_every_operation(stranger: Person) -> None:
    reply = stranger.ask("GET", "/openapi.json")
    document = reply.json
    assert (reply.headers["Content-Type"], document["openapi"]) == ("application/json", "3.1.0")
    told = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    assert told == {(entry.operation.method, entry.operation.path) for entry in ENTRIES}
    names = [operation["operationId"] for methods in document["paths"].values() for operation in methods.values()]
    assert len(set(names)) == len(names)


def test_every_reference_of_the_document_leads_somewhere(stranger: Person) -> None:
    text = stranger.ask("GET", "/openapi.json").body.decode()
    schemas = json.loads(text)["components"]["schemas"]
    assert set(re.findall(r'"#/components/schemas/(\w+)"', text)) <= set(schemas)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.operation.name)
def test_a_function_takes_what_the_table_says(entry: Entry) -> None:
    (call, *_) = typing.get_type_hints(entry.function).values()
    query, body = typing.get_args(call)
    nothing = type(None)
    assert typing.get_origin(call) is Call
    assert (query, body) == (entry.operation.query or nothing, entry.operation.takes or nothing)


def test_the_page_is_served_without_scripts(stranger: Person) -> None:
    page = stranger.runner.run(stranger.dispatch(request(stranger, "/api/docs")))
    headers, text = dict(page.headers), page.body.decode()  # type: ignore[union-attr]
    assert (page.status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")
    assert "<script" not in text and "style=" not in text
    for entry in ENTRIES:
        assert f'id="{entry.operation.name}"' in text
    assert 'id="name-taken"' in text
    links = set(re.findall(r'href="#([^"]+)"', text))
    assert links <= set(re.findall(r'id="([^"]+)"', text))
    style = stranger.runner.run(stranger.dispatch(request(stranger, "/api/docs/style.css")))
    assert (style.status, dict(style.headers)["Content-Type"]) == (200, "text/css; charset=utf-8")


def request(person: Person, target: str):
    asked = person.request("GET", "", None, b"", 0)
    asked.target = target
    return asked
