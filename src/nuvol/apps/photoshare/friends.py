"""Friends: `users/<username>` in the app account, `{"friends": [{"email"}], "sharedKey"}`. One-sided, as following."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from nuvol.apps.photoshare.layout import AppAccount, Record
from nuvol.sdk.cloudfs import CloudFSError, Filesystem, Photo

FOUND = 20
"""So many people are shown; whoever looks for more types more letters."""


AT_ONCE = 6
"""People whose shares are looked at side by side."""


class Unsuitable(Exception):
    """That cannot be one's friend; the message says why."""


@dataclass(frozen=True)
class Friend:
    name: str
    mutual: bool


def entries(record: Record) -> list[dict[str, str]]:
    """Without what another program may have written otherwise."""
    found = record.get("friends")
    told = found if isinstance(found, list) else []
    return [one for one in told if isinstance(one, dict) and isinstance(one.get("email"), str)]


def names(record: Record) -> list[str]:
    return [friend["email"] for friend in entries(record)]


def friends(app: AppAccount, name: str) -> list[Friend]:
    """Those of a user, and whether they have that user too."""
    users = app.users()
    return [Friend(one, name in names(app.read(users.get(one)))) for one in sorted(names(app.read(users.get(name))))]


def find(app: AppAccount, name: str, letters: str) -> list[str]:
    """Users who are not yet friends, by a part of their names."""
    users = app.users()
    taken = {name, *names(app.read(users.get(name)))}
    wanted = letters.strip().casefold()
    return sorted(user for user in users if wanted and wanted in user.casefold() and user not in taken)[:FOUND]


def counted(cloud: Filesystem, app: AppAccount, found: Iterable[str]) -> list[tuple[str, int | None]]:
    """With how many photos each opens to friends, one call for each; None: that cannot be told now."""
    users = app.users()

    def count(name: str) -> int | None:
        key = app.read(users.get(name)).get("sharedKey")
        try:
            return sum(isinstance(item, Photo) for item in cloud.share(key).list()) if key else 0
        except CloudFSError:
            return None

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return [(name, number) for name, number in zip(found, pool.map(count, found), strict=True)]


def add(app: AppAccount, name: str, friend: str) -> None:
    """Raises Unsuitable, Crowded, Unreadable, CloudFSError."""
    if friend == name:
        raise Unsuitable("That is you: your own photos are in your timeline anyway.")
    if friend not in app.users():
        raise Unsuitable(f"Nobody here is called “{friend}”. Search for a part of the name.")

    def change(record: Record) -> Record:
        if friend in names(record):
            return record
        return {**record, "friends": [*entries(record), {"email": friend}]}

    app.change_user(name, change)


def remove(app: AppAccount, name: str, friend: str) -> None:
    """Raises Crowded, Unreadable, CloudFSError."""

    def change(record: Record) -> Record:
        return {**record, "friends": [one for one in entries(record) if one["email"] != friend]}

    app.change_user(name, change)
