"""The CloudFS SDK against a running cloud, over TLS: what its objects promise (CloudFS specification 10)."""

import os
import ssl
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import httpx
import pytest

from nuvol.sdk.cloudfs import (
    Document,
    ExistValues,
    File,
    Filesystem,
    Folder,
    Photo,
    RestoreValue,
    Session,
    UserSession,
    VersionConflictValue,
    errors,
)
from tests.apps import stack
from tests.apps.stack import ADMIN_ID, ADMIN_SECRET, KEY, PASSWORD, SECRET, Platform

_numbers = count(1)


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with stack.platform(tmp_path_factory.mktemp("platform")) as platform:
        yield platform


@pytest.fixture
def session(platform: Platform) -> Iterator[Session]:
    """Of a new user."""
    with Session(platform.base, KEY, SECRET, ca=platform.ca) as session:
        session.set_admin_credentials(ADMIN_ID, ADMIN_SECRET)
        session.create_account(f"user{next(_numbers)}@example.org", PASSWORD, log_in_after_creation=True)
        yield session


@pytest.fixture
def cloud(session: Session) -> Filesystem:
    return session.get_filesystem()


@pytest.fixture
def root(cloud: Filesystem) -> Folder:
    return cloud.root_container()


@pytest.fixture
def other(platform: Platform) -> Iterator[Filesystem]:
    """Of somebody else."""
    with Session(platform.base, KEY, SECRET, ca=platform.ca) as session:
        session.set_admin_credentials(ADMIN_ID, ADMIN_SECRET)
        session.create_account(f"user{next(_numbers)}@example.org", PASSWORD, log_in_after_creation=True)
        yield session.get_filesystem()


def put(folder: Folder, name: str, content: str | bytes = "content", **more: object) -> File:
    return folder.upload(content, name, data_inline=True, **more)  # type: ignore[arg-type]


def names(folder: Folder) -> list[str]:
    return sorted(item.name for item in folder.list())


# ------------------------------------------------------------------------------------------------------ sessions


SEED = """
import sys, tempfile
from nuvol.sdk.cloudfs import ExistValues, UserSession

base, client_id, secret, token, token2, ca = sys.argv[1:]
file_system = UserSession(base, client_id, secret, token, ca=ca).get_filesystem()
items = file_system.root_container().list()
folder = file_system.root_container().create_folder("photoshare", exists=ExistValues.overwrite)
public = folder.create_folder("public")
private = folder.create_folder("private")
item = public.upload('{"friends": []}', custom_name="ann@example.org", custom_mime="test/mime", data_inline=True)
assert item.data["name"] == "ann@example.org" and item.data["mime"] == "test/mime", item.data
file_system.move(item, private)
assert [one.data["name"] for one in private.list()] == ["ann@example.org"]
item = private.list()[0]
file_system.move(item, public)
item = public.list()[0]
with tempfile.TemporaryDirectory() as downloads:
    item.download(downloads, "ann")
    with open(downloads + "/ann") as file:
        assert file.read() == '{"friends": []}'
key = file_system.create_share(public).data["share_key"]

shared = UserSession(base, client_id, secret, token2, ca=ca).get_filesystem()
theirs = shared.root_container().create_folder("ann", exists=ExistValues.overwrite)
for _ in range(2):
    received = shared.share_from_share_key(key).receive(theirs, exists=ExistValues.overwrite)
    assert [one.name for one in received] == ["public"]
    assert len(theirs.list()) == 1
    assert [one.name for one in received[0].list()] == ["ann@example.org"]
assert {name for name in sys.modules if name.startswith("nuvol.")} & {"nuvol.core", "nuvol.stores"} == set()
print("done")
"""


def test_the_code_samples_of_the_seed(platform: Platform, session: Session, other: Filesystem) -> None:
    tokens = [session.rest_interface.bc_conn.auth_token, other._rest.bc_conn.auth_token]
    command = [sys.executable, "-c", SEED, platform.base, KEY, SECRET, *map(str, tokens), str(platform.ca)]
    done = subprocess.run(command, text=True, capture_output=True)
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr


