"""What all pages share: who visits, what is refused, how an answer looks, and the files beside the pages."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from nuvol.apps.photoshare import accounts, words
from nuvol.apps.photoshare.accounts import Clouds
from nuvol.apps.photoshare.layout import AppAccount, Crowded, Unreadable
from nuvol.apps.photoshare.pictures import Pictures
from nuvol.apps.photoshare.settings import Settings
from nuvol.apps.photoshare.visitors import COOKIE, DAYS, Seal, Visitor
from nuvol.sdk.cloudfs import AuthenticatedError, CloudFSError, Filesystem
from nuvol.sdk.cloudfs.errors import FolderDoesNotExist

LARGEST_FORM = 1024 * 1024 * 1024
"""Bytes of one upload, of several photos together."""

ZONE = "photoshare-zone"
"""Cookie: the time zone of whoever looks, by its name; script writes it."""

SAFETY = {
    "Content-Security-Policy": "default-src 'none'; img-src 'self' blob:; style-src 'self'; script-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@dataclass
class Visit:
    """One request of a browser, and what is known of who sits there."""

    request: Request
    seal: Seal
    clouds: Clouds
    form: FormData
    visitor: Visitor | None

    @property
    def here(self) -> str:
        """Where PhotoShare is mounted."""
        return str(self.request.scope.get("root_path", ""))

    @property
    def known(self) -> Visitor:
        assert self.visitor is not None  # pages that need it are marked so
        return self.visitor

    @property
    def cloud(self) -> Filesystem:
        return self.clouds.session(self.known.token).get_filesystem()

    @property
    def app(self) -> AppAccount:
        return self.clouds.app(self.known.app_token)

    @property
    def language(self) -> str:
        return words.language(self.request.headers.get("accept-language", ""))

    @property
    def speak(self) -> words.Speak:
        return words.speaker(self.language)

    @property
    def zone(self) -> tzinfo:
        """By whose clock days and times are told; `UTC` itself when nobody knows, and then pages say so."""
        try:
            return ZoneInfo(self.request.cookies.get(ZONE, ""))
        except (LookupError, ValueError, OSError):
            return UTC

    @property
    def wants_json(self) -> bool:
        return "application/json" in self.request.headers.get("accept", "")

    def text(self, name: str) -> str:
        value = self.form.get(name, "")
        return value if isinstance(value, str) else ""

    def keep(self, answer: Response, visitor: Visitor | None) -> Response:
        """Let the browser keep who it is; None: forget."""
        answer.set_cookie(
            COOKIE,
            "" if visitor is None else self.seal.write(visitor),
            max_age=0 if visitor is None else DAYS * 24 * 60 * 60,
            path=self.here or "/",
            httponly=True,
            samesite="lax",
            secure=self.request.url.scheme == "https",
        )
        return answer


Page = Callable[[Visit], Response]


class Site:
    """Turns a function from a visit to a response into an endpoint, and says what went wrong."""

    def __init__(self, settings: Settings) -> None:
        self._clouds = Clouds(settings)
        self._pictures = Pictures(settings.media_root)
        self._seal = Seal(settings.client_secret)
        self._templates = Environment(loader=PackageLoader("nuvol.apps.photoshare"), autoescape=True)
        self._templates.filters["letter"] = ord

    def page(self, show: Page, *, closed: bool = True) -> Callable[[Request], Awaitable[Response]]:
        """A page as an endpoint. `closed`: for those who are signed in. The work is done in a thread: it waits for
        the platform."""

        async def endpoint(request: Request) -> Response:
            cookie = request.cookies.get(COOKIE)
            visitor = self._seal.read(cookie) if cookie else None
            visit = Visit(request, self._seal, self._clouds, FormData(), visitor)
            if closed and visitor is None:
                return self.to(visit, "/login")
            if request.method == "POST":
                if not same_origin(request):
                    return self.trouble(visit, "Another site asked for this. Open PhotoShare and try again there.", 403)
                if not 0 <= int(request.headers.get("content-length", -1)) <= LARGEST_FORM:
                    return self.trouble(visit, "That is more than 1 GB at once. Send fewer photos.", 413)
                async with request.form() as form:
                    return await run_in_threadpool(self._answer, show, replace(visit, form=form))
            return await run_in_threadpool(self._answer, show, visit)

        return endpoint

    def _answer(self, show: Page, visit: Visit) -> Response:
        try:
            answer = show(visit)
        except FolderDoesNotExist:
            answer = self._home_again(visit)
        except AuthenticatedError as error:
            if error.status() == 401:  # the token was revoked, the user's or the app account's
                self._clouds.forget_app()
                return visit.keep(self.to(visit, "/login"), None)
            answer = self.trouble(visit, f"The cloud refused: {error.message}")
        except Crowded:
            answer = self.trouble(visit, "Too many people changed this at the same moment. Try again.")
        except Unreadable as refusal:
            answer = self.trouble(
                visit, f"“{refusal}” of PhotoShare's own account holds something else. Nothing was changed."
            )
        except CloudFSError:
            answer = self.trouble(visit, "The cloud does not answer. Try again in a moment.")
        return safe(answer)

    def _home_again(self, visit: Visit) -> Response:
        """Somebody has removed a folder of PhotoShare's: it is made anew, as at the first login."""
        known = visit.known
        self._clouds.forget_app()  # it may have been one of the app account's
        try:
            return self.to(visit, "/timeline", accounts.at_home(self._clouds, known.token, known.app_token))
        except (CloudFSError, Crowded):
            return self.trouble(visit, "The cloud does not answer. Try again in a moment.")

    def show(self, visit: Visit, name: str, status: int = 200, **values: Any) -> Response:
        visitor = visit.visitor
        note = visitor.note if visitor else ""
        undo = urlsplit(visitor.undo if visitor else "")
        text = self._templates.get_template(f"{name}.html").render(
            **self.spoken(visit),
            here=visit.here,
            page=name,
            visitor=visitor,
            note=note,
            undo=undo.path,
            undo_fields=parse_qsl(undo.query),
            **values,
        )
        answer = HTMLResponse(text, status)
        return visit.keep(answer, visitor.told("")) if visitor and note else answer

    def spoken(self, visit: Visit) -> dict[str, Any]:
        """What pages say things with."""
        now = datetime.now(visit.zone)
        return {
            "_": visit.speak,
            "language": visit.language,
            "month": lambda number: words.month(visit.language, number),
            "moment": lambda seconds: moment(visit.language, seconds, now),
            "clock": lambda seconds: datetime.fromtimestamp(seconds, visit.zone),
            "now": now,
            "unzoned": visit.zone is UTC,
        }

    def to(self, visit: Visit, place: str, visitor: Visitor | None = None) -> Response:
        answer = RedirectResponse(visit.here + place, 303)
        return visit.keep(answer, visitor) if visitor else answer

    def told(self, visit: Visit, place: str, sentence: str, undo: str = "", **fields: str) -> Response:
        """To another page, which says what was done. `undo`: where that can be taken back, with these fields."""
        return self.to(visit, place, visit.known.told(sentence, f"{undo}?{urlencode(fields)}" if undo else ""))

    def trouble(self, visit: Visit, sentence: str, status: int = 503) -> Response:
        if visit.wants_json:
            return safe(JSONResponse({"message": visit.speak(sentence)}, status))
        return safe(self.show(visit, "trouble", status, sentence=sentence))

    async def missing(self, request: Request, error: Exception) -> Response:
        visit = Visit(request, self._seal, self._clouds, FormData(), None)
        return self.trouble(visit, "There is nothing at this address.", 404)


