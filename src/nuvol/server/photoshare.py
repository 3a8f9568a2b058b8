"""PhotoShare as a face: alone with a settings file, or in a cloud of its own."""

from pathlib import Path

from nuvol.apps.photoshare.settings import BadSettings, read
from nuvol.errors import BadValue
from nuvol.faces.http import Answer, Request, Route
from nuvol.server.guests import Asgi, guest

PREFIX = "photoshare"


def routes(config: Path) -> dict[str, Route]:
    """PhotoShare, to be served alone; the root of the host leads to it. Raises BadValue for a bad settings file."""
    try:
        read(config)
    except BadSettings as error:
        raise BadValue(str(error), advice="docs/photoshare.md shows the file.") from None
    return {PREFIX: route(config), "": Route(_to_it, lambda request, error: Answer(400))}


def route(config: Path) -> Route:
    def application() -> Asgi:
        from nuvol.apps.photoshare.web import PhotoShare

        return PhotoShare(read(config)).asgi

    return guest(application, PREFIX)


async def _to_it(request: Request) -> Answer:
    return Answer(303, [("Location", f"/{PREFIX}/")])
