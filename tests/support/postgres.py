"""A real PostgreSQL on a unix socket, which a test may stop, freeze and start again."""

import atexit
import glob
import os
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Self

from chat.leash import leashed

START_SECONDS = 30
UNPRIVILEGED = 65534  # it refuses to run as root

# Nobody else is in it, and no row: also none of those that refuse to be deleted.
EMPTY = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid();
SET session_replication_role = replica;
DO $$ DECLARE each text; BEGIN
    FOR each IN SELECT tablename FROM pg_tables
        WHERE schemaname = 'public' AND tablename <> 'alembic_version'
    LOOP EXECUTE format('DELETE FROM %I', each); END LOOP;
    FOR each IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'
    LOOP PERFORM setval(format('public.%I', each), 1, false); END LOOP;
END $$;
"""

# What a test may have changed beside rows.
MAKE = """
SELECT (SELECT string_agg(version_num, ',') FROM alembic_version),
    (SELECT md5(string_agg(format('%s %s %s', tgrelid, tgname, tgenabled), ','
        ORDER BY oid)) FROM pg_trigger),
    (SELECT md5(string_agg(indexrelid::text, ',' ORDER BY indexrelid)) FROM pg_index),
    (SELECT md5(string_agg(prosrc, ',' ORDER BY oid)) FROM pg_proc
     WHERE pronamespace = 'public'::regnamespace),
    (SELECT md5(string_agg(format('%s %s %s', attrelid, attname, atttypid), ','
        ORDER BY attrelid, attnum))
     FROM pg_attribute WHERE attrelid IN
        (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace));
