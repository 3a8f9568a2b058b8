"""Likes: `meta` in the app account, `{"likes": [{"itemId", "users", "total"}]}`, keyed by the ids of photos.

A photo keeps its id when it is moved, and `share.list()` tells the owner's ids: so a like survives whatever
copies friends receive.
"""

from nuvol.apps.photoshare.layout import AppAccount, Record


def of(record: Record) -> dict[str, list[str]]:
    """Id of a photo → who likes it."""
    return {like["itemId"]: like["users"] for like in record.get("likes", []) if like.get("users")}


def set_like(app: AppAccount, item_id: str, name: str, liked: bool) -> list[str]:
    """Who likes the photo now. Raises Crowded, CloudFSError."""
    return of(app.change_likes(lambda record: changed(record, item_id, name, liked))).get(item_id, [])


def changed(record: Record, item_id: str, name: str, liked: bool) -> Record:
    """The record with this like in it, once, or without it; the total is always the number of users."""
    users = [other for other in of(record).get(item_id, []) if other != name] + [name] * liked
    present = of(record).get(item_id, [])
    if set(users) == set(present):
        return record
    others = [like for like in record.get("likes", []) if like["itemId"] != item_id]
    mine = [{"itemId": item_id, "users": users, "total": len(users)}] if users else []
    return {**record, "likes": others + mine}
