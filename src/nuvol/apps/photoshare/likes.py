"""Likes: `meta` in the app account, `{"likes": [{"itemId", "users", "total"}]}`, keyed by the ids of photos.

A photo keeps its id when it is moved, and `share.list()` tells the owner's ids: so a like survives whatever
copies friends receive.
"""

from typing import Any

from nuvol.apps.photoshare.layout import AppAccount, Record


def entries(record: Record) -> list[dict[str, Any]]:
    """Without what another program may have written otherwise."""
    found = record.get("likes")
    told = found if isinstance(found, list) else []
    return [
        one
        for one in told
        if isinstance(one, dict) and isinstance(one.get("itemId"), str) and isinstance(one.get("users"), list)
    ]


def of(record: Record) -> dict[str, list[str]]:
    """Id of a photo → who likes it."""
    return {like["itemId"]: list(map(str, like["users"])) for like in entries(record) if like["users"]}


def set_like(app: AppAccount, item_id: str, name: str, liked: bool) -> list[str]:
    """Who likes the photo now. Raises Crowded, Unreadable, CloudFSError."""
    return of(app.change_likes(lambda record: changed(record, item_id, name, liked))).get(item_id, [])


def changed(record: Record, item_id: str, name: str, liked: bool) -> Record:
    """The record with this like in it, once, or without it; the total is always the number of users."""
    before = of(record).get(item_id, [])
    users = [other for other in before if other != name] + [name] * liked
    if set(users) == set(before):
        return record
    others = [like for like in entries(record) if like["itemId"] != item_id]
    mine = [{"itemId": item_id, "users": users, "total": len(users)}] if users else []
    return {**record, "likes": others + mine}
