"""Brings the tables of a database up to this program: `schema/NNN_what.sql`, in order, each in a transaction.

A file is plain statements with the tokens of `database.py`. One whose first line is `-- rewrites rows` has a
copy of the database made first. What a statement cannot say follows it, in the same transaction (`THEN`). Which files
have run stands in the table `migration`.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from importlib.resources.abc import Traversable
from typing import Protocol

from nuvol import clock
from nuvol.errors import StoreFailed
from nuvol.model import names
from nuvol.stores.catalog.database import Row

REWRITES = "-- rewrites rows"


class MigratingConnection(Protocol):
    def begin_alone(self) -> None:
        """Start a transaction; whoever else wants to migrate waits until it ends."""

    def commit(self) -> None: ...
    def rollback(self) -> None: ...
    def one(self, sql: str, args: Sequence[object] = ()) -> Row | None: ...
    def run(self, sql: str, args: Sequence[object] = ()) -> int: ...
    def keep_copy(self, name: str) -> None:
        """Put what is committed aside under this name, durably; an older copy of that name is replaced."""


def migrate(db: MigratingConnection, schema: Traversable) -> None:
    """Run what has not run yet. Raises StoreFailed when the database is of a newer program."""
    files = sorted((int(file.name.partition("_")[0]), file) for file in schema.iterdir() if file.name.endswith(".sql"))
    is_new = False
    while (reached := _step(db, files, is_new)) is not None:
        is_new = is_new or reached == 0


def _step(db: MigratingConnection, files: Sequence[tuple[int, Traversable]], is_new: bool) -> int | None:
    """Run the next file; returns how far the database was before, None when there is nothing to run."""
    db.begin_alone()
    try:
        db.run("create table if not exists migration (number {int} primary key, at {int} not null)")
        row = db.one("select max(number) from migration")
        reached = row[0] or 0 if row else 0
        newest = files[-1][0]
        if reached > newest:
            raise StoreFailed(
                f"The database is of a newer Nuvol (its tables have number {reached}, this program knows {newest}).",
                advice="Install that version of Nuvol again, or restore a backup made with this one.",
            )
        following = next(((number, file) for number, file in files if number > reached), None)
        if following is None:
            db.rollback()
            return None
        number, file = following
        script = file.read_text("utf-8")
        if not is_new and script.startswith(REWRITES):
            db.keep_copy(f"nuvol-before-{number:03}")
        for statement in statements(script):
            db.run(statement)
        if file.name in THEN:
            THEN[file.name](db)
        db.run("insert into migration (number, at) values (?, ?)", (number, clock.now()))
        db.commit()
    except BaseException:
        db.rollback()
        raise
    return int(reached)


def _words_of_comments(db: MigratingConnection) -> None:
    """They are split by us (`names.words`), so that both databases find the same."""
    sql = "select account_id, doc_id, node_id, text from node_comment where (account_id, doc_id) > (?, ?)"
    at: tuple[object, ...] = (-1, "")
    while row := db.one(f"{sql} order by account_id, doc_id limit 1", at):
        *at_now, node_id, text = row
        at = tuple(at_now)
        for word in names.words(text, names.TEXT_WORDS):
            db.run(
                "insert into comment_word (account_id, doc_id, word, node_id) values (?,?,?,?)", (*at, word, node_id)
            )


THEN: dict[str, Callable[[MigratingConnection], None]] = {"014_comment_words.sql": _words_of_comments}
"""By the name of the file."""

_TOKEN = re.compile(r"(?P<quoted>'[^']*'|\"[^\"]*\")|(?P<comment>--[^\n]*|/\*.*?\*/)|(?P<end>;)|[^;'\"/-]+|.", re.S)


def statements(script: str) -> Iterator[str]:
    """The statements of a script, without comments and semicolons."""
    parts: list[str] = []
    for token in _TOKEN.finditer(script):
        if token["end"] is not None:
            yield "".join(parts).strip()
            parts.clear()
        elif token["comment"] is None:
            parts.append(token[0])
    if rest := "".join(parts).strip():
        yield rest
