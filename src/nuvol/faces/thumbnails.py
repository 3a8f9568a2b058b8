"""Small pictures of photos, sent alike to the desktop and to visitors of a link."""

from nuvol.core.cloud import Cloud
from nuvol.faces.downloads import changed
from nuvol.faces.http import Answer, Request, in_thread, look
from nuvol.model.accounts import Actor

WEBP = "image/webp"
KEPT = "private, max-age=31536000, immutable"
"""A year, which is as long as RFC 9111 §5.2.2.1 wants anybody to say."""


async def thumbnail(
    request: Request, cloud: Cloud, actor: Actor, node_id: int, size: str, content: str | None = None
) -> Answer:
    """Browsers keep it for good where the address names the `content` (hash, in hex) that it is of; else they ask each
    time. Raises NodeMissing, ThumbnailMissing."""
    shown = await look(cloud.photos.thumbnail, actor, node_id, size)
    etag = f'"{shown.content.hex()[:32]}-{shown.thumbnail.name}"'
    headers = [
        ("ETag", etag),
        ("Cache-Control", KEPT if content == shown.content.hex() else "private, no-cache"),
        ("X-Content-Type-Options", "nosniff"),
    ]
    if not changed(request.headers, etag, 0):
        return Answer(304, headers)
    return Answer(200, [("Content-Type", WEBP), *headers], await in_thread(cloud.photos.bytes_of, shown))