def test_the_environment_may_say_whom_to_trust(platform: Platform) -> None:
    program = (
        "import sys; from nuvol.sdk.cloudfs import Session; Session(*sys.argv[1:4]).authenticate('nobody', 'x' * 9)"
    )
    command = [sys.executable, "-c", program, platform.base, KEY, SECRET]
    trusting = {**os.environ, "SSL_CERT_FILE": str(platform.ca)}
    assert "InvalidRequest" in subprocess.run(command, text=True, capture_output=True, env=trusting).stderr
    assert "EndpointUnreachable" in subprocess.run(command, text=True, capture_output=True).stderr


def test_signing_in(platform: Platform, session: Session) -> None:
    name = session.get_user().username
    assert session.is_linked()
    token = session.rest_interface.bc_conn.auth_token
    with UserSession(platform.base, KEY, SECRET, str(token), ca=platform.ca) as same:
        assert same.is_linked() and same.get_user().username == name
    session.unlink()
    assert not session.is_linked()
    with pytest.raises(errors.InvalidRequest) as refused:
        session.authenticate(name, "wrong password")
    assert refused.value.status() == 400 and refused.value.message
    assert session.authenticate(name, PASSWORD)
    with UserSession(platform.base, KEY, SECRET, "US2.nothing", ca=platform.ca) as stranger:
        assert not stranger.is_linked()
        with pytest.raises(errors.AuthenticatedError) as unknown:
            stranger.get_user()
    assert (unknown.value.status(), unknown.value.code()) == (401, 1020)
    with (
        Session(platform.base, KEY, "wrong secret", ca=platform.ca) as forged,
        pytest.raises(errors.InvalidRequest),
    ):
        forged.authenticate(name, PASSWORD)


def test_accounts_are_made_once(session: Session) -> None:
    name = f"user{next(_numbers)}@example.org"
    user = session.create_account(name, PASSWORD, first_name="Ann", last_name="O'Hara (née Füß)")
    assert (user.username, user.first_name, user.last_name) == (name, "Ann", "O'Hara (née Füß)")
    for username, password in ((name, PASSWORD), (f"short{next(_numbers)}@example.org", "x")):
        with pytest.raises(errors.InvalidRequest):
            session.create_account(username, password)
    session.set_admin_credentials(ADMIN_ID, "wrong")
    with pytest.raises(errors.InvalidRequest):
        session.create_account(f"user{next(_numbers)}@example.org", PASSWORD)


def test_user_and_account(session: Session, root: Folder) -> None:
    user, account = session.get_user(), session.get_account()
    assert user.id and user.created_at > 1_600_000_000_000
    assert account.state_string == "Active" and account.plan and not account.over_storage_limit
    put(root, "a.txt", "x" * 1000)
    assert account.refresh().usage >= 1000
    account.locale = "fr"
    assert session.get_account().locale == "fr"
    with pytest.raises(errors.OperationNotAllowed):
        account.id = "other"  # type: ignore[misc]


def test_plans(session: Session) -> None:
    plan = session.create_plan(f"plan {next(_numbers)}", 10**9)
    assert plan["id"] in [one["id"] for one in session.list_plans()]
    session.delete_plan(plan["id"])
    assert plan["id"] not in [one["id"] for one in session.list_plans()]


def test_history(session: Session, root: Folder) -> None:
    assert session.get_history()
    put(root, "a.txt").delete()
    told = [entry["action"] for entry in session.get_history()]
    assert told[-2:] == ["create", "trash"]
    history = session.action_history()
    assert [entry.action for entry in history.read(-2)] == ["create", "trash"] and len(history) == 2


# ------------------------------------------------------------------------------------------------------- folders


def test_folders(cloud: Filesystem, root: Folder) -> None:
    folder = root.create_folder("täglich ☂")
    assert (folder.name, folder.type, folder.version) == ("täglich ☂", "folder", 1)
    inner = folder.create_folder("inner")
    assert inner.url() == f"/{folder.id}/{inner.id}"
    assert [item.id for item in cloud.list(folder)] == [inner.id]
    assert cloud.get_item(inner.url()) == inner
    assert root.refresh().type == "root" == cloud.root().type
    with pytest.raises(errors.NameConflictInOperation):
        root.create_folder("täglich ☂")
    assert root.create_folder("täglich ☂", exists=ExistValues.reuse) == folder
    assert "täglich ☂ (" in root.create_folder("täglich ☂", exists=ExistValues.rename).name
    assert root.create_folder("täglich ☂", exists=ExistValues.overwrite).list() == []
    with pytest.raises(errors.FolderNameRequired):
        root.create_folder("")
    with pytest.raises(errors.FolderDoesNotExist):
        cloud.list("/" + "A" * 22)
    with pytest.raises(errors.InvalidArgument):
        cloud.list(put(root, "a.txt"))


