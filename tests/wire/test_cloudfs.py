"""CloudFS's words: ids, forms, signatures, multipart bodies, items, errors."""

import base64
import hashlib
import hmac
import json
import random

import pytest

from nuvol import errors
from nuvol.errors import CloudError, Malformed
from nuvol.model.nodes import Node, Version
from nuvol.wire.cloudfs import errors as codec
from nuvol.wire.cloudfs import forms, ids, items, signatures
from nuvol.wire.multipart import MultipartReader, Part, boundary

# ------------------------------------------------------------------------------------------------------- ids


GOLDEN = {
    1: "VpIWHRALBeUHd28WG9jqJw",
    4096: "8GBBgF0Gt4AfF9Lia_g1jQ",
    (1 << 53) - 1: "4G6K5leQ4EMi8N5VZ88Eaw",
}


def test_the_permutation_of_ids_is_the_published_one():
    assert {number: ids.encode(number) for number in GOLDEN} == GOLDEN


def test_every_id_comes_back_and_has_22_letters():
    numbers = [*range(1, 300), *(random.Random(5).randrange(1 << 53) for _ in range(500)), (1 << 53) - 1]
    texts = {ids.encode(number) for number in numbers}
    assert len(texts) == len(set(numbers))
    assert {len(text) for text in texts} == {22}
    assert all(ids.decode(ids.encode(number)) == number for number in numbers)


@pytest.mark.parametrize("text", ["", "meta", "A" * 22, "VpIWHRALBeUHd28WG9jqJx", "é" * 22, "VpIWHRALBeUHd28WG9jq=="])
def test_what_no_node_can_be_called_is_no_id(text):
    assert ids.decode(text) is None


# ------------------------------------------------------------------------------------------------ signatures

BODY = b"grant_type=password&username=ann%40example.org&password=s3cret+x"
TYPE = 'application/x-www-form-urlencoded; charset="utf-8"'
DATE = "Sat, 21 Nov 2026 10:00:00 GMT"
PATH = "/v2/oauth2/token"


def signed(message: str, secret: str = "topsecret") -> str:
    return base64.b64encode(hmac.digest(secret.encode(), message.encode(), hashlib.sha1)).decode()


def test_our_own_client_signs_the_test_vector_of_the_specification():
    by_name = b"grant_type=password&password=s3cret+x&username=ann%40example.org"
    header = signatures.authorization("id-1", "topsecret", "POST", PATH, by_name, TYPE, DATE)
    assert header == "BCS id-1:xy9AFILMPHtj7YkiZdHeO4DKHWk="


@pytest.mark.parametrize("body", [BODY, b""])
def test_what_our_own_client_signs_is_accepted(body):
    header = signatures.authorization("id-1", "topsecret", "GET", "/v2/admin/customers/plan/", body, TYPE, DATE)
    client_id, signature = signatures.credentials(header)
    assert client_id == "id-1"
    assert signatures.is_signed("topsecret", signature, "GET", "/v2/admin/customers/plan/", body, TYPE, DATE)


def test_the_test_vector_of_the_specification_is_accepted():
    assert signatures.is_signed("topsecret", "xy9AFILMPHtj7YkiZdHeO4DKHWk=", "POST", PATH, BODY, TYPE, DATE)


HEADERS = (
    "Content-Type:application%2Fx-www-form-urlencoded%3B+charset%3D%22utf-8%22&Date:Sat%2C+21+Nov+2026+10%3A00%3A00+GMT"
)


@pytest.mark.parametrize(
    ("body", "params"),
    [
        (b"username=a~b!&password=(c)&grant_type=password", "username=a~b!&password=(c)&grant_type=password"),
        (b"username=a%7Eb&password=c", "password=c&username=a~b"),
        (b"username=a%7Eb&password=c", "password=c&username=a%7Eb"),
        (b"username=a%21b&Password=%28c%29*", "Password=(c)*&username=a!b"),
        (b"b=2&A=1", "A=1&b=2"),
        (b"username=a@b.c&password=x/y", "password=x%2Fy&username=a%40b.c"),
    ],
    ids=["php as sent", "python 3", "python 2", "android", "sorted without case", "raw on the wire"],
)
def test_each_client_signs_in_its_own_way(body, params):
    signature = signed(f"POST&{PATH}&{params}&{HEADERS}")
    assert signatures.is_signed("topsecret", signature, "POST", PATH, body, TYPE, DATE)


