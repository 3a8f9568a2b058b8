"""Files: upload, download, versions (specification section 5)."""

from msgspec.structs import replace

from nuvol.core.cloud import Cloud
from nuvol.core.files.receiving import Upload, mime_of
from nuvol.errors import NameTaken, NodeMissing, ParentMissing, TooLarge, WrongKind
from nuvol.faces import doorkeeper
from nuvol.faces.cloudfs import folders
from nuvol.faces.cloudfs.calls import Call, told, unknown_operation
from nuvol.faces.downloads import download
from nuvol.faces.http import Answer, Request, in_thread, run
from nuvol.model.accounts import Actor
from nuvol.model.nodes import ANY, Exists, Guard, Node
from nuvol.wire.cloudfs import errors, forms, items
from nuvol.wire.cloudfs.errors import Fault, Place
from nuvol.wire.cloudfs.forms import Form
from nuvol.wire.multipart import MultipartReader, Part, boundary

OCTETS = "application/octet-stream"

FIELD_BYTES = 64 << 10
"""Of one text part of an upload."""

_OVERHEAD = 16 << 10
"""Bytes of a multipart body that are not the file's: so much less is asked of the quota beforehand."""


def is_upload(place: Place, parts: list[str], query: Form) -> bool:
    """A POST whose body is not a form."""
    return place is Place.FILES and "operation" not in query and parts[-1:] != ["meta"] and parts[-2:-1] != ["versions"]


async def answer(call: Call) -> Answer:
    method, parts = call.request.method, call.parts
    if parts[-1:] == ["meta"]:
        return told(await folders.meta(call, parts[:-1]))
    if parts[-1:] == ["versions"] and method in ("GET", "HEAD"):
        return await _versions(call)
    if parts[-2:-1] == ["versions"]:
        return await _version(call)
    if method in ("GET", "HEAD"):
        return await _redirect(call)
    if method == "DELETE":
        return await folders.delete(call)
    if method == "POST" and "operation" in call.query:
        return await folders.carry(call)
    if method == "POST":
        return await _upload(call)
    raise unknown_operation(call.place)


# ------------------------------------------------------------------------------------------------------ upload


class _Fields:
    """The text parts of an upload, in whatever order they come."""

    def __init__(self) -> None:
        self._values: dict[str, bytes] = {}

    def begin(self, name: str) -> None:
        self._values[name] = b""

    def add(self, name: str, data: memoryview) -> None:
        self._values[name] += data
        if len(self._values[name]) > FIELD_BYTES:
            raise TooLarge(f"The field “{name}” of the upload is longer than {FIELD_BYTES} bytes.")

    def form(self) -> Form:
        return Form([(name, value.decode(errors="replace").strip()) for name, value in self._values.items()])


async def _upload(call: Call) -> Answer:
    mark = boundary(call.request.headers.get("content-type"))
    ids = forms.id_path(call.parts)
    try:
        parent = await call.anything(call.parts if ids is not None else ["-"])
    except NodeMissing:
        raise ParentMissing("The folder that should hold the file does not exist.") from None
    if not parent.is_folder:
        raise ParentMissing("A file cannot hold others.")
    if call.request.length is not None:
        await run(call.cloud.uploads.require_quota, call.actor, max(0, call.request.length - _OVERHEAD))
    return told(await call.item(await _receive(call, parent, MultipartReader(mark))))


async def _receive(call: Call, parent: Node, reader: MultipartReader) -> Node:
    """Nothing is decided before the last part has come: how a taken name is met may stand behind the file."""
    fields = _Fields()
    upload: Upload | None = None
    file: Part | None = None
    at: Part | None = None
    try:
        async for run_of_bytes in call.request.runs():
            for event in reader.feed(run_of_bytes):
                if not isinstance(event, Part):
                    if at is not None and at is file and upload is not None:
                        await in_thread(upload.feed, event)
                    elif at is not None and at.filename is None:
                        fields.add(at.name, event)
                    continue
                at = event
                if event.filename is None:
                    fields.begin(event.name)
                elif file is None:
                    file = event
                    upload = await in_thread(_begin, call.cloud, call.actor, parent, event)
        reader.close()
        if upload is None or file is None:
            raise Fault(3018, "The upload has no part with a file name.")
        return await in_thread(_commit, call.cloud, call.actor, parent, upload, file, fields.form())
    except BaseException:
        if upload is not None:
            await in_thread(upload.abort)
        raise


