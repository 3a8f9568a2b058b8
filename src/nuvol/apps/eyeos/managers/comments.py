"""Comments of a file, as the desktop shows them (eyeos.md a.6)."""

from typing import Any

from nuvol.apps.eyeos import comments
from nuvol.apps.eyeos.desk import Desk


class CommentManager:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def getComments(self, id: Any) -> Any:
        """Newest first."""
        found = self._call("get", {"id": str(id)})
        if isinstance(found, list) and all("time_created" in comment for comment in found):
            found.sort(key=lambda comment: _number(comment["time_created"]), reverse=True)
        return found

    def createComment(self, id: Any, user: str, text: str) -> Any:
        return self._call("create", {"id": str(id), "user": user, "text": text})

    def deleteComments(self, id: Any, user: str, time_created: str) -> Any:
        return self._call("delete", {"id": str(id), "user": user, "time_created": time_created})

    deleteComment = deleteComments
    """Its name in the programs."""

    def _call(self, type: str, metadata: dict[str, Any]) -> Any:
        call = {"type": type, "metadata": metadata, "credentials": self._desk.callProcessCredentials() or {}}
        result = self._desk.script(comments.answer, call)
        return comments.failure("Result comments not format JSON") if result is None else result


def _number(text: str) -> int:
    return int(text) if str(text).isdigit() else 0
