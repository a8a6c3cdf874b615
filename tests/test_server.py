"""The server: its sockets, its processes, and how they come to their end."""

import asyncio
import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest

from chat import server
from tests.support.eventually import PATIENCE_SECONDS, eventually
from tests.support.program import Program

SMALL_APP = ("-m", "tests.support.small_app")
AS_LONG_AS_IT_MAY_TAKE = 30


def alone(how: str = "well") -> Program:
    return Program(*SMALL_APP, "alone", how)


def several(how: str = "well") -> Program:
    return Program(*SMALL_APP, "several", how)


@pytest.fixture
def one() -> Iterator[Program]:
    with alone() as program:
        yield program


@pytest.fixture
def two() -> Iterator[Program]:
    with several() as program:
        yield program


def get(url: str, **headers: str) -> str:
    with urlopen(Request(url, headers=headers), timeout=PATIENCE_SECONDS) as answer:
        return str(answer.read().decode())


def started(program: Program) -> tuple[str, set[int]]:
    """Return where several serve, and who they are."""
    return program.line(), {int(program.line()), int(program.line())}


def answering(url: str, rounds: int = 40) -> set[int]:
    """Return the processes that answer there."""
    return {int(get(url)) for _ in range(rounds)}


def connect(url: str) -> socket.socket:
    host, _, port = urlsplit(url).netloc.rpartition(":")
    return socket.create_connection((host, int(port)))


def test_it_says_where_it_is_once_it_can_be_reached(one: Program):
    url = one.line()

    assert get(url) == str(one.pid)


def test_it_does_not_say_what_it_is_made_of(one: Program):
    with urlopen(one.line(), timeout=PATIENCE_SECONDS) as answer:
        assert "server" not in answer.headers
        assert "date" not in answer.headers


def test_every_answer_keeps_the_page_to_itself(one: Program):
    with urlopen(one.line(), timeout=PATIENCE_SECONDS) as answer:
        assert "content-security-policy" in answer.headers


def test_a_proxy_is_believed_who_is_asking(one: Program):
    asking = get(f"{one.line()}/ip", **{"X-Forwarded-For": "203.0.113.7"})

    assert asking == "203.0.113.7"


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_told_to_end_it_says_goodbye_first(one: Program, told: signal.Signals):
    one.line()

    one.signal(told)

    assert one.wait(AS_LONG_AS_IT_MAY_TAKE) == 0
    assert one.lines() == ["draining", "stopped", "over"]


def test_while_it_says_goodbye_nobody_new_is_let_in():
    with alone("never done") as program:
        url = program.line()

        program.signal(signal.SIGTERM)

        assert program.line() == "draining"
        with pytest.raises(ConnectionRefusedError):
            connect(url)


def test_a_goodbye_that_is_never_done_is_cut_short():
    with alone("never done") as program:
        program.line()

        program.signal(signal.SIGTERM)

        assert program.wait(AS_LONG_AS_IT_MAY_TAKE) == 0
        assert program.lines() == ["draining", "stopped", "over"]


def test_a_goodbye_that_hangs_does_not_keep_the_process():
    with alone("hangs") as program:
        program.line()

        program.signal(signal.SIGTERM)

        assert program.wait(AS_LONG_AS_IT_MAY_TAKE) == -signal.SIGALRM


def test_a_goodbye_that_fails_is_logged_and_the_end_is_orderly():
    with alone("fails") as program:
        program.line()

        program.signal(signal.SIGTERM)

        assert program.wait(AS_LONG_AS_IT_MAY_TAKE) == 0
        assert program.logged()[0]["event"] == "not drained"
        assert "what a member said" not in program.errors()


def test_an_unanswered_request_does_not_keep_the_process(one: Program):
    url = one.line()
    with connect(url) as line:
        line.sendall(b"GET /slow HTTP/1.1\r\nHost: here\r\n\r\n")
        assert one.line() == "asked"

        one.signal(signal.SIGTERM)

        assert one.wait(AS_LONG_AS_IT_MAY_TAKE) == 0


