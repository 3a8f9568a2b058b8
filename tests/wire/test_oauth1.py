"""OAuth 1 as bytes: what was signed, and what cannot be read."""

import json
import random
import string

import pytest
from oauthlib.oauth1 import Client
from oauthlib.oauth1.rfc5849 import signature as theirs

from nuvol.errors import AccessRevoked, CloudError, Malformed, NotAdmitted, StoreFull, TooManyAttempts
from nuvol.wire import oauth1

CONSUMER, TOKEN = "j49sk3j29djd", "dh893hdasih9"
SIGNED = {
    "oauth_consumer_key": "9djdj82h48djs9d2",
    "oauth_token": "kkk9d7dh3k39sjv7",
    "oauth_signature_method": "HMAC-SHA1",
    "oauth_timestamp": "137131201",
    "oauth_nonce": "7d8f3e4a",
}


def header(**more: str) -> str:
    return oauth1.header(**{name.removeprefix("oauth_"): value for name, value in {**SIGNED, **more}.items()})


def read(authorization: str | None = None, query: str = "", form: bytes | None = None, **more: str) -> oauth1.Shown:
    place = {"method": "GET", "scheme": "http", "host": "cloud.example", "target": "/v1/file/7", **more}
    shown = oauth1.read(query=query, authorization=authorization, form=form, **place)
    assert shown is not None
    return shown


# ----------------------------------------------------------------------------------- the vectors of RFC 5849


def test_the_base_string_of_section_3_4_1_1() -> None:
    shown = read(
        header(oauth_signature="bYT5CMsGcbgUdFHObYMEfcx6bsw="),
        "b5=%3D%253D&a3=a&c%40=&a2=r%20b",
        b"c2&a3=2+q",
        method="post",
        host="EXAMPLE.COM:80",
        target="/request",
    )
    assert shown.urls == ("http://example.com/request",)
    assert oauth1.base_string(shown.method, shown.urls[0], shown.pairs + shown.form) == (
        "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D"
        "%26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1"
        "%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7"
    )


@pytest.mark.parametrize(
    ("scheme", "host", "target", "url"),
    [
        ("http", "EXAMPLE.COM:80", "/r%20v/X", "http://example.com/r%20v/X"),
        ("https", "www.example.net:8080", "/", "https://www.example.net:8080/"),
        ("https", "a.example:443", "", "https://a.example/"),
        ("https", "a.example:80", "/", "https://a.example:80/"),
        ("http", "[::1]:80", "/x", "http://[::1]/x"),
    ],
)
def test_the_base_string_uri_of_section_3_4_1_2(scheme: str, host: str, target: str, url: str) -> None:
    shown = read(header(oauth_signature="x"), scheme=scheme, host=host, target=target)
    assert shown.urls[0] == url == theirs.base_string_uri(f"{scheme}://{host}{target}")


def test_the_example_of_section_1_2_is_signed_as_it_says() -> None:
    """Each of its three requests."""
    temporary = (
        'OAuth realm="Photos", oauth_consumer_key="dpf43f3p2l4k3l03", oauth_signature_method="HMAC-SHA1",'
        ' oauth_timestamp="137131200", oauth_nonce="wIjqoS",'
        ' oauth_callback="http%3A%2F%2Fprinter.example.com%2Fready", oauth_signature="74KNZJeDHnMBp0EMJ9ZHt%2FXKycU%3D"'
    )
    shown = read(temporary, method="POST", scheme="https", host="photos.example.net", target="/initiate")
    assert shown.fits("kd94hf93k423kf44", "")
    assert not shown.fits("kd94hf93k423kf44", "x") and not shown.fits("kd94hf93k423kf4", "")
    token = (
        'OAuth realm="Photos", oauth_consumer_key="dpf43f3p2l4k3l03", oauth_token="hh5s93j4hdidpola",'
        ' oauth_signature_method="HMAC-SHA1", oauth_timestamp="137131201", oauth_nonce="walatlh",'
        ' oauth_verifier="hfdp7dh39dks9884", oauth_signature="gKgrFCywp7rO0OXSjdot%2FIHF7IU%3D"'
    )
    shown = read(token, method="POST", scheme="https", host="photos.example.net", target="/token")
    assert shown.fits("kd94hf93k423kf44", "hdhd0244k9j7ao03")
    photo = (
        'OAuth realm="Photos", oauth_consumer_key="dpf43f3p2l4k3l03", oauth_token="nnch734d00sl2jdk",'
        ' oauth_signature_method="HMAC-SHA1", oauth_timestamp="137131202", oauth_nonce="chapoH",'
        ' oauth_signature="MdpQcU8iPSUjWoN%2FUDMsK2sui9I%3D"'
    )
    shown = read(photo, "file=vacation.jpg&size=original", host="photos.example.net", target="/photos")
    assert shown.fits("kd94hf93k423kf44", "pfkkdhi9sl3r4s00")