"""


def binaries() -> Path | None:
    """Return the directory with `initdb` and `postgres`, or None."""
    if found := shutil.which("initdb"):
        beside = Path(found).resolve().parent
        if (beside / "postgres").exists():
            return beside
    installed = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))
    return Path(installed[-1]).parent if installed else None


class PostgresServer:
    """A server with nothing in it, for as long as a test needs."""

    def __init__(self) -> None:
        bin_ = binaries()
        assert bin_ is not None, "PostgreSQL is not installed"
        self._bin = bin_
        # Not in pytest's directory: a unix socket's path may have 107 bytes.
        self._directory = Path(tempfile.mkdtemp(prefix="porchlight-pg-"))
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        _give_away(self._directory)
        _run("cp", "-a", str(_never_run(self._bin)), str(self._data))
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self.stop()
        shutil.rmtree(self._directory, ignore_errors=True)

    @property
    def _data(self) -> Path:
        return self._directory / "data"

    def url(self, database: str = "postgres") -> str:
        """Return a database's DATABASE_URL."""
        return f"postgresql://porch@/{database}?host={self._directory}"

    def new_database(self, template: str = "") -> str:
        """Return the URL of a database with nothing in it, or of another's copy."""
        name = f"test_{uuid.uuid4().hex}"
        like = f" TEMPLATE {_name(template)}" if template else ""
        self._sql(f"CREATE DATABASE {name}{like}")
        return self.url(name)

    def make_of(self, url: str) -> str:
        """Return how the tables of a database are made."""
        return self._asked(url, MAKE)

    def emptied(self, url: str) -> str:
        """Leave no row in a database, and nobody connected to it.

        Return how its tables were made before: where that has changed, there may be
        rows left.
        """
        return self._asked(url, MAKE, EMPTY)

    def _asked(self, url: str, *statements: str) -> str:
        """Return the first line of the answer."""
        told = [part for each in statements for part in ("-c", each)]
        answer = self._run("psql", *self._where, "-qAt", "-d", _name(url), *told)
        return answer.partition("\n")[0]

    def dump(self, url: str) -> str:
        """Return all that a database holds, as text."""
        return self._run("pg_dump", *self._where, "-d", _name(url))

    def drop(self, url: str) -> None:
        """Remove a database."""
        self._sql(f"DROP DATABASE {_name(url)} WITH (FORCE)")

    @property
    def running(self) -> bool:
        """Whether it is there to be asked."""
        return self._process is not None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        settings = (
            f"unix_socket_directories={self._directory} listen_addresses= fsync=off "
            "max_connections=60 "
            "shared_buffers=16MB log_min_messages=fatal"
        )
        options = [f"--{setting}" for setting in settings.split(" ")]
        self._process = subprocess.Popen(
            _leashed([str(self._bin / "postgres"), "-D", str(self._data), *options]),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self._directory,
        )
        self._wait_until_it_answers()

    def stop(self) -> None:
        """End it at once, breaking every connection."""
        process = self._running()
        process.send_signal(signal.SIGCONT)
        process.send_signal(signal.SIGQUIT)
        process.wait()
        self._process = None

    def kill(self) -> None:
        """End it as a power cut would: what was committed is there afterwards."""
        process, pids = self._running(), self._pids()
        _tell(pids, signal.SIGKILL)
        process.wait()
        self._process = None

    def freeze(self) -> None:
        """Make it hang: connections stay open, nothing is answered."""
        _tell(self._pids(), signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen server go on."""
        _tell(self._pids(), signal.SIGCONT)

    def _pids(self) -> list[int]:
        pid = self._running().pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [pid, *map(int, children)]

    def _wait_until_it_answers(self) -> None:
        give_up = time.monotonic() + START_SECONDS
        while not self._answers():
            assert self._running().poll() is None, "the server ended at once"
            assert time.monotonic() < give_up, "the server does not answer"
            time.sleep(0.02)

    def _answers(self) -> bool:
        return (
            subprocess.run(
                [self._bin / "pg_isready", *self._where], capture_output=True
            ).returncode
            == 0
        )

    @property
    def _where(self) -> list[str]:
        return ["-h", str(self._directory), "-U", "porch"]

    def _sql(self, statement: str) -> None:
        self._run("psql", *self._where, "-q", "-d", "postgres", "-c", statement)

    def _run(self, program: str, *arguments: str) -> str:
        return _run(str(self._bin / program), *arguments)

    def _running(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, "the server is not running"
        return self._process


class SpareDatabases:
    """Databases with nothing in them, used again: to empty one is quicker than to copy.

    One whose tables a test has changed is not.
    """

    def __init__(self, server: PostgresServer, template: str) -> None:
        self._server = server
        self._template = template
        self._spare: list[tuple[str, str]] = []

    def take(self) -> tuple[str, str]:
        """Return a database's URL, and how its tables are made."""
        if self._spare:
            return self._spare.pop()
        url = self._server.new_database(self._template)
        return url, self._server.make_of(url)

    def give_back(self, url: str, make: str) -> None:
        """Let another test have it."""
        if self._server.emptied(url) == make:
            self._spare.append((url, make))
        else:
            self._server.drop(url)


@cache
def _never_run(bin_: Path) -> Path:
    """Return the files of a server that never ran: making them takes two seconds."""
    directory = Path(tempfile.mkdtemp(prefix="porchlight-pg-"))
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    _give_away(directory)
    data = directory / "data"
    initdb = str(bin_ / "initdb")
    _run(initdb, "-D", str(data), "-U", "porch", "-A", "trust", "-N")
    return data


def _give_away(directory: Path) -> None:
    if os.geteuid() == 0:
        os.chown(directory, UNPRIVILEGED, UNPRIVILEGED)


def _run(*command: str) -> str:
    ran = subprocess.run(
        [*_unprivileged(), *command],
        capture_output=True,
        text=True,
        cwd="/",
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    assert ran.returncode == 0, f"{command[0]}: {ran.stderr}"
    return ran.stdout


def _tell(pids: Iterable[int], what: signal.Signals) -> None:
    """Tell processes, of which some may have ended just now."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, what)


def _name(url: str) -> str:
    return url.split("/")[3].partition("?")[0]


def _unprivileged() -> list[str]:
    if os.geteuid() != 0:
        return []
    who = str(UNPRIVILEGED)
    return ["setpriv", "--reuid", who, "--regid", who, "--clear-groups"]


def _leashed(command: list[str]) -> list[str]:
    """Return a command that ends with the tests, however they end."""
    if os.geteuid() != 0:
        return list(leashed(command))
    # Becoming somebody else lets go of a leash; this one is put on afterwards.
    return [*_unprivileged(), "--pdeathsig", "QUIT", *command]
