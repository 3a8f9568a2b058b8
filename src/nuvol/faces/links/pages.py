"""The page of a link as text: HTML without script."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import NamedTuple
from urllib.parse import quote

from nuvol.faces.downloads import INLINE
from nuvol.faces.http import KiB
from nuvol.faces.pages import MARK, door, fault_line, field, page
from nuvol.faces.words import Say
from nuvol.model.links import Link, Role
from nuvol.model.nodes import Node
from nuvol.model.photos import Picture

TEXT_BYTES = 64 * KiB
"""Of a text that is shown on its page."""
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

    say: Say
    link: Link
    owner: str
    signed_in: bool
    done: str

    @property
    def address(self) -> str:
        return f"/s/{quote(self.link.key, safe='')}"

    def at(self, node: Node) -> str:
        return f"{self.address}/{node.id}"


def password(say: Say, key: str, fault: str = "") -> str:
    """What opens the link."""
    asked = field(say("Password"), "password", "password", "off", more=" autofocus")
    return door(
        say,
        say("A link with a password"),
        f'<form class="in-card" method="post" action="/s/{quote(key, safe="")}">'
        f"<h1>{say('This link has a password')}</h1>"
        f'<p class="muted">{say("Whoever sent you the link can tell it.")}</p>{asked}{fault_line(fault)}'
        f'<button class="button main">{say("Open")}</button></form>',
        narrow=True,
    )


def drop_only(frame: Frame) -> str:
    """A link that takes files and shows none."""
    about = frame.say("Files you add here are seen by the owner only.")
    return _framed(frame, frame.link.name, _head(frame.link.name, about, ""))


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
    say = frame.say
    name = folder.name if folder is not None and above else frame.link.name
    base = frame.at(folder) if folder is not None and above else frame.address
    fetch = _button(f"{base}/zip", "down", say("Download all"), main=True) if nodes else ""
    instead = [node.id for node in nodes if node.id not in pictures and _is_shown_itself(frame, node)][:MOST_PICTURES]
    shown = {*pictures, *instead}
    rows = "".join(_row(frame, node) for node in nodes if node.id not in shown)
    body = _head(name, _counted(say, nodes, more), _keep(frame, above) + fetch, _crumbs(frame, above))
    if shown:
        seen = "".join(_picture(frame, node, pictures.get(node.id)) for node in nodes if node.id in shown)
        body += f'<div class="pictures">{seen}</div>'
    if rows:
        body += f'<ul class="rows" aria-label="{say("Files")}">{rows}</ul>'
    if not nodes:
        body += f'<p class="muted">{say("There is nothing here yet.")}</p>'
    if more is not None:
        body += f'<p><a class="button" href="{base}?after={quote(more)}">{say("Further files")}</a></p>'
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
    fetch = _button(f"{frame.at(node)}/file", "down", frame.say("Download"), main=True)
    about = f"{frame.say.size(node.size)}, {frame.say.day(node.modified_at)}"
    body = _head(node.name, about, _keep(frame, above) + fetch, _crumbs(frame, above))
    return _framed(frame, node.name, body + _preview(frame, node, text, picture) + _further(frame, *beside))


def _preview(frame: Frame, node: Node, text: str | None, picture: Picture | None) -> str:
    say = frame.say
    if frame.link.max_uses is not None:
        return f'<p class="muted">{say("This link counts downloads, so nothing is shown beforehand.")}</p>'
    if text is not None:
        rest = say("This is the beginning; download it for the rest.")
        more = f'<p class="muted">{rest}</p>' if node.size > TEXT_BYTES else ""
        region = f'tabindex="0" role="region" aria-label="{escape(node.name)}"'
        return f'<pre class="shown" {region}>{escape(text)}</pre>{more}'
    at, kind = frame.at(node), node.mime.partition("/")[0]
    itself = f"{at}/file?open"
    if kind == "image" and picture is not None and not _is_shown_itself(frame, node):
        return f'<img class="shown" src="{at}/thumbnail?size=large" alt="{escape(node.name)}">'
    if node.mime not in INLINE:
        return f'<p class="muted">{say("A browser cannot show this kind of file.")}</p>'
    if kind == "image":
        return f'<img class="shown" src="{itself}" alt="{escape(node.name)}">'
    if kind in ("video", "audio"):
        poster = f' poster="{at}/thumbnail?size=large"' if picture is not None else ""
        return f'<{kind} class="shown" src="{itself}" controls preload="metadata"{poster}></{kind}>'
    return f'<p><a class="button" href="{itself}">{say("Open it here")}</a></p>'


def _further(frame: Frame, before: Node | None, after: Node | None) -> str:
    if before is None and after is None:
        return ""
    ways = ((before, "left", "Before"), (after, "right", "Next"))
    links = "".join(_button(frame.at(node), icon, frame.say(words)) for node, icon, words in ways if node is not None)
    return f'<nav class="acts" aria-label="{frame.say("Pictures")}">{links}</nav>'


# ------------------------------------------------------------------------------------------------------- parts


def _framed(frame: Frame, title: str, body: str) -> str:
    say, link = frame.say, frame.link
    who = f'<b class="who">{escape(frame.owner)}</b>'
    ends = link.expires_at
    shared = say("shared by {}", who) if ends is None else say("shared by {} until {}", who, say.day(ends))
    enter = "" if frame.signed_in else f'<a href="{sign_in(link.key)}" class="small">{say("Sign in")}</a>'
    done = f'<p class="done" role="status">{escape(frame.done)}</p>' if frame.done else ""
    drop = _drop(frame, link.role == Role.UPLOAD) if link.role in (Role.EDIT, Role.UPLOAD) else ""
    return page(
        say,
        title,
        f'<div class="public"><header><svg viewBox="0 0 28 24" aria-hidden="true"><path d="{MARK}"/></svg>'
        f'<span class="small muted">{shared}</span>{enter}</header>'
        f'<div class="line"></div><main>{done}{body}{drop}'
        f'<p class="small muted">{say("This page works without an account.")}</p></main></div>',
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
    return f'<nav aria-label="{frame.say("Where you are")}"><ol class="crumbs">{listed}</ol></nav>'


def _row(frame: Frame, node: Node) -> str:
    told = "" if node.is_folder else frame.say.size(node.size)
    fetch = f"{frame.at(node)}/zip" if node.is_folder else f"{frame.at(node)}/file"
    label = frame.say("Download {}", escape(node.name))
    return (
        f'<li><a class="row" href="{frame.at(node)}"><span class="kind">{_icon(_kind(node))}</span>'
        f'<span class="cut">{escape(node.name)}</span><span class="small muted">{told}</span></a>'
        f'<a class="fetch" href="{fetch}" aria-label="{label}">{_icon("down")}</a></li>'
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
        return _button(sign_in(frame.link.key), "plus", frame.say("Keep in my cloud"))
    return (
        f'<form method="post" action="{frame.address}/keep"><button class="button">{_icon("plus")} '
        f"{frame.say('Keep in my cloud')}</button></form>"
    )


def _drop(frame: Frame, only: bool) -> str:
    say = frame.say
    return (
        f'<form class="drop" method="post" action="{frame.address}/upload" enctype="multipart/form-data">'
        f'<span class="tile">{_icon("up")}</span><div><b class="who">{say("Add files")}</b>'
        f'<p class="small muted">{say("{} gets them.", escape(frame.owner))}</p></div>'
        f'<input type="file" name="file" multiple required aria-label="{say("Files to add")}">'
        f'<button class="button{" main" if only else ""}">{say("Send")}</button></form>'
    )


def _counted(say: Say, nodes: Sequence[Node], more: str | None) -> str:
    """“86 pictures, 3 files, 412 MB”"""
    folders = sum(node.is_folder for node in nodes)
    pictures = sum(node.mime.startswith("image/") for node in nodes)
    files = len(nodes) - folders - pictures
    kinds = (
        (folders, "1 folder", "{} folders"),
        (pictures, "1 picture", "{} pictures"),
        (files, "1 file", "{} files"),
    )
    told = [say.counted(*kind) for kind in kinds if kind[0]]
    total = sum(node.size for node in nodes)
    counted = ", ".join([*told, *([say.size(total)] if total else [])])
    return counted if more is None else say("{} and more", counted)


def _button(address: str, icon: str, words: str, *, main: bool = False) -> str:
    return f'<a class="button{" main" if main else ""}" href="{address}">{_icon(icon)} {words}</a>'


def _icon(name: str) -> str:
    return f'<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="{_ICONS[name]}"/></svg>'


def _kind(node: Node) -> str:
    return "folder" if node.is_folder else _KINDS.get(node.mime.partition("/")[0], "file")