def _begin(cloud: Cloud, actor: Actor, parent: Node, file: Part) -> Upload:
    name = file.filename or ""
    if not name:
        raise Fault(3018, "The file needs a name.")
    kind = (file.content_type or "").strip()
    mime = mime_of(name) if kind.lower() in ("", OCTETS) else kind
    if len(mime) > 255:
        raise Fault(3014, "The media type is too long.")
    there = cloud.tree.child(actor, parent.id, name)
    free = cloud.arrivals.free_name(actor, parent.id, name) if there and there.is_folder else name
    return cloud.uploads.begin(actor, parent.id, free, mime=mime)


def _commit(cloud: Cloud, actor: Actor, parent: Node, upload: Upload, file: Part, form: Form) -> Node:
    """Make it a file as the fields say; the unit of the commit asks again what is asked here."""
    exists = forms.exists(form.get("exists"), Exists.FAIL, Place.FILES)
    name = file.filename or ""
    there = cloud.tree.child(actor, parent.id, name)
    condition = Guard(overwrite=False)
    if exists is Exists.OVERWRITE:
        condition = ANY if "version" not in form else folders.guard(form, Place.FILES)
    elif exists is Exists.RENAME:
        name = cloud.arrivals.free_name(actor, parent.id, name)
    elif exists is Exists.REUSE and there is not None and there.content == upload.content:
        upload.abort()
        return there
    if there is not None and there.is_folder and exists is not Exists.RENAME:
        raise NameTaken(name)
    upload.aim(name, condition)
    try:
        return upload.commit().node
    except WrongKind:  # a folder took the name meanwhile
        raise NameTaken(name) from None


# ---------------------------------------------------------------------------------------------------- download


async def _redirect(call: Call) -> Answer:
    """To an address that needs no further proof; Range is for that one."""
    node = await call.node(call.parts)
    ticket = await run(call.cloud.tickets.issue, call.actor, node)
    headers = [
        ("Location", f"{call.request.origin}/v2/content/{ticket}"),
        ("Content-Type", errors.JSON),
        ("Cache-Control", "no-store"),
    ]
    return Answer(302, headers, errors.write({"success": True}))


async def content(request: Request, cloud: Cloud, parts: list[str]) -> Answer:
    """`/v2/content/<ticket>`. Always as octets: clients parse what calls itself JSON instead of saving it."""
    if request.method not in ("GET", "HEAD") or len(parts) != 1:
        raise unknown_operation(Place.FILES)
    actor, reading = await run(cloud.tickets.redeem, parts[0])
    doorkeeper.note_app(request, actor)
    answer = await download(request, reading, disposition="attachment")
    if answer.status == 416:
        body = errors.write(None, {"code": 9000, "message": "None of these ranges lies within it.", "data": None})
        kept = [field for field in answer.headers if field[0] == "Content-Range"]
        return Answer(416, [("Content-Type", errors.JSON), ("Cache-Control", "no-store"), *kept], body)
    answer.headers = [
        (name, OCTETS if name == "Content-Type" and not value.startswith("multipart/") else value)
        for name, value in answer.headers
    ]
    return answer


# ---------------------------------------------------------------------------------------------------- versions


async def _versions(call: Call) -> Answer:
    node = await call.node(call.parts[:-1])
    query = call.query
    start = forms.integer(query.get("start-version"))
    stop = forms.integer(query.get("stop-version") or query.get("end-version"))
    limit = forms.integer(query.get("limit"))
    limit = 10 if limit is None else limit
    former = items.former(await run(call.cloud.versions.list, call.actor, node.id, limit=100_000))
    if limit < 0:  # counting backwards from the start
        chosen = [one for one in former if start is None or one.number <= start][limit:]
    else:
        within = (one for one in former if one.number >= (start or 0) and (stop is None or one.number <= stop))
        chosen = list(within)[:limit]
    present = await call.item(node)
    root = (await run(call.cloud.tree.root, call.actor)).id
    return told([items.item(node, root, present["application_data"], version) for version in chosen])


async def _version(call: Call) -> Answer:
    node = await call.node(call.parts[:-2])
    number = forms.integer(call.parts[-1])
    if number is None or not 0 < number < node.number:
        raise Fault(8001, "There is no such former version.")
    if call.request.method == "POST" and call.operation == "promote":
        promoted = await run(call.cloud.versions.restore, call.actor, node.id, number, with_name=True)
        return told(await call.item(promoted))
    if call.request.method not in ("GET", "HEAD", "POST") or call.operation:
        raise unknown_operation(call.place)
    version = await run(call.cloud.versions.get, call.actor, node.id, number)
    present = await call.item(node)
    root = (await run(call.cloud.tree.root, call.actor)).id
    return told(items.item(node, root, present["application_data"], replace(version, number=number)))
