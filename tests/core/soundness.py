"""What must hold of the rows and the files of a cloud whenever nobody is at work: found by looking at all of them."""

import json
import struct
from collections import Counter, defaultdict
from collections.abc import Iterator

from nuvol.errors import CloudError
from nuvol.model import names
from nuvol.model.nodes import State
from nuvol.model.photos import is_photo, month_of
from nuvol.stores.base import BlobKey
from tests.core.clouds import World

LIVE, TRASHED = State.LIVE, State.TRASHED
_ENTRY = struct.Struct(">I32s")


def faults(world: World, account_id: int | None = None) -> list[str]:
    """Every broken promise in one sentence; of one account or of all. The doctor's findings are among them."""
    accounts = [row[0] for row in world.rows("select id from account")] if account_id is None else [account_id]
    found = [fault for each in accounts for fault in _faults(world, each)]
    if account_id is None:
        found += [finding.text for finding in world.cloud.doctor.examine(scrub=True)]
    return found


def _faults(world: World, account_id: int) -> Iterator[str]:
    for look in (_tree, _names, _versions, _contents, _chunks, _journal, _beside, _shares, _photos):
        yield from look(world, account_id)


def _tree(world: World, account_id: int) -> Iterator[str]:
    rows = world.rows("select id, parent_id, state, trash_root from node where account_id = ?", account_id)
    nodes = {row[0]: row[1:] for row in rows}
    (root,) = world.rows("select root_id from account where id = ?", account_id)[0]
    for node_id, (parent_id, state, trash_root) in nodes.items():
        if parent_id is None:
            if node_id != root:
                yield f"node {node_id} has no parent and is no root"
            continue
        if parent_id not in nodes:
            yield f"node {node_id} is an orphan"
            continue
        if not _reaches(nodes, node_id, root):
            yield f"node {node_id} goes round in a circle"
        above = nodes[parent_id]
        if state == LIVE and (above[1] != LIVE or trash_root is not None):
            yield f"node {node_id} lives in a folder that does not"
        if state == TRASHED and trash_root != node_id and above[1:] != (TRASHED, trash_root):
            yield f"node {node_id} is in the trash with {trash_root}, its folder is not"
        if state not in (LIVE, TRASHED):
            yield f"node {node_id} was left hidden"


def _reaches(nodes: dict, node_id: int | None, root: int) -> bool:
    for _ in range(len(nodes) + 1):
        if node_id is None or node_id not in nodes:
            return True  # an orphan, which is told elsewhere
        if node_id == root:
            return True
        node_id = nodes[node_id][0]
    return False


def _names(world: World, account_id: int) -> Iterator[str]:
    rows = world.rows("select id, parent_id, name, name_key, state from node where account_id = ?", account_id)
    taken = Counter((parent, names.key(name)) for _, parent, name, _, state in rows if state == LIVE)
    yield from (f"there are {count} {name!r} in {parent}" for (parent, name), count in taken.items() if count > 1)
    yield from (f"the key of {name!r} is {key!r}" for _, _, name, key, _ in rows if key != names.key(name))
    expected = {(word, node_id) for node_id, _, name, _, _ in rows for word in names.words(name)}
    stored = set(world.rows("select word, node_id from word where account_id = ?", account_id))
    yield from (f"word {word!r} of {node_id} is wrong" for word, node_id in stored ^ expected)
    said = world.rows("select doc_id, node_id, text from node_comment where account_id = ?", account_id)
    meant = {(doc_id, word, node_id) for doc_id, node_id, text in said for word in names.words(text, names.TEXT_WORDS)}
    found = set(world.rows("select doc_id, word, node_id from comment_word where account_id = ?", account_id))
    yield from (f"word {word!r} of the comment {doc_id} is wrong" for doc_id, word, _ in found ^ meant)


def _photos(world: World, account_id: int) -> Iterator[str]:
    nodes = {
        row[0]: row[1:]
        for row in world.rows("select id, content, parent_id, state, mime from node where account_id = ?", account_id)
    }
    photos = world.rows(
        "select node_id, hash, parent_id, live, local_at, cell from photo where account_id = ?", account_id
    )
    expected = {id: node[:3] for id, node in nodes.items() if node[0] is not None and is_photo(node[3])}
    counts: Counter[tuple[int, int, int]] = Counter()
    for node_id, hash, parent_id, live, local_at, cell in photos:
        node = expected.pop(node_id, None)
        if node is None or node[:2] != (hash, parent_id) or (node[2] == LIVE) != bool(live):
            yield f"photo {node_id} stands as {(hash, parent_id, live)}, the node is {node}"
        for folder_id in (0, parent_id) if live else ():
            counts[0, folder_id, month_of(local_at)] += 1
        if live and cell is not None:
            counts[1, 0, cell] += 1
    yield from (f"node {node_id} is missing in the timeline" for node_id in expected)
    stored = world.rows(
        "select kind, folder_id, value, photos from photo_count where account_id = ? and photos <> 0", account_id
    )
    if {row[:3]: row[3] for row in stored} != counts:
        yield f"photos are counted as {stored} and are {dict(counts)}"
    for (hash,) in world.rows(
        "select hash from picture p where account_id = ? and not exists (select 1 from version v where v.account_id ="
        " p.account_id and v.content = p.hash)",
        account_id,
    ):
        yield f"the picture of {hash.hex()} is left, its content is gone"