def test_header_values_count_to_the_letter():
    date = "Sun,  1 Nov 2026 10:00:00 UTC"
    headers = (
        "Content-Type:application%2Fx-www-form-urlencoded%3Bcharset%3Dutf-8&Date:Sun%2C++1+Nov+2026+10%3A00%3A00+UTC"
    )
    signature = signed(f"POST&{PATH}&a=1&{headers}")
    kind = "application/x-www-form-urlencoded;charset=utf-8"
    assert signatures.is_signed("topsecret", signature, "POST", PATH, b"a=1", kind, date)
    assert not signatures.is_signed("topsecret", signature, "POST", PATH, b"a=1", kind, date.replace("  ", " "))


@pytest.mark.parametrize("middle", ["&&", "&"], ids=["python", "android"])
def test_a_call_without_a_body_is_signed_with_three_parts_or_four(middle):
    path = "/v2/admin/customers/plan/"
    signature = signed(f"GET&{path}{middle}{HEADERS}")
    assert signatures.is_signed("topsecret", signature, "GET", path, b"", TYPE, DATE)


@pytest.mark.parametrize(
    ("secret", "method", "path", "body"),
    [("Topsecret", "POST", PATH, BODY), ("topsecret", "GET", PATH, BODY), ("topsecret", "POST", PATH + "/", BODY)]
    + [("topsecret", "POST", PATH, BODY + b"&x=1")],
)
def test_nothing_of_a_signed_request_can_be_exchanged(secret, method, path, body):
    assert not signatures.is_signed(secret, "xy9AFILMPHtj7YkiZdHeO4DKHWk=", method, path, body, TYPE, DATE)


@pytest.mark.parametrize("header", [None, "", "Bearer x", "BCS", "BCS abc", "BCS :sig"])
def test_a_request_that_is_not_signed_is_told_so(header):
    with pytest.raises(codec.InvalidRequest):
        signatures.credentials(header)


def test_the_client_id_may_hold_a_colon():
    assert signatures.credentials("BCS a:b:c=") == ("a:b", "c=")


@pytest.mark.parametrize(
    ("date", "fresh"), [(DATE, True), ("Sat, 21 Nov 2026 22:00:00 GMT", True), ("Thu, 19 Nov 2026 10:00:00 GMT", False)]
)
def test_a_date_may_be_a_day_off(date, fresh):
    assert signatures.is_fresh(date, 1_795_255_200.0) is fresh


@pytest.mark.parametrize("date", [None, "", "heute", "Sat, 99 Nov 2026 99:00:00 GMT"])
def test_a_date_that_cannot_be_read_is_no_reason_to_refuse(date):
    assert signatures.is_fresh(date, 0.0)


# ----------------------------------------------------------------------------------------------------- forms


def test_forms_are_read_leniently():
    form = forms.read_form(b"to=/a/b&name=it's+me@home&x&%C3%A9=1=2&path=%2Fa&path=/b&bad=100%")
    assert form["to"] == "/a/b"
    assert form["name"] == "it's me@home"
    assert form["é"] == "1=2"
    assert form["x"] == ""
    assert form["bad"] == "100%"
    assert form.all("path") == ["/a", "/b"]


def test_a_form_that_is_not_utf8_is_malformed():
    with pytest.raises(Malformed):
        forms.read_form(b"a=%ff")


@pytest.mark.parametrize(
    ("text", "truth"),
    [("true", True), ("True", True), ("TRUE", True), ("1", True), ("False", False), ("", False), (None, False)],
)
def test_booleans_come_with_capitals_too(text, truth):
    assert forms.truth(text) is truth


def test_exists_is_one_of_four_words():
    assert forms.exists("reuse", forms.Exists.FAIL, codec.Place.FILES) is forms.Exists.REUSE
    assert forms.exists(None, forms.Exists.RENAME, codec.Place.FILES) is forms.Exists.RENAME
    for place, number in ((codec.Place.FOLDERS, 2033), (codec.Place.FILES, 3009)):
        with pytest.raises(codec.Fault) as refused:
            forms.exists("REUSE", forms.Exists.FAIL, place)
        assert refused.value.number == number


def test_paths_collapse_their_slashes():
    a, b = ids.encode(5), ids.encode(6)
    assert forms.names("") == forms.names("/") == forms.names("///") == []
    assert forms.id_path(forms.names(f"{a}//{b}/")) == forms.id_path(forms.names(f"/{a}/{b}")) == [5, 6]
    assert forms.id_path([a, "nonsense"]) is None


