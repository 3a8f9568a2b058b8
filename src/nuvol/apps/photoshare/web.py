"""The pages. Plain forms that work without script; `static/photoshare.js` makes them quicker where there is one."""

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from nuvol.apps.photoshare import accounts, friends, likes, photos, pictures, timeline
from nuvol.apps.photoshare.accounts import Declined
from nuvol.apps.photoshare.settings import Settings
from nuvol.apps.photoshare.site import Site, Visit, beside, static
from nuvol.sdk.cloudfs import AuthenticatedError, Item, Photo
from nuvol.sdk.cloudfs.errors import FilesystemWouldBeOverTheLimit

POSTS, SQUARES = 20, 60
"""Photos on one page of the timeline, and of History."""

ID_PATH = re.compile(r"[\w-]+(/[\w-]+)*", re.ASCII)

SANDBOX = {"Content-Security-Policy": "sandbox; default-src 'none'"}
"""A photo cannot act as a page of ours."""


class PhotoShare(Site):
    """The app as ASGI: `PhotoShare(settings).asgi`."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.asgi = Starlette(
            routes=[
                Route("/", self.page(lambda visit: self.to(visit, "/timeline"))),
                Route("/register", self.page(self.register, closed=False), methods=["GET", "POST"]),
                Route("/login", self.page(self.login, closed=False), methods=["GET", "POST"]),
                Route("/logout", self.page(self.logout), methods=["POST"]),
                Route("/timeline", self.page(self.timeline)),
                Route("/like", self.page(self.like), methods=["POST"]),
                Route("/upload", self.page(self.upload), methods=["GET", "POST"]),
                Route("/history", self.page(self.history)),
                Route("/switch", self.page(self.switch), methods=["POST"]),
                Route("/trash", self.page(self.trash), methods=["POST"]),
                Route("/restore", self.page(self.restore), methods=["POST"]),
                Route("/friends", self.page(self.friends)),
                Route("/friends/add", self.page(self.add_friend), methods=["POST"]),
                Route("/friends/remove", self.page(self.remove_friend), methods=["POST"]),
                Route("/photo/{path:path}", self.page(self.photo)),
                Route("/static/{name}", static),
            ],
            exception_handlers={404: self.missing},
        )

    # ------------------------------------------------------------------------------------------- at the door

    def register(self, visit: Visit) -> Response:
        fields = {name: visit.text(name) for name in ("username", "password", "firstname", "lastname")}
        if visit.request.method == "GET":
            return self.show(visit, "register", fields=fields)
        try:
            accounts.register(self._clouds.service, fields, peer(visit.request))
        except Declined as refusal:
            return self.show(visit, "register", 400, fields=fields, fault=str(refusal))
        return self.to(visit, "/login?new=1")

    def login(self, visit: Visit) -> Response:
        name = visit.text("username")
        if visit.request.method == "GET":
            return self.show(visit, "login", username=name, new="new" in visit.request.query_params)
        try:
            visitor = accounts.log_in(self._clouds, name, visit.text("password"), peer(visit.request))
        except Declined as refusal:
            return self.show(visit, "login", 400, username=name, fault=str(refusal))
        return self.to(visit, "/timeline", visitor)

    def logout(self, visit: Visit) -> Response:
        return visit.keep(self.to(visit, "/login"), None)

    # ---------------------------------------------------------------------------------------------- timeline

    def timeline(self, visit: Visit) -> Response:
        shots, absent = timeline.timeline(visit.cloud, visit.app, visit.known)
        after = visit.request.query_params.get("after", "")
        shown, older = photos.page(shots, after, POSTS)
        return self.show(
            visit,
            "timeline",
            days=photos.by_day(shown, visit.zone),
            after=after,
            older=older,
            liked=likes.of(visit.app.likes()),
            absent=absent,
            mark=self.mark(visit),
        )

    def like(self, visit: Visit) -> Response:
        item_id = self._seal.marked(visit.known.name, visit.text("photo"))
        if item_id is None:
            return self.trouble(visit, "This photo cannot be liked from here. Open the timeline again.", 400)
        users = likes.set_like(visit.app, item_id, visit.known.name, visit.text("liked") == "1")
        if not visit.wants_json:
            return self.to(visit, f"/timeline?{urlencode({'after': visit.text('after')})}#p-{item_id}")
        text = self._templates.get_template("likes.html").render(
            **self.spoken(visit),
            here=visit.here,
            visitor=visit.known,
            item_id=item_id,
            users=users,
            after=visit.text("after"),
            mark=self.mark(visit),
        )
        return JSONResponse({"html": text})

    def mark(self, visit: Visit) -> Callable[[str], str]:
        return lambda item_id: self._seal.mark(visit.known.name, item_id)

    # ------------------------------------------------------------------------------------------------- upload

    def upload(self, visit: Visit) -> Response:
        if visit.request.method == "GET":
            return self.show(visit, "upload", done=[], public=True)
        public = visit.text("who") != "private"
        given = [one for one in visit.form.getlist("photos") if isinstance(one, UploadFile) and one.filename]
        done = [self._one_upload(visit, one, public) for one in given]
        if visit.wants_json:
            return JSONResponse({"done": done}, 200 if any(one["good"] for one in done) else 400)
        fault = "" if done else "Choose a photo first."
        good = bool(done) and all(one["good"] for one in done)
        return self.show(visit, "upload", 200 if good else 400, done=done, public=public, fault=fault)

    def _one_upload(self, visit: Visit, given: UploadFile, public: bool) -> Mapping[str, Any]:
        """One photo that fails does not hold up the others."""
        name = given.filename or ""
        try:
            made = photos.upload(visit.cloud, visit.known, self._pictures, name, given.file, public=public)
        except pictures.NoPicture as refusal:
            return {"name": name, "good": False, "sentence": visit.speak(str(refusal))}
        except FilesystemWouldBeOverTheLimit:
            return {
                "name": name,
                "good": False,
                "sentence": visit.speak("“{}” does not fit: your cloud is full.", name),
            }
        return {"name": made.name, "good": True, "sentence": visit.speak("done"), "id": made.id}

    # ------------------------------------------------------------------------------------------------ history

    def history(self, visit: Visit) -> Response:
        shots = photos.own(visit.cloud, visit.known)
        query = visit.request.query_params
        show = query.get("show", "")
        wanted = {"friends": [s for s in shots if not s.private], "you": [s for s in shots if s.private]}
        shown, older = photos.page(wanted.get(show, shots), query.get("after", ""), SQUARES)
        return self.show(
            visit,
            "history",
            days=photos.by_day(shown, visit.zone),
            after=query.get("after", ""),
            older=older,
            liked=likes.of(visit.app.likes()),
            shown=show,
            any=bool(shots),
            select=query.get("select", ""),
        )

    def switch(self, visit: Visit) -> Response:
        ids, public = chosen(visit), visit.text("public") == "1"
        try:
            moved = photos.switch(visit.cloud, visit.known, ids, public=public)
        except photos.Gone:
            return self.none_of(visit, ids)
        if len(ids) == 1:
            said = "Friends see this photo now." if public else "Only you see this photo now."
        else:
            said = f"Friends see {len(ids)} photos now." if public else f"Only you see {len(ids)} photos now."
        if not moved:
            return self.told(visit, history(visit), said)
        return self.told(visit, history(visit), said, "/switch", **undo(visit, moved), public="0" if public else "1")

    def trash(self, visit: Visit) -> Response:
        ids = chosen(visit)
        try:
            gone = photos.trash(visit.cloud, visit.known, ids)
        except photos.Gone:
            return self.none_of(visit, ids)
        said = f"“{gone[0].name}” is in the trash." if len(gone) == 1 else f"{len(gone)} photos are in the trash."
        return self.told(visit, history(visit), said, "/restore", **undo(visit, gone))

    def restore(self, visit: Visit) -> Response:
        try:
            back = photos.restore(visit.cloud, chosen(visit))
        except photos.Gone:
            return self.told(visit, history(visit), "It is not in the trash any more.")
        said = "The photo is back." if len(back) == 1 else f"{len(back)} photos are back."
        return self.told(visit, history(visit), said)

    def none_of(self, visit: Visit, ids: set[str]) -> Response:
        return self.told(visit, history(visit), "This photo is not here any more." if ids else "Choose a photo first.")

    # ------------------------------------------------------------------------------------------------ friends

    def friends(self, visit: Visit, fault: str = "") -> Response:
        letters = visit.request.query_params.get("q", "")
        found = friends.find(visit.app, visit.known.name, letters)
        have = friends.friends(visit.app, visit.known.name)
        return self.show(
            visit,
            "friends",
            400 if fault else 200,
            letters=letters,
            found=friends.counted(visit.cloud, visit.app, found),
            friends=have,
            fault=fault,
        )

    def add_friend(self, visit: Visit) -> Response:
        friend = visit.text("friend").strip()
        try:
            friends.add(visit.app, visit.known.name, friend)
        except friends.Unsuitable as refusal:
            return self.friends(visit, str(refusal))
        return self.told(visit, "/friends", f"You see the photos of {friend} now.", "/friends/remove", friend=friend)

    def remove_friend(self, visit: Visit) -> Response:
        friend = visit.text("friend").strip()
        friends.remove(visit.app, visit.known.name, friend)
        return self.told(visit, "/friends", f"{friend} is not your friend any more.", "/friends/add", friend=friend)

    # ------------------------------------------------------------------------------------------------- photos

    def photo(self, visit: Visit) -> Response:
        """The bytes, or a small picture of them, read with the user's own token: what is not in the user's file system
        is not found, whatever is kept of it."""
        item = self._photo_of(visit)
        if item is None:
            return self.trouble(visit, "There is no such photo.", 404)
        side = {"large": pictures.LARGE, "small": pictures.SMALL}.get(visit.request.query_params.get("size", ""))
        tag = f'"{item.id}-{item.version}-{side}"'
        headers = {"ETag": tag, "Cache-Control": "private, max-age=31536000, immutable", **SANDBOX}
        if visit.request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        if side:
            small = photos.small(self._pictures, visit.known, item, side)
            return beside("unseen.svg") if small is None else Response(small, headers=headers, media_type="image/webp")
        shown = item.mime in pictures.SHOWN
        headers["Content-Length"] = str(item.size)
        if not shown:
            headers["Content-Disposition"] = "attachment"
        return StreamingResponse(
            photos.blocks(item), headers=headers, media_type=item.mime if shown else "application/octet-stream"
        )

    def _photo_of(self, visit: Visit) -> Photo | None:
        """Raises CloudFSError when the cloud cannot tell now."""
        path = visit.request.path_params["path"]
        if not ID_PATH.fullmatch(path):
            return None
        try:
            item = visit.cloud.get_item("/" + path)
        except AuthenticatedError as error:
            if error.status() in (401, 429, 503):
                raise
            return None
        return item if isinstance(item, Photo) else None


def chosen(visit: Visit) -> set[str]:
    """Ids of photos: a field for each, or several in one."""
    return set(" ".join(one for one in visit.form.getlist("photo") if isinstance(one, str)).split())


def undo(visit: Visit, items: list[Item]) -> dict[str, str]:
    """The fields that take it back for these photos, and lead to the same place of History."""
    return {"photo": " ".join(item.id for item in items), **place(visit)}


def place(visit: Visit) -> dict[str, str]:
    """Where one is in History: which list, and from which photo on."""
    return {name: visit.text(name) for name in ("show", "after") if visit.text(name)}


def history(visit: Visit) -> str:
    return f"/history?{urlencode(place(visit))}".rstrip("?")


def peer(request: Request) -> str:
    return request.client.host if request.client else ""
