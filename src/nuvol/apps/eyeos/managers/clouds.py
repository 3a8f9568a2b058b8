"""What came in 2015: several clouds, and comments, calendars and locks over HTTP (eyeos.md a.10)."""

from datetime import datetime
from typing import Any

from nuvol.apps.eyeos import oauth_credentials
from nuvol.apps.eyeos.desk import KO, failed, status
from nuvol.apps.eyeos.locks import is_over
from nuvol.apps.eyeos.managers.calls import CloudCalls, Token

HEXADECIMAL = ("text", "subject", "location", "description", "datetime")
"""Fields that the desktop writes so (stacksync.md §6)."""


class CloudsManager(CloudCalls):
    """For each, `told` holds the fields of the call in stacksync.md §6; the cloud is added."""

    # ------------------------------------------------------------------------------- what the settings say

    def getCloudsList(self) -> Any:
        return self._question("cloudsList")

    def getOauthUrlCloud(self) -> Any:
        return self._question("oauthUrl")

    def getControlVersionCloud(self) -> Any:
        return self._question("controlVersion")

    def getControlCommentsCloud(self) -> Any:
        return self._question("comments")

    def getControlCalendarCloud(self) -> Any:
        return self._question("calendar")

    # ------------------------------------------------------------------------------------- changing calls

    def insertComment(self, token: Token, **told: Any) -> Any:
        return self._change(token, "insertComment", told)

    def deleteComment(self, token: Token, **told: Any) -> Any:
        return self._change(token, "deleteComment", told)

    def insertCalendar(self, token: Token, **told: Any) -> Any:
        return self._change(token, "insertCalendar", told)

    def updateCalendar(self, token: Token, **told: Any) -> Any:
        return self._change(token, "updateCalendar", told)

    def deleteCalendar(self, token: Token, **told: Any) -> Any:
        return self._change(token, "deleteCalendar", told)

    def deleteCalendarsUser(self, token: Token, **told: Any) -> Any:
        return self._change(token, "deleteCalendarsUser", told)

    def insertEvent(self, token: Token, **told: Any) -> Any:
        return self._change(token, "insertEvent", told)

    def updateEvent(self, token: Token, **told: Any) -> Any:
        return self._change(token, "updateEvent", told)

    def deleteEvent(self, token: Token, **told: Any) -> Any:
        return self._change(token, "deleteEvent", told)

    def lockFile(self, token: Token, **told: Any) -> Any:
        """Refused while somebody else has it: `{"status": "KO", "error": "BLOCK"}`."""
        return self._lock(token, "lockFile", {"timelimit": self.desk.settings.time_limit_block, **told})

    def updateDateTime(self, token: Token, **told: Any) -> Any:
        return self._lock(token, "updateDateTime", told)

    def unLockFile(self, token: Token, **told: Any) -> Any:
        return self._lock(token, "unLockFile", told)

    # ------------------------------------------------------------------------------------------- questions

    def getComments(self, token: Token, **told: Any) -> Any:
        return self._ask(token, "getComments", told)

    def getCalendars(self, token: Token, **told: Any) -> Any:
        return self._ask(token, "getCalendars", told)

    def getEvents(self, token: Token, **told: Any) -> Any:
        return self._ask(token, "getEvents", told)

    def getCalendarsAndEvents(self, token: Token, **told: Any) -> Any:
        return self._ask(token, "getCalendarsAndEvents", told)

    def getMetadataFile(self, token: Token, **told: Any) -> Any:
        """At most one lock."""
        return self._ask(token, "getMetadataFile", told)

    def getMetadataFolder(self, token: Token, id: Any) -> Any:
        return self._ask(token, "get", {"file": False, "id": str(id), "contents": True})

    def unLockedFile(self, token: Token, **told: Any) -> Any:
        """Whether nobody else has it: OK or BLOCK. `user` and `ipserver` say who asks, `datetime` when."""
        locks = self.getMetadataFile(token, id=told["id"])
        if failed(locks) is not None:
            return status(locks)
        now, minutes = (
            told.get("datetime") or f"{datetime.now():%Y-%m-%d %H:%M:%S}",
            self.desk.settings.time_limit_block,
        )
        free = [is_over(lock, now, minutes) or _holder(lock) == _holder(told) for lock in locks]
        return status(True) if all(free) else _BLOCKED

    # -------------------------------------------------------------------------------------------- inside

    def _question(self, type: str) -> Any:
        config = {"type": type} | ({"cloud": self.cloud} if self.cloud else {})
        return self.desk.script(oauth_credentials.answer, {"config": config})

    def _change(self, token: Token, type: str, told: dict[str, Any]) -> Any:
        return status(self._send(token, type, told))

    def _lock(self, token: Token, type: str, told: dict[str, Any]) -> Any:
        answer = self._send(token, type, told)
        return status(answer) if failed(answer) in (None, 403) else _BLOCKED

    def _ask(self, token: Token, type: str, told: dict[str, Any]) -> Any:
        answer = self._send(token, type, told)
        return answer if failed(answer) is None else status(answer)

    def _send(self, token: Token, type: str, told: dict[str, Any]) -> Any:
        named = self.cloud or next(iter(self.desk.settings.clouds))
        hidden = {key: str(value).encode().hex() if key in HEXADECIMAL else value for key, value in told.items()}
        return self.call(token, type=type, cloud=named, **hidden)


_BLOCKED = {"status": KO, "error": "BLOCK"}


def _holder(lock: dict[str, Any]) -> tuple[str, str]:
    return str(lock.get("user", "")), str(lock.get("ipserver", ""))
