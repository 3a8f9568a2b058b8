"""Which database an address means."""

from collections.abc import Callable
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TypeVar

from nuvol.errors import BadValue
from nuvol.stores.catalog.database import Connection, Database

Tx = TypeVar("Tx")

SCHEMA = files("nuvol.stores.catalog") / "schema"


def open_database(where: Path | str, build: Callable[[Connection], Tx], schema: Traversable = SCHEMA) -> Database[Tx]:
    """Open it and bring its tables up to date; `build` makes what units are given, once for each connection.

    `where`: a file, "sqlite:///absolute/path" or "postgresql://…". Raises BadValue, StoreFailed.
    """
    if isinstance(where, str) and where.startswith(("postgresql://", "postgres://")):
        from nuvol.stores.catalog.dialects.postgres import PostgresDatabase

        return PostgresDatabase(where, build, schema)
    if isinstance(where, str) and not where.startswith("sqlite:///"):
        raise BadValue(
            f"“{where}” is no address of a catalog.", advice="Write sqlite:///path/of/the/file or postgresql://…"
        )
    from nuvol.stores.catalog.dialects.sqlite import SqliteDatabase

    return SqliteDatabase(Path(str(where).removeprefix("sqlite://")), build, schema)
