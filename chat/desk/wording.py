"""Wording: how long ago, how grave and from where, in the words of staff pages."""

from datetime import UTC, datetime
from typing import Final

from chat.model import Grade

GRADES: Final = {
    Grade.NONE: "",
    Grade.LOW: "low",
    Grade.MEDIUM: "medium",
    Grade.HIGH: "high",
    Grade.IMMINENT: "imminent",
}

SOURCES: Final = {
    "rule": "seen by a rule",
    "report": "reported by a member",
    "unanswered": "nobody answered",
    "bell": "a member rang for you",
}

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def ago(seconds: float) -> str:
    """Return how long ago something was; `ago.js` says it in the same words."""
    if seconds < _MINUTE:
        return "just now"
    if seconds < _HOUR:
        return f"{int(seconds // _MINUTE)} min"
    if seconds < _DAY:
        minutes = int(seconds % _HOUR // _MINUTE)
        return f"{int(seconds // _HOUR)} h" + (f" {minutes} min" if minutes else "")
    days = int(seconds // _DAY)
    return "1 day" if days == 1 else f"{days} days"


def moment(at: int) -> str:
    """Return a moment as a short date and time, in UTC."""
    return datetime.fromtimestamp(at, UTC).strftime("%d %b %H:%M")


def time_of_day(at: int) -> str:
    """Return the time of a moment, in UTC."""
    return datetime.fromtimestamp(at, UTC).strftime("%H:%M")


def listed(names: list[str]) -> str:
    """Return names as one says them: `Birch, Fern and Moss`."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def count(number: int, one: str, many: str) -> str:
    """Return a number with its noun: `1 case`, `3 cases`."""
    return f"{number} {one if number == 1 else many}"