def test_deleting(cloud: Filesystem, root: Folder) -> None:
    folder = root.create_folder("full")
    file = put(folder, "a.txt")
    with pytest.raises(errors.DirectoryNotEmpty):
        folder.delete()
    with pytest.raises(errors.FolderNotFound):
        root.delete()
    assert folder.delete(force=True)["success"]
    with pytest.raises(errors.PathDoesNotExist):
        folder.create_folder("x")
    (trashed,) = cloud.list_trash()
    assert (trashed, trashed.in_trash) == (folder, True)
    assert isinstance(trashed, Folder) and trashed.list() == [file]
    assert trashed.delete(commit=True)["success"]
    assert cloud.list_trash() == []
    put(root, "b.txt").delete(commit=True)
    assert cloud.list_trash() == []


def test_moving_and_copying(cloud: Filesystem, root: Folder) -> None:
    here, there = root.create_folder("here"), root.create_folder("there")
    files = [put(here, f"{n}.txt", str(n)) for n in range(3)]
    (moved,) = cloud.move(files[0], there)
    assert (moved.id, moved.url()) == (files[0].id, f"{there.url()}/{files[0].id}")
    copies = cloud.copy(list(files[1:]), there)
    assert names(there) == ["0.txt", "1.txt", "2.txt"] and names(here) == ["1.txt", "2.txt"]
    assert {copy.id for copy in copies}.isdisjoint({file.id for file in files})
    assert isinstance(moved, File) and moved.read() == b"0"
    with pytest.raises(errors.NameConflictInOperation):
        files[1].move_to(there, exists=ExistValues.fail)
    assert files[1].move_to(there).name == "1 (1).txt"
    assert files[2].copy_to(there, exists=ExistValues.overwrite, name="1.txt").name == "1.txt"
    with pytest.raises(errors.InvalidOperation):
        here.move_to(here.create_folder("below"))
    assert there.copy_to("/").name == "there (1)"


def test_restoring(cloud: Filesystem, root: Folder) -> None:
    folder = root.create_folder("folder")
    file = put(folder, "a.txt")

    def trashed() -> File:
        cloud.get_item(f"{cloud_path(cloud, file)}").delete()
        return next(item for item in cloud.list_trash() if item == file)  # type: ignore[return-value]

    assert cloud.restore(trashed()) == [True]
    assert folder.list() == [file]
    assert trashed().restore(RestoreValue.rescue, root)
    assert file in root.list()
    assert trashed().restore(RestoreValue.recreate, "new/place")
    new = next(item for item in root.list() if item.name == "new")
    assert isinstance(new, Folder) and [item.name for item in new.list()] == ["place"]
    one = trashed()
    put(root, "a.txt")
    with pytest.raises(errors.GenericPanicError):
        one.restore(RestoreValue.rescue, "/")
    assert one in cloud.list_trash()


def cloud_path(cloud: Filesystem, file: File) -> str:
    """Where a file is now, looked for in all folders."""
    waiting: list[Folder] = [cloud.root_container()]
    while waiting:
        for item in waiting.pop().list():
            if item == file:
                return item.url()
            if isinstance(item, Folder):
                waiting.append(item)
    raise AssertionError(file)


# --------------------------------------------------------------------------------------------------------- files


def test_uploading(root: Folder, tmp_path: Path) -> None:
    local = tmp_path / "größe.txt"
    local.write_bytes(b"0123456789" * 100_000)
    file = root.upload(str(local))
    assert (file.name, file.size, file.extension, file.mime) == ("größe.txt", 10**6, "txt", "text/plain")
    assert isinstance(file, Document)
    with local.open("rb") as opened:
        opened.seek(5)
        assert root.upload(opened, 'a "quoted" name.bin').size == 10**6
    assert put(root, "data", b"\0\xff", custom_mime="test/mime").mime == "test/mime"
    assert isinstance(put(root, "sea.jpg", b"\xff\xd8\xff"), Photo)
    with pytest.raises(errors.NameConflictInOperation):
        put(root, "data")
    assert put(root, "data", exists=ExistValues.rename).name == "data (1)"
    assert put(root, "data", b"\0\xff", exists=ExistValues.reuse).name == "data"
    assert put(root, "empty", b"").read() == b""
    assert root.list() and 'a "quoted" name.bin' in names(root)


