"""A peer's shifts as a calendar feed (iCalendar, RFC 5545), and nobody else's.

Every moment is an instant in UTC, so that no calendar has to know our zone's rules; it
shows them by its own clock. Nobody is named in it, nor what the service is for: a
calendar lies open on a kitchen table.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Final

from chat.oncall.shifts import Shift
from chat.oncall.stages import PeerId

# Nothing is folded or escaped: each line is made here, of few and harmless letters.
_TITLE: Final = "On call"
_UTC: Final = (
    "BEGIN:VTIMEZONE",
    "TZID:UTC",
    "BEGIN:STANDARD",
    "DTSTART:19700101T000000",
    "TZOFFSETFROM:+0000",
    "TZOFFSETTO:+0000",
    "END:STANDARD",
    "END:VTIMEZONE",
)
"""What is in a calendar without events: one component at least there must be (3.6)."""


def feed(peer: PeerId, shifts: Iterable[Shift], now: datetime) -> bytes:
    """Return the calendar of one peer's shifts; those of others are left out."""
    theirs = (shift for shift in shifts if shift.peer == peer)
    events = [line for shift in theirs for line in _event(shift, now)]
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Porchlight//On call//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_TITLE}",
        # How often to look again: by the newer name, and by the one that is understood.
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
        *(events or _UTC),
        "END:VCALENDAR",
    ]
    return "".join(f"{line}\r\n" for line in lines).encode()


def _event(shift: Shift, now: datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{_uid(shift)}"
    yield f"DTSTAMP:{_moment(now)}"
    yield f"DTSTART:{_moment(shift.hours.starts)}"
    yield f"DTEND:{_moment(shift.hours.ends)}"
    yield f"SUMMARY:{_TITLE}" + (r"\, backup" if shift.backup else "")
    yield "CLASS:PRIVATE"
    yield "END:VEVENT"


def _uid(shift: Shift) -> str:
    """Return a name that a shift keeps for as long as it starts when it does."""
    told = f"{shift.line}\0{shift.peer}\0{_moment(shift.hours.starts)}"
    return f"{blake2b(told.encode(), digest_size=16).hexdigest()}@porchlight"


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
