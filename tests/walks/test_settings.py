"""How a cloud is told what to be: the file, the environment, the command line."""

from ipaddress import ip_network
from pathlib import Path

import pytest

from nuvol.errors import BadValue
from nuvol.model.rules import Rules
from nuvol.server.settings import TABLE, Settings, read


def test_flags_come_before_the_environment_and_that_before_the_file(tmp_path: Path) -> None:
    (tmp_path / "nuvol.toml").write_text(
        'port = 1\nhost = "0.0.0.0"\ntrash_days = 1\ntrusted_proxies = ["10.0.0.0/8"]\n'
    )
    settings = read(
        {"data": str(tmp_path), "port": "3"}, {"NUVOL_PORT": "2", "NUVOL_TRASH_DAYS": "2", "NUVOL_OTHER": "x"}
    )
    assert (settings.port, settings.trash_days, settings.host) == (3, 2, "0.0.0.0")
    assert settings.trusted_proxies == (ip_network("10.0.0.0/8"),)
    assert read({}, {"NUVOL_DATA": str(tmp_path)}).port == 1


def test_without_a_word_everything_is_as_the_table_says() -> None:
    assert read({}, {}) == Settings()
    assert Settings().rules == Rules()
    assert all(row.metadata["help"] for row in TABLE.values())


def test_figures_reach_the_rules() -> None:
    settings = read({"default_quota": "5G", "trash_days": "7", "setup_hours": "1"}, {})
    assert settings.rules == Rules(default_quota=5 * 1024**3, trash_days=7, setup_hours=1)


@pytest.mark.parametrize(
    ("text", "size"), [("0", 0), ("1024", 1024), ("5k", 5120), ("5 KiB", 5120), ("3M", 3 << 20), ("2TB", 2 << 40)]
)
def test_sizes(text: str, size: int) -> None:
    assert read({"default_quota": text}, {}).default_quota == size


@pytest.mark.parametrize(
    ("name", "text", "allowed"),
    [
        ("port", "99999", "0 to 65535"),
        ("port", "http", "0 to 65535"),
        ("port", "-1", "0 to 65535"),
        ("port", "١", "0 to 65535"),
        ("trash_days", "9" * 30, "0 to 36500"),
        ("session_days", "0", "1 to 36500"),
        ("default_quota", "5X", "500G"),
        ("default_quota", "9" * 16 + "T", "500G"),
        ("faces", "dav,ftp", "api, cloudfs"),
        ("faces", "", "api, cloudfs"),
        ("trusted_proxies", "10.0.0.300", "127.0.0.1,10.0.0.0/8"),
        ("public_url", "cloud.example", "https://cloud.example"),
        ("public_url", "https://cloud.example/path", "without a path"),
        ("signup", "maybe", "open, invite or closed"),
    ],
)
def test_a_wrong_value_is_told_with_its_name_and_what_is_allowed(name: str, text: str, allowed: str) -> None:
    for flags, environment in (({name: text}, {}), ({}, {f"NUVOL_{name.upper()}": text})):
        with pytest.raises(BadValue) as caught:
            read(flags, environment)
        assert name in str(caught.value) and f"“{text}”" in str(caught.value) and allowed in caught.value.advice


@pytest.mark.parametrize("text", ["prot = 1", "port = ", 'data = "elsewhere"', "port = 70000", "\x00"])
def test_a_file_that_cannot_be_right_is_told_by_its_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "nuvol.toml").write_text(text)
    with pytest.raises(BadValue, match=r"nuvol\.toml"):
        read({"data": str(tmp_path)}, {})


@pytest.mark.parametrize(
    "flags",
    [
        {"workers": "2"},
        {"workers": "2", "catalog": "sqlite:///x"},
        {"workers": "2", "catalog": "postgresql:///x", "port": "0"},
        {"tls_cert": "cert.pem"},
        {"tls_key": "key.pem"},
    ],
)
def test_what_does_not_go_together_is_told(flags: dict[str, str]) -> None:
    with pytest.raises(BadValue):
        read(flags, {})
    assert read({"workers": "2", "catalog": "postgresql:///x"}, {}).workers == 2
