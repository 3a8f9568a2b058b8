"""A user's folder of a cloud on the desktop (eyeos.md a.8, d.2).

The folder on the disk has every name that was listed, and the content of those files only that were opened. `path` is a
folder of the cloud with a `/` at both ends, the root is `/`.
"""

import shutil
from collections.abc import Container
from pathlib import Path, PurePosixPath
from typing import Any

from nuvol.apps.eyeos.desk import FAILED, KO, OK, failed, status
from nuvol.apps.eyeos.managers.calls import CloudCalls, Token
from nuvol.apps.eyeos.storage import FORBIDDEN

Item = dict[str, Any]
NULL = "null"
ROOTS = ("0", NULL, "")


class StorageManager(CloudCalls):
    # ------------------------------------------------------------------------------------------- looking

    def getMetadata(self, token: Token, id: Any, path: str, user: str) -> Item:
        """What is in a folder; the copy on the disk follows. A token that was taken back takes it away (d.2)."""
        told = self.call(token, type="get", file=False, id=str(id), contents=True)
        if failed(told) is not None:
            return {"error": self._status(told, token, user)["error"]}
        self._follow(user, str(id), path, told.get("contents", []))
        return {**told, "path": path}

    def getSkel(
        self,
        token: Token,
        file: bool,
        id: Any,
        metadatas: list[Item],
        path: str | None,
        pathAbsolute: str | None,
        pathEyeos: str | None,
    ) -> list[Item]:
        """A whole tree into `metadatas`, what is in a folder before the folder itself, each with its three paths. A
        branch that cannot be read stands there as its error. It goes on into folders of other clouds."""
        told = self.call(token, type="get", file=file, id=str(id), contents=None if file else True)
        error = failed(told)
        if error is not None:
            metadatas.append({"error": error})
            return metadatas
        paths = {"path": path, "pathAbsolute": pathAbsolute, "pathEyeos": pathEyeos}
        inner = {name: None if place is None else f"{place}{told['filename']}/" for name, place in paths.items()}
        for child in told.get("contents", []):
            manager, key, child_id = self.towards(child, token)
            manager.getSkel(key, not child.get("is_folder", True), child_id, metadatas, **inner)
        metadatas.append({key: value for key, value in told.items() if key != "contents"} | paths)
        return metadatas

    def listVersions(self, token: Token, id: Any, user: str) -> Any:
        """Newest first; `enabled` stands at the version on the disk, else at the first."""
        told = self.call(token, type="listVersions", id=str(id))
        if failed(told) is not None:
            return status(told)
        here = self._version(id, user)
        versions: list[Item] = told["versions"]
        shown = next((one for one in versions if here and str(one["version"]) == str(here["version"])), versions[0])
        return [{**one, "enabled": True} if one is shown else one for one in versions]

    # ------------------------------------------------------------------------------------------ contents

    def downloadMetadata(self, token: Token, id: Any, path: str, user: str, isTmp: bool = False) -> Item:
        """The content of a file to `path` on the disk, unless it is there: the newest, or an old version that was
        fetched on purpose. `isTmp`: somewhere else, so fetch it and remember nothing."""
        told = self.call(token, type="get", file=True, id=str(id), contents=None)
        if failed(told) is not None:
            return status(told)
        here = self._version(id, user)
        if (
            not isTmp
            and here
            and Path(path).exists()
            and (here["recover"] or str(here["version"]) == str(told["version"]))
        ):
            return {"status": OK, "local": True}
        fetched = self.call(token, type="download", id=str(id), path=path)
        if failed(fetched) is None and not isTmp:
            self._remember(id, user, told["version"], recover=False)
        return self._status(fetched, token, user)

    def getFileVersionData(self, token: Token, id: Any, version: Any, path: str, user: str) -> Item:
        """An old version to `path`; it stays there until it is saved as the newest, or another is fetched."""
        fetched = self.call(token, type="getFileVersion", id=str(id), version=str(version), path=path)
        if failed(fetched) is None:
            self._remember(id, user, version, recover=True)
        return self._status(fetched, token, user)

    # ------------------------------------------------------------------------------------------ changing

    def createMetadata(
        self, token: Token, user: str, file: bool, name: str, parent_id: Any, path: str, pathAbsolute: str | None
    ) -> Item:
        """A folder, or a file with the content of `pathAbsolute`, which becomes a new version where the file is there
        already."""
        parent = str(parent_id) if str(parent_id) not in ROOTS else "0"
        folder = self.call(token, type="get", file=False, id=parent, contents=True)
        if failed(folder) is not None:
            return self._status(folder, token, user)
        there = next((one for one in folder["contents"] if one["filename"] == name), None)
        if there is None:
            told = self.call(token, type="create", file=file, filename=name, parent_id=parent, path=pathAbsolute)
        elif there["is_folder"] or not file:
            return {"status": KO, "error": FAILED}
        else:
            told = self.call(token, type="upload", id=str(there["id"]), path=pathAbsolute)
            if failed(told) is None:
                told = self.call(token, type="get", file=True, id=str(there["id"]), contents=None)
        if failed(told) is None:
            row = self._row(told, user, path)
            self.desk.protocol("insert", [row])
            self._make(row, user, path, pathAbsolute)
            if file:
                self._remember(told["id"], user, told["version"], recover=False)
        return self._status(told, token, user)

    def deleteMetadata(self, token: Token, file: bool, id: Any, user: str, path: str) -> Item:
        told = self.call(token, type="delete", file=file, id=str(id))
        if failed(told) is None:
            self._drop({"id": str(id), "filename": told["filename"], "is_folder": not file}, user, path)
        return self._status(told, token, user)

    def renameMetadata(
        self, token: Token, file: bool, id: Any, name: str, path: str, user: str, parent: Any = None
    ) -> Item:
        """Callers say the present `parent`: without one the item would go to the root (stacksync.md §2.3)."""
        told = self._update(token, file, id, name, NULL if parent is None else parent)
        if failed(told) is None:
            before = self._cached(id, user, path)
            self.desk.protocol("rename", [self._row(told, user, path)])
            if before:
                _rename(self._place(user, path, before["filename"]), self._place(user, path, name))
        return self._status(told, token, user)

    def moveMetadata(
        self,
        token: Token,
        file: bool,
        id: Any,
        pathOrig: str,
        pathDest: str,
        user: str,
        parent: Any,
        filenameOld: str,
        filenameNew: str | None = None,
    ) -> Item:
        """What lay on the disk goes; at the new place there is an empty file until it is opened. A name that is taken
        there gets a number (d.2)."""
        target = "0" if str(parent) in ROOTS else str(parent)
        folder = self.call(token, type="get", file=False, id=target, contents=True)
        if failed(folder) is not None:
            return {"status": KO, "error": FAILED}
        taken = {one["filename"] for one in folder["contents"] if str(one["id"]) != str(id)}
        told = self._update(token, file, id, free_name(filenameNew or filenameOld, taken), target)
        if failed(told) is not None:
            return {"status": KO, "error": FAILED}
        self._drop({"id": str(id), "filename": filenameOld, "is_folder": not file}, user, pathOrig)
        row = self._row(told, user, pathDest)
        self.desk.protocol("insert", [row])
        self._make(row, user, pathDest)
        return {"status": OK}

    def forget(self, user: str) -> None:
        """Everything of this cloud that was kept for the user."""
        for row in self.desk.protocol("selectMetadataUser", [{"user_eyeos": user}]) or []:
            if self.cloud in (None, row.get("cloud")):
                self.desk.protocol("deleteDownloadVersion", [self._key(row["id"], user)])
        self.desk.protocol("deleteMetadataUser", [{"user_eyeos": user, **self._in_cloud}])
        shutil.rmtree(self.folder(user), ignore_errors=True)

    def folder(self, user: str) -> Path:
        """The user's copy of this cloud on the disk."""
        name = self.cloud or next(iter(self.desk.settings.clouds))
        return self.desk.folder / "users" / user / name

    # -------------------------------------------------------------------------------------- what is known

    def _follow(self, user: str, id: str, path: str, contents: list[Item]) -> None:
        """Make the copy of a folder what the cloud says: names that came, changed and went."""
        parent = NULL if id in ROOTS else id
        known = {row["id"]: row for row in self._select(parent, user, path) if str(row["parent_id"]) == parent}
        living = [self._row(item, user, path) for item in contents if item.get("status") != "DELETED"]
        rows = {row["id"]: row for row in living}
        self._place(user, path).mkdir(parents=True, exist_ok=True)
        for gone in known.keys() - rows.keys():
            self._drop(known[gone], user, path)
        self._follow_names([(known[one], rows[one]) for one in known.keys() & rows.keys()], user, path)
        for new in rows.keys() - known.keys():
            elsewhere = self._cached(new, user, "/")
            if elsewhere:
                self._drop(elsewhere, user, elsewhere["path"])
            self.desk.protocol("insert", [rows[new]])
        for row in living:
            self._make(row, user, path)

    def _follow_names(self, pairs: list[tuple[Item, Item]], user: str, path: str) -> None:
        """As known and as told, of items that stayed in their folder. Two may have exchanged their names, so all step
        aside first."""
        aside: list[tuple[Path, Path | None]] = []
        for before, row in pairs:
            if before["filename"] != row["filename"]:
                place = self._place(user, path, before["filename"])
                if place is not None and place.exists():
                    aside.append(
                        (
                            place.replace(place.with_name(f".renamed-{row['id']}")),
                            self._place(user, path, row["filename"]),
                        )
                    )
                self.desk.protocol("rename", [row])
            elif before != row:
                self.desk.protocol("update", [row])
        for place, now in aside:
            _remove(now)
            _rename(place, now)

    def _drop(self, row: Item, user: str, path: str) -> None:
        """An item went: out of the copy, with all below."""
        key = self._key(row["id"], user)
        self.desk.protocol("recursiveDeleteVersion" if row["is_folder"] else "deleteDownloadVersion", [key])
        self.desk.protocol("deleteFolder", [{**key, "path": path}])
        _remove(self._place(user, path, row["filename"]))

    def _make(self, row: Item, user: str, path: str, content: str | None = None) -> None:
        """A folder, or a file: with this content, else an empty one unless it is there."""
        place = self._place(user, path, row["filename"])
        if place is None:
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        if row["is_folder"]:
            place.mkdir(exist_ok=True)
        elif content is None:
            if not place.exists():
                place.touch()
                self.desk.protocol("deleteDownloadVersion", [self._key(row["id"], user)])
        elif Path(content).resolve() != place:
            shutil.copyfile(content, place)

    def _place(self, user: str, path: str, name: str | None = None) -> Any:
        """Where an item is on the disk; None when its name cannot be one there."""
        parts = [part for part in path.split("/") if part] + ([] if name is None else [name])
        if any(part in (".", "..") or "/" in part or "\0" in part for part in parts):
            return None
        return self.folder(user).joinpath(*parts)

    def _row(self, item: Item, user: str, path: str) -> Item:
        ids = {name: str(item[name]) for name in ("id", "parent_id")}
        kept = {key: value for key, value in item.items() if key not in ("contents", "versions")}
        return {**kept, **ids, "user_eyeos": user, "path": path, **self._in_cloud}

    def _select(self, id: str, user: str, path: str) -> list[Item]:
        return self.desk.protocol("select", [{**self._key(id, user), "path": path}]) or []

    def _cached(self, id: Any, user: str, path: str) -> Item | None:
        return next((row for row in self._select(str(id), user, path) if row["id"] == str(id)), None)

    def _version(self, id: Any, user: str) -> Item | None:
        found: Item | None = self.desk.protocol("getDownloadVersion", [self._key(id, user)])
        return found

    def _remember(self, id: Any, user: str, version: Any, *, recover: bool) -> None:
        row = {**self._key(id, user), "version": str(version), "recover": recover}
        self.desk.protocol("updateDownloadVersion" if self._version(id, user) else "insertDownloadVersion", [row])

    def _key(self, id: Any, user: str) -> Item:
        return {"id": str(id), "user_eyeos": user, **self._in_cloud}

    @property
    def _in_cloud(self) -> dict[str, str]:
        return {"cloud": self.cloud} if self.cloud else {}

    def _update(self, token: Token, file: bool, id: Any, name: str, parent: Any) -> Any:
        return self.call(token, type="update", file=file, id=str(id), filename=name, parent_id=str(parent))

    def _status(self, told: Any, token: Token, user: str) -> Item:
        """Somebody may be forbidden one thing, but his own root only by a token that was taken back: then everything
        that was kept goes."""
        if (
            failed(told) == FORBIDDEN
            and failed(self.call(token, type="get", file=False, id="0", contents=None)) == FORBIDDEN
        ):
            self.forget(user)
        return status(told)


def free_name(name: str, taken: Container[str]) -> str:
    """The name, or the first of `name 1.ext`, `name 2.ext`, … that nobody has (d.2)."""
    candidate, number, parts = name, 0, PurePosixPath(name)
    while candidate in taken:
        number += 1
        candidate = f"{parts.stem} {number}{parts.suffix}"
    return candidate


def _rename(before: Path | None, now: Path | None) -> None:
    if before is not None and now is not None and before.exists():
        before.replace(now)


def _remove(place: Path | None) -> None:
    if place is None:
        return
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place)
    else:
        place.unlink(missing_ok=True)
