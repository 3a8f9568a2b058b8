"""What a browser gets: the web desktop, and plain pages without script: set-up, sign-in, joining, and a welcome.

The page of the desktop sends browsers without JavaScript to the same address with `?plain`. Where the desktop is not
built, the plain pages are all there is.
"""

from collections.abc import Awaitable, Callable
from urllib.parse import parse_qs

from nuvol import errors
from nuvol.core.cloud import Cloud
from nuvol.errors import CloudError, HandleTaken, InvitationMissing, Malformed, NotAdmitted, Refused, TooManyAttempts
from nuvol.faces import doorkeeper, words
from nuvol.faces.desktop import pages, shell
from nuvol.faces.http import Answer, KiB, Request, Route, problem, run
from nuvol.faces.pages import asset, html, message
from nuvol.model.accounts import Account, Actor

PREFIXES = ("signout", "join", "assets", "receive", *sorted(shell.PAGES | shell.LOOSE))
FORM_LIMIT = 16 * KiB  # the longest password is 1 KiB, percent-encoded three times that

_STATUS: dict[type[CloudError], int] = {
    errors.Missing: 404,
    errors.InvitationMissing: 410,
    errors.Conflict: 409,
    errors.Refused: 403,
    errors.TooManyAttempts: 429,
    errors.Malformed: 400,
    errors.TooLarge: 413,
    errors.Unable: 503,
    CloudError: 500,
}

Handler = Callable[[Cloud, Request, str], Awaitable[Answer]]


def face(cloud: Cloud) -> Route:
    """To be mounted at each of `PREFIXES`."""

    async def answer(request: Request) -> Answer:
        name, _, rest = request.target[1:].partition("/")
        if name == "assets":
            return _asset(request, rest)
        if name in shell.LOOSE and not rest:
            return _loose(request, name)
        if name == "receive" and not rest and request.method == "POST":
            return _not_yet(request)
        if _wants_desktop(request, name, rest):
            return await _desktop(cloud, request, name, rest)
        handlers = _HANDLERS.get((name, bool(rest)))
        if handlers is None or "/" in rest:
            return _nothing()
        handler = handlers.get("GET" if request.method == "HEAD" else request.method)
        if handler is None:
            return _wrong_method(request, [*handlers, "HEAD"] if "GET" in handlers else list(handlers))
        if request.method == "POST":
            doorkeeper.require_same_origin(request)
        elif not _takeshtml(request):
            return problem(406, "not-acceptable", "This is a page for browsers.", "Programs find the API at /api/v1/.")
        return await handler(cloud, request, rest)

    return Route(answer, _failed)


# ----------------------------------------------------------------------------------------------- the desktop


def _wants_desktop(request: Request, name: str, rest: str) -> bool:
    reads = request.method in ("GET", "HEAD") and _takeshtml(request)
    return reads and shell.knows(name, rest) and "plain" not in request.params and shell.is_built()


async def _desktop(cloud: Cloud, request: Request, name: str, rest: str) -> Answer:
    if name == "signin" and not await run(cloud.accounts.list, None, limit=1):
        return await _sign_in_page(cloud, request, rest)  # which says how to begin
    if name == "setup" and not await run(cloud.accounts.setup_open, rest):
        return await _setup_page(cloud, request, rest)  # which says that the link is used up
    return shell.page(request)


# ------------------------------------------------------------------------------------------- the plain pages


async def _home(cloud: Cloud, request: Request, rest: str) -> Answer:
    account = await _signed_in(cloud, request)
    if account is None:
        return _see("/signin")
    say = words.of(request)
    return html(say, pages.home(say, account.name, request.origin, account.used, account.quota))


async def _sign_in_page(cloud: Cloud, request: Request, rest: str) -> Answer:
    if await _signed_in(cloud, request) is not None:
        return _see("/")
    say = words.of(request)
    if not await run(cloud.accounts.list, None, limit=1):
        advice = "Open the set-up link that “nuvol serve” wrote when it started. A new one is written at every start."
        return message(say, "Nobody lives here yet", "This cloud has no account so far.", advice)
    return html(say, pages.sign_in(say, request.host, may_join=await run(cloud.accounts.signup_mode) == "open"))


async def _sign_in(cloud: Cloud, request: Request, rest: str) -> Answer:
    form, say = await _form(request), words.of(request)
    try:
        return await _enter(cloud, request, form["login"], form["password"])
    except NotAdmitted as error:
        fault, status = say("That password does not fit this name."), _status(error)
    except TooManyAttempts as error:
        fault, status = say.refusal(error), _status(error)
    may_join = await run(cloud.accounts.signup_mode) == "open"
    return html(say, pages.sign_in(say, request.host, login=form["login"], fault=fault, may_join=may_join), status)


async def _sign_out(cloud: Cloud, request: Request, rest: str) -> Answer:
    try:
        actor = await doorkeeper.admit(request, cloud, cookies=True)
    except NotAdmitted:
        pass  # it ended already
    else:
        await run(cloud.grants.sign_out, actor)
    answer = _see("/signin")
    answer.headers.append(doorkeeper.session_cookie(request, None))
    return answer


