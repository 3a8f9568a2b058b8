"""OAuth 1.0a for StackSync's programs: `/oauth/request_token`, `/oauth/authorize`, `/oauth/access_token`."""

from collections.abc import Awaitable, Callable
from urllib.parse import parse_qsl, urlsplit

from nuvol.core.cloud import Cloud
from nuvol.core.oauth1 import Answered, Pair, Question
from nuvol.errors import CloudError, Malformed, NotAdmitted, NotAllowed, Refused, RequestMissing, TooManyAttempts
from nuvol.faces import doorkeeper, words
from nuvol.faces.http import Answer, KiB, Request, Route, run
from nuvol.faces.oauth import pages
from nuvol.faces.pages import asset, html, message
from nuvol.model.accounts import Account, Actor
from nuvol.model.apps import OOB
from nuvol.wire import oauth1

PREFIXES = ("oauth", "assets")
"""The second is what its pages load, where no other face serves it."""

_FORM_LIMIT = 16 * KiB  # the longest password is 1 KiB, percent-encoded three times that
_BEGIN_ANEW = "Go back to the app and begin there once more."

Handler = Callable[[Cloud, Request], Awaitable[Answer]]


def face(cloud: Cloud) -> Route:
    """To be mounted at each of `PREFIXES`."""

    async def answer(request: Request) -> Answer:
        first, _, rest = request.target[1:].partition("/")
        if first == "assets":
            return asset(rest) or _nothing(request)
        handlers = _HANDLERS.get(rest)
        if handlers is None:
            return _nothing(request)
        handler = handlers.get("GET" if request.method == "HEAD" else request.method)
        if handler is None:
            return _wrong_method(request)
        return await handler(cloud, request)

    return Route(answer, _failed)


# ------------------------------------------------------------------------------------------------ for the app


async def _request_token(cloud: Cloud, request: Request) -> Answer:
    proof = await doorkeeper.proof_of(request, "consumer_key", "signature_method", "signature", "callback")
    if proof is None:
        raise NotAdmitted("The request is not signed.")
    pair = await run(cloud.oauth1.request_token, proof)
    return _told(pair, oauth_callback_confirmed="true")


async def _access_token(cloud: Cloud, request: Request) -> Answer:
    proof = await doorkeeper.proof_of(request, "consumer_key", "token", "signature_method", "signature", "verifier")
    if proof is None:
        raise NotAdmitted("The request is not signed.")
    return _told(await run(cloud.oauth1.access_token, proof))


def _told(pair: Pair, **more: str) -> Answer:
    return _form_answer(oauth_token=pair.token, oauth_token_secret=pair.secret, **more)


def _form_answer(**fields: str) -> Answer:
    """The type stands alone: a client compares it as a whole."""
    return Answer(200, [("Content-Type", oauth1.FORM), ("Cache-Control", "no-store")], oauth1.form(**fields))


# --------------------------------------------------------------------------------------------- for the person


async def _ask(cloud: Cloud, request: Request) -> Answer:
    token = _token(request)
    question = await run(cloud.oauth1.question, token)
    say = words.of(request)
    found = None if "other" in request.params else await _signed_in(cloud, request)
    if found is None:
        return html(say, pages.sign_in(say, question, token, request.host))
    actor, account = found
    mark = await run(cloud.oauth1.page_mark, actor, token)
    return html(say, pages.consent(say, question, account.name, token, mark), forms=_forms(question.callback))


async def _answer(cloud: Cloud, request: Request) -> Answer:
    token, form = _token(request), await _form(request)
    if "permission" in form:
        return await _by_password(cloud, request, token, form)
    doorkeeper.require_same_origin(request)
    question = await run(cloud.oauth1.question, token)
    if "login" in form:
        return await _sign_in(cloud, request, question, token, form)
    found = await _signed_in(cloud, request)
    if found is None:
        return Answer(303, [("Location", pages.address(token)), ("Cache-Control", "no-store")])
    mark = form.get("mark", "")
    if form.get("action") == "Allow":
        return _go_back(request, question, await run(cloud.oauth1.allow, found[0], token, mark))
    if form.get("action") == "Deny":
        return _rejected(await run(cloud.oauth1.deny, found[0], token, mark), token, request)
    raise Malformed("The answer must be Allow or Deny.", advice="Press one of the two buttons.")