def test_a_date_that_is_no_number_is_ignored():
    assert forms.seconds("1700000000") == 1_700_000_000_000_000
    assert forms.seconds("1700000000.5") == 1_700_000_000_000_000
    assert forms.seconds("2026-11-21 10:00:00 +0000") is None
    assert forms.seconds("nan") is forms.seconds("inf") is forms.seconds("-1") is forms.seconds(None) is None


def test_application_data_is_an_object_or_refused():
    assert forms.data('{"a": 1}') == {"a": 1}
    for text in ("[1]", "null", "{", "[" * 60_000, '"' + "x" * (64 << 10) + '"'):
        with pytest.raises(Malformed):
            forms.data(text)


# ------------------------------------------------------------------------------------------------- multipart


def parts_of(body: bytes, size: int, mark: bytes = b"xyz") -> list[tuple[Part, bytes]]:
    reader = MultipartReader(mark)
    found: list[tuple[Part, bytearray]] = []
    for at in range(0, len(body), size):
        for event in reader.feed(memoryview(body)[at : at + size]):
            if isinstance(event, Part):
                found.append((event, bytearray()))
            else:
                found[-1][1].extend(event)
    reader.close()
    return [(part, bytes(data)) for part, data in found]


MULTIPART = (
    b'preamble\r\n--xyz\r\nContent-Disposition: form-data; name="exists"\r\n\r\nfail\r\n'
    b'--xyz  \r\ncontent-disposition: form-data; filename="sea.jpg"; name="file"\r\nContent-Type: image/jpeg\r\n\r\n'
    b"\r\n--xy\r\n--xyzz-not\r\r\n\r\n\0data\r\n--xyz--\r\nepilogue"
).replace(b"\r\n--xyzz-not", b"")


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 1000])
def test_a_multipart_body_may_be_cut_anywhere(size):
    assert parts_of(MULTIPART, size) == [
        (Part("exists", None, None), b"fail"),
        (Part("file", "sea.jpg", "image/jpeg"), b"\r\n--xy\r\r\n\r\n\0data"),
    ]


def test_an_empty_part_is_a_part():
    body = b'--xyz\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n\r\n--xyz--'
    assert parts_of(body, 5) == [(Part("file", "a", None), b"")]


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ('filename="días.txt"', "días.txt"),
        ("filename*=utf-8''d%C3%ADas.txt", "días.txt"),
        ("filename=\"_\"; filename*=UTF-8''d%C3%ADas.txt", "días.txt"),
        (r'filename="a\"b.txt"', 'a"b.txt'),
        ('filename="a%22b.txt"', 'a"b.txt'),
        ("filename=plain.txt", "plain.txt"),
        ('filename="a;b=c.txt"', "a;b=c.txt"),
        ('filename=""', ""),
    ],
)
def test_file_names_come_in_several_spellings(header, name):
    body = f'--xyz\r\nContent-Disposition: form-data; name="file"; {header}\r\n\r\nx\r\n--xyz--'.encode()
    assert parts_of(body, 9)[0][0] == Part("file", name, None)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--xyz\r\n",
        b'--xyz\r\nContent-Disposition: form-data; name="file"\r\n\r\nx',
        b"--xyz\r\nContent-Type: text/plain\r\n\r\nx\r\n--xyz--",
        b'--xyz\r\nContent-Disposition: form-data; name="f"; filename="\xff"\r\n\r\nx\r\n--xyz--',
        b"--xyz\r\n" + b"a" * 40_000,
        b"--xyz" + b"a" * 40_000,
        b'--xyz\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n' * 200 + b"--xyz--",
    ],
)
def test_a_body_that_is_no_multipart_is_malformed(body):
    with pytest.raises(Malformed):
        parts_of(body, 4096)


def test_the_reader_holds_back_no_more_than_a_boundary():
    reader = MultipartReader(b"xyz")
    list(reader.feed(b'--xyz\r\nContent-Disposition: form-data; name="file"\r\n\r\n'))
    told = sum(len(event) for _ in range(50) for event in reader.feed(bytes(1 << 20)) if not isinstance(event, Part))
    assert (50 << 20) - told < 10


def test_the_boundary_is_in_the_content_type():
    assert boundary("multipart/form-data; boundary=abc") == b"abc"
    assert boundary('Multipart/Form-Data; charset=utf-8; Boundary="a b"') == b"a b"
    for text in (None, "", "multipart/form-data", "text/plain; boundary=x"):
        with pytest.raises(Malformed):
            boundary(text)


# ---------------------------------------------------------------------------------------------- items, errors