async def _setup_page(cloud: Cloud, request: Request, token: str) -> Answer:
    say = words.of(request)
    if not await run(cloud.accounts.setup_open, token):
        sentence = "A set-up link is good once, for a day, and only as long as there is no administrator."
        advice = "If nobody has made an account yet, start the server again: it writes a new link."
        return message(say, "This link is used up", sentence, advice, way=("/signin", "Sign in"), status=410)
    return html(say, pages.newcomer(say, first=True))


async def _setup(cloud: Cloud, request: Request, token: str) -> Answer:
    form = await _form(request)
    return await _made(cloud, request, form, True, lambda: cloud.accounts.first_admin(token, *_person(form)))


async def _join_page(cloud: Cloud, request: Request, token: str) -> Answer:
    await run(cloud.accounts.require_joinable, token or None)
    say = words.of(request)
    return html(say, pages.newcomer(say, first=False))


async def _join(cloud: Cloud, request: Request, token: str) -> Answer:
    form = await _form(request)
    join = cloud.accounts.join
    return await _made(cloud, request, form, False, lambda: join(*_person(form), token or None, network=request.peer))


async def _made(
    cloud: Cloud, request: Request, form: dict[str, str], first: bool, make: Callable[[], Account]
) -> Answer:
    """Make the account and sign it in, or show the form again with what is wrong."""
    try:
        account = await run(make)
    except InvitationMissing:
        raise
    except (Malformed, HandleTaken, TooManyAttempts) as error:
        say = words.of(request)
        fault = say.refusal(error)
        page = pages.newcomer(say, first=first, name=form["name"], email=form["email"], fault=fault)
        return html(say, page, _status(error))
    return await _enter(cloud, request, account.name, form["password"])


def _person(form: dict[str, str]) -> tuple[str, str, str]:
    return form["name"], form["email"], form["password"]


# ---------------------------------------------------------------------------------------- coming in, going on


async def _signed_in(cloud: Cloud, request: Request) -> Account | None:
    try:
        actor: Actor = await doorkeeper.admit(request, cloud, cookies=True)
        return await run(cloud.accounts.me, actor)
    except Refused:
        return None


async def _enter(cloud: Cloud, request: Request, login: str, password: str) -> Answer:
    """Begin a session and show the welcome. Raises NotAdmitted, TooManyAttempts."""
    answer = _see("/")
    answer.headers += await doorkeeper.sign_in(request, cloud, login, password)
    return answer


async def _form(request: Request) -> dict[str, str]:
    """The fields of a form; those that are missing are empty. Raises Malformed, TooLarge."""
    body = await request.body(FORM_LIMIT)
    try:
        found = parse_qs(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=20)
    except ValueError:
        raise Malformed("The form cannot be read.") from None
    return {name: found.get(name, [""])[-1] for name in ("login", "name", "email", "password")}


# --------------------------------------------------------------------------------------------------- answers


def _see(address: str) -> Answer:
    return Answer(303, [("Location", address), ("Cache-Control", "no-store")])


def _asset(request: Request, name: str) -> Answer:
    """Files whose names change with their content."""
    if request.method not in ("GET", "HEAD"):
        return _wrong_method(request, ["GET", "HEAD"])
    return asset(name) or shell.asset(request, name) or _nothing()


def _loose(request: Request, name: str) -> Answer:
    if request.method not in ("GET", "HEAD"):
        return _wrong_method(request, ["GET", "HEAD"])
    return shell.loose(request, name) or _nothing()


def _nothing() -> Answer:
    return problem(404, "missing", "There is nothing at this address.", "Check the address.")


def _not_yet(request: Request) -> Answer:
    """Files of another app of the device came here: the desktop's service worker takes them, and there is none."""
    sentence = "This browser has not yet set up the part of Nuvol that takes what other apps share. Nothing was stored."
    advice = "Open Nuvol, wait a moment, and share again."
    return message(words.of(request), "Share it once more", sentence, advice, way=("/", "Open Nuvol"), status=409)


def _wrong_method(request: Request, allowed: list[str]) -> Answer:
    answer = problem(405, "wrong-method", f"This address knows no {request.method[:20]}.")
    answer.headers.append(("Allow", ", ".join(allowed)))
    return answer


def _takeshtml(request: Request) -> bool:
    accept = request.headers.get("accept")
    return accept is None or any(kind in accept for kind in ("text/html", "text/*", "*/*"))


def _status(error: CloudError) -> int:
    return next(_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS)


def _failed(request: Request, error: CloudError) -> Answer:
    status = _status(error)
    title = "That did not work" if status >= 500 else "That is not possible"
    if isinstance(error, InvitationMissing):
        title = "This link is used up"
    answer = message(words.of(request), title, str(error), error.advice, way=("/", "Go on"), status=status)
    if isinstance(error, errors.Busy | TooManyAttempts):
        answer.headers.append(("Retry-After", str(max(1, round(error.wait)))))
    return answer


_HANDLERS: dict[tuple[str, bool], dict[str, Handler]] = {
    ("", False): {"GET": _home},
    ("signin", False): {"GET": _sign_in_page, "POST": _sign_in},
    ("signout", False): {"POST": _sign_out},
    ("setup", True): {"GET": _setup_page, "POST": _setup},
    ("join", False): {"GET": _join_page, "POST": _join},
    ("join", True): {"GET": _join_page, "POST": _join},
}
"""By the first segment of the address, and whether a token follows."""
