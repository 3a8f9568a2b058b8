"""Register and log in: by the sign-up service, and by nothing else."""

import ssl
import threading
from collections.abc import Mapping
from typing import Any

from nuvol.apps.photoshare import layout
from nuvol.apps.photoshare.settings import Settings
from nuvol.apps.photoshare.visitors import Visitor
from nuvol.sdk.cloudfs import AuthenticatedError, CloudFSError, UserSession

TIMEOUT = 30.0
"""Seconds."""


class Declined(Exception):
    """The message is a sentence for the page."""


def register(service: "SignUpService", fields: Mapping[str, str], peer: str) -> None:
    """Make the account. Raises Declined: with the service's own words, or a general sentence when it is not there."""
    name = fields.get("username", "").strip()
    if not name or "/" in name or "\\" in name or name[0] == "." or not name.isprintable():
        raise Declined("Take a name without slashes that does not begin with a dot: your e-mail address is a good one.")
    wanted = {
        "username": name,
        "password": fields.get("password", ""),
        "first_name": fields.get("firstname", "").strip(),
        "last_name": fields.get("lastname", "").strip(),
    }
    status, told = service.post("user/", wanted, peer)
    if status == 400:
        raise Declined(str(told.get("message") or "Somebody has this name already."))
    if status != 201:
        raise Declined("The account could not be made now. Try again in a moment.")


def log_in(clouds: "Clouds", username: str, password: str, peer: str) -> Visitor:
    """Sign in both the user and the app account, and see to it that their folders are there. Raises Declined."""
    settings = clouds.settings
    if not settings.is_complete:
        raise Declined("PhotoShare is not set up yet: its own account is missing in the settings.")
    token = _token(clouds.service, username.strip(), password, peer)
    app_token = _token(clouds.service, settings.username, settings.password, peer)
    try:
        return at_home(clouds, token, app_token)
    except AuthenticatedError as error:
        if error.status() != 401:
            raise Declined(f"Signing in worked, opening your photos did not: {error.message}") from error
        clouds.forget_app()  # it was opened with an older token that is not good any more
        return at_home(clouds, token, app_token)
    except CloudFSError as error:
        raise Declined("Signing in worked, opening your photos did not. Try again in a moment.") from error


def at_home(clouds: "Clouds", token: str, app_token: str) -> Visitor:
    """See to it that the user's folders, share and file are there. Raises CloudFSError, Crowded."""
    session, app = clouds.session(token), clouds.app(app_token)
    name = session.get_user().username
    cloud = session.get_filesystem()
    public, private, shared = layout.open_home(cloud)
    known = app.read(app.users().get(name)).get("sharedKey")
    if known not in [share.share_key for share in cloud.list_shares()]:
        share = cloud.create_share(public)

        def change(record: layout.Record) -> layout.Record:
            if record.get("sharedKey", known) != known:
                return record  # another device was faster
            return {"friends": [], **record, "sharedKey": share.share_key}

        try:
            kept = app.change_user(name, change)
        except layout.Unreadable:
            kept = {}
        if kept.get("sharedKey") != share.share_key:
            share.delete()
    return Visitor(name, token, app_token, public.url(), private.url(), shared.url())


def _token(service: "SignUpService", username: str, password: str, peer: str) -> str:
    status, told = service.post("authenticate/", {"username": username, "password": password}, peer)
    if status == 200 and told.get("auth_token"):
        return str(told["auth_token"])
    if status == 429:
        raise Declined("Too many wrong passwords. Wait half a minute and try again.")
    raise Declined("The name or the password is wrong, or the sign-in service does not answer.")


class SignUpService:
    """The REST service that makes accounts and tokens."""

    def __init__(self, settings: Settings) -> None:
        import httpx

        trust = ssl.create_default_context()
        if settings.ca:
            trust.load_verify_locations(settings.ca)
        self._client = httpx.Client(base_url=settings.user_api, verify=trust, timeout=TIMEOUT)

    def post(self, place: str, body: Mapping[str, str], peer: str) -> tuple[int, dict[str, Any]]:
        """Status and answer; status 0 when there was none. `peer`: the browser's address, so that the service can
        slow down guessers and nobody else."""
        import httpx

        try:
            answer = self._client.post(place, json=body, headers={"X-Forwarded-For": peer})
            told = answer.json()
        except (httpx.HTTPError, ValueError):
            return 0, {}
        return answer.status_code, told if isinstance(told, dict) else {}


class Clouds:
    """The platform, the sign-up service and the sessions: one for each token, kept while it is used."""

    MOST = 200

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.service = SignUpService(settings)
        self._sessions: dict[str, UserSession] = {}
        self._app: layout.AppAccount | None = None
        self._opening = threading.Lock()

    def session(self, token: str) -> UserSession:
        found = self._sessions.pop(token, None)
        if found is None:
            settings = self.settings
            found = UserSession(
                settings.base, settings.client_id, settings.client_secret, token, ca=settings.ca or None
            )
        self._sessions[token] = found  # the newest last
        if len(self._sessions) > self.MOST:
            self._sessions.pop(next(iter(self._sessions)), None)
        return found

    def app(self, token: str) -> layout.AppAccount:
        """The app account, opened with this token if it is not open yet."""
        with self._opening:
            if self._app is None:
                self._app = layout.AppAccount(self.session(token).get_filesystem())
            return self._app

    def forget_app(self) -> None:
        """Its token is not good any more: the next visitor brings another."""
        self._app = None