def test_a_silent_client_does_not_keep_the_process(one: Program):
    with connect(one.line()):
        one.signal(signal.SIGTERM)

        assert one.wait(AS_LONG_AS_IT_MAY_TAKE) == 0


def test_told_twice_it_ends_at_once():
    with alone("never done") as program:
        program.line()
        program.signal(signal.SIGTERM)
        assert program.line() == "draining"
        told = time.monotonic()

        program.signal(signal.SIGTERM)

        assert program.wait() == 1
        assert time.monotonic() - told < server.DRAIN_SECONDS / 2


def test_an_application_that_does_not_start_ends_the_server():
    with alone("refuses") as program:
        assert program.wait() == 3
        assert "what a member said" not in program.errors()


def test_a_service_that_ends_by_itself_does_not_pass_for_one_that_was_told_to():
    with alone("breaks") as program:
        assert program.wait() == 1


def test_several_processes_share_one_port(two: Program):
    url, workers = started(two)

    assert answering(url) == workers
    assert two.pid not in workers


def test_a_worker_that_is_killed_is_replaced(two: Program):
    url, (killed, other) = started(two)

    os.kill(killed, signal.SIGKILL)

    assert two.line() == f"ended {killed}"
    assert answering(url) == {int(two.line()), other}


def test_who_knocks_while_a_worker_is_being_replaced_is_let_in(two: Program):
    url, (killed, _) = started(two)

    os.kill(killed, signal.SIGKILL)

    assert killed not in answering(url)


def test_all_workers_end_in_order_with_their_parent(two: Program):
    started(two)

    two.signal(signal.SIGTERM)

    assert two.wait(AS_LONG_AS_IT_MAY_TAKE) == 0
    lines = two.lines()
    assert lines.count("draining") == lines.count("stopped") == 2
    assert lines[-1] == "over"


def test_workers_that_do_not_end_do_not_keep_their_parent():
    with several("hangs") as program:
        started(program)

        program.signal(signal.SIGTERM)

        assert program.wait(AS_LONG_AS_IT_MAY_TAKE) == 0
        assert program.lines()[-1] == "over"


def test_told_twice_workers_end_at_once():
    with several("never done") as program:
        started(program)
        program.signal(signal.SIGTERM)
        assert program.line() == program.line() == "draining"
        told = time.monotonic()

        program.signal(signal.SIGTERM)

        assert program.wait() == 0
        assert time.monotonic() - told < server.DRAIN_SECONDS / 2


async def test_workers_end_with_a_parent_that_is_killed(two: Program):
    _, workers = started(two)

    two.signal(signal.SIGKILL)

    await eventually(
        lambda: not any(Path(f"/proc/{pid}/fd").exists() for pid in workers),
        within=AS_LONG_AS_IT_MAY_TAKE,
    )


def test_workers_that_do_not_even_start_end_their_parent():
    with several("refuses") as program:
        assert program.wait() == 3
        assert program.lines()[-1] == "over"


async def test_a_worker_that_has_just_ended_need_not_be_told_to():
    workers = server.Workers([], lambda _: (), lambda _: None)
    process = await asyncio.create_subprocess_exec("true")
    await process.wait()
    workers._processes.add(process)

    workers._stop()
    workers._stop()


def test_a_port_that_is_taken_is_not_shared_by_accident():
    (taken,) = server.listen("127.0.0.1", 0)

    with taken, pytest.raises(OSError, match="in use"):
        server.listen("127.0.0.1", taken.getsockname()[1], count=2)


@pytest.mark.parametrize(
    ("host", "told"),
    [
        ("127.0.0.1", "http://127.0.0.1:"),
        ("0.0.0.0", "http://localhost:"),
        ("::1", "http://[::1]:"),
    ],
)
def test_the_address_is_one_that_a_browser_can_open(host: str, told: str):
    (listener,) = server.listen(host, 0)

    with listener:
        assert server.address(listener).startswith(told)
