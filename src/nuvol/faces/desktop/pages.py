"""The desktop's plain pages as text: HTML without script or inline style."""

from html import escape
from shlex import quote

from nuvol.core.passwords import SHORTEST
from nuvol.faces.pages import LOGO, door, fault_line, field, page
from nuvol.faces.words import Say

_FURTHER = (
    "A phone or a script should have a password of its own, which can be taken back alone. "
    "Programs find all they need in the {}."
)


def newcomer(say: Say, *, first: bool, name: str = "", email: str = "", fault: str = "") -> str:
    """The form that makes an account: `first`: the one that looks after the others."""
    title, sentence = ("Make this cloud yours", "You are the first here. This account looks after the others.")
    if not first:
        title, sentence = ("Make your account", "You were asked to join this cloud.")
    fields = field(say("Name to sign in with"), "name", "text", "username", name, more=' maxlength="64" autofocus')
    fields += field(say("E-mail"), "email", "email", "email", email)
    password = field(
        say("Password"),
        "password",
        "password",
        "new-password",
        more=f' minlength="{SHORTEST}"',
        hint=say("At least {} characters. A sentence is stronger than a riddle.", SHORTEST),
    )
    return door(
        say,
        say(title),
        f'<form class="in-card" method="post"><h1>{say(title)}</h1><p class="muted">{say(sentence)}</p>'
        f'<div class="two">{fields}</div>{password}{fault_line(fault)}'
        f'<div class="acts"><button class="button main">{say("Make the account")}</button></div></form>',
    )


def sign_in(say: Say, host: str, *, login: str = "", fault: str = "", may_join: bool = False) -> str:
    name = field(say("Name or e-mail"), "login", "text", "username", login, more="" if login else " autofocus")
    focus = " autofocus" if login else ""
    password = field(say("Password"), "password", "password", "current-password", more=focus)
    join = f'<p class="small"><a href="/join">{say("Make an account")}</a></p>' if may_join else ""
    return door(
        say,
        say("Sign in"),
        f'<form class="in-card" method="post" action="/signin"><h1>{say("Sign in")}</h1>'
        f'<p class="muted">{escape(host)}</p>'
        f'{name}{password}{fault_line(fault)}<button class="button main">{say("Sign in")}</button>{join}</form>',
        narrow=True,
    )


def home(say: Say, name: str, origin: str, used: int, quota: int | None) -> str:
    """Where to go from here, for somebody who is signed in."""
    dav, who = f"{origin}/dav/files/", escape(name)
    bar = f'<progress value="{min(used, quota)}" max="{quota}"></progress>' if quota else ""
    of = say("of {} used", say.size(quota)) if quota is not None else say("used")
    password, advice = say("YOUR-PASSWORD"), say(_FURTHER, '<a href="/api/docs">API</a>')
    rclone = f"rclone config create nuvol webdav url={dav} vendor=owncloud user={quote(name)} pass={password}"
    ways = [
        (say("Any WebDAV program: this address, your name and your password"), dav),
        (say("rclone, once"), rclone),
        (say("rclone: put a folder in"), "rclone copy ~/Pictures nuvol:Pictures"),
        (say("curl: get something back"), f"curl -u {quote(name)} {dav}Pictures/sea.jpg -o sea.jpg"),
    ]
    listed = "".join(f"<dt>{escape(what)}</dt><dd><pre>{escape(how)}</pre></dd>" for what, how in ways)
    return page(
        say,
        say("Welcome"),
        f'<main class="home"><div class="brand">{LOGO}'
        f'<form method="post" action="/signout"><button class="button">{say("Sign out")}</button></form></div>'
        f'<div class="card"><div class="line"></div><div class="in-card"><h1>{say("Hello, {}", who)}</h1>'
        f'<p><span class="figure">{say.size(used)}</span> <span class="muted">{of}</span></p>{bar}</div></div>'
        f'<div class="card"><div class="line"></div><div class="in-card"><h2>{say("Bring your files here")}</h2>'
        f'<dl class="ways">{listed}</dl><p class="muted">{advice}</p>'
        "</div></div></main>",
    )
