"""Files through the SDK, against the real server in process."""

from datetime import UTC, datetime

import pytest

from nuvol import errors
from nuvol.sdk import files, me


@pytest.fixture
def run(signed_in):
    return signed_in()


@pytest.fixture
def root(run) -> int:
    return run(files.root()).id


def test_a_file_goes_up_and_comes_down(run, root) -> None:
    made = run(files.upload(root, "sea.txt", b"waves"))
    assert (made.name, made.size, run(files.read(made.id))) == ("sea.txt", 5, b"waves")
    assert run(me.usage()).used == 5


def test_a_name_may_hold_whatever_a_name_may(run, root) -> None:
    name = "50% of ünë? #1 & more"
    assert run(files.upload(root, name, b"")).name == name
    assert run(files.at(name)).path == name


def test_a_large_file_streams_both_ways(run, root, tmp_path) -> None:
    path = tmp_path / "large"
    path.write_bytes(bytes(range(256)) * 12_000)
    made = run(files.upload(root, "large", path))
    got: list[bytes] = []
    run(files.download(made.id, got.append))
    assert b"".join(got) == path.read_bytes()
    assert len(got) > 1


def test_folders_are_made_listed_and_found(run, root) -> None:
    folder = run(files.make_folder(root, "photos"))
    for name in ("a", "b", "c"):
        run(files.upload(folder.id, name, b""))
    page = run(files.children(folder.id, limit=2))
    rest = run(files.children(folder.id, limit=2, cursor=page.next))
    assert [node.name for node in page.nodes + rest.nodes] == ["a", "b", "c"]
    assert rest.next is None
    assert run(files.at("photos/b")).parent_id == folder.id
    assert [node.name for node in run(files.find("pho")).nodes] == ["photos"]


def test_moving_renaming_and_copying(run, root) -> None:
    folder = run(files.make_folder(root, "there"))
    node = run(files.upload(root, "a", b"1"))
    moved = run(files.move(node.id, folder_id=folder.id, name="b"))
    assert run(files.stat(moved.id)).path == "there/b"
    copied = run(files.copy(moved.id, root))
    assert run(files.stat(copied.id)).path == "b"
    with pytest.raises(errors.NameTaken) as caught:
        run(files.move(copied.id, folder_id=folder.id))
    assert caught.value.name == "b"
    run(files.move(copied.id, folder_id=folder.id, overwrite=True))


def test_what_goes_to_the_trash_comes_back(run, root) -> None:
    node = run(files.upload(root, "a", b"1"))
    run(files.trash(node.id))
    with pytest.raises(errors.NodeMissing):
        run(files.stat(node.id))
    assert [one.id for one in run(files.trashed()).nodes] == [node.id]
    assert run(files.restore(node.id)).id == node.id


def test_past_versions_can_be_read(run, root) -> None:
    node = run(files.upload(root, "a", b"old"))
    run(files.replace(node.id, b"new", modified_at=datetime(2020, 1, 1, tzinfo=UTC)))
    numbers = [version.number for version in run(files.versions(node.id)).versions]
    got: list[bytes] = []
    run(files.download(node.id, got.append, version=numbers[-1]))
    assert got == [b"old"]
    assert run(files.stat(node.id)).modified_at.startswith("2020-01-01T00:00:00")


def test_a_change_can_be_made_on_condition(run, root) -> None:
    node = run(files.upload(root, "a", b"1"))
    run(files.replace(node.id, b"2", etag=node.etag))
    for late in (
        files.replace(node.id, b"3", etag=node.etag),
        files.trash(node.id, etag=node.etag),
        files.move(node.id, name="b", etag=node.etag),
        files.upload(root, "a", b"3", new=True),
    ):
        with pytest.raises(errors.PreconditionFailed):
            run(late)
    assert run(files.read(node.id)) == b"2"
