"""Requests that make no sense at the sign-up service, before a real cloud: 4xx with a message, never 5xx."""

import json

from nuvol.faces import signup
from nuvol.faces.http import Dispatcher
from nuvol.server.own import Own
from tests.faces.native import Reply
from tests.faces.platform import FORM, Platform, encoded
from tests.sizes import chance, size

NAMES = ("username", "password", "first_name", "last_name", "x", "")
VALUES = ("", " ", "ann@example.org", "abc", "a" * 101, "é" * 60, "\0", "\x07name", "a/b", "‮txt", "𝕬𝖓𝖓𝖆", "'--", "<b>")
ODD = (None, 7, 1e308, True, [], ["ann"], {"a": {}}, "\ud800")
TYPES = (
    FORM,
    "application/json",
    "text/plain",
    "",
    "multipart/form-data",
    "application/x-www-form-urlencoded; charset=x",
)
TARGETS = ("/api/user/", "/api/user", "/api/authenticate/", "/api/authenticate", "/api/", "/api/user//", "/api/%00")


class Service(Platform):
    """The sign-up service of the cloud's own app."""

    def __init__(self, cloud, runner) -> None:
        self.cloud, self.runner = cloud, runner
        cloud.passwords._figures = (8, 1)
        cloud.accounts.set_signup_mode(None, "open")
        self.dispatch = Dispatcher(dict.fromkeys(("api", *signup.PREFIXES), signup.face(Own(cloud))))


def body(random) -> bytes:
    text = {random.choice(NAMES): random.choice(VALUES) for _ in range(random.randrange(5))}
    odd = {random.choice(NAMES): random.choice((*VALUES, *ODD)) for _ in range(random.randrange(5))}
    return random.choice(
        (
            encoded(text.items()).encode(),
            json.dumps(text).encode(),
            json.dumps(odd).encode(),
            json.dumps(list(odd)).encode(),
            b'{"username":' + b"[" * random.choice((1, 10_000)),
            random.randbytes(random.randrange(300)),
            b"username=%ff&password=%",
            b"&" * random.choice((5, 15_000)),
            b"x" * 20_000,
        )
    )


def test_no_request_makes_the_sign_up_service_fail(cloud, runner):
    service, random = Service(cloud, runner), chance("sign-up")
    for _ in range(size(200, 100_000)):
        method, target = random.choice(("POST", "POST", "POST", "GET", "HEAD", "PUT", "DELETE")), random.choice(TARGETS)
        content, kind = body(random), random.choice(TYPES)
        peer = f"192.0.{random.randrange(256)}.{random.randrange(256)}"
        reply: Reply = service.ask(method, target, content, peer=peer, content_type=kind)
        assert reply.status < 500, (method, target, content, kind, reply.body)
        if reply.status >= 400:
            assert json.loads(reply.body)["message"], (method, target, content)
