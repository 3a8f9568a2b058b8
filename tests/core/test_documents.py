"""Databases of documents: rights, quota, journal, deletion, and what a restored backup does."""

import pytest
from msgspec.structs import replace

from nuvol.core.access import is_scope
from nuvol.errors import AccountMissing, BadValue, DatabaseDoesNotExist, NotAllowed, QuotaExceeded
from nuvol.model.accounts import Actor
from nuvol.u1db.table import Alternative, Change
from tests.core.clouds import Crash, Home, World


def write(home: Home, name: str, *texts: tuple[str, str | None]) -> None:
    """Put documents past the rules of revisions."""
    table = home.cloud.documents.table(home.actor, name, create=True)

    def unit(rows):
        first = rows.head().generation + 1
        rows.write([Change(doc, f"r:{n}", text, n, f"T-{n}") for n, (doc, text) in enumerate(texts, first)])

    table.write(unit)


def names(home: Home, actor: Actor | None = None) -> list[str]:
    return [database.name for database in home.cloud.documents.list(actor or home.actor)]


def only(home: Home, *scopes: str) -> Actor:
    return replace(home.actor, scopes=frozenset(scopes))


def test_a_database_is_made_once(anna: Home) -> None:
    made, is_new = anna.cloud.documents.create(anna.actor, "notes")
    assert is_new
    assert anna.cloud.documents.create(anna.actor, "notes") == (made, False)
    assert anna.cloud.documents.get(anna.actor, "notes") == made


@pytest.mark.parametrize("name", ["", ".a", "-a", "a_b", "a/b", "é", "a\n", "a" * 101, "a\0"])
def test_not_everything_is_a_name(anna: Home, name: str) -> None:
    with pytest.raises(BadValue):
        anna.cloud.documents.create(anna.actor, name)


def test_nobody_sees_the_databases_of_others(anna: Home, bert: Home) -> None:
    anna.cloud.documents.create(anna.actor, "notes")
    assert names(bert) == []
    for ask in (bert.cloud.documents.get, bert.cloud.documents.delete, bert.cloud.documents.table):
        with pytest.raises(DatabaseDoesNotExist):
            ask(bert.actor, "notes")


def test_a_grant_may_open_one_database_only(anna: Home) -> None:
    for name in ("notes", "other"):
        anna.cloud.documents.create(anna.actor, name)
    guest = only(anna, "docs:notes", "docs:third")
    assert names(anna, guest) == ["notes"]
    anna.cloud.documents.table(guest, "notes")
    assert anna.cloud.documents.create(guest, "third")[1]
    for ask in (anna.cloud.documents.get, anna.cloud.documents.create, anna.cloud.documents.delete):
        with pytest.raises(NotAllowed):
            ask(guest, "other")


def test_without_a_scope_of_documents_there_are_none(anna: Home) -> None:
    anna.cloud.documents.create(anna.actor, "notes")
    guest = only(anna, "files", "calendar")
    for ask in (anna.cloud.documents.get, anna.cloud.documents.create, anna.cloud.documents.table):
        with pytest.raises(NotAllowed):
            ask(guest, "notes")
    with pytest.raises(NotAllowed):
        anna.cloud.documents.list(guest)


def test_what_is_a_scope() -> None:
    assert all(map(is_scope, ("docs", "docs:notes", "docs:a.b-c", "files:read")))
    assert not any(map(is_scope, ("docs:", "docs:a_b", "docs:-", "doc", "files:x", "account", "docs:a:b")))


def test_texts_count_in_the_quota(anna: Home) -> None:
    write(anna, "notes", ("a", '{"é": 1}'), ("b", "{}"))
    assert anna.used == 11
    write(anna, "notes", ("a", "{}"), ("b", None))
    assert anna.used == 2
    table = anna.cloud.documents.table(anna.actor, "notes")
    table.write(lambda rows: rows.set_alternatives("a", [Alternative("z:1", '{"b": 1}')]))
    assert anna.used == 10
    anna.cloud.documents.delete(anna.actor, "notes")
    assert anna.used == 0


def test_what_does_not_fit_is_refused_and_leaves_nothing(anna: Home) -> None:
    write(anna, "notes", ("a", "{}"))
    anna.set_quota(10)
    with pytest.raises(QuotaExceeded):
        write(anna, "notes", ("b", '{"a": "much more"}'))
    write(anna, "notes", ("b", '{"a": 1}'))
    assert anna.used == 10
    assert anna.cloud.documents.get(anna.actor, "notes").generation == 2


