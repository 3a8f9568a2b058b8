"""Secrets that must be had in clear again, as OAuth 1 and HMAC signatures need them: sealed with the instance's key."""

import hashlib
import hmac
import secrets

from nuvol.errors import StoreFailed

KEY_BYTES = 32
_NONCE = 12
"""Bytes; NIST SP 800-38D §5.2.1.1."""


class Vault:
    """AES-256-GCM. Whoever has the catalog and not the key has no secrets."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def seal(self, secret: str, about: str) -> bytes:
        """`about`: what it belongs to; opened under another name it is none."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = secrets.token_bytes(_NONCE)
        return nonce + AESGCM(self._key).encrypt(nonce, secret.encode(), about.encode())

    def open(self, sealed: bytes, about: str) -> str:
        """Raises StoreFailed: sealed with another key, or damaged."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        try:
            return AESGCM(self._key).decrypt(sealed[:_NONCE], sealed[_NONCE:], about.encode()).decode()
        except (InvalidTag, ValueError):
            raise StoreFailed(
                "A secret of an app cannot be opened: the instance's key is not the one it was sealed with.",
                advice="Put back the file instance.key that belongs to this catalog.",
            ) from None

    def mark(self, text: str) -> bytes:
        """32 bytes that only this instance can compute of a text."""
        return hmac.digest(self._key, text.encode(), hashlib.sha256)
