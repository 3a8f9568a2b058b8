"""Opaque identifiers and secrets."""

import hashlib
import secrets
import string

ID_LIMIT = 1 << 53
"""Ids stay below this, so that a JSON number holds them exactly in every language."""

_EPOCH = 1_704_067_200_000_000
"""1 January 2024 in microseconds: ids start here and last until 2093."""


def floor(now: int) -> int:
    """The lowest id that may be given at `now` (microseconds, UTC): 41 bits of milliseconds and 12 bits of room."""
    return ((now - _EPOCH) // 1000) << 12


def secret(prefix: str = "") -> str:
    """A new secret of 256 bits in URL-safe letters, after a prefix that tells its kind (`nv_s_…`)."""
    return prefix + secrets.token_urlsafe(32)


def letters(count: int, alphabet: str = string.ascii_letters + string.digits) -> str:
    """A new secret of letters and digits, 5.9 bits each: what the tokens of OAuth 1 are made of."""
    return "".join(secrets.choice(alphabet) for _ in range(count))


def digest(value: str) -> bytes:
    """What is stored of a secret (32 bytes): secrets of full entropy need no slow hash. Any text has a digest."""
    return hashlib.sha256(value.encode(errors="surrogatepass")).digest()


def replica_uid() -> str:
    """Names a new replica of a database of documents, everywhere and for ever."""
    return secrets.token_hex(16)