def test_every_change_is_in_the_journal(anna: Home) -> None:
    cursor = anna.cloud.journal.cursor(anna.actor)
    write(anna, "notes", ("a", "{}"), ("b", "{}"))
    write(anna, "notes", ("a", '{"x": 1}'), ("b", None))
    database = anna.cloud.documents.get(anna.actor, "notes")
    anna.cloud.documents.delete(anna.actor, "notes")
    changes = anna.cloud.journal.changes(anna.actor, cursor).changes
    assert [(c.object, c.verb, c.old_name, c.new_name, c.number) for c in changes] == [
        ("database", "create", None, "notes", 0),
        ("document", "create", None, "a", 1),
        ("document", "create", None, "b", 2),
        ("document", "content", None, "a", 3),
        ("document", "delete", "b", None, 4),
        ("database", "delete", "notes", None, 0),
    ]
    assert {c.object_id for c in changes} == {database.id}


def test_the_journal_shows_each_way_in_what_it_opens(anna: Home) -> None:
    cursor = anna.cloud.journal.cursor(anna.actor)
    anna.put("file")
    write(anna, "notes", ("a", "{}"))
    write(anna, "other", ("b", "{}"))

    def seen(*scopes: str) -> list[str | None]:
        return [change.new_name for change in anna.cloud.journal.changes(only(anna, *scopes), cursor).changes]

    assert seen("files") == seen("files:read") == ["file"]
    assert seen("docs") == ["notes", "a", "other", "b"]
    assert seen("docs:other") == ["other", "b"]
    assert seen("files", "docs:notes") == ["file", "notes", "a"]
    assert seen("docs:nothing") == []
    with pytest.raises(NotAllowed):
        seen("calendar")


def test_a_page_of_the_journal_that_shows_nothing_still_leads_on(anna: Home) -> None:
    cursor = anna.cloud.journal.cursor(anna.actor)
    write(anna, "notes", ("a", "{}"), ("b", "{}"))
    anna.put("file")
    page = anna.cloud.journal.changes(only(anna, "files"), cursor, limit=2)
    assert (page.changes, page.more) == ([], True)
    page = anna.cloud.journal.changes(only(anna, "files"), page.cursor, limit=2)
    assert ([change.new_name for change in page.changes], page.more) == (["file"], False)


def test_an_interrupted_deletion_is_finished_by_upkeep(world: World) -> None:
    anna = world.home()
    write(anna, "notes", *((f"d{n}", "{}") for n in range(30)))

    def crash(unit: int) -> None:
        if unit == 3:
            raise Crash

    with world.catalog.watched(crash), pytest.raises(Crash):
        anna.cloud.documents.delete(anna.actor, "notes")
    assert names(anna) == []
    assert anna.used == 0
    write(anna, "notes", ("new", "{}"))
    assert world.cloud.upkeep.resume() == 1
    assert world.rows("select doc_id from document") == [("new",)]


def test_an_account_goes_with_its_databases(world: World) -> None:
    anna, bert = world.home(), world.home()
    write(anna, "notes", ("a", "{}"))
    write(bert, "notes", ("b", "{}"))
    world.cloud.accounts.remove(None, anna.actor.account_id)
    assert world.rows("select doc_id from document") == [("b",)]
    with pytest.raises(AccountMissing):
        write(anna, "notes", ("a", "{}"))


def test_a_restored_backup_makes_new_replicas(world: World) -> None:
    homes = [world.home(), world.home()]
    for home in homes:
        for number in range(12):
            home.cloud.documents.create(home.actor, f"db{number}")
    before = [database.replica_uid for home in homes for database in home.cloud.documents.list(home.actor)]
    assert world.cloud.documents.renew() == 24
    after = [database.replica_uid for home in homes for database in home.cloud.documents.list(home.actor)]
    assert len(set(before + after)) == 48


def test_a_database_made_again_is_another_one(anna: Home) -> None:
    documents = anna.cloud.documents
    first = documents.open(anna.actor, "notes", create=True)
    first.create_doc({"n": 1}, "d")
    documents.delete(anna.actor, "notes")
    with pytest.raises(DatabaseDoesNotExist):
        documents.open(anna.actor, "notes")
    with pytest.raises(DatabaseDoesNotExist):
        first.create_doc({"n": 2})
    again = documents.open(anna.actor, "notes", create=True)
    assert again.get_doc("d") is None
    assert again.create_doc({"n": 3}, "d").rev == f"{again.replica_uid}:1"


def test_a_table_of_a_deleted_database_leads_nowhere(world: World) -> None:
    anna = world.home()
    anna.cloud.documents.create(anna.actor, "notes")

    found = anna.cloud.documents.table(anna.actor, "notes")
    anna.cloud.documents.delete(anna.actor, "notes")
    anna.cloud.documents.create(anna.actor, "notes")
    with pytest.raises(DatabaseDoesNotExist):
        found.read(lambda rows: rows.head())
    assert anna.cloud.documents.open(anna.actor, "notes").head().generation == 0
