"""This cloud's own app: PhotoShare, a client like any other, and the sign-up service for it.

PhotoShare comes in through a listener of its own on this machine: so it needs neither the public address nor its
certificate, and what it says about its callers (X-Forwarded-For) counts there and nowhere else.
"""

import hmac
from collections.abc import Collection
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from nuvol.core.cloud import Cloud
from nuvol.errors import AppMissing, AppTaken, HandleTaken, NotAdmitted, NotAllowed
from nuvol.faces import signup
from nuvol.faces.http import Dispatcher, Route
from nuvol.model.apps import CLOUDFS, App
from nuvol.server.front import Front
from nuvol.server.guests import Asgi, guest
from nuvol.server.proxies import Proxies
from nuvol.server.signup import Guesses
from nuvol.wire.cloudfs import items
from nuvol.wire.signup import Login, Newcomer

TITLE = "PhotoShare"
KEY = "photoshare"
"""Client id of the app; its secret is made here like that of any other."""

ACCOUNT = ("photoshare-app", "photoshare@apps.invalid")
"""The app account; its address is nobody's (RFC 2606 §2)."""

TOKEN_HOURS = 31 * 24
"""A little longer than PhotoShare's cookie."""

LOOPBACK = "127.0.0.1"


class Own:
    """Makes the app and the app account when they are first needed."""

    def __init__(self, cloud: Cloud, small: Path | None = None) -> None:
        """`small`: where PhotoShare keeps small pictures; None: nowhere for longer than it runs."""
        self._cloud = cloud
        self._small = small
        self._guesses = Guesses()
        self._front: Front | None = None
        self._address = ""

    def routes(self, faces: Collection[str], native: Route | None) -> dict[str, Route]:
        """`native`: what answers the rest of "api"."""
        found: dict[str, Route] = {}
        if "signup" in faces:
            found |= dict.fromkeys(("api", *signup.PREFIXES), signup.face(self, native))
        if "photoshare" in faces:
            found[KEY] = guest(self._photoshare, KEY)
        return found

    async def listen(self, app: Dispatcher) -> None:
        """For PhotoShare. Raises OSError."""
        self._front = Front(app, proxies=Proxies([ip_network("127.0.0.0/8")]))
        host, port = await self._front.listen(LOOPBACK, 0)
        self._address = f"http://{host}:{port}"

    async def stop(self, seconds: float) -> None:
        if self._front is not None:
            await self._front.stop(seconds)

    # ---------------------------------------------------------------------------------------------- sign-up

    def join(self, newcomer: Newcomer, network: str) -> dict[str, Any]:
        app = self._own_app()
        mode = app.signup if app.signup != "invite" else self._cloud.accounts.signup_mode()
        if mode != "open":
            raise NotAllowed("Nobody can sign up here alone.", advice="Ask an administrator of this cloud.")
        self._guesses.begin(network)
        made = self._cloud.customers.create(
            app,
            newcomer.username,
            newcomer.password,
            first_name=newcomer.first_name,
            last_name=newcomer.last_name,
            by_developer=True,  # whether anybody may was asked above
        )
        self._guesses.succeeded(network)
        return items.profile(made)

    def enter(self, login: Login, network: str) -> str:
        return self._cloud.apps.sign_in(self._own_app(), login.username, login.password, network)[1]

    # ------------------------------------------------------------------------------------------- PhotoShare

    def _photoshare(self) -> Asgi:
        from nuvol.apps.photoshare.settings import Settings
        from nuvol.apps.photoshare.web import PhotoShare

        app = self._own_app()
        secret = self._cloud.apps.secret(app)
        password = hmac.digest(secret.encode(), b"app account", "sha256").hex()
        self._open_account(password)
        settings = Settings(
            app.key,
            secret,
            self._address,
            f"{self._address}/api/",
            ACCOUNT[0],
            password,
            media_root=str(self._small or ""),
        )
        return PhotoShare(settings).asgi

    def _open_account(self, password: str) -> None:
        """See to it that the app account is there and has this password: the app's secret may have been renewed."""
        accounts = self._cloud.accounts
        try:
            accounts.add(None, *ACCOUNT, password)
        except HandleTaken:
            try:
                self._cloud.grants.admit_basic(ACCOUNT[0], password, LOOPBACK)
            except NotAdmitted:
                accounts.set_password(None, accounts.find(None, ACCOUNT[0]).id, password)

    def _own_app(self) -> App:
        """Raises NotAllowed when it is switched off."""
        try:
            app = self._cloud.apps.find(KEY)
        except AppMissing:
            try:
                app = self._cloud.apps.add(None, TITLE, CLOUDFS, key=KEY, token_hours=TOKEN_HOURS, app_folder=True).app
            except AppTaken:  # another thread or process was faster
                app = self._cloud.apps.find(KEY)
        if not app.active:
            raise NotAllowed("PhotoShare is switched off in this cloud.", advice="Ask an administrator.")
        return app
