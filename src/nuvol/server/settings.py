"""How this cloud is set up: one table drives the file, the environment, the flags and `--help`.

Read once, at the door; nobody else asks the environment. A later source wins: what stands here, then the file
`nuvol.toml` in the data folder, then `NUVOL_…` in the environment, then flags.
"""

import dataclasses
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any

from nuvol.errors import BadValue
from nuvol.ids import ID_LIMIT
from nuvol.model.rules import KiB, MiB, Rules

FACES = ("api", "cloudfs", "dav", "desktop", "links", "oauth", "photoshare", "signup", "stacksync", "u1db")

_RULES = Rules()


def _setting(default: Any, help: str, read: Callable[[str], Any] = str) -> Any:
    """A row of the table. `read` makes the value of a text and raises ValueError with what is allowed."""
    return field(default=default, metadata={"help": help, "read": read})


def _whole(low: int, high: int, meaning: str = "") -> Callable[[str], int]:
    """A number within limits; above them sums of microseconds would not fit a database."""

    def read(text: str) -> int:
        if text.isascii() and text.isdigit() and low <= int(text[:20]) <= high:
            return int(text)
        raise ValueError(f"a whole number from {low} to {high}{meaning}")

    return read


_port = _whole(0, 65_535, "; 0 takes any free port")
_workers = _whole(1, 64)
_days = _whole(0, 36_500)
_some_days = _whole(1, 36_500)
_hours = _whole(1, 8_760)
_grace = _whole(0, 8_760)


def _bytes(text: str) -> int:
    units = {"": 1, "K": KiB, "M": MiB, "G": 1024 * MiB, "T": 1024 * 1024 * MiB}
    match = re.fullmatch(r"([0-9]{1,16})\s*([KMGT]?)(?:i?B)?", text, re.IGNORECASE | re.ASCII)
    size = int(match[1]) * units[match[2].upper()] if match else ID_LIMIT
    if size < ID_LIMIT:
        return size
    raise ValueError("a number of bytes below 8192T, perhaps with K, M, G or T: 500G")


def _document(text: str) -> int:
    size = _bytes(text)
    if KiB <= size <= 4 * MiB:
        return size
    raise ValueError("from 1K to 4M: a sync stream takes no longer lines")


def _signup(text: str) -> str:
    if text in ("open", "invite", "closed"):
        return text
    raise ValueError("open, invite or closed")


def _faces(text: str) -> tuple[str, ...]:
    chosen = tuple(part.strip() for part in text.split(",") if part.strip())
    if chosen and set(chosen) <= set(FACES):
        return chosen
    raise ValueError(f"a list out of {', '.join(FACES)}")


def networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """A list of proxies. Raises ValueError."""
    try:
        return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError:
        raise ValueError("addresses or networks: 127.0.0.1,10.0.0.0/8") from None


