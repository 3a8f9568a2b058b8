"""What a person is asked when an app wants in: HTML without script."""

from html import escape
from urllib.parse import quote, urlsplit

from nuvol.core.oauth1 import Answered, Question
from nuvol.faces.pages import door, fault_line, field
from nuvol.faces.words import Say
from nuvol.model.apps import OOB

_ICONS = {
    "folder": "M3 6a2 2 0 0 1 2-2h4l2 3h8a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2z",
    "calendar": "M5 5h14a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2zM3 10h18M8 3v4M16 3v4",
    "person": "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21a8 8 0 0 1 16 0",
    "lock": "M7 11h10a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2v-6a2 2 0 0 1 2-2zM8 11V8a4 4 0 0 1 8 0v3",
    "app": "M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 17h6M17 14v6",
}

_MAY = {
    "files": (
        "folder",
        "Work with all your files",
        "see, add, change, move and delete them; deleted ones are in the trash",
    ),
    "calendar": ("calendar", "Work with your calendars", "see, add, change and delete what is in them"),
    "profile": ("person", "See who you are", "your name and e-mail address"),
}
_NEVER = "It never sees your password and cannot delete for good. You can disconnect it at any time."
_FIRST = "{} would like to use your cloud at {}. First say who you are; it does not see your password."
_ONCE = "It belongs to the request {} and is good once. You can close this page afterwards."


def address(token: str) -> str:
    """Where the question about this token stands."""
    return f"/oauth/authorize?oauth_token={quote(token, safe='')}"


def consent(say: Say, question: Question, name: str, token: str, mark: str) -> str:
    """The question: what the app is, what it may do, where one goes back."""
    title, who = escape(question.app.title), f'<b class="who">{escape(name)}</b>'
    may = "".join(
        f'<li>{_icon(icon)}<span><b>{escape(what)}</b><span class="small muted">{escape(detail)}</span></span></li>'
        for icon, what, detail in _permissions(say, question)
    )
    waits = say.counted(question.minutes, "This question waits for 1 minute.", "This question waits for {} minutes.")
    return door(
        say,
        say("{} asks", question.app.title),
        f'<form class="in-card" method="post" action="{escape(address(token))}">'
        f'<div class="pairing" aria-hidden="true"><span class="tile ochre">{_icon("app")}</span><span class="wire">'
        f'</span><span class="tile">{_icon("person")}</span></div>'
        f"<h1>{say('{} would like to use your cloud', title)}</h1>"
        f'<p class="muted">{say("You are signed in as {}.", who)} '
        f'<a href="{escape(address(token))}&amp;other=1">{say("Not you?")}</a></p>'
        f'<ul class="may">{may}</ul>'
        f'<p class="cannot small muted">{_icon("lock")}<span>{say(_NEVER)}</span></p>'
        f'<input type="hidden" name="mark" value="{escape(mark)}">'
        f'<div class="answers"><button class="button" name="action" value="Deny">{say("Deny")}</button>'
        f'<button class="button main" name="action" value="Allow">{say("Allow")}</button></div>'
        f'<p class="small muted">{_way_back(say, question.callback)} {waits}</p></form>',
        narrow=True,
    )


def sign_in(say: Say, question: Question, token: str, host: str, *, login: str = "", fault: str = "") -> str:
    """Before the question: who is there?"""
    name = field(say("Name or e-mail"), "login", "text", "username", login, more="" if login else " autofocus")
    focus = " autofocus" if login else ""
    password = field(say("Password"), "password", "password", "current-password", more=focus)
    asks = say(_FIRST, question.app.title, host)
    return door(
        say,
        say("Sign in"),
        f'<form class="in-card" method="post" action="{escape(address(token))}"><h1>{say("Sign in")}</h1>'
        f'<p class="muted">{escape(asks)}</p>'
        f'{name}{password}{fault_line(fault)}<button class="button main">{say("Sign in")}</button></form>',
        narrow=True,
    )


def to_copy(say: Say, question: Question, answered: Answered) -> str:
    """The verifier, for a program that has no address to go back to."""
    token = f'<code id="token">{escape(answered.token)}</code>'
    return door(
        say,
        say("Allowed"),
        f'<div class="in-card"><h1>{say("{} may come in", escape(question.app.title))}</h1>'
        f"<p>{say('Copy this code into the app:')}</p>"
        f'<pre id="verifier">{escape(answered.verifier)}</pre>'
        f'<p class="muted">{say(_ONCE, token)}</p></div>',
        narrow=True,
    )


def _permissions(say: Say, question: Question) -> list[tuple[str, str, str]]:
    """Icon, what may be done, and what that means."""
    found = [(icon, say(what), say(detail)) for scope, (icon, what, detail) in _MAY.items() if scope in question.scopes]
    if "files:app-folder" in question.scopes:
        folder = say("/Apps/{}, and nothing beside it", question.app.title)
        found.insert(0, ("folder", say("Work with a folder of its own"), folder))
    return found


def _way_back(say: Say, callback: str) -> str:
    if callback == OOB:
        return say("You will get a code to copy into the app.")
    parts = urlsplit(callback)
    return say("You go back to {}.", f'<span class="key">{escape(parts.netloc or parts.scheme)}</span>')


def _icon(name: str) -> str:
    return f'<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="{_ICONS[name]}"/></svg>'
