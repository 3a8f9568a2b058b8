"""The sync stream, both ways: u1db.md 7.3 and the stream vectors of 9.7."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuvol import errors
from nuvol.errors import BrokenSyncStream, CloudError, EntryTooLong, Unavailable
from nuvol.u1db.stream import WIRE, Answered, Asked, SyncReader, SyncWriter, error_named, name_of, status_of
from nuvol.u1db.table import Change

ENTRIES = [
    Change("d1", "r:1", '{"a": "é\\n\\u0000\\ud800"}', 1, "T-1"),
    Change("d2", "a:1|r:7", None, 4, ""),
    Change("D-%..", "r:1", "{\r\n}", 9_007_199_254_740_993, "T-x"),
]
# (header, its line)
HEADERS = [
    (Asked(0), '{"last_known_generation":0,"last_known_trans_id":null,"ensure":false}'),
    (Asked(7, "T-7", True), '{"last_known_generation":7,"last_known_trans_id":"T-7","ensure":true}'),
    (Answered(0), '{"new_generation":0}'),
    (Answered(3, "T-3", "uid"), '{"new_generation":3,"new_transaction_id":"T-3","replica_uid":"uid"}'),
]


def written(header, *runs):
    writer = SyncWriter()
    return writer.open(header) + b"".join(writer.write(run) for run in runs) + writer.close()


def read(kind, data, size=None):
    """Header and entries, fed in pieces of this size."""
    reader = SyncReader(kind)
    entries = []
    for start in range(0, len(data), size or len(data) or 1):
        entries += reader.feed(data[start : start + (size or len(data))])
    reader.close()
    return reader.header, entries


@pytest.mark.parametrize("header, line", HEADERS)
def test_both_ways(header, line):
    data = written(header, ENTRIES[:2], [], ENTRIES[2:])
    lines = data.decode().split("\r\n")
    assert (lines[0], lines[1], lines[5:]) == ("[", line + ",", ["]", ""])
    assert json.loads(data)[1] == {
        "id": "d1", "rev": "r:1", "content": ENTRIES[0].content, "gen": 1, "trans_id": "T-1"
    }  # fmt: skip
    for size in (1, 2, 3, 7, 64, None):
        assert read(type(header), data, size) == (header, ENTRIES)


@pytest.mark.parametrize("header, line", HEADERS)
def test_no_entries(header, line):
    data = written(header)
    assert data.decode() == f"[\r\n{line}\r\n]\r\n"
    for variant in (data, data.removesuffix(b"\r\n"), data.replace(b"\r\n", b"\n"), data + b"\r\n"):
        assert read(type(header), variant) == (header, [])
        assert read(type(header), variant, 1) == (header, [])


@given(
    st.lists(st.builds(Change, st.text(), st.text(), st.none() | st.text(), st.integers(0, 2**63 - 1), st.text())),
    st.integers(1, 50),
)
def test_whatever_is_written_is_read(entries, size):
    assert read(Answered, written(Answered(1, "T"), entries), size) == (Answered(1, "T"), entries)


def test_what_the_reference_sends_is_read():
    data = (
        b'[\r\n{"last_known_generation": 0, "last_known_trans_id": null},\r\n'
        b'{"trans_id": "T-1", "rev": "r1:1", "content": "{\\"a\\": 1}", "gen": 1, "id": "s1"}\r\n]'
    )
    assert read(Asked, data) == (Asked(0), [Change("s1", "r1:1", '{"a": 1}', 1, "T-1")])


ENTRY = '{"id":"a","rev":"r:1","content":"{}","gen":1,"trans_id":"T"}'
HEADER = '{"last_known_generation":0}'
# (body, how many entries count before the mistake)
BROKEN = {
    "nothing": ("", 0),
    "no bracket": ("{}\n]", 0),
    "a blank line first": ("\n{}\n]", 0),
    "no header": ("[\n]", 0),
    "only the bracket": ("[\n", 0),
    "cut after the header": (f"[\n{HEADER}", 0),
    "comma before the end": (f"[\n{HEADER},\n]", 0),
    "comma missing after the header": (f"[\n{HEADER}\n{ENTRY}\n]", 0),
    "comma missing between entries": (f"[\n{HEADER},\n{ENTRY}\n{ENTRY}\n]", 1),
    "comma before the end, behind entries": (f"[\n{HEADER},\n{ENTRY},\n{ENTRY},\n]", 2),
    "cut between entries": (f"[\n{HEADER},\n{ENTRY},\n", 1),
    "cut in an entry": (f"[\n{HEADER},\n{ENTRY},\n{ENTRY[:20]}", 1),
    "no end": (f"[\n{HEADER},\n{ENTRY}\n", 1),
    "something behind the end": (f"[\n{HEADER},\n{ENTRY}\n]\n{ENTRY}", 1),
    "an empty header": ("[\n{}\n]", 0),
    "an unknown key in the header": (f'[\n{HEADER[:-1]},"x":1}}\n]', 0),
    "a generation that is no number": ('[\n{"last_known_generation":"0"}\n]', 0),
    "a generation below 0": ('[\n{"last_known_generation":-1}\n]', 0),
    "a key missing": (f'[\n{HEADER},\n{ENTRY},\n{{"id":"a","rev":"r:1","content":null,"gen":1}}\n]', 1),
    "a key too many": (f'[\n{HEADER},\n{ENTRY[:-1]},"x":1}}\n]', 0),
    "content that is no text": (f"[\n{HEADER},\n{ENTRY.replace(chr(34) + '{}' + chr(34), '{}')}\n]", 0),
    "a generation beyond 64 bits": (f"[\n{HEADER},\n{ENTRY.replace(':1,', ':9223372036854775808,')}\n]", 0),
    "an entry over two lines": (f"[\n{HEADER},\n{ENTRY[:10]}\n{ENTRY[10:]}\n]", 0),
    "two entries in a line": (f"[\n{HEADER},\n{ENTRY},{ENTRY}\n]", 0),
    "half of a surrogate pair": (f"[\n{HEADER},\n{ENTRY.replace('T', chr(92) + 'ud800')}\n]", 0),
    "an error from a client": (f'[\n{HEADER},\n{{"error":"unavailable"}}\n', 0),
}


@pytest.mark.parametrize("what", BROKEN)
@pytest.mark.parametrize("size", [1, 11, 10_000])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_mistake_is_found_and_what_precedes_it_counts(what, size, end):
    body, count = BROKEN[what]
    data = body.replace("\n", end).encode()
    reader = SyncReader(Asked)
    entries = []
    with pytest.raises(BrokenSyncStream):
        for start in range(0, len(data), size):
            entries += reader.feed(data[start : start + size])
        reader.close()
    assert len(entries) == count
    if reader._failure is not None:
        with pytest.raises(BrokenSyncStream):
            reader.feed(b"]")


# What a client makes of answers that break off.
REPORTS = {
    "behind the header": ('[\r\n{"new_generation": 0},\r\n{"error": "unavailable"}\r\n', Unavailable),
    "instead of the header": ('[\r\n{"error": "unavailable"}\r\n', Unavailable),
    "without a line end": ('[\r\n{"new_generation": 0},\r\n{"error": "unavailable"}', Unavailable),
    "after an entry": (f'[\r\n{{"new_generation": 0}},\r\n{ENTRY},\r\n{{"error": "invalid generation"}}\r\n',
                       errors.InvalidGeneration),
    "after an entry without a comma": (f'[\r\n{{"new_generation": 0}},\r\n{ENTRY}\r\n{{"error": "unavailable"}}\r\n',
                                       Unavailable),
    "a name nobody knows": ('[\r\n{"error": "?"}\r\n', BrokenSyncStream),
    "the general error": ('[\r\n{"error": "error"}\r\n', BrokenSyncStream),
    "nothing": ("", BrokenSyncStream),
    "cut": ("[\r\n{}", BrokenSyncStream),
}  # fmt: skip


@pytest.mark.parametrize("what", REPORTS)
@pytest.mark.parametrize("size", [1, 10_000])
def test_an_error_in_an_answer_is_raised(what, size):
    text, kind = REPORTS[what]
    with pytest.raises(kind):
        read(Answered, text.encode(), size)


def test_an_answer_that_fails_says_why():
    writer = SyncWriter()
    data = writer.open(Answered(5, "T-5")) + writer.write(ENTRIES) + writer.fail(errors.StoreFailed("disk"))
    assert data.endswith(b',\r\n{"error":"error"}\r\n')
    reader = SyncReader(Answered)
    assert reader.feed(data) == ENTRIES
    with pytest.raises(BrokenSyncStream):
        reader.close()


def test_a_line_without_end_does_not_fill_the_memory():
    reader = SyncReader(Asked, entry_limit=1000)
    reader.feed(f"[\n{HEADER},\n".encode())
    reader.feed(b"x" * 900)
    with pytest.raises(EntryTooLong):
        reader.feed(b"x" * 101)
    entries = SyncReader(Asked, entry_limit=1000).feed(f"[\n{HEADER},\n{ENTRY},\n".encode() + b"x" * 1001)
    assert len(entries) == 1


def kinds(kind=CloudError):
    yield kind
    for child in kind.__subclasses__():
        yield from kinds(child)


EXAMPLES = {
    errors.NameTaken: ("a",),
    errors.OffsetMismatch: ("a", 1),
    errors.ChunksLacking: ([],),
    errors.Locked: (1,),
    errors.QuotaExceeded: (1,),
    errors.TooManyAttempts: (1.0,),
}


@pytest.mark.parametrize("kind", [kind for kind in kinds() if kind.__module__ == "nuvol.errors"])
def test_every_error_has_a_name_on_the_wire(kind):
    error = kind(*EXAMPLES.get(kind, ("words",)))
    assert name_of(error)
    assert 400 <= status_of(error) < 600


def test_an_error_comes_back_as_what_it_was():
    for kind, (name, status) in WIRE.items():
        if name not in ("error", "bad request") and issubclass(kind, errors.U1DBError):
            assert type(error_named(name, "words", status)) is kind
    assert type(error_named("unauthorized")) is errors.Unauthorized
    assert type(error_named("error", "", 409)) is errors.HTTPError