def _hosts(text: str) -> tuple[str | IPv4Network | IPv6Network, ...]:
    """A list of hosts and networks."""
    found: list[str | IPv4Network | IPv6Network] = []
    for part in (part.strip().lower() for part in text.split(",") if part.strip()):
        try:
            found.append(ip_network(part))
        except ValueError:
            if not re.fullmatch(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*", part):
                raise ValueError("names of hosts, addresses or networks: nas.local,10.0.0.0/8") from None
            found.append(part)
    return tuple(found)


def _address(text: str) -> str:
    if re.fullmatch(r"https?://[^/?#@\s]+/?", text):
        return text.rstrip("/")
    raise ValueError("an address without a path, such as https://cloud.example")


@dataclass(frozen=True)
class Settings:
    """Sizes in bytes, times as the names say."""

    data: Path = _setting(Path("data"), "folder in which everything rests", Path)
    host: str = _setting("127.0.0.1", "address to listen on; 0.0.0.0 for the whole network")
    port: int = _setting(8080, "port to listen on", _port)
    tls_cert: Path | None = _setting(None, "certificate chain (PEM) of a TLS listener", Path)
    tls_key: Path | None = _setting(None, "its private key (PEM)", Path)
    tls_port: int = _setting(8443, "port of the TLS listener", _port)
    workers: int = _setting(1, "server processes; more than one needs PostgreSQL", _workers)
    catalog: str = _setting("", "postgresql://… ; without it a file in the data folder")
    blobs: Path | None = _setting(None, "folder of the contents; without it one in the data folder", Path)
    faces: tuple[str, ...] = _setting(FACES, f"what to serve, out of {','.join(FACES)}", _faces)
    public_url: str = _setting("", "address at which people reach this cloud", _address)
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = _setting(
        (), "proxies whose X-Forwarded-… headers count", networks
    )
    watchers: tuple[IPv4Network | IPv6Network, ...] = _setting(
        networks("127.0.0.0/8,::1"), "addresses or networks that may read /metrics", networks
    )
    outbound_allow: tuple[str | IPv4Network | IPv6Network, ...] = _setting(
        (), "hosts or networks of its own side that this server may call, also without https", _hosts
    )
    max_connections: int = _setting(4096, "connections served at once", _whole(1, 100_000))
    picture_workers: int = _setting(
        max(1, (os.cpu_count() or 2) // 2), "processes that look at new photos; 0 = none, they wait", _whole(0, 64)
    )
    signup: str | None = _setting(None, "who may make an account: open, invite or closed", _signup)
    default_quota: int | None = _setting(None, "bytes a new account may use (500G); without it no limit", _bytes)
    trash_days: int = _setting(_RULES.trash_days, "days until the trash is emptied; 0 = never", _days)
    versions_all_days: int = _setting(_RULES.versions_all_days, "days for which every version is kept", _days)
    journal_days: int = _setting(_RULES.journal_days, "days the journal reaches back", _some_days)
    upload_hours: int = _setting(_RULES.upload_hours, "hours an unfinished upload is kept", _hours)
    grace_hours: int = _setting(_RULES.grace_hours, "hours unused content stays on the disk; 0 = until seen", _grace)
    document_bytes: int = _setting(_RULES.document_bytes, "largest document of a database, in bytes", _document)
    session_days: int = _setting(_RULES.session_days, "days after which an unused session ends", _some_days)

    invitation_days: int = _setting(_RULES.invitation_days, "days for which an invitation is good", _some_days)
    setup_hours: int = _setting(_RULES.setup_hours, "hours for which a set-up link is good", _hours)

    def __post_init__(self) -> None:
        if (self.tls_cert is None) != (self.tls_key is None):
            raise BadValue(
                "tls_cert and tls_key belong together.", advice="Give both, or neither and let a proxy do TLS."
            )
        if self.workers > 1 and not self.catalog.startswith("postgres"):
            raise BadValue(
                "The embedded database is served by one process: two would only wait for each other.",
                advice="Leave --workers at 1, or give --catalog postgresql://…",
            )
        if self.workers > 1 and not self.port:
            raise BadValue("Several processes cannot take “any free port” together.", advice="Give --port a number.")

    @property
    def rules(self) -> Rules:
        """The figures the core is run by."""
        names = {f.name for f in dataclasses.fields(self)} & set(Rules.__struct_fields__)
        return Rules(**{name: getattr(self, name) for name in names})


TABLE = {row.name: row for row in dataclasses.fields(Settings)}


def read(flags: Mapping[str, Any], environment: Mapping[str, str] = os.environ) -> Settings:
    """Put the sources together. `flags`: by name, as text; None is left out.

    Raises BadValue: which setting, where it is from, what was given and what is allowed.
    """
    flags = {name: value for name, value in flags.items() if value is not None}
    shouted = {name: environment[f"NUVOL_{name.upper()}"] for name in TABLE if f"NUVOL_{name.upper()}" in environment}
    folder = Path(flags.get("data") or shouted.get("data") or Settings.data)
    found: dict[str, Any] = {}
    for source, values in (
        (f"{folder / 'nuvol.toml'}", _file(folder / "nuvol.toml")),
        ("the environment", shouted),
        ("the command line", flags),
    ):
        for name, value in values.items():
            found[name] = _value(name, value, source)
    return Settings(**found)


def _file(path: Path) -> dict[str, str]:
    try:
        values = tomllib.loads(path.read_text())
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise BadValue(f"{path} cannot be read: {error}.", advice="Correct the file.") from None
    if "data" in values:
        raise BadValue(f"{path} lies in the data folder and cannot choose it.", advice="Say --data where you start it.")
    return {name: ",".join(map(str, v)) if isinstance(v, list) else str(v) for name, v in values.items()}


def _value(name: str, text: Any, source: str) -> Any:
    if name not in TABLE:
        raise BadValue(f"{source}: there is no setting “{name}”.", advice=f"The settings are {', '.join(TABLE)}.")
    try:
        return TABLE[name].metadata["read"](str(text))
    except ValueError as error:
        raise BadValue(f"{source}: “{text}” is no value of {name}.", advice=f"It takes {error}.") from None
