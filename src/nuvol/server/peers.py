"""Other clouds, spoken to in StackSync's API by what leaves this server (`outbound`)."""

from collections.abc import Iterator, Sequence

from nuvol import clock
from nuvol.core.elsewhere import Invitation
from nuvol.errors import BadValue, InvitationMissing, NodeMissing
from nuvol.model.elsewhere import Item, Offer, Way
from nuvol.server.outbound import Asking, Outbound, Response
from nuvol.wire import interop
from nuvol.wire.api import body
from nuvol.wire.api import elsewhere as words
from nuvol.wire.api.shares import NUMBERS


class Content:
    """Bytes on their way from there."""

    def __init__(self, response: Response) -> None:
        self._response = response
        self.size = response.length
        self.mime = response.header("Content-Type")

    def blocks(self) -> Iterator[bytes]:
        return self._response.blocks()

    def close(self) -> None:
        self._response.close()


class Sending:
    """Bytes on their way to there."""

    def __init__(self, asking: Asking, host: str) -> None:
        self._asking = asking
        self._host = host

    def feed(self, data: bytes | memoryview) -> None:
        self._asking.feed(data)

    def commit(self) -> Item:
        return interop.item(_told(self._asking.answer(), self._host))

    def abort(self) -> None:
        self._asking.abort()


class Peers:
    def __init__(self, outbound: Outbound) -> None:
        self._outbound = outbound

    def look(self, link: str) -> Offer:
        address, data = self._invited(link, "invitation")
        return interop.offer(interop.host_of(address), data)

    def accept(self, link: str) -> Invitation:
        address, data = self._invited(link, "guests")
        given = interop.guest(data)
        if not interop.same_origin(given.resource_url, address):
            raise BadValue("The other cloud names a folder that is not its own.")
        return Invitation(words.way(given), given.name, given.owner, NUMBERS[given.role], given.address)

    def leave(self, way: Way, address: str) -> None:
        folder = way.resource_url.rpartition("/")[2]
        self._call(way, "POST", f"folder/{folder}/unshare", interop.written([address]))

    def item(self, way: Way, item_id: int) -> Item:
        """It may be of either kind."""
        try:
            return interop.item(self._call(way, "GET", f"folder/{item_id}"))
        except NodeMissing:
            return interop.item(self._call(way, "GET", f"file/{item_id}"))

    def children(self, way: Way, folder_id: int) -> list[Item]:
        return interop.children(self._call(way, "GET", f"folder/{folder_id}/contents"))

    def create_folder(self, way: Way, parent_id: int, name: str) -> Item:
        return interop.item(self._call(way, "POST", "folder", interop.written({"name": name, "parent": parent_id})))

    def change(self, way: Way, item_id: int, name: str | None, parent_id: int | None) -> Item:
        wish = {"name": name, "parent": parent_id}
        given = interop.written({key: value for key, value in wish.items() if value is not None})
        return interop.item(self._call(way, "PUT", f"file/{item_id}", given))

    def delete(self, way: Way, item_id: int) -> None:
        kind = "folder" if self.item(way, item_id).is_folder else "file"
        self._call(way, "DELETE", f"{kind}/{item_id}")

    def read(self, way: Way, item_id: int) -> Content:
        response = self._ask(_signed(way, "GET", f"file/{item_id}/data")).answer()
        if response.status >= 300:
            _told(response, interop.host_of(way.resource_url))
        return Content(response)

    def create(self, way: Way, parent_id: int, name: str, size: int) -> Sending:
        query = [("name", name), ("parent", str(parent_id))]
        return self._send(way, _signed(way, "POST", "file", query, "application/octet-stream"), size)

    def replace(self, way: Way, item_id: int, size: int) -> Sending:
        call = _signed(way, "PUT", f"file/{item_id}/data", (), "application/octet-stream")
        return self._send(way, call, size)

    # ------------------------------------------------------------------------------------------------------ inside

    def _invited(self, link: str, what: str) -> tuple[str, bytes]:
        """The other cloud's address, and what it answers to the secret of an invitation."""
        address, secret = interop.link(link)
        headers = {"Content-Type": body.JSON, "Accept": body.JSON}
        wish = body.write(words.GuestSecret(secret))
        asking = self._outbound.ask("POST", f"{address}/api/v1/shares/{what}", headers, len(wish))
        asking.feed(wish)
        response = asking.answer()
        status, data = response.status, response.whole(interop.ANSWER_LIMIT)
        if status == 404:
            raise InvitationMissing("This invitation was used, taken back, or is too old.", advice="Ask for a new one.")
        if status >= 300:
            raise interop.refusal(status, data, interop.host_of(address))
        return address, data

    def _call(self, way: Way, method: str, path: str, content: bytes = b"") -> bytes:
        asking = self._ask(_signed(way, method, path, (), "application/json" if content else ""), len(content))
        if content:
            asking.feed(content)
        return _told(asking.answer(), interop.host_of(way.resource_url))

    def _send(self, way: Way, call: interop.Signed, size: int) -> Sending:
        return Sending(self._ask(call, size), interop.host_of(way.resource_url))

    def _ask(self, call: interop.Signed, length: int = 0) -> Asking:
        return self._outbound.ask(call.method, call.url, call.headers, length)


def _told(response: Response, host: str) -> bytes:
    """The body of a success. Raises what the other cloud says otherwise."""
    data = response.whole(interop.ANSWER_LIMIT)
    if response.status >= 300:
        raise interop.refusal(response.status, data, host)
    return data


def _signed(way: Way, method: str, path: str, query: Sequence[tuple[str, str]] = (), kind: str = "") -> interop.Signed:
    return interop.signed(way, clock.now(), method, path, query, kind)
