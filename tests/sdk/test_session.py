"""How sessions make calls: who asks, errors, repeating, streaming."""

import json

import httpx
import pytest

from nuvol import errors
from nuvol.sdk import calls, files, me
from nuvol.sdk.session import Session
from nuvol.wire.api import problems


def flaky(*answers):
    """Answers one after another; an exception is raised."""
    left = list(answers)

    def answer(request: httpx.Request) -> httpx.Response:
        answer.asked.append(request)
        now = left.pop(0)
        if isinstance(now, Exception):
            raise now
        return now

    answer.asked = []
    return answer


def usage() -> httpx.Response:
    return httpx.Response(200, json={"used": 1, "quota": None})


def busy(**headers: str) -> httpx.Response:
    status, fields, body = problems.answer(errors.Busy())
    kept = [field for field in fields if field[0] != "Retry-After"]
    return httpx.Response(status, headers=[*kept, *headers.items()], content=body)


@pytest.mark.parametrize(
    "how", [{"login": ("anna", "correct horse")}, {"login": ("anna@example.org", "correct horse")}]
)
def test_a_login_opens_the_door(signed_in, how) -> None:
    assert signed_in(**how)(me.get()).name == "anna"


def test_an_app_password_opens_the_door(signed_in, cloud) -> None:
    run = signed_in()
    secret = cloud.grants.app_password(None, run(me.get()).id, "laptop", ["files"])
    assert signed_in(login=("anna", secret))(files.root()).kind == "folder"


def test_a_token_opens_the_door(signed_in) -> None:
    assert signed_in()(me.get()).email == "anna@example.org"


def test_nobody_is_not_admitted(signed_in) -> None:
    with pytest.raises(errors.NotAdmitted):
        signed_in(token="nv_b_wrong")(me.get())


def test_token_and_login_exclude_each_other() -> None:
    with pytest.raises(errors.BadValue):
        Session("http://cloud.test", token="t", login=("a", "b"))


def test_an_address_must_be_one() -> None:
    with pytest.raises(errors.BadValue, match="cloud.example"):
        Session("cloud.example")


@pytest.mark.parametrize("kind", sorted(set(problems.kinds()), key=lambda kind: kind.__name__))
def test_every_error_of_the_server_is_raised_at_the_client(scripted, kind) -> None:
    raised = kind.__new__(kind)
    errors.CloudError.__init__(raised, "It went wrong.", advice="Do better.")
    raised.__dict__.update(
        {"offset": 5, "wait": 99.0, "name": "a", "free": 3, "hashes": [b"\1" * 32], "node_id": 7, "allowed": ["GET"]}
    )
    if kind is problems.WrongMethod or kind is problems.UnknownAddress:
        raised.allowed = ["GET"]
    status, headers, body = problems.answer(raised)
    with pytest.raises(errors.CloudError) as caught:
        scripted(lambda request: httpx.Response(status, headers=headers, content=body))(me.get())
    assert type(caught.value) is kind
    assert (str(caught.value), caught.value.advice) == ("It went wrong.", "Do better.")
    for name in ("offset", "wait", "name", "free", "hashes", "node_id"):
        if name in json.loads(body):
            assert getattr(caught.value, name) == getattr(raised, name)


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, errors.NotAdmitted), (404, errors.Missing), (409, errors.Conflict), (418, errors.Malformed),
     (500, errors.Unable), (502, errors.Unable), (302, errors.Unable)],
)  # fmt: skip
def test_an_answer_of_something_else_is_still_an_error_of_ours(scripted, status, kind) -> None:
    with pytest.raises(kind):
        scripted(lambda request: httpx.Response(status, html="<h1>proxy</h1>"))(me.get())


def test_a_code_of_a_newer_server_is_of_the_nearest_kind(scripted) -> None:
    told = {"type": "x", "title": "x", "status": 409, "code": "brand-new", "detail": "Hm.", "advice": "Update."}
    answer = httpx.Response(409, headers={"content-type": "application/problem+json"}, content=json.dumps(told))
    with pytest.raises(errors.Conflict, match="Hm") as caught:
        scripted(lambda request: answer)(me.get())
    assert caught.value.advice == "Update."


def test_an_answer_that_is_no_json_is_told_as_such(scripted) -> None:
    with pytest.raises(errors.Unable, match="cannot be read"):
        scripted(lambda request: httpx.Response(200, html="<h1>hello</h1>"))(me.get())


def test_a_busy_server_is_asked_again_when_it_says(scripted) -> None:
    answer = flaky(busy(**{"retry-after": "3"}), busy(), usage())
    run = scripted(answer)
    assert run(me.usage()).used == 1
    assert run.waits == [3.0, 1.0]


def test_a_change_too_is_repeated_when_the_server_was_busy(scripted) -> None:
    answer = flaky(busy(), httpx.Response(204))
    scripted(answer)(files.trash(5))
    assert [request.method for request in answer.asked] == ["DELETE", "DELETE"]


def test_it_gives_up_after_some_attempts(scripted) -> None:
    answer = flaky(*(busy() for _ in range(calls.ATTEMPTS)))
    run = scripted(answer)
    with pytest.raises(errors.Busy):
        run(me.usage())
    assert run.waits == [0.5, 1.0, 2.0, 4.0]


def test_a_server_that_asks_for_an_hour_is_not_waited_for(scripted) -> None:
    with pytest.raises(errors.Busy):
        scripted(flaky(busy(**{"retry-after": "3600"})))(me.usage())


@pytest.mark.parametrize("failure", [httpx.ConnectError("no"), httpx.ReadError(""), httpx.RemoteProtocolError("cut")])
def test_reading_is_repeated_after_a_lost_connection(scripted, failure) -> None:
    assert scripted(flaky(failure, usage()))(me.usage()).used == 1


def test_a_change_is_repeated_only_if_it_cannot_have_arrived(scripted) -> None:
    scripted(flaky(httpx.ConnectError("no"), httpx.Response(204)))(files.trash(5))
    with pytest.raises(errors.Unreachable, match="cloud.test"):
        scripted(flaky(httpx.ReadError("cut")))(files.trash(5))


def test_a_download_that_broke_in_the_middle_does_not_begin_anew(scripted) -> None:
    def broken():
        yield b"a" * calls.BLOCK
        raise httpx.ReadError("cut")

    class Stream(httpx.SyncByteStream, httpx.AsyncByteStream):
        def __iter__(self):
            return broken()

        async def __aiter__(self):
            for block in broken():
                yield block

    got: list[bytes] = []
    with pytest.raises(errors.Unreachable):
        scripted(flaky(httpx.Response(200, stream=Stream())))(files.download(5, got.append))
    assert b"".join(got) == b"a" * calls.BLOCK


def test_a_body_that_is_streamed_is_made_anew_for_every_attempt(scripted) -> None:
    node = {"id": 1, "parent_id": 1, "name": "a", "kind": "file", "size": 2, "mime": "", "number": 1, "etag": '"x"',
            "hash": None, "created_at": "", "modified_at": "", "changed_at": ""}  # fmt: skip
    bodies: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        bodies.append(request.read() if isinstance(request.stream, httpx.SyncByteStream) else b"ab")
        return busy() if len(bodies) == 1 else httpx.Response(201, json=node)

    assert scripted(answer)(files.upload(1, "a", lambda: iter([b"a", b"b"]))).size == 2
    assert bodies == [b"ab", b"ab"]
