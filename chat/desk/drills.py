"""Drills as a page: how quickly somebody came when nobody needed them."""

from typing import Final, NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from chat.clock import Clock
from chat.desk.frame import go, show
from chat.desk.guard import Guard
from chat.desk.wording import moment
from chat.oncall.drill import Drills
from chat.oncall.drilled import Drilled, Outcome, seconds
from chat.signing.sittings import Deskmate

ADDRESS: Final = "/staff/drills"


class DrillLine(NamedTuple):
    """A drill as the page shows it."""

    at: str
    by: str
    times: tuple[tuple[str, str], ...]
    words: str
    mood: str
    """`good`, `bad`, or empty while it goes on."""


class DrillPages:
    """The page of drills."""

    def __init__(self, *, drills: Drills, clock: Clock) -> None:
        self._drills = drills
        self._clock = clock

    def routes(self, guard: Guard) -> list[BaseRoute]:
        """Return the page's routes."""
        return [
            Route(ADDRESS, guard.page(self.show, "coordinate")),
            Route(ADDRESS, guard.page(self.begin, "coordinate"), methods=["POST"]),
        ]

    async def show(self, _request: Request, me: Deskmate) -> Response:
        """Show how the last drills went."""
        now, latest = self._clock.seconds(), await self._drills.latest()
        return show(
            "drills", me, "Cover",
            drills=[_line(each, now) for each in latest],
            going_on=_going_on(latest),
        )  # fmt: skip

    async def begin(self, _request: Request, me: Deskmate) -> Response:
        """Raise a drill, unless one is going on."""
        if not _going_on(await self._drills.latest()):
            await self._drills.begin(me.desk_name)
        return go(ADDRESS)


def drill_routes(*, guard: Guard, drills: Drills, clock: Clock) -> list[BaseRoute]:
    """Return the routes of the page of drills."""
    return DrillPages(drills=drills, clock=clock).routes(guard)


def _going_on(latest: list[Drilled]) -> bool:
    return any(not each.is_over for each in latest)


def _line(drilled: Drilled, now: int) -> DrillLine:
    times = drilled.times
    return DrillLine(
        moment(int(drilled.at.timestamp()), now),
        drilled.by,
        (
            ("First alert", _time(times.alerted, drilled)),
            ("Opened", _time(times.opened, drilled)),
            ("Accepted", _time(times.accepted, drilled)),
            ("First line", _time(times.spoken, drilled)),
        ),
        drilled.words,
        _mood(drilled),
    )


def _time(time: int | None, drilled: Drilled) -> str:
    return seconds(time) if time is not None or drilled.is_over else "not yet"


def _mood(drilled: Drilled) -> str:
    if not drilled.is_over:
        return ""
    return "good" if drilled.outcome is Outcome.ANSWERED else "bad"
