"""My shift: whether one can be called now, and what stands in the way."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from chat.desk.board import View
from chat.desk.wording import time_of_day
from chat.oncall.hours import Hours
from chat.oncall.rota import Rota
from chat.oncall.shifts import Origin, Override, Shift
from chat.oncall.stages import PeerId
from chat.oncall.terms import Terms

AHEAD: Final = timedelta(hours=24)
"""How far ahead one is told of one's next shift."""


class At(NamedTuple):
    """A moment, for a page that shows it in its own zone where it runs scripts."""

    seconds: int
    words: str
    iso: str

    @classmethod
    def of(cls, at: datetime) -> "At":
        """Return it in seconds since 1970, and in UTC."""
        seconds = int(at.timestamp())
        iso = at.strftime("%Y-%m-%dT%H:%M:%SZ")
        return cls(seconds, f"{time_of_day(seconds)} UTC", iso)


class MyShift(NamedTuple):
    """How it stands with being called."""

    words: str
    until: At | None
    next: At | None
    """When the next shift begins."""
    at_once: bool
    """Whether it follows without a gap on the one that is on, or was just let go."""
    on_duty_until: int
    """Until when one said "I can take it", in seconds since 1970; 0: one did not."""
    on_shift: bool
    checked_in: bool
    ready: bool


class Notice(NamedTuple):
    """Something that one should know, and where to do something about it."""

    key: str
    words: str
    address: str
    way: str


def my_shift(view: View, rota: Rota, now: datetime) -> MyShift:
    """Return whether one may be called now, and until when."""
    terms = view.terms
    mine = _shifts(rota, view.reader.peer, now)
    current = next((shift for shift in mine if shift.covers(now)), None)
    ahead = next((shift for shift in mine if shift.hours.starts > now), None)
    words, until = _words(view, current, now)
    return MyShift(
        words,
        At.of(until) if until else None,
        At.of(ahead.hours.starts) if ahead else None,
        follows(rota, view.reader.peer, now) is not None,
        _on_duty_until(terms, now),
        current is not None and terms.ready,
        terms.checked_in(now),
        terms.ready,
    )


def _on_duty_until(terms: Terms, now: datetime) -> int:
    until = terms.on_duty_until if terms.on_duty(now) else None
    return int(until.timestamp()) if until else 0


def follows(rota: Rota, peer: PeerId, now: datetime) -> Shift | None:
    """Return one's next shift, if no gap is between now and it; None: there is one.

    Hours that one has let go are no gap.
    """
    mine = _shifts(rota, peer, now)
    let_go = (one.hours for one in rota.overrides if _is_let_go(one, peer))
    until = now
    for hours in sorted([*let_go, *(shift.hours for shift in mine)]):
        if hours.starts <= until:
            until = max(until, hours.ends)
    ahead = next((shift for shift in mine if shift.hours.starts > now), None)
    return ahead if ahead and ahead.hours.starts <= until else None


def _is_let_go(one: Override, peer: PeerId) -> bool:
    return one.peer == peer and one.origin is Origin.LET_GO


def _shifts(rota: Rota, peer: PeerId, now: datetime) -> list[Shift]:
    ahead = rota.shifts(Hours(now, now + AHEAD))
    return [shift for shift in ahead if shift.peer == peer]


def _words(
    view: View, shift: Shift | None, now: datetime
) -> tuple[str, datetime | None]:
    terms = view.terms
    if shift is not None and terms.ready:
        kind = "on shift as backup" if shift.backup else "on shift"
        return f"You are {kind} until", shift.hours.ends
    if terms.on_duty(now):
        return "Thank you. You are on call until", terms.on_duty_until
    return _off_duty(view), None


def _off_duty(view: View) -> str:
    if view.me is None or not view.me.standby.coordinator:
        return "You are off duty: you are not called."
    if view.asleep:
        return "You are off duty, in your quiet hours: you are not called."
    return "You are off duty. As a coordinator you are the last who is called."


def notices(view: View) -> list[str]:
    """Return the keys of what stands in the way of being called."""
    off_duty = view.reader.coordinates and not view.at_work
    last = off_duty and not view.asleep
    standing = {
        "not_ready": not (view.terms.ready or view.reader.coordinates),
        "last_only": not view.terms.ready and view.reader.coordinates,
        "unreachable": view.at_work and view.only_page,
        "last_unreachable": last and view.only_page,
        "full": (view.at_work or last) and view.full,
        "alone": view.alone and view.at_work and view.backed,
        "on_ones_own": view.alone and view.at_work and not view.backed,
        "too_few": view.alone and last and not view.full,
        "too_few_asleep": view.alone and off_duty and view.asleep,
    }
    return [key for key, stands in standing.items() if stands]


NOTICES: Final = (
    Notice(
        "not_ready",
        "Do the course first, please. Then you can be called.",
        "/staff/course",
        "To the course",
    ),
    Notice(
        "last_only",
        "Do the course, please. Until then you are called only if nobody else comes.",
        "/staff/course",
        "To the course",
    ),
    Notice(
        "unreachable",
        "You are on duty, but we cannot reach you once you close this page.",
        "/staff/ways",
        "Set up another way",
    ),
    Notice(
        "last_unreachable",
        "You are the last who is called, but we cannot reach you once you close this "
        "page.",
        "/staff/ways",
        "Set up another way",
    ),
    Notice(
        "full",
        "You have as many talks as you take at once, so you are not called. End those "
        "that are over.",
        "/staff/calls#list-mine",
        "See them",
    ),
    Notice(
        "alone",
        "You are alone on duty: a coordinator is called as well, on the last step.",
        "/staff/coverage",
        "See the cover",
    ),
    Notice(
        "on_ones_own",
        "You are alone on duty, and no coordinator can be called just now.",
        "/staff/coverage",
        "See the cover",
    ),
    Notice(
        "too_few",
        "Fewer than two on duty can be reached: you are on the last step.",
        "/staff/coverage",
        "See the cover",
    ),
    Notice(
        "too_few_asleep",
        "Fewer than two on duty can be reached. You are not called: these are your "
        "quiet hours.",
        "/staff/coverage",
        "See the cover",
    ),
)
"""All that may stand in the way; the page's script shows what does just now."""