def _versions(world: World, account_id: int) -> Iterator[str]:
    nodes = {
        row[0]: row[1:]
        for row in world.rows(
            "select id, number, content, size, blob_id, name, mime, modified_at from node where account_id = ?",
            account_id,
        )
    }
    newest: dict[int, tuple] = {}
    for node_id, *state in world.rows(
        "select node_id, number, content, size, blob_id, name, mime, modified_at from version where account_id = ?"
        " order by node_id, number",
        account_id,
    ):
        newest[node_id] = tuple(state)
        if node_id not in nodes:
            yield f"a version of {node_id}, which is gone, is left"
    for node_id, state in nodes.items():
        if newest.get(node_id) != state:
            yield f"node {node_id} is {state}, its newest version {newest.get(node_id)}"


def _contents(world: World, account_id: int) -> Iterator[str]:
    named = {row[0] for row in world.rows("select content from version where account_id = ?", account_id)} - {None}
    contents = {
        row[0]: row[1:]
        for row in world.rows(
            "select hash, size, chunks, blob_id, pending from content where account_id = ?", account_id
        )
    }
    for name, (size, chunks, _, pending) in contents.items():
        if pending is not None:
            yield f"content {name.hex()} was left pending"
        elif name not in named:
            yield f"content {name.hex()} is named by nothing"
        elif not chunks:
            inline = world.rows("select length(data) from inline where account_id = ? and hash = ?", account_id, name)
            if inline != [(size,)]:
                yield f"inline content {name.hex()} of {size} bytes rests as {inline}"
    yield from (f"content {name.hex()} is missing" for name in named - contents.keys())
    for table in ("inline", "content_page"):
        for (name,) in world.rows(f"select distinct hash from {table} where account_id = ?", account_id):
            if name not in contents:
                yield f"{table} has {name.hex()}, which is no content"
    whole = world.rows(
        "select node_id, number from version v where account_id = ? and blob_id is not null and not exists (select 1"
        " from content c where c.account_id = v.account_id and c.hash = v.content and c.blob_id = v.blob_id)",
        account_id,
    )
    yield from (f"version {number} of {node_id} names another blob than its content" for node_id, number in whole)


def _chunks(world: World, account_id: int) -> Iterator[str]:
    refs: Counter[bytes] = Counter()
    lists: defaultdict[bytes, list[tuple[int, bytes]]] = defaultdict(list)
    for name, packed in world.rows(
        "select hash, chunks from content_page where account_id = ? order by hash, page", account_id
    ):
        lists[name] += _ENTRY.iter_unpack(packed)
        refs.update(hash for _, hash in _ENTRY.iter_unpack(packed))
    chunks = {
        row[0]: row[1:]
        for row in world.rows(
            "select hash, refs, dead_at, blob_id, start, length from chunk where account_id = ?", account_id
        )
    }
    for name, (count, dead_at, *_) in chunks.items():
        if count != refs[name]:
            yield f"chunk {name.hex()} is said to have {count} references and has {refs[name]}"
        if (dead_at is None) != (count > 0):
            yield f"chunk {name.hex()} has {count} references and is dead since {dead_at}"
    yield from (f"chunk {name.hex()} is missing" for name in refs.keys() - chunks.keys())
    inline = world.rows("select coalesce(sum(length(data)), 0) from inline where account_id = ?", account_id)[0][0]
    used = inline + sum(length for count, _, _, _, length in chunks.values() if count) + _documents(world, account_id)
    if [(used,)] != (stated := world.rows("select used from account where id = ?", account_id)):
        yield f"{used} bytes are used, {stated} stated"
    yield from _blobs(world, account_id, chunks, lists)


