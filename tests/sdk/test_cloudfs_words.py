"""The SDK for CloudFS without a server: its errors, paths, and what it refuses by itself."""

import json

import pytest

from nuvol.sdk.cloudfs import CloudFSError, ExistValues, File, Folder, Path, RestoreValue, Session, UserSession, errors
from nuvol.sdk.cloudfs.connection import address

# The numbers of the platform's table (CloudFS specification 9).
NUMBERS = [
    *range(2002, 2026),
    *(2026, 2028, 2033, 2034, *range(2036, 2051), 2052),
    *(3001, *range(3007, 3016), *range(3018, 3022)),
    *(4001, 4002, *range(6001, 6005), 8001, 8002, 8004, 8007, 8008, 9006, 9999, *range(10000, 10003)),
]
FAMILIES = [2000, 3000, 4000, 6000, 8000, 9000]


@pytest.mark.parametrize("number", NUMBERS + FAMILIES)
def test_every_number_of_the_platform_has_its_class(number: int) -> None:
    body = json.dumps({"result": None, "error": {"code": number, "message": "said so", "data": None}}).encode()
    error = errors.refusal("GET /v2/x", 409, body)
    assert type(error) is errors.TABLE[number]
    assert isinstance(error, CloudFSError)
    assert (error.code(), error.status(), error.message, str(error)) == (number, 409, "said so", "said so")
    assert error.json()["error"]["code"] == number
    assert error.request == "GET /v2/x"


def test_no_two_meanings_share_a_class() -> None:
    names = [kind.__name__ for kind in set(errors.TABLE.values())]
    assert len(names) == len(set(names))
    assert errors.TABLE[2044] is not errors.TABLE[3021]
    assert issubclass(errors.TABLE[3021], errors.FileError)
    assert issubclass(errors.TABLE[4002], errors.ShareError) and issubclass(errors.TABLE[6002], errors.ShareError)


def test_the_flat_refusal_of_a_token_call() -> None:
    error = errors.refusal(
        "POST /v2/oauth2/token", 400, b'{"error": "invalid_request", "error_code": 1020, "message": "Wrong password."}'
    )
    assert type(error) is errors.InvalidRequest
    assert (error.message, error.code()) == ("Wrong password.", 1020)


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"{}", b'{"error": null}', b'{"error": {"code": "x"}}', b"\xff"]
)
def test_an_answer_that_cannot_be_read_is_still_an_error(body: bytes) -> None:
    error = errors.refusal("GET /", 502, body)
    assert type(error) is errors.AuthenticatedError
    assert error.status() == 502


def test_a_number_that_is_not_known_says_so() -> None:
    assert type(errors.refusal("", 400, b'{"error": {"code": 31, "message": "?"}}')) is errors.UnknownError


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("cloud.example", "https://cloud.example"),
        ("cloud.example:8443/", "https://cloud.example:8443"),
        ("https://www.cloud.example", "https://cloud.example"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("HTTP://cloud.example", "http://cloud.example"),
    ],
)
def test_an_endpoint_without_a_scheme_is_reached_over_https(base: str, expected: str) -> None:
    assert address(base) == expected


def test_paths() -> None:
    path = Path.path_from_string("/a//b/")
    assert (str(path), len(path), path[0], path[1], path[-1]) == ("/a/b", 3, "/", "a", "b")
    assert Path.path_from_string("a/b") == path == Path.path_from_string_list(["a", "b"])
    assert str(Path.path_from_string("/")) == "/" and len(Path()) == 1
    copied = path.copy()
    copied.append("c")
    assert (str(copied), str(path), str(copied[:2]), str(copied.parent)) == ("/a/b/c", "/a/b", "/a", "/a/b")
    assert list(path) == ["/", "a", "b"]
    folder = some_folder()
    path.append(folder)
    assert str(path) == "/a/b/id-1"
    assert Path.path_from_item_list([folder, folder]) == Path.path_from_string("/id-1/id-1")
    assert str(Path.path_from_item_list([folder], add_root=False)) == "id-1"


def test_without_a_token_nothing_is_asked() -> None:
    session = Session("cloud.example", "id", "secret")
    assert not session.is_linked()
    with pytest.raises(errors.SessionNotLinked):
        session.get_filesystem().root_container().list()
    with pytest.raises(errors.OperationNotAllowed):
        session.create_account("ann@example.org", "password")
    with pytest.raises(errors.OperationNotAllowed):
        session.list_plans()


def test_an_endpoint_that_is_not_there_says_so() -> None:
    session = UserSession("http://127.0.0.1:1", "id", "secret", "token", timeout=1)
    session.rest_interface.bc_conn._sleep = lambda seconds: None
    with pytest.raises(errors.EndpointUnreachable):
        session.get_user()


def test_what_cannot_be_changed_is_not_changed() -> None:
    folder = some_folder()
    for name in ("id", "type", "is_mirrored", "version"):
        with pytest.raises(errors.OperationNotAllowed):
            setattr(folder, name, "other")
    with pytest.raises(errors.OperationNotAllowed):
        some_file().size = 3  # type: ignore[misc]
    some_file().mime = "text/plain"


def test_inside_a_share_nothing_is_changed_or_read() -> None:
    folder, file = some_folder(share_key="key"), some_file(share_key="key")
    for act in (
        lambda: folder.create_folder("x"),
        lambda: folder.upload("x", "x", data_inline=True),
        lambda: folder.move_to("/"),
        lambda: folder.delete(),
        lambda: file.read(),
        lambda: file.download("/tmp"),
        lambda: file.save(),
    ):
        with pytest.raises(errors.OperationNotAllowed):
            act()


def test_states_in_which_something_makes_no_sense() -> None:
    with pytest.raises(errors.WrongStateForOperation):
        some_folder(in_trash=True).create_folder("x")
    with pytest.raises(errors.WrongStateForOperation):
        some_folder().restore()
    with pytest.raises(errors.OperationNotAllowed):
        some_file().promote()
    assert some_file(in_trash=True).delete() == {}
    with pytest.raises(errors.InvalidArgument):
        some_folder().upload("/nowhere/at/all.jpg")
    with pytest.raises(errors.MissingArgument):
        some_folder().upload("content", data_inline=True)


def test_local_names_that_would_leave_the_folder(tmp_path: object) -> None:
    for name in ("../x", "a/b", "..", "."):
        with pytest.raises(errors.InvalidArgument):
            some_file().download(str(tmp_path), name)
    with pytest.raises(errors.InvalidArgument):
        some_file().download(f"{tmp_path}/no/folder")


def test_seek_and_tell() -> None:
    file = some_file()
    assert (file.seek(3), file.seek(2, 1), file.seek(-1, 2), file.tell()) == (3, 5, 9, 9)
    for offset, whence in ((-1, 0), (0, 7)):
        with pytest.raises(errors.InvalidArgument):
            file.seek(offset, whence)


def test_the_values_are_the_words_that_are_sent() -> None:
    assert ExistValues.overwrite == "overwrite" and RestoreValue.recreate == "recreate"


def some_folder(**state: object) -> Folder:
    rest = UserSession("cloud.example", "id", "secret", "token").rest_interface
    return Folder(rest, {"id": "id-1", "type": "folder", "name": "f"}, Path.path_from_string("/id-1"), **state)  # type: ignore[arg-type]


def some_file(**state: object) -> File:
    rest = UserSession("cloud.example", "id", "secret", "token").rest_interface
    data = {"id": "id-2", "type": "file", "name": "a.jpg", "size": 10, "version": 1, "mime": "image/jpeg"}
    return File.of(rest, data, Path.path_from_string("/id-2"), **state)
