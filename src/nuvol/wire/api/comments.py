"""Words about what people write about files and folders, and about who did what with them."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from nuvol.model import comments as model
from nuvol.model import journal
from nuvol.model.accounts import Actor
from nuvol.model.nodes import Kind
from nuvol.wire.api.values import Cursor, Id, Time, time_text

TEXT_LIMIT = 10_000

# ------------------------------------------------------------------------------------------------ answers


class Mention(Struct, frozen=True):
    """Somebody who stands in the text as “@name”."""

    account_id: Id
    name: str


class Comment(Struct, frozen=True):
    id: str
    author_id: Annotated[Id, Meta(description="The account that wrote it.")]
    author: Annotated[str, Meta(description="As whom the author is shown.")]
    text: str
    created_at: Time
    mentions: list[Mention]
    mine: Annotated[bool, Meta(description="One may delete it.")]


class Comments(Struct, frozen=True):
    comments: Annotated[list[Comment], Meta(description="Newest first.")]
    total: int
    next: Annotated[Cursor | None, Meta(description="Null: there are no more.")]


class Act(Struct, frozen=True):
    """One thing that somebody did."""

    at: Time
    actor_id: Id
    actor: Annotated[str, Meta(description="The name of the account; empty: it is gone.")]
    app: Annotated[str, Meta(description="The program by which it was done, as it calls itself.")]
    object: Annotated[Literal["node", "comment", "share"], Meta(description="What `verb` is about.")]
    verb: str
    node_id: Id
    kind: Literal["file", "folder"]
    name: Annotated[str, Meta(description="As it was called afterwards.")]
    old_parent_id: Annotated[Id | None, Meta(description="Null: it did not leave a place that one may see.")]
    old_name: str | None
    new_parent_id: Id | None
    version: int


class Acts(Struct, frozen=True):
    acts: Annotated[list[Act], Meta(description="Newest first.")]
    next: Annotated[Cursor | None, Meta(description="Null: the journal reaches back no further. A page may be empty.")]


# ----------------------------------------------------------------------------------------------- requests


class CommentsAsked(Struct, frozen=True, forbid_unknown_fields=True):
    cursor: Cursor | None = None
    limit: Annotated[int, Meta(ge=1, le=1000)] = 100


class ActsAsked(Struct, frozen=True, forbid_unknown_fields=True):
    cursor: Cursor | None = None
    limit: Annotated[int, Meta(ge=1, le=200)] = 50


class NewComment(Struct, frozen=True, forbid_unknown_fields=True):
    text: Annotated[str, Meta(min_length=1, max_length=TEXT_LIMIT, pattern=r"\S")]


# ------------------------------------------------------------------------------------------------- turning


def comment(of: model.Comment, names: dict[int, str], actor: Actor) -> Comment:
    return Comment(
        of.doc_id,
        of.author_id,
        of.user,
        of.text,
        time_text(of.at),
        [Mention(id, names[id]) for id in of.mentions if id in names],
        of.author_id == actor.account_id,
    )


def comments(of: model.CommentPage, actor: Actor) -> Comments:
    return Comments([comment(one, of.names, actor) for one in of.comments], of.total, of.next)


def acts(of: journal.Acts) -> Acts:
    return Acts([_act(one) for one in of.acts], of.next)


def _act(of: journal.Act) -> Act:
    change = of.change
    return Act(
        time_text(change.at),
        change.actor_id,
        of.actor,
        change.app,
        change.object,  # type: ignore[arg-type]  # one of those that the core tells
        change.verb,
        change.object_id,
        "file" if change.kind == Kind.FILE else "folder",
        of.name,
        change.old_parent,
        change.old_name,
        change.new_parent,
        change.number,
    )
