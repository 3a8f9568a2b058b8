"""`Comments`: what people write about files, as documents (eyeos.md a.6).

python -m nuvol.apps.eyeos.comments '{"type": "get", "metadata": {"id": "124578"}, "credentials": {"oauth": {…}}}'
"""

import json
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from nuvol.apps.eyeos import scripts, settings
from nuvol.apps.eyeos.databases import COMMENT, Content, Replicas, contents

ERROR = -1


def failure(description: str) -> Content:
    return {"error": ERROR, "description": description}


class Comments:
    def __init__(self, replicas: Replicas) -> None:
        self._replicas = replicas

    def getComments(self, id: str) -> list[Content]:
        """Those that were not deleted, in no order."""
        with self._replicas.open(COMMENT, before=True) as documents:
            return contents(documents.find("by-id-status", id, "NEW"))

    def createComment(self, id: str, user: str, text: str, time_created: str | None = None) -> Content:
        """The new comment. Times are UTC, as the server's are."""
        comment = {
            "id": str(id),
            "user": user,
            "text": text,
            "time_created": time_created or f"{datetime.now(UTC):%Y%m%d%H%M%S}",
            "status": "NEW",
        }
        with self._replicas.open(COMMENT, after=True) as documents:
            documents.add(comment)
        return comment

    def deleteComment(self, id: str, user: str, time_created: str) -> Content:
        """Also fine when there is none."""
        with self._replicas.open(COMMENT, after=True) as documents:
            for found in documents.find("by-id-user-time", id, user, time_created):
                documents.put(found, {**found.content, "status": "DELETED"})
        return {"status": "OK"}


_Call = Callable[[Comments, Content], Any]

_TYPES: dict[str, tuple[_Call, Any]] = {
    "get": (lambda comments, told: comments.getComments(told["id"]), [failure("Error getComments")]),
    "create": (
        lambda comments, told: comments.createComment(told["id"], told["user"], told["text"], told.get("time_created")),
        failure("Error create comment"),
    ),
    "delete": (
        lambda comments, told: comments.deleteComment(told["id"], told["user"], told["time_created"]),
        {"status": "KO", "error": ERROR},
    ),
}
"""By type: what is done, and what is said when it fails."""


def answer(arguments: Sequence[str]) -> Any:
    """Of the script; what it says about a wrong call is in a.6."""
    if not arguments:
        return failure("Mandatory receive params")
    call = json.loads(arguments[0])
    if not all(member in call for member in ("type", "metadata", "credentials")):
        return failure("Bad parameters")
    told = call["metadata"]
    if isinstance(told, list):  # as the seed prints it
        told = told[0] if told else {}
    if call["type"] not in _TYPES:
        return failure("Type is not correct")
    do, refusal = _TYPES[call["type"]]
    try:
        return do(Comments(Replicas(settings.load(), call["credentials"])), told)
    except KeyError:
        return failure("Type is not correct")
    except Exception as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return refusal


def main(arguments: Sequence[str] | None = None) -> int:
    return scripts.run(answer, sys.argv[1:] if arguments is None else arguments)


if __name__ == "__main__":
    sys.exit(main())
