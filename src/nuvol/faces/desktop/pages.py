"""The desktop's plain pages as text: HTML without script or inline style."""

from html import escape
from shlex import quote

from nuvol.core.passwords import SHORTEST
from nuvol.faces.pages import LOGO, door, fault_line, field, page


def newcomer(*, first: bool, name: str = "", email: str = "", fault: str = "") -> str:
    """The form that makes an account: `first`: the one that looks after the others."""
    title, sentence = ("Make this cloud yours", "You are the first here. This account looks after the others.")
    if not first:
        title, sentence = ("Make your account", "You were asked to join this cloud.")
    fields = field("Name to sign in with", "name", "text", "username", name, more=' maxlength="64" autofocus')
    fields += field("E-mail", "email", "email", "email", email)
    password = field(
        "Password",
        "password",
        "password",
        "new-password",
        more=f' minlength="{SHORTEST}"',
        hint=f"At least {SHORTEST} characters. A sentence is stronger than a riddle.",
    )
    return door(
        title,
        f'<form class="in-card" method="post"><h1>{title}</h1><p class="muted">{sentence}</p>'
        f'<div class="two">{fields}</div>{password}{fault_line(fault)}'
        '<div class="acts"><button class="button main">Make the account</button></div></form>',
    )


def sign_in(host: str, *, login: str = "", fault: str = "", may_join: bool = False) -> str:
    name = field("Name or e-mail", "login", "text", "username", login, more="" if login else " autofocus")
    focus = " autofocus" if login else ""
    password = field("Password", "password", "password", "current-password", more=focus)
    join = '<p class="small"><a href="/join">Make an account</a></p>' if may_join else ""
    return door(
        "Sign in",
        f'<form class="in-card" method="post" action="/signin"><h1>Sign in</h1><p class="muted">{escape(host)}</p>'
        f'{name}{password}{fault_line(fault)}<button class="button main">Sign in</button>{join}</form>',
        narrow=True,
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
    return page(
        "Welcome",
        f'<main class="home"><div class="brand">{LOGO}'
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