def test_a_guarded_upload(root: Folder) -> None:
    file = put(root, "meta", "1")
    second = put(root, "meta", "2", exists=ExistValues.overwrite, version=file.version)
    assert second.id == file.id and second.version > file.version
    with pytest.raises(errors.FileVersionMissingOrIncorrect):
        put(root, "meta", "3", exists=ExistValues.overwrite, version=file.version)
    assert second.read() == b"2"

    def add(number: int) -> int:
        present = second.refresh() if number < 0 else next(item for item in root.list() if item.name == "meta")
        assert isinstance(present, File)
        try:
            put(root, "meta", str(number), exists=ExistValues.overwrite, version=present.version)
        except errors.FileVersionMissingOrIncorrect:
            return 0
        return 1

    before = second.refresh().version
    with ThreadPoolExecutor(8) as pool:
        stored = sum(pool.map(add, range(24)))
    assert second.refresh().version == before + stored


def test_reading(root: Folder, tmp_path: Path) -> None:
    file = put(root, "a.bin", b"0123456789")
    assert (file.read(3), file.tell(), file.read(3), file.seek(-2, os.SEEK_END), file.read()) == (
        b"012", 3, b"345", 8, b"89",
    )  # fmt: skip
    assert file.read() == b"" and file.seek(0) == 0 and file.read() == b"0123456789"
    assert file.download(tmp_path) == str(tmp_path / "a.bin")
    assert file.download(tmp_path, "b.bin") == str(tmp_path / "b.bin")
    assert file.download(tmp_path / "c.bin", synchronous=True) == str(tmp_path / "c.bin")
    file.wait_for_downloads()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == dict.fromkeys(
        ("a.bin", "b.bin", "c.bin"), b"0123456789"
    )
    file.delete()
    with pytest.raises(errors.FileNotFound):
        file.download(tmp_path / "d.bin")
    assert not (tmp_path / "d.bin").exists() and len(list(tmp_path.iterdir())) == 3


def test_json_is_read_as_bytes(root: Folder, tmp_path: Path) -> None:
    file = put(root, "a.json", '{"result": null, "error": {"code": 1}}')
    assert file.read() == b'{"result": null, "error": {"code": 1}}'
    file.download(tmp_path)
    assert (tmp_path / "a.json").read_text() == '{"result": null, "error": {"code": 1}}'


def test_a_download_address_needs_no_token(platform: Platform, root: Folder) -> None:
    url = put(root, "a.txt", "content").download_url()
    assert url.startswith(f"https://{platform.base}/")
    trust = ssl.create_default_context(cafile=str(platform.ca))
    assert httpx.get(url, verify=trust).content == b"content"


def test_changing_attributes(root: Folder) -> None:
    file, same = put(root, "a.txt"), root.list()[0]
    file.name = "b.md"
    file.date_created = 1_000_000_000
    file.application_data = {"one": {"two": [3]}}
    assert file.save() is file
    assert (file.name, file.extension, file.date_created) == ("b.md", "md", 1_000_000_000)
    assert file.refresh().application_data["one"] == {"two": [3]}
    same.name = "c.txt"
    with pytest.raises(errors.FileVersionMissingOrIncorrect):
        same.save()
    assert same.save(VersionConflictValue.ignore).name == "c.txt"
    folder = root.create_folder("f")
    folder.application_data = {"k": 1}
    folder.save()
    folder.application_data = {"l": 2}
    folder.save()
    assert {"k": 1, "l": 2}.items() <= folder.refresh().application_data.items()
    stale = root.create_folder("g")
    stale.data["version"] = 99
    with pytest.raises(errors.VersionMissingOrIncorrect):
        stale.change_attributes({"name": "h"})


def test_versions(root: Folder) -> None:
    file = put(root, "a.txt", "first")
    put(root, "a.txt", "second", exists=ExistValues.overwrite)
    (former,) = file.versions()
    assert former.old_version and former.version == file.version
    promoted = former.promote()
    assert promoted.id == file.id and promoted.read() == b"first"
    assert len(file.versions()) == 2


# -------------------------------------------------------------------------------------------------------- shares