def test_plaintext_of_section_3_4_4() -> None:
    given = header(oauth_signature_method="PLAINTEXT", oauth_signature="djr9rjt0jd78jf88&jjd99%2524tj88uiths3")
    assert read(header(oauth_signature_method="PLAINTEXT", oauth_signature="a%26b&c%20d")).fits("a&b", "c d")
    shown = read(given)
    assert shown.is_plain and shown.fits("djr9rjt0jd78jf88", "jjd99%24tj88uiths3")
    assert not shown.fits("djr9rjt0jd78jf88", "")


LETTERS = string.ascii_letters + string.digits + " ~-._!*'()%&=+/?#@:,;\"\\ñé€😀"


def word(chance: random.Random, longest: int = 12) -> str:
    return "".join(chance.choice(LETTERS) for _ in range(chance.randint(0, longest)))


@pytest.mark.parametrize("seed", range(10))
def test_random_requests_are_signed_as_oauthlib_signs_them(seed: int) -> None:
    """A hundred for each seed: header, query and form, HMAC-SHA1 and PLAINTEXT."""
    chance = random.Random(seed)
    for _ in range(100):
        method = chance.choice(["GET", "POST", "PUT", "DELETE"])
        scheme, host = chance.choice(["http", "https"]), chance.choice(["a.example", "A.example:80", "127.0.0.1:8080"])
        target = "/" + "/".join(oauth1.escape(word(chance, 6) or "x") for _ in range(chance.randint(1, 3)))
        query = oauth1.form(**{f"q{word(chance)}": word(chance) for _ in range(chance.randint(0, 4))}).decode()
        form = oauth1.form(**{f"f{word(chance)}": word(chance) for _ in range(chance.randint(0, 3))})
        consumer, token = word(chance), word(chance)
        given = {"consumer_key": word(chance) or "k", "nonce": word(chance), "timestamp": str(chance.randint(1, 2**40))}
        if chance.random() < 0.2:
            signed = oauth1.header(**given, signature_method="PLAINTEXT")
            value = theirs.sign_plaintext(consumer, token)
        else:
            signed = oauth1.header(**given, signature_method="HMAC-SHA1")
            pairs = theirs.collect_parameters(query, form.decode(), {"Authorization": signed})
            uri = theirs.base_string_uri(f"{scheme}://{host}{target}")
            base = theirs.signature_base_string(method, uri, theirs.normalize_parameters(pairs))
            client = Client("k", client_secret=consumer, resource_owner_secret=token)
            value = theirs.sign_hmac_sha1_with_client(base, client)
        place = {"method": method, "scheme": scheme, "host": host, "target": target}
        shown = read(f'{signed}, oauth_signature="{oauth1.escape(value)}"', query, form, **place)
        assert shown.fits(consumer, token), place
        assert not shown.fits(consumer + "x", token)
        if not shown.is_plain:
            assert oauth1.signature(method, shown.urls[0], shown.pairs + shown.form, consumer, token) == value


# -------------------------------------------------------------------------------------------- kinds of clients


def signed_for(url: str, method: str = "GET", pairs: tuple[tuple[str, str], ...] = ()) -> str:
    value = oauth1.signature(method, url, (*SIGNED.items(), *pairs), CONSUMER, TOKEN)
    return header(oauth_signature=value)


def test_the_raw_path_counts_and_the_decoded_one_that_old_u1db_clients_sign() -> None:
    target = "/u1db/notes/doc/%25fff%20%C3%B1"
    for path in (target, "/u1db/notes/doc/%fff ñ"):
        assert read(signed_for(f"http://cloud.example{path}"), target=target).fits(CONSUMER, TOKEN)
    wrong = signed_for("http://cloud.example/u1db/notes/doc/other")
    assert not read(wrong, target=target).fits(CONSUMER, TOKEN)


def test_a_form_counts_whether_its_client_signed_it_or_not() -> None:
    url = "http://cloud.example/v1/file/7"
    for pairs in ((), (("a", "1"),)):
        assert read(signed_for(url, "PUT", pairs), form=b"a=1", method="PUT").fits(CONSUMER, TOKEN)
    assert not read(signed_for(url, "PUT", (("a", "2"),)), form=b"a=1", method="PUT").fits(CONSUMER, TOKEN)


