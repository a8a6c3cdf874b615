"""The forms of the rota: what was typed into them, as the plan takes it."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Final

from starlette.datastructures import FormData

from chat.desk.frame import number, said
from chat.oncall.hours import Hours, instant, wall_hours, wall_length, zone_of
from chat.oncall.refusals import BadShift
from chat.oncall.stages import PeerId

_LONGEST_TURNS: Final = 4000


def time_of(form: FormData, field: str) -> time:
    """Return a time of day.

    Raises:
        BadShift: If it is none.

    """
    try:
        found = time.fromisoformat(said(form, field, 8))
    except ValueError as error:
        raise BadShift("a time such as 18:30 is meant", field) from error
    return found.replace(second=0, microsecond=0, tzinfo=None)


def day_of(form: FormData, field: str) -> date:
    """Return a day.

    Raises:
        BadShift: If it is none.

    """
    try:
        found = date.fromisoformat(said(form, field, 10))
    except ValueError as error:
        raise BadShift("a day such as 2026-11-23 is meant", field) from error
    if not 2000 <= found.year < 2200:
        raise BadShift("that day is too far away", field)
    return found


def day_if_any(form: FormData, field: str) -> date | None:
    """Return a day; None where nothing was entered."""
    return day_of(form, field) if said(form, field) else None


def weekday_of(form: FormData) -> int:
    """Return a weekday: 0 is Monday.

    Raises:
        BadShift: If it is none.

    """
    if said(form, "weekday", 2) not in set("0123456"):
        raise BadShift("there is no such day of the week", "weekday")
    return number(form, "weekday")


def hours_of_day(form: FormData, zone: str) -> Hours:
    """Return the hours of one day, which may run past its midnight.

    Raises:
        BadShift, ShiftInverted: If they are none.

    """
    day = day_of(form, "day")
    starts, ends = time_of(form, "starts"), time_of(form, "ends")
    wall_length(starts, ends)
    hours = wall_hours(zone_of(zone), day, starts, ends)
    if hours is None:
        raise BadShift("the clock is put forward then: there is no such hour", "starts")
    return hours


def hours_between(form: FormData, zone: str) -> Hours:
    """Return the hours from one day and time to another; they may be none.

    Raises:
        BadShift: If a day or a time is none.

    """
    there = zone_of(zone)
    starts = instant(there, day_of(form, "day"), time_of(form, "starts"))
    ends = instant(there, day_of(form, "last"), time_of(form, "ends"))
    return Hours(starts, ends)


def moments(form: FormData) -> Hours:
    """Return the hours that a button stands for.

    Raises:
        BadShift: If no page of ours has such a button.

    """
    return Hours(_moment(form, "starts"), _moment(form, "ends"))


def _moment(form: FormData, field: str) -> datetime:
    try:
        found = datetime.fromisoformat(said(form, field, 32))
    except ValueError as error:
        raise BadShift("please choose the hours again", field) from error
    if found.tzinfo is None or not 2000 <= found.year < 2200:
        raise BadShift("please choose the hours again", field)
    return found.astimezone(UTC)


def turns_of(form: FormData, ids: Mapping[str, str]) -> tuple[tuple[PeerId, ...], ...]:
    """Return whose turn it is each week: one line a week, names with commas.

    Raises:
        BadShift: If somebody of them is not in the team.

    """
    lines = said(form, "turns", _LONGEST_TURNS).split("\n")
    weeks = [words(line) for line in lines if line.strip()]
    return tuple(tuple(_peer(name, ids) for name in names) for names in weeks)


def _peer(name: str, ids: Mapping[str, str]) -> PeerId:
    found = ids.get(name.casefold())
    if found is None:
        shown = name[:40] if name.isprintable() else "?"
        raise BadShift(f"nobody of the team is called {shown}", "turns")
    return PeerId(found)


def words(text: str) -> tuple[str, ...]:
    """Return what commas part, without what is empty or said twice."""
    found = (" ".join(word.split()) for word in text.split(","))
    return tuple(dict.fromkeys(word for word in found if word))


def peer_if_any(form: FormData, field: str) -> PeerId | None:
    """Return who was chosen; None: nobody, or everybody."""
    chosen = said(form, field, 64)
    return PeerId(chosen) if chosen else None