def test_shares(cloud: Filesystem, root: Folder, other: Filesystem) -> None:
    folder = root.create_folder("shared")
    put(folder, "a.txt", "mine")
    share = cloud.create_share(folder)
    assert len(share.share_key) == 44 and share.name == "shared" and share in cloud.list_shares()
    theirs = other.share_from_share_key(share.share_key)
    (item,) = theirs.list()
    assert (item.name, item.in_share()) == ("a.txt", True)
    assert [one.id for one in folder.list()] == [item.id]  # the owner's ids
    assert [one.id for one in other.share(share.share_key).list()] == [item.id]
    assert other.share(share.share_key).refresh().name == "shared"
    with pytest.raises(errors.OperationNotAllowed):
        item.delete()
    for n, expected in ((0, ["shared"]), (1, ["shared", "shared (1)"])):
        assert [one.name for one in theirs.receive()] == [expected[n]]
        assert names(other.root_container()) == expected
    with pytest.raises(errors.NameConflictInOperation):
        theirs.receive(exists=ExistValues.fail)
    received = theirs.receive(other.root_container(), exists=ExistValues.overwrite)[0]
    assert names(other.root_container()) == ["shared", "shared (1)"]
    assert isinstance(received, Folder)
    (copy,) = received.list()
    assert isinstance(copy, File) and copy.read() == b"mine"
    share.name = "renamed"
    assert share.save().name == "renamed" == theirs.refresh().name
    share.delete()
    with pytest.raises(errors.ShareNoLongerExistsErrors):
        theirs.refresh()
    copy.seek(0)
    assert copy.read() == b"mine" and share not in cloud.list_shares()


def test_a_share_with_a_password(cloud: Filesystem, root: Folder, other: Filesystem) -> None:
    share = cloud.create_share(put(root, "a.txt"), password="open sesame")
    assert share.list()
    with pytest.raises(errors.SharePasswordError):
        other.share_from_share_key(share.share_key)
    with pytest.raises(errors.SharePasswordError):
        other.share_from_share_key(share.share_key, "wrong")
    assert other.retrieve_share(share.share_key, "open sesame").receive()[0].name == "a.txt"
    with pytest.raises(errors.SharePasswordError):
        share.set_password("new", "wrong")
    share.set_password("", "open sesame")
    assert share.list()


def test_several_things_shared(cloud: Filesystem, root: Folder, other: Filesystem) -> None:
    share = cloud.create_share([put(root, "a.txt"), root.create_folder("b")])
    (received,) = share_received = other.share_from_share_key(share.share_key).receive()
    assert isinstance(received, Folder) and names(received) == ["a.txt", "b"], share_received
    with pytest.raises(errors.SharePathDoesNotExist):
        cloud.create_share("/" + "A" * 22)


def test_many_threads_use_one_session(cloud: Filesystem, root: Folder) -> None:
    with ThreadPoolExecutor(16) as pool:
        files = list(pool.map(lambda n: put(root, f"{n}.txt", str(n)), range(64)))
        assert list(pool.map(lambda file: file.read(), files)) == [str(n).encode() for n in range(64)]
    assert len(root.list()) == 64


def test_debug_prints_what_is_asked_and_answered(root: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    root.list(debug=True)  # type: ignore[call-arg]
    printed = capsys.readouterr().out
    assert printed.startswith("GET /v2/folders/") and '"error": null' in printed.replace(
        '"error":null', '"error": null'
    )
    root.list()
    assert capsys.readouterr().out == ""


def test_a_folder_that_is_filled_from_a_share_again_and_again_does_not_fill_the_trash(
    cloud: Filesystem, root: Folder, other: Filesystem
) -> None:
    """As the seed's PhotoShare does at every look at the timeline (3.2)."""
    folder = root.create_folder("public")
    put(folder, "a.txt", "mine")
    key = cloud.create_share(folder).share_key
    for _ in range(3):
        theirs = other.root_container().create_folder("ann", exists=ExistValues.overwrite)
        (received,) = other.share_from_share_key(key).receive(theirs, exists=ExistValues.overwrite)
        assert isinstance(received, Folder) and names(received) == ["a.txt"]
    assert other.list_trash() == []
    put(received, "own.txt")
    other.root_container().create_folder("ann", exists=ExistValues.overwrite)
    (trashed,) = other.list_trash()
    assert trashed.name == "ann"