def _documents(world: World, account_id: int) -> int:
    """Bytes of the texts of documents and their alternatives."""
    total = 0
    for table in ("document", "doc_alternative"):
        texts = world.rows(
            f"select content from {table} t join doc_database d on d.account_id = t.account_id and d.id = t.database_id"
            " where t.account_id = ? and d.name is not null and content is not null",
            account_id,
        )
        total += sum(len(text.encode()) for (text,) in texts)
    return total


def _blobs(world: World, account_id: int, chunks: dict, lists: dict) -> Iterator[str]:
    sizes = dict(world.rows("select id, size from blobs where account_id = ?", account_id))
    for name, (_, _, blob_id, start, length) in chunks.items():
        if start + length > sizes.get(blob_id, -1):
            yield f"chunk {name.hex()} lies outside its blob"
    for blob_id, size in sizes.items():
        try:
            found = world.blobs.size(BlobKey(account_id, blob_id))
        except CloudError as error:
            yield str(error)
            continue
        if found != size:
            yield f"blob {blob_id} has {found} bytes instead of {size}"
    for name, blob_id, size in world.rows(
        "select hash, blob_id, size from content where account_id = ? and blob_id is not null", account_id
    ):
        at = 0
        for length, hash in lists[name]:
            if chunks.get(hash, (0,) * 5)[2:4] != (blob_id, at):
                yield f"content {name.hex()} is not the whole of blob {blob_id}"
            at += length
        if at != size or sizes.get(blob_id) != size:
            yield f"content {name.hex()} has {size} bytes, its blob {sizes.get(blob_id)}"


def _journal(world: World, account_id: int) -> Iterator[str]:
    (seq, floor) = world.rows("select seq, journal_floor from account where id = ?", account_id)[0]
    numbers = [row[0] for row in world.rows("select seq from journal where account_id = ? order by seq", account_id)]
    if numbers != list(range(floor + 1, seq + 1)):
        yield f"the journal has {numbers} between {floor} and {seq}"


def _beside(world: World, account_id: int) -> Iterator[str]:
    for table in ("property", "dav_lock", "node_comment"):
        for (node_id,) in world.rows(
            f"select distinct node_id from {table} t where account_id = ? and not exists"
            " (select 1 from node n where n.account_id = t.account_id and n.id = t.node_id)",
            account_id,
        ):
            yield f"{table} has rows of {node_id}, which is gone"
    for row in world.rows(
        "select name, generation, documents, size from doc_database where account_id = ? and name is not null"
        " and (generation <> (select count(*) from doc_log l where l.account_id = doc_database.account_id and"
        " l.database_id = doc_database.id) or documents <> (select count(content) from document t where"
        " t.account_id = doc_database.account_id and t.database_id = doc_database.id))",
        account_id,
    ):
        yield f"the figures of database {row} are wrong"
    for table in ("document", "doc_alternative", "doc_log", "doc_peer", "doc_entry", "doc_index"):
        for (database_id,) in world.rows(
            f"select distinct database_id from {table} t where account_id = ? and not exists"
            " (select 1 from doc_database d where d.account_id = t.account_id and d.id = t.database_id)",
            account_id,
        ):
            yield f"{table} has rows of database {database_id}, which is gone"
    shown = dict(world.rows("select doc_id, text from node_comment where account_id = ?", account_id))
    told = {
        doc_id: said["text"]
        for doc_id, text in world.rows(
            "select t.doc_id, t.content from document t join doc_database d on d.account_id = t.account_id and"
            " d.id = t.database_id and d.name = 'comment' where t.account_id = ? and t.content is not null",
            account_id,
        )
        if doc_id.startswith("C-") and (said := json.loads(text))["status"] == "NEW"
    }
    if told != {doc_id: text for doc_id, text in shown.items() if doc_id.startswith("C-")}:
        yield f"comments {shown} have the documents {told}"
    yield from (
        f"job {row} was left" for row in world.rows("select id, verb from job where account_id = ?", account_id)
    )


def _shares(world: World, account_id: int) -> Iterator[str]:
    """Every mount stands for something, once; every node of that kind is one."""
    mounts = {row[0] for row in world.rows("select id from mount where account_id = ?", account_id)}
    nodes = {row[0] for row in world.rows("select id from node where account_id = ? and kind = 2", account_id)}
    if mounts != nodes:
        yield f"mounts {mounts} have the nodes {nodes}"
    for node_id, kind, parent_id in world.rows(
        "select m.node_id, n.kind, n.parent_id from member m left join node n on n.account_id = m.account_id"
        " and n.id = m.node_id where m.account_id = ?",
        account_id,
    ):
        if kind is not None and (kind != 0 or parent_id is None):
            yield f"{node_id} is shared and no folder that can be"