async def _by_password(cloud: Cloud, request: Request, token: str, form: dict[str, str]) -> Answer:
    """StackSync's web client asks for name and password itself and sends them with the answer."""
    if form["permission"] != "allow":
        return _rejected(await run(cloud.oauth1.withdraw, token), token)
    login, password = form.get("email", ""), form.get("password", "")
    answered = await run(cloud.oauth1.allow_by_password, token, login, password, request.peer)
    return _form_answer(**_fields(answered))


async def _sign_in(cloud: Cloud, request: Request, question: Question, token: str, form: dict[str, str]) -> Answer:
    login, say = form["login"], words.of(request)
    try:
        headers = await doorkeeper.sign_in(request, cloud, login, form.get("password", ""))
    except NotAdmitted:
        fault, status = say("That password does not fit this name."), 401
    except TooManyAttempts as error:
        fault, status = say.refusal(error), 429
    else:
        return Answer(303, [("Location", pages.address(token)), ("Cache-Control", "no-store"), *headers])
    return html(say, pages.sign_in(say, question, token, request.host, login=login, fault=fault), status)


async def _signed_in(cloud: Cloud, request: Request) -> tuple[Actor, Account] | None:
    """Only a person in front of a page answers here: what an app holds does not."""
    token = doorkeeper.session_token(request)
    if token is None:
        return None
    try:
        actor = await run(cloud.grants.admit_token, token, request.peer)
        return actor, await run(cloud.accounts.me, actor)
    except Refused:
        return None


def _go_back(request: Request, question: Question, answered: Answered) -> Answer:
    if answered.callback == OOB:
        say = words.of(request)
        return html(say, pages.to_copy(say, question, answered))
    return _to(oauth1.with_fields(answered.callback, **_fields(answered)))


def _fields(answered: Answered) -> dict[str, str]:
    """The names of RFC 5849 §2.2 and those of the first StackSync server."""
    return {
        "oauth_token": answered.token,
        "oauth_verifier": answered.verifier,
        "token": answered.token,
        "verifier": answered.verifier,
    }


def _rejected(callback: str, token: str, request: Request | None = None) -> Answer:
    """`request`: of the page on which a person said so."""
    if request is None:
        return Answer(200, [("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store")], _REJECTED)
    if callback == OOB:
        return message(words.of(request), "Not allowed", _REJECTED.decode() + ".", "Nothing was given to the app.")
    return _to(oauth1.with_fields(callback, denied=token))


_REJECTED = b"Authorization rejected"


def _to(address: str) -> Answer:
    return Answer(302, [("Location", address), ("Cache-Control", "no-store"), ("Referrer-Policy", "no-referrer")])


def _forms(callback: str) -> str:
    """Where the form of the consent page leads: here and, by the redirect, to the app (CSP 3 §6.4.2)."""
    if callback == OOB:
        return "'self'"
    parts = urlsplit(callback)
    return f"'self' {parts.scheme}://{parts.netloc}" if parts.netloc else f"'self' {parts.scheme}:"


def _token(request: Request) -> str:
    token = request.params.get("oauth_token", "")
    if not token:
        raise Malformed("Missing oauth token", advice=_BEGIN_ANEW)
    return token


async def _form(request: Request) -> dict[str, str]:
    """Raises Malformed, TooLarge."""
    body = await request.body(_FORM_LIMIT)
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=20))
    except ValueError:
        raise Malformed("The form cannot be read.") from None


# ---------------------------------------------------------------------------------------------------- errors


def _failed(request: Request, error: CloudError) -> Answer:
    if request.target != "/oauth/authorize" or (request.method == "POST" and isinstance(error, NotAdmitted)):
        return Answer(*oauth1.answer(error, "stacksync", "Authorization required."))
    say = words.of(request)
    if isinstance(error, RequestMissing):
        return message(say, "This question is over", "Invalid oauth token", str(error), error.advice, status=400)
    title = "That is not possible" if isinstance(error, Malformed | NotAllowed) else "That did not work"
    return message(say, title, str(error), error.advice, status=oauth1.status(error))


def _nothing(request: Request) -> Answer:
    return message(words.of(request), "Nothing here", "There is nothing at this address.", status=404)


def _wrong_method(request: Request) -> Answer:
    error = Malformed(f"This address knows no {request.method[:20]}.", advice="Use GET or POST.")
    _, headers, body = oauth1.answer(error, "stacksync", "")
    return Answer(405, [*headers, ("Allow", "GET, HEAD, POST")], body)


_HANDLERS: dict[str, dict[str, Handler]] = {
    "request_token": {"GET": _request_token, "POST": _request_token},
    "authorize": {"GET": _ask, "POST": _answer},
    "access_token": {"GET": _access_token, "POST": _access_token},
}
