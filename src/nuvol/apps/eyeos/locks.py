"""Locks of shared documents as U1DB documents (eyeos.md b.1, a.5): one person writes, others see who (d.4)."""

from datetime import datetime, timedelta

from nuvol.apps.eyeos.databases import LOCK, Content, Documents, Found, Replicas, contents

OPEN, CLOSE = "open", "close"
MINUTES = 10
"""How long a lock holds that is not refreshed, unless the caller says so."""
_FORM = "%Y-%m-%d %H:%M:%S"


class Locks:
    """Times are the callers' clocks, as StackSync's are."""

    def __init__(self, replicas: Replicas) -> None:
        self._replicas = replicas

    def lockFile(self, data: Content) -> bool:
        """Whether it was granted: nobody has it, it is the caller's own, or its time is over."""
        with self._replicas.open(LOCK, before=True, after=True) as documents:
            found = _of(documents, data)
            if found and not _is_free(found[0].content, data):
                return False
            _write(documents, found, data, OPEN)
        return True

    def updateDateTime(self, data: Content) -> bool:
        return self._own(data, OPEN)

    def unLockFile(self, data: Content) -> bool:
        return self._own(data, CLOSE)

    def getMetadataFile(self, id: str, cloud: str) -> list[Content]:
        with self._replicas.open(LOCK, before=True) as documents:
            return contents(documents.find("by-id-cloud", id, cloud))

    def _own(self, data: Content, status: str) -> bool:
        """Only the caller's own record is refreshed or closed."""
        with self._replicas.open(LOCK, before=True, after=True) as documents:
            found = [lock for lock in _of(documents, data) if _owner(lock.content) == _owner(data)]
            if found:
                _write(documents, found, data, status)
            return bool(found)


def _of(documents: Documents, data: Content) -> list[Found]:
    return documents.find("by-id-cloud", data["id"], data["cloud"])


def _owner(lock: Content) -> tuple[str, str]:
    return lock["username"], lock["IpServer"]


def _is_free(lock: Content, data: Content) -> bool:
    minutes = int(data.get("timeLimit", MINUTES))
    return _owner(lock) == _owner(data) or is_over(lock, data["datetime"], minutes)


def is_over(lock: Content, now: str, minutes: int) -> bool:
    """Whether it binds nobody any more: closed, or not refreshed for so long."""
    until = datetime.strptime(lock["datetime"], _FORM) + timedelta(minutes=minutes)
    return bool(lock["status"] == CLOSE) or until < datetime.strptime(now, _FORM)


def _write(documents: Documents, found: list[Found], data: Content, status: str) -> None:
    kept = {key: data[key] for key in ("id", "cloud", "username", "IpServer", "datetime")} | {"status": status}
    if found:
        documents.put(found[0], kept)
    else:
        documents.add(kept)
