"""StackSync's storage API v2 from the outside: any server that speaks it, Nuvol or another (stacksync.md)."""

from collections.abc import Iterable, Mapping, Sequence
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote, urlencode

import msgspec

from nuvol.errors import HTTPError, Unavailable
from nuvol.sdk import oauth1
from nuvol.sdk.oauth1 import Body, Pair

ROOT = "0"
GOOD = (200, 201, 202)


class Storage:
    """The files of the person who let this program in. Ids are decimal text.

    Every call raises HTTPError with the `status` of a refusal, Unavailable when the server cannot be reached. What an
    item looks like: stacksync.md §1.6."""

    def __init__(self, base: str, consumer: Pair, token: Pair) -> None:
        """`base`: the resource base, `https://cloud.example/v1/`."""
        self.base = base.rstrip("/") + "/"
        self._consumer = consumer
        self._token = token

    def at(self, base: str) -> "Storage":
        """The same person at another address."""
        return Storage(base, self._consumer, self._token)

    # ------------------------------------------------------------------------------------------------ items

    def item(self, file: bool, id: str, contents: bool = False) -> Any:
        """A file, or a folder with or without what lies in it."""
        return self.ask("GET", f"{_word(file)}/{_part(id)}{'/contents' if contents else ''}")

    def create_file(self, name: str, parent: str | None, content: Body) -> Any:
        query = [("name", name), *([("parent", parent)] if parent else [])]
        return self.ask("POST", "file", query, content or b"")

    def create_folder(self, name: str, parent: str | None) -> Any:
        return self.ask("POST", "folder", json={"name": name} | ({"parent": parent} if parent else {}))

    def update(self, file: bool, id: str, name: str | None, parent: str | None) -> Any:
        """Another name, another folder, or both; what is empty stays."""
        said = {key: value for key, value in (("name", name), ("parent", parent)) if value}
        return self.ask("PUT", f"{_word(file)}/{_part(id)}", json=said)

    def delete(self, file: bool, id: str) -> Any:
        return self.ask("DELETE", f"{_word(file)}/{_part(id)}")

    # ---------------------------------------------------------------------------------------------- content

    def upload(self, id: str, content: Body) -> Any:
        """Makes a new version."""
        return self.ask("PUT", f"file/{_part(id)}/data", body=content or b"")

    def download(self, id: str, to: Path, version: str | None = None) -> None:
        """Writes the newest or that version to `to`, which is touched only when everything has come."""
        wanted = f"file/{_part(id)}" + (f"/version/{_part(version)}" if version else "") + "/data"
        beside = to.with_name(f".{to.name}.part")
        with self._send("GET", wanted) as response:
            _require(response)
            try:
                with beside.open("wb") as out:
                    while piece := _piece(response):
                        out.write(piece)
                beside.replace(to)
            finally:
                beside.unlink(missing_ok=True)

    def versions(self, id: str) -> Any:
        """The file with all its versions, newest first."""
        return self.ask("GET", f"file/{_part(id)}/versions")

    # ---------------------------------------------------------------------------------------------- sharing

    def members(self, id: str) -> Any:
        return self.ask("GET", f"folder/{_part(id)}/members")

    def share(self, id: str, addresses: Sequence[str]) -> Any:
        return self.ask("POST", f"folder/{_part(id)}/share", json=list(addresses))

    def unshare(self, id: str, addresses: Sequence[str]) -> Any:
        return self.ask("POST", f"folder/{_part(id)}/unshare", json=list(addresses))

    # --------------------------------------------------------------------------------------------- anything

    def tell(self, method: str, path: str, fields: Mapping[str, Any]) -> Any:
        """A call of the application resources (§6), whose bodies are forms that are not signed."""
        form = urlencode({name: str(value) for name, value in fields.items()})
        return self.ask(method, path, body=form.encode())

    def ask(
        self,
        method: str,
        path: str,
        query: Iterable[tuple[str, str]] = (),
        body: Body = None,
        *,
        json: Any = None,
    ) -> Any:
        """The JSON of an answer, None when it is empty. `path`: below the base."""
        if json is not None:
            body = msgspec.json.encode(json)
        with self._send(method, path, [*query], body) as response:
            text = _require(response).read()
        try:
            return msgspec.json.decode(text) if text else None
        except msgspec.DecodeError:
            raise HTTPError("The server answers something that is no JSON.", response.status) from None

    def _send(self, method: str, path: str, query: Sequence[tuple[str, str]] = (), body: Body = None) -> HTTPResponse:
        url = self.base + path
        headers = {
            "Authorization": oauth1.header(method, url, query, self._consumer, self._token),
            "StackSync-API": "v2",
        }
        if body is not None:
            headers |= {"Content-Type": "application/json", "Content-Length": str(_length(body))}
        return oauth1.send(method, url, headers, body, query)


def path_of(*parts: Any) -> str:
    """Parts of a path, each escaped."""
    return "/".join(map(_part, parts))


def _part(value: Any) -> str:
    return quote(str(value), safe="")


def _word(file: bool) -> str:
    return "file" if file else "folder"


def _length(body: bytes | IO[bytes]) -> int:
    return len(body) if isinstance(body, bytes) else Path(body.name).stat().st_size


def _require(response: HTTPResponse) -> HTTPResponse:
    if response.status not in GOOD:
        text = response.read(2000).decode(errors="replace")
        raise HTTPError(f"The server answers {response.status}: {text}", response.status)
    return response


def _piece(response: HTTPResponse) -> bytes:
    """The next of a content. Raises Unavailable when it breaks off."""
    try:
        piece = response.read(1 << 20)
    except (OSError, HTTPException) as error:
        raise Unavailable(f"The answer broke off: {error}.", status=0) from error
    if not piece and response.length:
        raise Unavailable("The answer broke off.", status=0)
    return piece
