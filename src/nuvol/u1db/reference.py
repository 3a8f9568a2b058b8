"""Replica files of the U1DB reference: taken over, in place, when they are opened (u1db.md part 8)."""

import sqlite3
from itertools import groupby
from operator import itemgetter

from nuvol.errors import IndexDefinitionParseError
from nuvol.u1db.index import definition
from nuvol.u1db.table import Index, IndexState

_TABLES = ["transaction_log", "document_fields", "conflicts", "sync_log", "index_definitions", "u1db_config"]
"""Besides `document`, which is called so here too."""


def is_one(connection: sqlite3.Connection) -> bool:
    found = connection.execute("select name from sqlite_schema where type = 'table'").fetchall()
    return {"document", *_TABLES} <= {name for (name,) in found}


def set_aside(connection: sqlite3.Connection) -> None:
    """Make room for the tables of ours."""
    connection.execute("alter table document rename to reference_document")


def take_over(connection: sqlite3.Connection) -> list[Index]:
    """Bring what was set aside into the tables of ours; returns the indexes, which are still to be filled."""
    run = connection.execute
    run("insert into database (replica_uid) select value from u1db_config where name = 'replica_uid'")
    run("insert into log select generation, doc_id, transaction_id from transaction_log")
    run(
        "insert into document select d.doc_id, d.doc_rev, d.content, max(l.generation)"
        " from reference_document d join log l on l.doc_id = d.doc_id group by d.doc_id"
    )
    run("insert into alternative select doc_id, doc_rev, content from conflicts")
    run("insert into peer select replica_uid, known_generation, known_transaction_id from sync_log")
    columns = run("select name, field from index_definitions order by name, offset").fetchall()
    indexes = [
        Index(name, tuple(field for _, field in fields), IndexState.FILLING)
        for name, fields in groupby(columns, itemgetter(0))
    ]
    for table in ["reference_document", *_TABLES]:
        run(f"drop table {table}")
    return [index for index in indexes if _is_known(index)]


def _is_known(index: Index) -> bool:
    """The reference takes some definitions that then fail with every document."""
    try:
        definition(index.name, index.expressions)
    except IndexDefinitionParseError:
        return False
    return True
