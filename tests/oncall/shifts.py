"""Rotas and shifts for the tests of who is there when."""

from datetime import UTC, date, datetime, time, timedelta

from chat.model import Room, RoomName
from chat.oncall.hours import Hours
from chat.oncall.rota import Rota
from chat.oncall.shifts import Override, Temporary
from chat.oncall.stages import PeerId
from chat.oncall.weekly import LineId, Weekly
from tests.oncall.needs import OTTER, WREN

JOBURG = "Africa/Johannesburg"
MONDAY = date(2026, 11, 23)
HOUR = timedelta(hours=1)


def utc(day: date, hour: float) -> datetime:
    """Return a moment: hours after midnight (UTC) of a day."""
    return datetime.combine(day, time(), UTC) + hour * HOUR


def span(starts: float, ends: float, day: date = MONDAY) -> Hours:
    """Return the hours of a day, in UTC."""
    return Hours(utc(day, starts), utc(day, ends))


def line(
    name: str = "evening",
    weekday: int = 0,
    starts: str = "18:00",
    ends: str = "22:00",
    *turns: tuple[PeerId, ...],
    since: date = MONDAY,
    until: date | None = None,
    backup: bool = False,
    tags: tuple[str, ...] = (),
    languages: tuple[str, ...] = (),
) -> Weekly:
    """Return a weekly line: Mondays, Wren's."""
    return Weekly(
        LineId(name),
        weekday,
        time.fromisoformat(starts),
        time.fromisoformat(ends),
        turns or ((WREN,),),
        since,
        until,
        backup,
        tags,
        languages,
    )


def a_rota(*lines: Weekly, zone: str = JOBURG) -> Rota:
    """Return a rota of these lines, or of one: Mondays 18:00 to 22:00, Wren's."""
    return Rota(zone, lines or (line(),))


def temporary(hours: Hours, peer: PeerId = OTTER, name: str = "extra") -> Temporary:
    return Temporary(LineId(name), peer, hours)


def override(
    hours: Hours, peer: PeerId = WREN, to: PeerId | None = OTTER, name: str = "over"
) -> Override:
    return Override(LineId(name), peer, to, hours)


def a_room(name: str, *tags: str) -> Room:
    """Return a room that has these tags."""
    return Room(RoomName(name.lower()), name, "", "", (), tags, "", "")
