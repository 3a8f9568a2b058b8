"""Who is at the browser: the web session, encrypted in a cookie, so that PhotoShare keeps nothing itself.

It holds the user's token and that of the app account, which the browser must carry and never read. The key is
derived from the application's secret: every process with the same settings file reads the same cookies.
"""

import base64
import hashlib
import hmac
import json
from dataclasses import asdict, dataclass, replace

from cryptography.fernet import Fernet, InvalidToken

COOKIE = "photoshare"
DAYS = 30
"""After so many days one signs in again."""


@dataclass(frozen=True)
class Visitor:
    """`name`: as the platform spells it. Paths are id paths in the user's file system."""

    name: str
    token: str
    app_token: str
    public: str
    private: str
    shared: str
    note: str = ""
    """One sentence for the next page."""
    undo: str = ""
    """Where that page can take it back, with the fields that are sent: `/restore?photo=…`"""

    def told(self, note: str, undo: str = "") -> "Visitor":
        return replace(self, note=note, undo=undo)


class Seal:
    """Makes and reads what the browser keeps for us."""

    def __init__(self, secret: str) -> None:
        self._key = hashlib.sha256(b"photoshare " + secret.encode()).digest()
        self._cipher = Fernet(base64.urlsafe_b64encode(self._key))

    def write(self, visitor: Visitor) -> str:
        return self._cipher.encrypt(json.dumps(asdict(visitor)).encode()).decode()

    def read(self, cookie: str) -> Visitor | None:
        """None for what is not of us, or too old."""
        try:
            return Visitor(**json.loads(self._cipher.decrypt(cookie.encode(), ttl=DAYS * 24 * 60 * 60)))
        except (InvalidToken, ValueError, TypeError):
            return None

    def mark(self, name: str, item_id: str) -> str:
        """An id that this user was shown: only what one sees can be liked."""
        return f"{item_id}.{hmac.digest(self._key, f'{name} {item_id}'.encode(), 'sha256').hex()[:24]}"

    def marked(self, name: str, text: str) -> str | None:
        """The id; None when this user was not shown it."""
        item_id = text.rpartition(".")[0]
        return item_id if hmac.compare_digest(self.mark(name, item_id).encode(), text.encode()) else None
