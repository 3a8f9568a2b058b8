"""The page of a link as text: HTML without script."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from typing import NamedTuple
from urllib.parse import quote

from nuvol.clock import SECOND
from nuvol.faces.downloads import INLINE
from nuvol.faces.pages import MARK, door, fault_line, field, page, size
from nuvol.model.links import Link, Role
from nuvol.model.nodes import Node
from nuvol.model.photos import Picture

PICTURE_BYTES = 4_000_000
"""Of a picture that is shown itself, for want of a small one."""
MOST_PICTURES = 60
"""Shown in a listing for want of small ones; further ones are rows like other files."""

_ICONS = {
    "folder": "M3 6a2 2 0 0 1 2-2h4l2 3h8a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2z",
    "text": "M5 6h14M5 11h14M5 16h9",
    "picture": "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15 9h.01",
    "video": "M4 5h12v14H4zM16 11l5-3v8l-5-3z",
    "sound": "M9 18V6l10-2v12M9 18a3 3 0 1 1-3-3M19 16a3 3 0 1 1-3-3",
    "file": "M6 3h8l5 5v13H6zM14 3v5h5",
    "down": "M12 4v12M7 11l5 5 5-5M4 20h16",
    "up": "M12 16V4M7 9l5-5 5 5M4 20h16",
    "play": "M8 5l11 7-11 7z",
    "plus": "M12 5v14M5 12h14",
    "left": "M15 5l-7 7 7 7",
    "right": "M9 5l7 7-7 7",
}
_KINDS = {"image": "picture", "video": "video", "audio": "sound", "text": "text"}


class Frame(NamedTuple):
    """What all pages of a link have in common; `done`: what has just been done."""

    link: Link
    owner: str
    signed_in: bool
    done: str

    @property
    def address(self) -> str:
        return f"/s/{quote(self.link.key, safe='')}"

    def at(self, node: Node) -> str:
        return f"{self.address}/{node.id}"


def password(key: str, fault: str = "") -> str:
    """What opens the link."""
    asked = field("Password", "password", "password", "off", more=" autofocus")
    return door(
        "A link with a password",
        f'<form class="in-card" method="post" action="/s/{quote(key, safe="")}"><h1>This link has a password</h1>'
        f'<p class="muted">Whoever sent you the link can tell it.</p>{asked}{fault_line(fault)}'
        '<button class="button main">Open</button></form>',
        narrow=True,
    )


def drop_only(frame: Frame) -> str:
    """A link that takes files and shows none."""
    return _framed(frame, frame.link.name, _head(frame.link.name, "Files you add here are seen by the owner only.", ""))


def sign_in(key: str) -> str:
    """Where one signs in and comes back to the link."""
    return f"/signin?to={quote(f'/s/{key}', safe='')}"


def listing(
    frame: Frame,
    folder: Node | None,
    above: Sequence[Node],
    nodes: Sequence[Node],
    more: str | None,
    pictures: Mapping[int, Picture],
) -> str:
    """A folder, or the several things of a link; `pictures` of which nodes there are small ones, by id."""
    name = folder.name if folder is not None and above else frame.link.name
    base = frame.at(folder) if folder is not None and above else frame.address
    fetch = _button(f"{base}/zip", "down", "Download all", main=True) if nodes else ""
    instead = [node.id for node in nodes if node.id not in pictures and _is_shown_itself(frame, node)][:MOST_PICTURES]
    shown = {*pictures, *instead}
    rows = "".join(_row(frame, node) for node in nodes if node.id not in shown)
    body = _head(name, _counted(nodes, more), _keep(frame, above) + fetch, _crumbs(frame, above))
    if shown:
        seen = "".join(_picture(frame, node, pictures.get(node.id)) for node in nodes if node.id in shown)
        body += f'<div class="pictures">{seen}</div>'
    if rows:
        body += f'<ul class="rows" aria-label="Files">{rows}</ul>'
    if not nodes:
        body += '<p class="muted">There is nothing here yet.</p>'
    if more is not None:
        body += f'<p><a class="button" href="{base}?after={quote(more)}">Further files</a></p>'
    return _framed(frame, name, body)


def file(
    frame: Frame,
    node: Node,
    above: Sequence[Node],
    text: str | None,
    picture: Picture | None,
    beside: tuple[Node | None, Node | None],
) -> str:
    """One file: shown where a browser can, and to be taken along; `beside`: the pictures before and after it."""
    fetch = _button(f"{frame.at(node)}/file", "down", "Download", main=True)
    about = f"{size(node.size)}, {_day(node.modified_at)}"
    body = _head(node.name, about, _keep(frame, above) + fetch, _crumbs(frame, above))
    return _framed(frame, node.name, body + _preview(frame, node, text, picture) + _further(frame, *beside))


def _preview(frame: Frame, node: Node, text: str | None, picture: Picture | None) -> str:
    if frame.link.max_uses is not None:
        return '<p class="muted">This link counts downloads, so nothing is shown beforehand.</p>'
    if text is not None:
        more = '<p class="muted">This is the beginning; download it for the rest.</p>' if node.size > len(text) else ""
        region = f'tabindex="0" role="region" aria-label="{escape(node.name)}"'
        return f'<pre class="shown" {region}>{escape(text)}</pre>{more}'
    at, kind = frame.at(node), node.mime.partition("/")[0]
    itself = f"{at}/file?open"
    if kind == "image" and picture is not None and not _is_shown_itself(frame, node):
        return f'<img class="shown" src="{at}/thumbnail?size=large" alt="{escape(node.name)}">'
    if node.mime not in INLINE:
        return '<p class="muted">A browser cannot show this kind of file.</p>'
    if kind == "image":
        return f'<img class="shown" src="{itself}" alt="{escape(node.name)}">'
    if kind in ("video", "audio"):
        poster = f' poster="{at}/thumbnail?size=large"' if picture is not None else ""
        return f'<{kind} class="shown" src="{itself}" controls preload="metadata"{poster}></{kind}>'
    return f'<p><a class="button" href="{itself}">Open it here</a></p>'


def _further(frame: Frame, before: Node | None, after: Node | None) -> str:
    if before is None and after is None:
        return ""
    ways = ((before, "left", "Before"), (after, "right", "Next"))
    links = "".join(_button(frame.at(node), icon, words) for node, icon, words in ways if node is not None)
    return f'<nav class="acts" aria-label="Pictures">{links}</nav>'


# ------------------------------------------------------------------------------------------------------- parts


def _framed(frame: Frame, title: str, body: str) -> str:
    link = frame.link
    until = f" until {_day(link.expires_at)}" if link.expires_at is not None else ""
    enter = "" if frame.signed_in else f'<a href="{sign_in(link.key)}" class="small">Sign in</a>'
    done = f'<p class="done" role="status">{escape(frame.done[:300])}</p>' if frame.done else ""
    drop = _drop(frame, link.role == Role.UPLOAD) if link.role in (Role.EDIT, Role.UPLOAD) else ""
    return page(
        title,
        f'<div class="public"><header><svg viewBox="0 0 28 24" aria-hidden="true"><path d="{MARK}"/></svg>'
        f'<span class="small muted">shared by <b class="who">{escape(frame.owner)}</b>{until}</span>{enter}</header>'
        f'<div class="line"></div><main>{done}{body}{drop}'
        '<p class="small muted">This page works without an account.</p></main></div>',
    )


def _head(name: str, about: str, acts: str, crumbs: str = "") -> str:
    return (
        f'{crumbs}<div class="head"><div><h1>{escape(name)}</h1><p class="muted">{escape(about)}</p></div>'
        + (f'<div class="acts">{acts}</div>' if acts else "")
        + "</div>"
    )


def _crumbs(frame: Frame, above: Sequence[Node]) -> str:
    if not above:
        return ""
    top = len(frame.link.items) == 1
    ways = [(frame.link.name, frame.address), *((node.name, frame.at(node)) for node in above[1 if top else 0 :])]
    listed = "".join(f'<li><a href="{address}">{escape(name)}</a></li>' for name, address in ways)
    return f'<nav aria-label="Where you are"><ol class="crumbs">{listed}</ol></nav>'


def _row(frame: Frame, node: Node) -> str:
    told = "" if node.is_folder else size(node.size)
    fetch = f"{frame.at(node)}/zip" if node.is_folder else f"{frame.at(node)}/file"
    return (
        f'<li><a class="row" href="{frame.at(node)}"><span class="kind">{_icon(_kind(node))}</span>'
        f'<span class="cut">{escape(node.name)}</span><span class="small muted">{told}</span></a>'
        f'<a class="fetch" href="{fetch}" aria-label="Download {escape(node.name)}">{_icon("down")}</a></li>'
    )


def _picture(frame: Frame, node: Node, picture: Picture | None) -> str:
    at, name = frame.at(node), escape(node.name)
    if picture is None:
        return f'<a href="{at}"><img src="{at}/file?open" alt="{name}" loading="lazy"></a>'
    small = next((each for each in picture.thumbnails if each.name == "medium"), picture.thumbnails[-1])
    return (
        f'<a href="{at}"><img src="{at}/thumbnail" alt="{name}" width="{small.width}" height="{small.height}"'
        f' loading="lazy">{_icon("play") if picture.film else ""}</a>'
    )


def _is_shown_itself(frame: Frame, node: Node) -> bool:
    is_light = node.mime.startswith("image/") and node.mime in INLINE and node.size <= PICTURE_BYTES
    return is_light and frame.link.max_uses is None


def _keep(frame: Frame, above: Sequence[Node]) -> str:
    """What a link opens can be kept as a whole."""
    if above:
        return ""
    if not frame.signed_in:
        return _button(sign_in(frame.link.key), "plus", "Keep in my cloud")
    return (
        f'<form method="post" action="{frame.address}/keep"><button class="button">{_icon("plus")} '
        "Keep in my cloud</button></form>"
    )


def _drop(frame: Frame, only: bool) -> str:
    return (
        f'<form class="drop" method="post" action="{frame.address}/upload" enctype="multipart/form-data">'
        f'<span class="tile">{_icon("up")}</span><div><b class="who">Add files</b>'
        f'<p class="small muted">{escape(frame.owner)} gets them.</p></div>'
        '<input type="file" name="file" multiple required aria-label="Files to add">'
        f'<button class="button{" main" if only else ""}">Send</button></form>'
    )


def _counted(nodes: Sequence[Node], more: str | None) -> str:
    """“86 pictures, 3 files, 412 MB”"""
    folders = sum(node.is_folder for node in nodes)
    pictures = sum(node.mime.startswith("image/") for node in nodes)
    files = len(nodes) - folders - pictures
    counts = ((folders, "folder"), (pictures, "picture"), (files, "file"))
    told = [f"{count} {word}{'s' * (count != 1)}" for count, word in counts if count]
    total = sum(node.size for node in nodes)
    return ", ".join([*told, *([size(total)] if total else [])]) + (" and more" if more is not None else "")


def _button(address: str, icon: str, words: str, *, main: bool = False) -> str:
    return f'<a class="button{" main" if main else ""}" href="{address}">{_icon(icon)} {words}</a>'


def _icon(name: str) -> str:
    return f'<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="{_ICONS[name]}"/></svg>'


def _kind(node: Node) -> str:
    return "folder" if node.is_folder else _KINDS.get(node.mime.partition("/")[0], "file")


def _day(at: int) -> str:
    day = datetime.fromtimestamp(at // SECOND, UTC)
    return f"{day.day} {day:%B %Y}"
