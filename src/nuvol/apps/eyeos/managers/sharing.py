"""Folders opened to others (eyeos.md a.9)."""

from collections.abc import Sequence
from typing import Any

from nuvol.apps.eyeos.desk import failed, status
from nuvol.apps.eyeos.managers.calls import CloudCalls, Token


class ShareManager(CloudCalls):
    def getListUsersShare(self, token: Token, id: Any) -> Any:
        """The members, the owner first."""
        members = self.call(token, type="listUsersShare", id=str(id))
        return members if failed(members) is None else status(members)

    def shareFolder(self, token: Token, id: Any, list: Sequence[str], shared: bool = False) -> dict[str, Any]:
        """`shared`: it is open already, close it for these."""
        return status(self.call(token, type="shareFolder", id=str(id), list=[*list], shared=shared))
