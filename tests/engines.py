"""Databases for tests: a file, and a PostgreSQL server of our own that lives as long as the test run.

Text in that server's databases is sorted as a dictionary does unless a column says otherwise, so that a column
that forgets to compare bytewise is noticed.
"""

import getpass
import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from nuvol.stores.catalog.catalog import SqlCatalog

ENGINES = ["sqlite", "postgres"]


class Postgres:
    """A running server in a folder of its own, reached through a socket there."""

    def __init__(self) -> None:
        self._programs = _programs()
        self._user = "postgres" if os.geteuid() == 0 else None  # the server refuses to run as root
        self.folder = Path(tempfile.mkdtemp(prefix="nuvol-postgres-"))
        if self._user:
            shutil.chown(self.folder, self._user)
        self._names = (f"db{number}" for number in itertools.count(1))
        try:
            self._run("initdb", "--encoding=UTF8", "--locale-provider=icu", "--icu-locale=en", "--locale=C.UTF-8",
                      "--auth=trust", "--no-sync")  # fmt: skip
            settings = {
                "listen_addresses": "",
                "unix_socket_directories": self.folder,
                "fsync": "off",
                "full_page_writes": "off",
                "max_connections": 300,
                "deadlock_timeout": "20ms",
            }
            options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
            self._run("pg_ctl", "--wait", "--silent", "--log", self.folder / "log", "--options", options, "start")
        except BaseException:
            shutil.rmtree(self.folder)
            raise
        self._admin = psycopg.connect(self.url("postgres"), autocommit=True)

    def _run(self, program: str, *args: str | Path) -> None:
        command = [self._programs / program, "--pgdata", self.folder / "data", *args]
        done = subprocess.run(
            command, user=self._user, cwd="/", text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        if done.returncode:
            pytest.fail(f"{program} failed:\n{done.stdout}")

    def url(self, name: str) -> str:
        return f"postgresql://{self._user or getpass.getuser()}@/{name}?host={self.folder}"

    def create(self, template: str = "template1") -> str:
        """A new database, a copy of another; returns its name."""
        name = next(self._names)
        self.sql(f"create database {name} template {template}")
        return name

    def drop(self, name: str) -> None:
        self.sql(f"drop database if exists {name} with (force)")

    def sql(self, statement: str) -> list[tuple]:
        """Run a statement as the server's administrator."""
        cursor = self._admin.execute(statement)
        return cursor.fetchall() if cursor.description else []

    def hang_up(self, name: str) -> None:
        """Cut every connection to this database, as a restart of the server would."""
        self.sql(f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'")

    def stop(self) -> None:
        self._admin.close()
        self._run("pg_ctl", "--mode", "immediate", "--silent", "stop")
        shutil.rmtree(self.folder)


def _programs() -> Path:
    """Where initdb is: on the PATH, or in the versioned folder where Debian has it."""
    on_path = shutil.which("initdb")
    candidates = [Path(on_path)] if on_path else list(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not candidates:
        pytest.fail("These tests start a PostgreSQL of their own: install its server (Debian: apt install postgresql).")
    return max(candidates, key=lambda path: float(path.parts[-3]) if path.parts[-3].isdecimal() else 0).parent


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The server; each worker of a parallel run has its own."""
    server = Postgres()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgres_template(postgres: Postgres) -> str:
    """A database with today's tables: copying it is faster than making them."""
    name = postgres.create()
    SqlCatalog.open(postgres.url(name)).close()
    return name


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def empty_place(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Address of a database with nothing in it."""
    if engine == "sqlite":
        yield f"sqlite://{tmp_path / 'catalog.db'}"
    else:
        server: Postgres = request.getfixturevalue("postgres")
        name = server.create()
        yield server.url(name)
        server.drop(name)


@pytest.fixture
def place(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Address of a catalog without rows, as `SqlCatalog.open` and `--catalog` take it."""
    if engine == "sqlite":
        yield f"sqlite://{tmp_path / 'catalog.db'}"
    else:
        server: Postgres = request.getfixturevalue("postgres")
        name = server.create(template=request.getfixturevalue("postgres_template"))
        yield server.url(name)
        server.drop(name)


@pytest.fixture
def catalog(place: str) -> Iterator[SqlCatalog]:
    """An open catalog without rows."""
    catalog = SqlCatalog.open(place)
    yield catalog
    catalog.close()
