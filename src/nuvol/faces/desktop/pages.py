"""The pages as text: HTML without script or inline style."""

import hashlib
from functools import cache
from html import escape
from importlib.resources import files
from itertools import pairwise
from shlex import quote

from nuvol.core.passwords import SHORTEST

MARK = "M0 22v-4a7 7 0 0 1 7-7V9a7 7 0 0 1 7-7 7 7 0 0 1 7 7v2a7 7 0 0 1 7 7v4z"
ICON = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 28 24"><path fill="#3b57c4" d="{MARK}"/></svg>'
_LOGO = f'<svg viewBox="0 0 28 24" aria-hidden="true"><path d="{MARK}"/></svg><b>Nuvol</b>'


@cache
def style() -> bytes:
    folder = files("nuvol.faces.desktop")
    return b"".join(folder.joinpath(name).read_bytes() for name in ("tokens.css", "pages.css"))


@cache
def style_name() -> str:
    """Changes with the content, so that browsers may keep it for ever."""
    return f"{hashlib.sha256(style()).hexdigest()[:16]}.css"


def _page(title: str, body: str) -> str:
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)} · Nuvol</title>
<link rel="icon" href="/assets/nuvol.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/{style_name()}">
</head>
<body>
{_sky()}
{body}
</body>
</html>
"""


def _door(title: str, card: str, *, narrow: bool = False) -> str:
    return _page(
        title,
        f'<main class="door{" narrow" if narrow else ""}">\n<div class="brand">{_LOGO}</div>\n'
        f'<div class="card"><div class="line"></div>{card}</div>\n</main>',
    )


def _field(label: str, name: str, kind: str, complete: str, value: str = "", hint: str = "", more: str = "") -> str:
    told = f'<span class="hint" id="{name}-hint">{escape(hint)}</span>' if hint else ""
    described = f' aria-describedby="{name}-hint"' if hint else ""
    return (
        f'<label class="field"><span>{escape(label)}</span><input name="{name}" type="{kind}" '
        f'value="{escape(value)}" autocomplete="{complete}" required{described}{more}>{told}</label>'
    )


def _fault(fault: str) -> str:
    return f'<p class="fault" role="alert">{escape(fault)}</p>' if fault else ""


def newcomer(*, first: bool, name: str = "", email: str = "", fault: str = "") -> str:
    """The form that makes an account: `first`: the one that looks after the others."""
    title, sentence = ("Make this cloud yours", "You are the first here. This account looks after the others.")
    if not first:
        title, sentence = ("Make your account", "You were asked to join this cloud.")
    fields = _field("Name to sign in with", "name", "text", "username", name, more=' maxlength="64" autofocus')
    fields += _field("E-mail", "email", "email", "email", email)
    password = _field(
        "Password",
        "password",
        "password",
        "new-password",
        more=f' minlength="{SHORTEST}"',
        hint=f"At least {SHORTEST} characters. A sentence is stronger than a riddle.",
    )
    return _door(
        title,
        f'<form class="in-card" method="post"><h1>{title}</h1><p class="muted">{sentence}</p>'
        f'<div class="two">{fields}</div>{password}{_fault(fault)}'
        '<div class="acts"><button class="button main">Make the account</button></div></form>',
    )


def sign_in(host: str, *, login: str = "", fault: str = "", may_join: bool = False) -> str:
    name = _field("Name or e-mail", "login", "text", "username", login, more="" if login else " autofocus")
    focus = " autofocus" if login else ""
    password = _field("Password", "password", "password", "current-password", more=focus)
    join = '<p class="small"><a href="/join">Make an account</a></p>' if may_join else ""
    return _door(
        "Sign in",
        f'<form class="in-card" method="post" action="/signin"><h1>Sign in</h1><p class="muted">{escape(host)}</p>'
        f'{name}{password}{_fault(fault)}<button class="button main">Sign in</button>{join}</form>',
        narrow=True,
    )


def message(title: str, sentence: str, advice: str = "", *, way: tuple[str, str] | None = None) -> str:
    """What there is to say, and perhaps one way to go on: (address, words)."""
    link = f'<div class="acts"><a class="button" href="{escape(way[0])}">{escape(way[1])}</a></div>' if way else ""
    return _door(
        title,
        f'<div class="in-card"><h1>{escape(title)}</h1><p>{escape(sentence)}</p>'
        f'<p class="muted">{escape(advice)}</p>{link}</div>',
    )


def home(name: str, origin: str, used: int, quota: int | None) -> str:
    """Where to go from here, for somebody who is signed in."""
    dav, who = f"{origin}/dav/files/", escape(name)
    bar = f'<progress value="{min(used, quota)}" max="{quota}"></progress>' if quota else ""
    of = f"of {size(quota)} used" if quota is not None else "used"
    rclone = f"rclone config create nuvol webdav url={dav} vendor=owncloud user={quote(name)} pass=YOUR-PASSWORD"
    ways = [
        ("Any WebDAV program: this address, your name and your password", dav),
        ("rclone, once", rclone),
        ("rclone: put a folder in", "rclone copy ~/Pictures nuvol:Pictures"),
        ("curl: get something back", f"curl -u {quote(name)} {dav}Pictures/sea.jpg -o sea.jpg"),
    ]
    listed = "".join(f"<dt>{escape(what)}</dt><dd><pre>{escape(how)}</pre></dd>" for what, how in ways)
    return _page(
        "Welcome",
        f'<main class="home"><div class="brand">{_LOGO}'
        '<form method="post" action="/signout"><button class="button">Sign out</button></form></div>'
        f'<div class="card"><div class="line"></div><div class="in-card"><h1>Hello, {who}</h1>'
        f'<p><span class="figure">{size(used)}</span> <span class="muted">{of}</span></p>{bar}</div></div>'
        '<div class="card"><div class="line"></div><div class="in-card"><h2>Bring your files here</h2>'
        f'<dl class="ways">{listed}</dl><p class="muted">A phone or a script should have a password of its own, '
        'which can be taken back alone. Programs find all they need in the <a href="/api/docs">API</a>.</p>'
        "</div></div></main>",
    )


def size(count: int) -> str:
    """Bytes as a person reads them."""
    if count < 1000:
        return f"{count} bytes"
    amount = float(count)
    for unit in ("kB", "MB", "GB", "TB"):
        amount /= 1000
        if amount < 999.5:
            return f"{amount:.1f} {unit}" if amount < 9.95 else f"{amount:.0f} {unit}"
    return f"{amount / 1000:.0f} PB"


# -------------------------------------------------------------------------------------------------- the sky

_BANKS = (  # width of a column; heights of the columns, in columns
    (84, (6, 6, 8, 8, 7, 8, 7, 7, 8, 7, 8, 8, 9, 8, 7, 7, 6, 6, 7, 7, 6, 5)),
    (72, (3, 3, 2, 2, 3, 4, 5, 5, 4, 5, 5, 6, 5, 5, 4, 5, 4, 3, 3, 4, 4, 3, 2, 3)),
    (64, (1, 1, 0, 0, 1, 0, 1, 1, 2, 1, 0, 1, 1, 2, 2, 1, 1, 2, 1, 0, 0, 1, 1, 0, 1, 0, 1)),
)


@cache
def _sky() -> str:
    banks = "".join(f'<path d="{_bank(width, steps)}"/>' for width, steps in _BANKS)
    return (
        '<div class="wall" aria-hidden="true"><svg viewBox="0 0 1680 1000" preserveAspectRatio="xMidYMax slice">'
        f'<circle cx="1395" cy="170" r="56"/>{banks}</svg></div>'
    )


def _bank(width: int, heights: tuple[int, ...]) -> str:
    """A bank of cloud: columns whose every corner is a quarter circle of half a column."""
    radius = width // 2
    tops = [960 - height * width for height in heights]
    path = f"M-{width} 1010V{tops[0]}"
    for column, (here, there) in enumerate(pairwise(tops), 1):
        if here == there:
            continue
        way, turns = (-radius, "01") if there < here else (radius, "10")
        path += f"H{column * width - radius}a{radius} {radius} 0 0 {turns[0]} {radius} {way}V{there - way}"
        path += f"a{radius} {radius} 0 0 {turns[1]} {radius} {way}"
    return f"{path}H1760V1010z"
