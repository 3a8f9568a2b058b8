"""The storage API of a desk: StackSync's calls with the answers its managers know (eyeos.md a.8, a.9).

A refusal for lack of rights is the number 403, any other failure False; a change without anything to tell is True.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from nuvol.errors import HTTPError
from nuvol.sdk.stacksync import Storage

FORBIDDEN = 403
NULL = "null"


def asked(call: Callable[[], Any]) -> Any:
    """What a call answers, in the words of a script."""
    try:
        return shown(call())
    except HTTPError as error:
        return FORBIDDEN if error.status == FORBIDDEN else False


def shown(answer: Any) -> Any:
    """`null` becomes the text "null" in an item and in the lists of items within it, as old programs expect; an answer
    with nothing in it is True."""
    if answer is None:
        return True
    if not isinstance(answer, dict):
        return answer
    told = _without_null(answer)
    for name in ("contents", "versions"):
        if isinstance(told.get(name), list):
            told[name] = [_without_null(entry) for entry in told[name]]
    return told


def getMetadata(oauth: Storage, file: bool, id: Any, contents: bool | None = None) -> Any:
    return asked(lambda: oauth.item(bool(file), str(id), bool(contents)))


def updateMetadata(oauth: Storage, file: bool, id: Any, name: str | None, parent: Any) -> Any:
    """What is empty stays as it is; the parent "null" is the root."""
    return asked(lambda: oauth.update(bool(file), str(id), name, _text(parent)))


def createMetadata(oauth: Storage, file: bool, name: str, parent: Any, path: str | None) -> Any:
    """`path`: of the file whose bytes go there. Without a parent it goes to the root."""
    folder = None if _text(parent) in ("", NULL) else _text(parent)
    if not file:
        return asked(lambda: oauth.create_folder(name, folder))
    with Path(path or "").open("rb") as content:
        return asked(lambda: oauth.create_file(name, folder, content))


def uploadFile(oauth: Storage, id: Any, path: str) -> Any:
    """A new version; True."""
    with Path(path).open("rb") as content:
        return asked(lambda: oauth.upload(str(id), content) and None)


def downloadFile(oauth: Storage, id: Any, path: str) -> Any:
    """Written to `path`; True."""
    return asked(lambda: oauth.download(str(id), Path(path)))


def deleteMetadata(oauth: Storage, file: bool, id: Any) -> Any:
    return asked(lambda: oauth.delete(bool(file), str(id)))


def getFileVersions(oauth: Storage, id: Any) -> Any:
    return asked(lambda: oauth.versions(str(id)))


def getFileVersionData(oauth: Storage, id: Any, version: Any, path: str) -> Any:
    return asked(lambda: oauth.download(str(id), Path(path), str(version)))


def getListUsersShare(oauth: Storage, id: Any) -> Any:
    return asked(lambda: oauth.members(str(id)))


def shareFolder(oauth: Storage, id: Any, list: Sequence[str], shared: bool = False) -> Any:
    """Open the folder to these addresses, or (`shared`) close it again; True."""
    change = oauth.unshare if shared else oauth.share
    return asked(lambda: change(str(id), [*list]) and None)


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _without_null(item: Any) -> Any:
    return {key: NULL if value is None else value for key, value in item.items()} if isinstance(item, dict) else item
