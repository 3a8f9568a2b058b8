"""What people write about files and folders, and who did what with them."""

from nuvol.sdk.calls import Call, api, json_of, nothing, segment
from nuvol.wire.api.comments import Acts, Comment, Comments, NewComment


def about(node_id: int, *, cursor: str | None = None, limit: int | None = None) -> Call[Comments]:
    """A page of comments, newest first; `Comments.next` is the cursor of the following one. Raises NodeMissing."""
    return api("GET", f"/nodes/{node_id}/comments", json_of(Comments), query={"cursor": cursor, "limit": limit})


def write(node_id: int, text: str) -> Call[Comment]:
    """“@name” mentions somebody who has the node. Raises NodeMissing, QuotaExceeded (of its owner)."""
    return api("POST", f"/nodes/{node_id}/comments", json_of(Comment), send=NewComment(text))


def delete(node_id: int, comment_id: str) -> Call[None]:
    """One's own. Raises CommentMissing, NotAllowed, NodeMissing."""
    return api("DELETE", f"/nodes/{node_id}/comments/{segment(comment_id)}", nothing)


def activity(node_id: int, *, cursor: str | None = None, limit: int | None = None) -> Call[Acts]:
    """A page of who did what with a file, or in a folder and below it, newest first. Raises NodeMissing."""
    return api("GET", f"/nodes/{node_id}/activity", json_of(Acts), query={"cursor": cursor, "limit": limit})