@pytest.mark.parametrize("content", [b"\xff\x00\xfe", "ñ=1".encode(), b"&" * 5000])
def test_content_that_is_called_a_form_is_no_form(content: bytes) -> None:
    assert read(signed_for("http://cloud.example/v1/file/7"), form=content).fits(CONSUMER, TOKEN)


def test_parameters_may_come_by_query_or_form() -> None:
    fields = oauth1.form(**SIGNED, oauth_signature="x").decode()
    for shown in (read(query=f"name=a+b&{fields}"), read(form=fields.encode())):
        assert shown.oauth["token"] == SIGNED["oauth_token"]
        assert all(name != "oauth_signature" for name, _ in shown.pairs + shown.form)
    assert oauth1.without(f"name=a+b&{fields}&parent=%30") == "name=a+b&parent=%30"
    assert oauth1.without("oauth%5Fnonce=1") == ""


def test_headers_are_read_as_they_are_written() -> None:
    loose = 'oauth  realm="",oauth_token = "a%2Fb%C3%B1" ,\toauth_nonce=12,, oauth_version="1.0"'.replace(",,", ",")
    assert dict(read(loose).oauth) == {"token": "a/bñ", "nonce": "12", "version": "1.0"}
    assert ("realm", "") not in read(loose).pairs


def test_what_says_nothing_of_oauth_shows_nothing() -> None:
    for authorization in (None, "Bearer x", "Basic eDp5"):
        assert oauth1.read("GET", "http", "h", "/", "a=1&b", authorization, b"c=d") is None


@pytest.mark.parametrize(
    ("authorization", "query"),
    [
        ("OAuth", ""),
        ('OAuth realm="x"', ""),
        ("OAuth oauth_token", ""),
        ('OAuth oauth_token="a" oauth_nonce="b"', ""),
        ('OAuth oauth_token="a", oauth_token="b"', ""),
        ('OAuth oauth_token="%FF"', ""),
        ('OAuth oauth_token="a"', "oauth_token=a"),
        ('OAuth oauth_signature_method="RSA-SHA1"', ""),
        ('OAuth oauth_token="a", oauth_version="2.0"', ""),
        ('OAuth oauth_token="a", oauth_timestamp="soon"', ""),
        ('OAuth oauth_token="a", oauth_timestamp="-1"', ""),
        ('OAuth oauth_token="a", oauth_timestamp="' + "9" * 400 + '"', ""),
        ("OAuth " + ", ".join(f'a{number}="b"' for number in range(1001)), ""),
        (None, "oauth_token=%FF"),
        (None, "oauth_token=a&oauth_token=b"),
    ],
)
def test_what_cannot_be_read_is_refused(authorization: str | None, query: str) -> None:
    with pytest.raises(Malformed):
        read(authorization, query)


def test_a_missing_parameter_is_named() -> None:
    shown = read('OAuth oauth_token="a", oauth_signature_method="HMAC-SHA1", oauth_signature="x", oauth_verifier=""')
    with pytest.raises(Malformed, match="oauth_consumer_key, oauth_verifier, oauth_timestamp, oauth_nonce missing"):
        oauth1.require(shown, "consumer_key", "token", "verifier", "signature")
    plain = read('OAuth oauth_consumer_key="a", oauth_signature_method="PLAINTEXT", oauth_signature="x&"')
    oauth1.require(plain, "consumer_key", "signature")


@pytest.mark.parametrize(
    ("callback", "found"),
    [
        ("https://a.example/b", "https://a.example/b?t=1&v=%26"),
        ("https://a.example/b?c=d", "https://a.example/b?c=d&t=1&v=%26"),
    ],
)
def test_fields_go_behind_a_callback(callback: str, found: str) -> None:
    assert oauth1.with_fields(callback, t="1", v="&") == found


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotAdmitted("no"), 401),
        (AccessRevoked("no"), 403),
        (TooManyAttempts(1.0), 429),
        (Malformed("no"), 400),
        (StoreFull("no"), 503),
        (CloudError("no"), 500),
    ],
)
def test_every_error_has_an_answer(error: CloudError, status: int) -> None:
    found, fields, body = oauth1.answer(error, "stacksync", "Authorization required.")
    headers = dict(fields)
    assert found == status
    assert headers.get("WWW-Authenticate") == ('OAuth realm="stacksync"' if status == 401 else None)
    if status == 400:
        assert headers["Content-Type"] == oauth1.FORM and body.startswith(b"error=invalid_request&error_description=no")
    else:
        told = json.loads(body)
        assert (told["error"], told["description"]) == (
            status,
            "Authorization required." if status == 401 else str(error),
        )
