"""Logs: one JSON object a line on stderr, in which nobody can be found.

What is logged is what the code says in advance: a constant event, and ids that were
handed over by name. An exception is its type and where it came from, never its
message, since a message may quote what a member said.
"""

import ipaddress
import json
import logging
import re
import sys
import threading
import traceback
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from chat.errors import ChatError

_ORDINARY = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_QUERY = re.compile(r"\?\S+")
_NUMBERS_AND_COLONS = re.compile(r"[0-9A-Fa-f:.]*[:.][0-9A-Fa-f:.]+")
_TRACEBACK_LINE = re.compile(r'File "([^"]+)", line (\d+), in (\w+)')
_REMOVED = "…"
_PARTS_OF_A_PATH = 3

logger = logging.getLogger(__name__)


def configure(level: str) -> None:
    """Send everything that anybody logs in this process to stderr, as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Formatter())
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    # At INFO it tells each WebSocket's address and query string.
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    logging.getLogger("uvicorn.access").disabled = True
    sys.excepthook = _uncaught
    sys.unraisablehook = lambda told: _uncaught(
        told.exc_type, told.exc_value, told.exc_traceback
    )
    threading.excepthook = lambda told: _uncaught(
        told.exc_type, told.exc_value, told.exc_traceback
    )


class Formatter(logging.Formatter):
    """Makes one line of a record, out of nothing but what may be known."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as a JSON object."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "event": _event(record),
            "logger": record.name,
        }
        line |= {k: _plain(v) for k, v in vars(record).items() if k not in _ORDINARY}
        if record.exc_info and record.exc_info[1]:
            line["error"] = _error(record.exc_info[1])
        elif places := _TRACEBACK_LINE.findall(str(record.msg)):
            line["error"] = {"at": [_place(*place) for place in places]}
        return json.dumps(line, ensure_ascii=False)


def _event(record: logging.LogRecord) -> str:
    """Return a record's first line as it stands in the code, without its arguments.

    The arguments of other people's records are addresses, and asyncio's further lines
    are tasks with their exceptions.
    """
    if not isinstance(record.msg, str):
        return type(record.msg).__name__
    return scrubbed(record.msg.strip().partition("\n")[0])


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    return scrubbed(value) if isinstance(value, str) else type(value).__name__


def scrubbed(text: str) -> str:
    """Return the text without what looks like an address or a query string."""
    return _NUMBERS_AND_COLONS.sub(_unless_address, _QUERY.sub(f"?{_REMOVED}", text))


def _unless_address(found: re.Match[str]) -> str:
    """Return what was found, unless it is an IP address, with a port or without."""
    for candidate in (found[0], found[0].rpartition(":")[0], found[0].rstrip(".:")):
        try:
            ipaddress.ip_address(candidate)
        except ValueError:
            continue
        return _REMOVED
    return found[0]


def _error(error: BaseException) -> dict[str, object]:
    """Return what happened and where, and what came before it."""
    told: dict[str, object] = {"type": type(error).__name__}
    if isinstance(error, ChatError):
        told["code"] = error.code
    if isinstance(error, OSError) and error.errno:
        told["errno"] = error.errno
    told["at"] = _places(error.__traceback__)
    if isinstance(error, BaseExceptionGroup):
        told["of"] = [_error(each) for each in error.exceptions]
    before = error.__cause__ or (not error.__suppress_context__ and error.__context__)
    if before:
        told["after"] = _error(before)
    return told


def _places(start: TracebackType | None) -> list[str]:
    return [
        _place(frame.f_code.co_filename, line, frame.f_code.co_name)
        for frame, line in traceback.walk_tb(start)
    ]


def _place(file: str, line: int | str, function: str) -> str:
    return f"{'/'.join(Path(file).parts[-_PARTS_OF_A_PATH:])}:{line} {function}"


def _uncaught(
    kind: type[BaseException],
    error: BaseException | None,
    where: TracebackType | None,
) -> None:
    """Log what nobody caught, instead of the traceback that Python would print."""
    if not issubclass(kind, KeyboardInterrupt):
        error = error or kind()
        logger.critical("uncaught", exc_info=(kind, error, where))
