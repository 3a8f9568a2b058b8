"""The operations of the platform, one method each: plain values in, the `result` of the answer out.

The objects of this package call these; a program may too. Paths are id paths as text (CloudFS specification 2–8).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from nuvol.sdk.cloudfs.connection import Ask, Connection, Content, Fields, part

Data = dict[str, Any]

FILES = "/v2/files"
FOLDERS = "/v2/folders"


class RestInterface:
    """`bc_conn` is the connection, whose `auth_token` may be read and kept (the name is the original SDK's)."""

    def __init__(self, connection: Connection) -> None:
        self.bc_conn = connection

    # -------------------------------------------------------------------------------------------------- people

    def token(self, username: str, password: str, caller: str | None = None) -> Data:
        """`caller`: IP address of whoever typed the password, for a service that signs others in: an endpoint that
        trusts it slows down that caller's guesses, and nobody else's. Raises InvalidRequest."""
        form = _fields(grant_type="password", username=username, password=password)
        headers = {} if caller is None else {"X-Forwarded-For": caller}
        return _data(self.bc_conn.ask_signed(Ask("POST", "/v2/oauth2/token", form=form, headers=headers)))

    def ping(self) -> None:
        self._get("/v2/ping")

    def profile(self) -> Data:
        return _data(self._get("/v2/user/profile/"))

    def change_profile(self, **values: str) -> None:
        self._post("/v2/user/profile/", _fields(**values))

    def history(self, start: int, stop: int | None) -> list[Data]:
        return _list(self._get("/v2/history", _fields(start=start, stop=stop)))

    def create_account(self, **values: str | None) -> Data:
        form = _fields(**values)
        return _data(self.bc_conn.ask_signed(Ask("POST", "/v2/admin/cloudfs/customers/", form=form, admin=True)))

    def create_plan(self, name: str, limit: int) -> Data:
        form = _fields(name=name, limit=limit)
        return _data(self.bc_conn.ask_signed(Ask("POST", "/v2/admin/customers/plan/", form=form, admin=True)))

    def list_plans(self) -> list[Data]:
        ask = Ask("GET", "/v2/admin/customers/plan/", admin=True, repeats=True)
        return _list(self.bc_conn.ask_signed(ask))

    def delete_plan(self, plan_id: str) -> None:
        self.bc_conn.ask_signed(Ask("DELETE", f"/v2/admin/customers/plan/{quote(plan_id, safe='')}/", admin=True))

    def update_account(self, account_id: str, **values: str | None) -> Data:
        form = _fields(id=account_id, **values)
        path = f"/v2/admin/customers/{quote(account_id, safe='')}"
        return _data(self.bc_conn.ask_signed(Ask("POST", path, form=form, admin=True)))

    # ------------------------------------------------------------------------------------------ files and folders

    def list_folder(self, path: str) -> tuple[Data, list[Data]]:
        """The folder and what is in it. Raises FolderDoesNotExist."""
        return _listing(self._get(_at(FOLDERS, path)))

    def meta(self, path: str) -> Data:
        """An item, file or folder. Raises FolderDoesNotExist."""
        if path == "/":
            return _item(self._get(FOLDERS + "/meta"))
        return _item(self._get(_at("/v2/filesystem/root", path) + "/meta"))

    def create_folder(self, path: str, name: str, exists: str) -> Data:
        """Raises NameConflictInOperation, PathDoesNotExist, FolderNameRequired."""
        form = _fields(name=name, exists=exists)
        result = self._post(_at(FOLDERS, path), form, query=_fields(operation="create"))
        return _data(_list(_data(result).get("items"))[0])

    def upload(
        self,
        path: str,
        name: str,
        content: Content,
        mime: str | None,
        exists: str,
        version: int | None,
    ) -> Data:
        """A file in the folder at `path`. `version`: of the file to be overwritten, else FileVersionMissingOrIncorrect.

        Raises NameConflictInOperation, PathDoesNotExist, FilesystemWouldBeOverTheLimit.
        """
        form = _fields(exists=exists, version=version)

        def opened() -> Any:
            return part(name, content, mime)

        return _item(self.bc_conn.ask(Ask("POST", _at(FILES, path).rstrip("/") + "/", form=form, file=opened)))

    def download(self, path: str, take: Callable[[bytes], object], start: int = 0, stop: int | None = None) -> int:
        """Give the bytes from `start` on, up to and without `stop`, to `take`; 206, or 200 for all of them, as an
        endpoint may do that knows no ranges. Raises FileNotFound."""
        headers = {} if not start and stop is None else {"Range": f"bytes={start}-{'' if stop is None else stop - 1}"}
        return self.bc_conn.fetch(Ask("GET", _at(FILES, path), headers=headers, repeats=True), take)

    def download_url(self, path: str) -> str:
        return self.bc_conn.location(_at(FILES, path))

    def move(self, kind: str, path: str, to: str, exists: str, name: str | None = None) -> Data:
        return self._carry("move", kind, path, to, exists, name)

    def copy(self, kind: str, path: str, to: str, exists: str, name: str | None = None) -> Data:
        return self._carry("copy", kind, path, to, exists, name)

    def _carry(self, operation: str, kind: str, path: str, to: str, exists: str, name: str | None) -> Data:
        """Raises NameConflictInOperation, PathDoesNotExist, InvalidOperation."""
        form = _fields(to=to, name=name, exists=exists)
        return _item(self._post(_at(kind, path), form, query=_fields(operation=operation)))

    def delete(self, kind: str, path: str, commit: bool, force: bool) -> Data:
        """`commit`: for good. `force`: a folder with all in it. Raises DirectoryNotEmpty, FolderNotFound."""
        query = [("commit", str(commit).lower())]
        if kind == FOLDERS:
            query.append(("force", str(force).lower()))
        return _data(self.bc_conn.ask(Ask("DELETE", _at(kind, path), query)))

    def alter(self, kind: str, path: str, version: int, conflict: str, values: Mapping[str, Any]) -> Data:
        """Raises VersionMissingOrIncorrect, FileVersionMissingOrIncorrect, NameConflictInOperation."""
        form = [*_fields(version=version), ("version-conflict", conflict), *_fields(**values)]
        return _item(self._post(_at(kind, path) + "/meta", form))

    def versions(self, path: str, start: int, stop: int | None, limit: int) -> list[Data]:
        query = [("start-version", str(start)), ("limit", str(limit))]
        query += [] if stop is None else [("stop-version", str(stop))]
        return _list(self._get(_at(FILES, path) + "/versions", query))

    def promote(self, path: str, version: int) -> Data:
        """Raises InvalidVersion."""
        return _item(self._post(f"{_at(FILES, path)}/versions/{version}", query=_fields(operation="promote")))

    # --------------------------------------------------------------------------------------------------- trash

    def list_trash(self, path: str = "/") -> tuple[Data, list[Data]]:
        return _listing(self._get(_at("/v2/trash", path)))

    def delete_trash(self, path: str) -> Data:
        return _data(self.bc_conn.ask(Ask("DELETE", _at("/v2/trash", path))))

    def restore(self, path: str, method: str, argument: str | None) -> Data:
        """Raises OrigionalPathNoLongerExists, GenericPanicError (the name is taken)."""
        form = [("restore", method)]
        if argument is not None and method != "fail":
            form.append((f"{method}-path", argument))
        return _data(self._post(_at("/v2/trash", path), form))

    # -------------------------------------------------------------------------------------------------- shares

    def create_share(self, paths: Sequence[str], password: str | None) -> Data:
        """Raises SharePathRequired, SharePathDoesNotExist."""
        form = [("path", path) for path in paths] + list(_fields(password=password))
        return _data(self._post("/v2/shares/", form))

    def list_shares(self) -> list[Data]:
        return _list(self._get("/v2/shares/"))

    def browse_share(self, key: str, path: str = "") -> tuple[Data, Data, list[Data]]:
        """The share, the item at `path` in it, and what is in that. Raises ShareNoLongerExistsErrors,
        SharePasswordError."""
        told = _data(self._get(_at(_share(key), path) + "/meta"))
        return _data(told.get("share")), told.get("meta") or {}, _list(told.get("items") or [])

    def receive_share(self, key: str, to: str, exists: str) -> list[Data]:
        """Raises as browsing, NameConflictInOperation, ShareWouldExceedQuota."""
        return _list(self._post(_share(key) + "/", _fields(path=to, exists=exists)))

    def unlock_share(self, key: str, password: str) -> None:
        """For this token. Raises SharePasswordError."""
        self._post(_share(key) + "/unlock", _fields(password=password))

    def alter_share(self, key: str, current: str | None, **values: str | None) -> Data:
        """Raises SharePasswordError."""
        return _data(self._post(_share(key) + "/info", _fields(current_password=current, **values)))

    def delete_share(self, key: str) -> Data:
        return _data(self.bc_conn.ask(Ask("DELETE", _share(key) + "/")))

    def _get(self, path: str, query: Fields = ()) -> Any:
        return self.bc_conn.ask(Ask("GET", path, query, repeats=True))

    def _post(self, path: str, form: Fields = (), query: Fields = ()) -> Any:
        return self.bc_conn.ask(Ask("POST", path, query, form))


def _fields(**values: Any) -> Fields:
    """What is None is left out."""
    return [(name, str(value)) for name, value in values.items() if value is not None]


def _at(prefix: str, path: str) -> str:
    return prefix + quote(path)


def _share(key: str) -> str:
    return f"/v2/shares/{quote(key, safe='')}"


def _data(value: Any) -> Data:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _item(result: Any) -> Data:
    """An item, whether it came flat or as `meta` (3.1)."""
    found = _data(result)
    return _data(found["meta"]) if "meta" in found else found


def _listing(result: Any) -> tuple[Data, list[Data]]:
    found = _data(result)
    return _data(found.get("meta")), _list(found.get("items"))
