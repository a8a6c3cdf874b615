"""One JSON object a line, in which nobody can be found."""

import json
import logging
import subprocess
import sys
import traceback
from typing import cast

import pytest

from chat.errors import NotInRoom
from chat.logs import Formatter, scrubbed

A_SECRET = "what a member said"
AN_ADDRESS = "203.0.113.7"


def logged(does: str) -> list[dict[str, object]]:
    """Return what a process of its own writes to stderr while it does something."""
    script = (
        f"import logging\nfrom chat.logs import configure\nconfigure('info')\n{does}"
    )
    told = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, check=False, timeout=60
    )
    assert told.stdout == b""
    return [json.loads(line) for line in told.stderr.splitlines()]


def line(event: str, **extra: object) -> dict[str, object]:
    record = logging.makeLogRecord(
        {"name": "chat.rooms", "levelname": "INFO", "msg": event, **extra}
    )
    return cast("dict[str, object]", json.loads(Formatter().format(record)))


def line_of(error: BaseException) -> dict[str, object]:
    told = line("failed", exc_info=(type(error), error, error.__traceback__))
    return cast("dict[str, object]", told["error"])


def raised(how: str = "raise ValueError(text)") -> Exception:
    try:
        exec(how, {"text": A_SECRET, "NotInRoom": NotInRoom})
    except Exception as error:  # noqa: BLE001
        return error
    raise AssertionError


def test_a_line_tells_when_what_and_who_said_so():
    (told,) = logged(
        "logging.getLogger('chat.x').info('opened', extra={'room': 'tea'})"
    )

    assert str(told.pop("time")).endswith("+00:00")
    assert told == {
        "level": "INFO",
        "event": "opened",
        "logger": "chat.x",
        "room": "tea",
    }


def test_the_arguments_of_a_record_are_left_out():
    assert line("said %s", args=(A_SECRET,))["event"] == "said %s"


@pytest.mark.parametrize("value", [b"secret", object(), [A_SECRET], {"a": A_SECRET}])
def test_of_anything_but_words_and_numbers_only_the_type_is_told(value: object):
    assert line("seen", thing=value)["thing"] == type(value).__name__


def test_a_record_that_is_an_exception_tells_only_its_type():
    told = line(ValueError(A_SECRET))  # type: ignore[arg-type]

    assert told["event"] == "ValueError"


def test_an_exception_is_its_type_and_where_it_came_from():
    told = line_of(raised())

    assert told["type"] == "ValueError"
    assert "test_logs.py" in str(told["at"])
    assert A_SECRET not in json.dumps(told)


def test_what_an_exception_came_from_is_told_in_the_same_way():
    error = raised(
        "try: raise KeyError(text)\n"
        "except KeyError as first: raise OSError(5, text) from first"
    )

    told = line_of(error)

    assert (told["type"], told["errno"]) == ("OSError", 5)
    assert cast("dict[str, object]", told["after"])["type"] == "KeyError"
    assert A_SECRET not in json.dumps(told)


def test_each_exception_of_a_group_is_told():
    told = line_of(raised("raise ExceptionGroup(text, [ValueError(text)])"))

    assert cast("list[dict[str, object]]", told["of"])[0]["type"] == "ValueError"
    assert A_SECRET not in json.dumps(told)


def test_of_a_traceback_logged_as_text_only_the_places_are_told():
    text = "".join(traceback.format_exception(raised()))

    told = line(text)

    assert told["event"] == "Traceback (most recent call last):"
    assert "test_logs.py" in json.dumps(told["error"])
    assert A_SECRET not in json.dumps(told)


def test_a_refusal_tells_its_code():
    assert line_of(raised("raise NotInRoom"))["code"] == "not_in_room"


@pytest.mark.parametrize(
    ("text", "without"),
    [
        ("connection from 203.0.113.7 closed", "connection from … closed"),
        ("203.0.113.7:4711 - accepted", "… - accepted"),
        ("peer 2001:db8::7 gone", "peer … gone"),
        ("peer [2001:db8::7]:80 gone", "peer […]:80 gone"),
        ("::ffff:203.0.113.7", "…"),
        ("from 203.0.113.7.", "from …"),
        ("GET /ws?token=abc HTTP/1.1", "GET /ws?… HTTP/1.1"),
        ("at 12:30:45 it was fine", "at 12:30:45 it was fine"),
        ("version 9.1.2, room: tea", "version 9.1.2, room: tea"),
        ("is it well?", "is it well?"),
    ],
)
def test_what_looks_like_an_address_or_a_query_is_struck_out(text: str, without: str):
    assert scrubbed(text) == without
    assert line(text)["event"] == without
    assert line("seen", thing=text)["thing"] == without


def test_the_web_server_does_not_tell_who_connects():
    assert not logged(
        f"logging.getLogger('uvicorn.error').info('%s - ok', '{AN_ADDRESS}')\n"
        f"logging.getLogger('uvicorn.access').warning('%s - ok', '{AN_ADDRESS}')"
    )


def test_a_task_that_died_does_not_tell_what_it_held():
    (told,) = logged(
        "import asyncio\n"
        "async def fail(): raise ValueError('what a member said')\n"
        "async def main():\n"
        "    asyncio.create_task(fail())\n"
        "    await asyncio.sleep(0)\n"
        "asyncio.run(main())"
    )

    assert told["event"] == "Task exception was never retrieved"
    assert cast("dict[str, object]", told["error"])["type"] == "ValueError"
    assert A_SECRET not in json.dumps(told)


@pytest.mark.parametrize(
    "does",
    [
        "raise ValueError('what a member said')",
        "import threading\n"
        "def fail(): raise ValueError('what a member said')\n"
        "threading.Thread(target=fail).start()",
        "class Gone:\n"
        "    def __del__(self): raise ValueError('what a member said')\n"
        "Gone()",
    ],
)
def test_what_nobody_caught_is_told_in_the_same_way(does: str):
    (told,) = logged(does)

    assert told["event"] == "uncaught"
    assert cast("dict[str, object]", told["error"])["type"] == "ValueError"
    assert A_SECRET not in json.dumps(told)
