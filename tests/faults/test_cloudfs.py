"""The platform API, with its own SDK: what was acknowledged survives a `kill -9` (D1), and the server's memory does not
grow with what passes through it (D5)."""

import itertools
import threading
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from nuvol.model.rules import KiB, MiB
from nuvol.sdk.cloudfs import Session, UserSession
from nuvol.sdk.cloudfs.errors import EndpointUnreachable
from tests.faults.test_kill import assert_sound
from tests.faults.test_memory import GROWTH, forget_peak, resident
from tests.servers import ADMIN, Server, add_account, nuvol, serve
from tests.sizes import chance, size

APP = ("trail-log", "its secret")
CLIENTS = 100
SOON = 300  # seconds; a busy machine


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A cloud that knows the app."""
    folder = tmp_path / "data"
    add_account(folder, *ADMIN, "--admin")
    key, secret = APP
    nuvol("admin", "--data", folder, "app", "add", "Trail log", "--kind", "cloudfs", "--key", key, "--secret", secret)
    return folder


def token(server: Server) -> str:
    with Session(server.url, *APP) as session:
        session.authenticate(server.name, server.password)
        return str(session.rest_interface.bc_conn.auth_token)


def program(server: Server) -> UserSession:
    return UserSession(server.url, *APP, token(server))


class Uploaders:
    """So many programs that upload small files at once, one after another, and remember what they were promised."""

    def __init__(self, server: Server, kept: dict[str, bytes], dice: Random) -> None:
        self._server, self._token = server, token(server)
        self.kept = kept
        """Content by name, once it was acknowledged."""
        self.flying: set[str] = set()
        self.surprises: list[str] = []
        self._answered = threading.Condition()
        self._threads = [threading.Thread(target=self._upload, args=(dice.random(),)) for _ in range(CLIENTS)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def wait(self, answers: int) -> None:
        """Until so many more files were acknowledged."""
        with self._answered:
            wanted = len(self.kept) + answers
            assert self._answered.wait_for(lambda: len(self.kept) >= wanted or self.surprises, timeout=SOON)

    def join(self) -> None:
        for thread in self._threads:
            thread.join()

    def _upload(self, seed: float) -> None:
        dice = Random(seed)
        session = UserSession(self._server.url, *APP, self._token)
        try:
            root = session.get_filesystem().root_container()
            for number in itertools.count():
                name, content = f"{seed}-{number}", dice.randbytes(dice.choice((10, 10 * KiB, 70 * KiB, 300 * KiB)))
                self.flying.add(name)
                root.upload(content, custom_name=name, data_inline=True)
                with self._answered:
                    self.kept[name] = content
                    self._answered.notify()
                self.flying.discard(name)
        except EndpointUnreachable:
            pass  # the server is gone
        except Exception as error:
            with self._answered:
                self.surprises.append(repr(error))
                self._answered.notify()
        finally:
            session.close()


@pytest.mark.torture
def test_what_a_hundred_programs_uploaded_survives_a_kill(data: Path) -> None:
    dice = chance("cloudfs")
    kept: dict[str, bytes] = {}
    flying: set[str] = set()
    for _ in range(size(2, 100)):
        with serve(data) as server:
            uploaders = Uploaders(server, kept, dice)
            uploaders.start()
            uploaders.wait(dice.randint(1, 300))
            server.kill()
            uploaders.join()
        assert uploaders.surprises == []
        flying |= uploaders.flying
        assert_sound(data)
    with serve(data) as server, program(server) as session:
        found = {item.name: item for item in session.get_filesystem().list("/")}
        assert kept.keys() <= found.keys() <= kept.keys() | flying
        for name, content in kept.items():
            assert found[name].read() == content


@pytest.mark.torture
def test_a_large_upload_passes_through_without_growing_the_server(data: Path, tmp_path: Path) -> None:
    length = size(200, 1024) * MiB
    source, back = tmp_path / "film.mkv", tmp_path / "back"
    dice = chance("large")
    with source.open("wb") as file:
        for _ in range(length // MiB):
            file.write(dice.randbytes(MiB))
    with serve(data) as server, program(server) as session:
        root = session.get_filesystem().root_container()
        root.upload(dice.randbytes(16 * MiB), custom_name="warm", data_inline=True)
        before = resident(server)
        forget_peak(server)
        film = root.upload(str(source))
        assert film.size == length
        film.download(str(back))
        assert resident(server, "VmHWM") - before < GROWTH
    with source.open("rb") as sent, back.open("rb") as got:
        while block := sent.read(MiB):
            assert got.read(MiB) == block
        assert got.read() == b""


@pytest.mark.torture
def test_a_large_upload_that_is_killed_leaves_nothing_behind(data: Path, tmp_path: Path) -> None:
    source = tmp_path / "film.mkv"
    source.write_bytes(chance("killed").randbytes(size(64, 512) * MiB))
    with serve(data) as server, program(server) as session:
        root = session.get_filesystem().root_container()

        def upload() -> None:
            with suppress(EndpointUnreachable):
                root.upload(str(source))

        thread = threading.Thread(target=upload)
        thread.start()
        while not any(data.rglob("incoming/*")) and thread.is_alive():
            pass
        server.kill()
        thread.join()
    assert_sound(data)
    with serve(data) as server, program(server) as session:
        listed = session.get_filesystem().list("/")
        assert [item.name for item in listed] in ([], ["film.mkv"])