NODE = Node(1, 9, 2, "sea.jpg", 1, 3, 3, b"h", 5, None, "image/jpeg", 7_900_000, 8_000_000, 9_999_999, 0, None, None)


def test_an_item_has_every_key_clients_read():
    told = items.item(NODE, 2, {"a": 1})
    assert told == {
        "id": ids.encode(9),
        "parent_id": "",
        "type": "file",
        "name": "sea.jpg",
        "version": 3,
        "date_created": 7,
        "date_meta_last_modified": 9,
        "date_content_last_modified": 8,
        "application_data": {"a": 1},
        "is_mirrored": False,
        "extension": "jpg",
        "size": 5,
        "mime": "image/jpeg",
        "blocklist_key": "",
        "blocklist_id": "",
    }
    assert items.item(NODE, 1, {})["parent_id"] == ids.encode(2)


def test_application_data_goes_into_a_property_and_back():
    data = {"a<&>": ["\x00\x1f", {"é": None}], "]]>": 1.5}
    assert items.read_data({items.DATA: items.write_data(data)}) == data
    assert items.read_data({}) == items.read_data({items.DATA: "<x/>"}) == {}


def version(number: int, name: str, content: bytes) -> Version:
    return Version(1, 9, number, 1, name, 2, "", 1, "", 0, 0, content, 1, None)


def test_only_another_name_or_content_makes_a_former_version():
    states = [version(1, "a", b"1"), version(2, "b", b"1"), version(3, "b", b"1"), version(4, "b", b"2")]
    assert [old.number for old in items.former(states[::-1])] == [1, 3]
    assert items.former(states[:1]) == []


def every_error(kind: type[CloudError] = CloudError) -> list[type[CloudError]]:
    return [kind, *(below for child in kind.__subclasses__() for below in every_error(child))]


@pytest.mark.parametrize("place", codec.Place)
def test_every_error_has_a_json_body_with_code_message_and_data(place):
    for kind in every_error():
        error = kind.__new__(kind)
        CloudError.__init__(error, "words")
        error.__dict__ |= {"wait": 1.0, "number": 2002}
        status, headers, body = codec.answer(error, place)
        told = json.loads(body)
        assert dict(headers)["Content-Type"] == "application/json; charset=UTF-8"
        assert "WWW-Authenticate" not in dict(headers)
        if told["error"] == "invalid_request":
            assert (status, set(told)) == (400, {"error", "error_code", "message"})
            continue
        assert set(told) == {"result", "error"}
        assert told["result"] is None
        assert set(told["error"]) == {"code", "message", "data"}
        assert told["error"]["data"] is None
        assert status < 500 or issubclass(kind, errors.Unable | errors.BlobMissing) or kind is CloudError


@pytest.mark.parametrize(
    ("error", "place", "number", "status"),
    [
        (errors.NodeMissing("x"), codec.Place.FOLDERS, 2002, 404),
        (errors.NodeMissing("x"), codec.Place.FILES, 3001, 404),
        (errors.NameTaken("x"), codec.Place.FOLDERS, 2042, 409),
        (errors.PreconditionFailed("x"), codec.Place.FOLDERS, 2044, 409),
        (errors.PreconditionFailed("x"), codec.Place.FILES, 3021, 409),
        (errors.ParentMissing("x"), codec.Place.FILES, 2039, 404),
        (errors.QuotaExceeded(0), codec.Place.FILES, 8008, 403),
        (errors.QuotaExceeded(0), codec.Place.SHARES, 6003, 403),
        (errors.PasswordNeeded("x"), codec.Place.SHARES, 4001, 403),
        (errors.LinkMissing("x"), codec.Place.SHARES, 4002, 404),
        (errors.NotAdmitted("x"), codec.Place.FILES, 1020, 401),
        (errors.TooManyAttempts(2), codec.Place.SHARES, 9006, 429),
        (errors.VersionMissing("x"), codec.Place.FILES, 8001, 404),
        (errors.BelowItself("x"), codec.Place.FOLDERS, 2043, 400),
        (errors.BadName("x"), codec.Place.FOLDERS, 2048, 400),
        (errors.StoreFull("x"), codec.Place.FILES, 2019, 507),
        (errors.Busy(), codec.Place.FILES, 2019, 503),
    ],
)
def test_errors_have_the_numbers_of_section_9(error, place, number, status):
    answer = codec.answer(error, place)
    assert (json.loads(answer[2])["error"]["code"], answer[0]) == (number, status)
