"""The words of the sign-up service: forms or JSON in, JSON out (CloudFS specification 11)."""

from typing import Any
from urllib.parse import parse_qsl

import msgspec
from msgspec import Struct

from nuvol.errors import BadValue, CloudError, TooLarge, TooManyAttempts, Unable

LIMIT = 16 * 1024
"""Longest body in bytes: four fields of 100 letters, however they are escaped."""

LONGEST = 100
"""Letters in a field."""

JSON = [("Content-Type", "application/json; charset=UTF-8"), ("Cache-Control", "no-store")]

Answered = tuple[int, list[tuple[str, str]], bytes]


class Newcomer(Struct, frozen=True):
    """Who wants an account."""

    username: str
    password: str
    first_name: str = ""
    last_name: str = ""


class Login(Struct, frozen=True):
    """Who wants a token."""

    username: str
    password: str


def read_newcomer(body: bytes, content_type: str | None) -> Newcomer:
    """Raises BadValue with one text that names each field and its problem."""
    fields = _fields(body, content_type)
    _check(fields, ("username", "password"), ("first_name", "last_name"))
    return Newcomer(*(fields.get(name) or "" for name in Newcomer.__struct_fields__))


def read_login(body: bytes, content_type: str | None) -> Login:
    """Raises BadValue as `read_newcomer`."""
    fields = _fields(body, content_type)
    _check(fields, ("username", "password"))
    return Login(fields["username"], fields["password"])


def _fields(body: bytes, content_type: str | None) -> dict[str, Any]:
    kind = (content_type or "").partition(";")[0].strip().lower()
    try:
        if kind.endswith("json") or (kind != "application/x-www-form-urlencoded" and body.lstrip()[:1] == b"{"):
            found = msgspec.json.decode(body or b"{}")
            if isinstance(found, dict):
                return found
        else:
            return dict(parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=20))
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError, RecursionError):
        pass
    raise BadValue("The body is neither a JSON object nor a form.")


def _check(fields: dict[str, Any], needed: tuple[str, ...], possible: tuple[str, ...] = ()) -> None:
    faults = []
    for name in (*needed, *possible):
        value = fields.get(name)
        if value is None or value == "":
            faults += [f"{name}: it is needed."] if name in needed else []
        elif not isinstance(value, str):
            faults.append(f"{name}: it must be a text.")
        elif name in needed and not value.strip():
            faults.append(f"{name}: it must not be blank.")
        elif len(value) > LONGEST:
            faults.append(f"{name}: it must not be longer than {LONGEST} letters.")
    if faults:
        raise BadValue(" ".join(faults))


def addresses(origin: str) -> Answered:
    return 200, JSON, _write({"user": f"{origin}/api/user/", "authenticate": f"{origin}/api/authenticate/"})


def joined(profile: dict[str, Any]) -> Answered:
    return 201, JSON, _write({"success": True, "message": "The account is made.", "user": profile})


def entered(token: str) -> Answered:
    return 200, JSON, _write({"success": True, "message": "Signed in.", "auth_token": token})


def answer(error: CloudError) -> Answered:
    """400 for whatever the caller can mend, also a refusal by the platform, whose words are passed on."""
    kinds = ((TooManyAttempts, 429), (TooLarge, 413), (Unable, 503))
    status = next((status for kind, status in kinds if isinstance(error, kind)), 400)
    told = str(error) if isinstance(error, BadValue) else f"{error} {error.advice}".strip()
    wait = [("Retry-After", str(int(error.wait) + 1))] if isinstance(error, TooManyAttempts) else []
    return status, JSON + wait, _write({"success": False, "message": told})


def refused(status: int, sentence: str) -> Answered:
    return status, JSON, _write({"success": False, "message": sentence})


def _write(value: Any) -> bytes:
    return msgspec.json.encode(value)