def safe(answer: Response) -> Response:
    for name, value in SAFETY.items():
        answer.headers.setdefault(name, value)
    return answer


def same_origin(request: Request) -> bool:
    """Only our own pages may post; browsers say where a request is from, and no page can forge it."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    source = request.headers.get("origin") or request.headers.get("referer") or ""
    return urlsplit(source).netloc == request.headers.get("host")


def moment(language: str, seconds: int, now: datetime) -> str:
    """When it was, in words: “20 minutes ago”, “yesterday, 21:40”, “12 June, 21:40 UTC”."""
    speak = words.speaker(language)
    then = datetime.fromtimestamp(seconds, now.tzinfo)
    minutes = int((now - then).total_seconds() // 60)
    if minutes < 1:
        return speak("just now")
    if minutes < 60:
        return speak("1 minute ago") if minutes == 1 else speak("{} minutes ago", minutes)
    if minutes < 24 * 60 and then.date() == now.date():
        hours = minutes // 60
        return speak("1 hour ago") if hours == 1 else speak("{} hours ago", hours)
    time = f"{then:%H:%M}" + " UTC" * (now.tzinfo is UTC)
    if then.date() == now.date() - timedelta(days=1):
        return speak("yesterday, {}", time)
    year = "" if then.year == now.year else f" {then.year}"
    return f"{then.day} {words.month(language, then.month)}{year}, {time}"


STATIC = {
    "photoshare.css": "text/css",
    "photoshare.js": "text/javascript",
    "icon.svg": "image/svg+xml",
    "unseen.svg": "image/svg+xml",
}


async def static(request: Request) -> Response:
    return beside(request.path_params["name"])


def beside(name: str) -> Response:
    """A file of ours."""
    folder = files("nuvol.apps.photoshare").joinpath("static")
    if name == "tokens.css":  # the colours and sizes of the desktop
        content = files("nuvol").joinpath("faces/desktop/tokens.css").read_bytes()
    elif name in STATIC:
        content = folder.joinpath(name).read_bytes()
    else:
        return Response("There is nothing at this address.", 404)
    headers = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
    return Response(content, media_type=STATIC.get(name, "text/css"), headers=headers)
