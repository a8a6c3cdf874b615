"""Moderate: screening as a program, one line of JSON in, one line out."""

import json
from collections.abc import Iterator, Mapping, Sequence
from time import perf_counter
from typing import Any, BinaryIO, Final, NamedTuple

from chat import moderation
from chat.catalogue import Catalogue
from chat.errors import NoSuchRoom
from chat.model import Action, Flag, Message, Verdict

LONGEST_LINE: Final = 1 << 18
"""Bytes; what is longer is skipped to its end, whatever it is."""


_KINDS: Final = {"mail": "EMAIL", "link": "URL"}
"""What masks are called outside, where it is not as their rules are."""


class BadLine(Exception):
    """A line is not a message; what is wrong with it."""


class _Asked(NamedTuple):
    id: str | int | None
    message: Message


def answers(stream: BinaryIO, rooms: Catalogue, country: str) -> Iterator[str]:
    """Yield a line of JSON for each line of a stream, as soon as it is there.

    Numbers without a country code are read as the line says, else as those of its room,
    else of `country`.
    """
    for number, line in enumerate(_lines(stream), start=1):
        try:
            asked = _asked(line, rooms, country)
            yield json.dumps(_answer(asked), ensure_ascii=False)
        except BadLine as error:
            yield json.dumps({"line": number, "error": str(error)})


def _lines(stream: BinaryIO) -> Iterator[bytes | None]:
    """Yield each line; None for one that is too long to be kept."""
    while line := stream.readline(LONGEST_LINE + 1):
        if len(line) <= LONGEST_LINE or line.endswith(b"\n"):
            yield line
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(LONGEST_LINE)
        yield None


def _asked(line: bytes | None, rooms: Catalogue, country: str) -> _Asked:
    if line is None:
        raise BadLine(f"longer than {LONGEST_LINE} bytes")
    fields = _object(line)
    id_ = fields.get("id")
    if isinstance(id_, bool) or not isinstance(id_, str | int | None):
        raise BadLine("id must be a string or a whole number")
    room = _text(fields, "room", "")
    country = (
        _text(fields, "country", "").upper() or _country_of(room, rooms) or country
    )
    return _Asked(id_, Message(_text(fields, "text"), room, country))


def _country_of(room: str, rooms: Catalogue) -> str:
    try:
        return rooms.find(room).country
    except NoSuchRoom:
        return ""


def _object(line: bytes) -> Mapping[str, Any]:
    try:
        fields = json.loads(line.decode())
    except UnicodeDecodeError:
        raise BadLine("not UTF-8") from None
    except (ValueError, RecursionError):
        raise BadLine("not JSON") from None
    if not isinstance(fields, dict):
        raise BadLine("not a JSON object")
    return fields


def _text(fields: Mapping[str, Any], name: str, missing: str | None = None) -> str:
    value = fields.get(name)
    if value is None:
        value = missing
    if value is None:
        raise BadLine(f"{name} is missing")
    if not isinstance(value, str):
        raise BadLine(f"{name} must be a string")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise BadLine(f"{name} holds half a character") from None
    return value


def _answer(asked: _Asked) -> Mapping[str, object]:
    began = perf_counter()
    verdict = moderation.screen(asked.message)
    us = (perf_counter() - began) * 1e6
    return {
        "id": asked.id,
        "action": verdict.action.name.lower(),
        "crisis": verdict.grade.name.lower(),
        "categories": sorted({flag.category for flag in verdict.flags}),
        "spans": _spans(verdict),
        "masked_text": verdict.masked,
        "reasons": [_reason(flag) for flag in verdict.flags],
        "us": round(us, 1),
    }


def _spans(verdict: Verdict) -> Sequence[tuple[int, int, str]]:
    """Return what is masked, and what it is: `PHONE` for `identifying.phone`."""
    masks = [flag for flag in verdict.flags if flag.action is Action.MASK]
    return [(flag.start, flag.end, _kind(flag.rule)) for flag in masks]


def _kind(rule: str) -> str:
    kind = rule.rpartition(".")[2]
    return _KINDS.get(kind, kind.upper())


def _reason(flag: Flag) -> Mapping[str, object]:
    return {
        "rule": flag.rule,
        "category": flag.category,
        "reason": flag.reason,
        "span": [flag.start, flag.end],
    }
