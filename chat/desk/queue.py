"""The queue: what waits for the room team, live, and for whom."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NamedTuple
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from chat.carers import Carers, Wishes
from chat.cases import Cases
from chat.casework.case import Queue
from chat.casework.casebook import CaseLine
from chat.catalogue import Catalogue
from chat.clock import Clock
from chat.desk.frame import go, said, show
from chat.desk.guard import Guard
from chat.desk.rows import BLANK, Row, row
from chat.desk.wording import time_of_day
from chat.roles import may
from chat.signing.sittings import Deskmate
from chat.talkroom import called
from chat.wellbeing import is_offered, is_spared, rests_until

CALLS: Final = "/staff/calls"
RESOLVED: Final = "resolved"
TABS: Final = {
    Queue.URGENT: "Urgent",
    Queue.HELD: "Held",
    Queue.REPORTED: "Reported",
    Queue.APPEALS: "Appeals",
    RESOLVED: "Resolved",
}
CALM: Final = {
    Queue.URGENT: ("Nobody is in danger that we know of.", "Breathe out."),
    Queue.HELD: ("Nothing waits to be read first.", ""),
    Queue.REPORTED: ("Nothing was reported.", "The rooms look after themselves."),
    Queue.APPEALS: ("Nobody asks for another look.", ""),
    RESOLVED: ("Nothing here.", "Older cases fade, as talk does."),
}

Others = Callable[[str], Awaitable[bool]]
"""Tells whether anybody of the room team is there beside the one of this id."""


class Tab(NamedTuple):
    """One of the queues, and how much stands in it."""

    queue: str
    name: str
    address: str
    number: str
    here: bool


class Pause(NamedTuple):
    """A rest after a crisis case, and the way around it."""

    until: str
    anyway: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Which part of the queues somebody wants to see."""

    queue: str = Queue.URGENT
    room: str = ""
    search: str = ""
    anyway: bool = False

    @classmethod
    def by(cls, request: Request, me: Deskmate) -> "Asked":
        """Return what a request asks for, as far as whoever asks may see it."""
        query = request.query_params
        queue = said(query, "queue")
        known = queue in tabs_of(me)
        return cls(
            queue if known else Queue.URGENT,
            said(query, "room"),
            said(query, "search", 60),
            said(query, "anyway") == "yes",
        )

    def address(self, path: str, **others: str) -> str:
        """Return where the same is to be had, or something beside it."""
        asked = {"queue": self.queue, "room": self.room, "search": self.search}
        asked |= {"anyway": "yes" if self.anyway else ""} | others
        return f"{path}?{urlencode({k: v for k, v in asked.items() if v})}"


@dataclass(frozen=True, slots=True)
class Mind:
    """What decides which cases come to somebody now."""

    wishes: Wishes
    rests: datetime | None
    others_here: bool
    now: datetime

    @property
    def away(self) -> bool:
        """Whether they said "not tonight"."""
        return self.wishes.is_away(self.now)

    @property
    def pauses(self) -> bool:
        """Whether the next urgent case goes to others first."""
        return self.rests is not None and self.others_here

    def takes(self, line: CaseLine, staff_id: str, *, anyway: bool) -> bool:
        """Tell whether a case is for them; what they took stays theirs."""
        if line.claimed_by == staff_id:
            return True
        if self.away or self._is_spared(line):
            return False
        return anyway or line.queue != Queue.URGENT or self._offers(line, self.rests)

    def _is_spared(self, line: CaseLine) -> bool:
        """Tell whether a case stays away from somebody who opted out of its topic.

        An urgent one comes to them all the same once nobody else is there or has
        taken it: if everybody had opted out, somebody in danger would be alone.
        """
        if not is_spared(line.categories, self.wishes.opt_outs):
            return False
        return line.queue != Queue.URGENT or not self._offers(line, self.now)

    def _offers(self, line: CaseLine, rests: datetime | None) -> bool:
        opened = datetime.fromtimestamp(line.opened_at, UTC)
        return is_offered(
            opened, rests=rests, others_here=self.others_here, now=self.now
        )


class Queues:
    """The page on which a shift is spent."""

    def __init__(
        self,
        *,
        cases: Cases,
        carers: Carers,
        catalogue: Catalogue,
        others_here: Others,
        clock: Clock,
    ) -> None:
        self._cases = cases
        self._carers = carers
        self._rooms = {str(room.slug): room.name for room in catalogue.rooms}
        self._others_here = others_here
        self._clock = clock

    def routes(self, guard: Guard) -> list[BaseRoute]:
        """Return the page's routes."""
        return [
            Route("/staff/queue.json", guard.page(self.show_json, "cases")),
            Route("/staff", guard.page(self.show, "desk")),
        ]

    async def show(self, request: Request, me: Deskmate) -> Response:
        """Show one queue; a peer, who works no cases, is led to the calls."""
        if not may(me.role, "cases"):
            return go(CALLS)
        asked, mind = Asked.by(request, me), await self._mind(me)
        lines = await self._lines(asked, me, mind)
        rows = [self._row(line, me) for line in lines[asked.queue]]
        calm, more = CALM[asked.queue]
        return show(
            "queue", me, "Queue",
            title=TABS[asked.queue], cases=rows, blank=BLANK, calm=calm, calm_more=more,
            tabs=tabs(asked, lines, me), queue=asked.queue, search=asked.search,
            room=asked.room, rooms=[("", "All rooms"), *self._rooms.items()],
            source=asked.address("/staff/queue.json"), hotkeys=mind.wishes.hotkeys,
            pause=pause(asked, mind), away=mind.away, note="",
        )  # fmt: skip

    async def show_json(self, request: Request, me: Deskmate) -> Response:
        """Give the page's script the same rows and counts."""
        asked = Asked.by(request, me)
        lines = await self._lines(asked, me, await self._mind(me))
        rows = [self._row(line, me)._asdict() for line in lines[asked.queue]]
        counts = {queue: len(found) for queue, found in lines.items()}
        return JSONResponse({"cases": rows, "counts": counts})

    async def _mind(self, me: Deskmate) -> Mind:
        now = self._clock.now()
        return Mind(
            await self._carers.wishes(me.id),
            rests_until(await self._carers.exposures(me.id), now),
            await self._others_here(me.id),
            now,
        )

    async def _lines(
        self, asked: Asked, me: Deskmate, mind: Mind
    ) -> Mapping[str, Sequence[CaseLine]]:
        """Return the queues that whoever asks may see; of those resolved, if asked."""
        found: dict[str, Sequence[CaseLine]] = {}
        for queue in tabs_of(me):
            here = queue == asked.queue
            if queue == RESOLVED and not here:
                continue
            lines = await self._cases.lines(
                None if queue == RESOLVED else queue,
                room=(asked.room or None) if here else None,
                search=(asked.search or None) if here else None,
            )
            taken = [
                line for line in lines if mind.takes(line, me.id, anyway=asked.anyway)
            ]
            found[queue] = sorted(taken, key=lambda line: _turn(line, me))
        return found

    def _row(self, line: CaseLine, me: Deskmate) -> Row:
        room = called(line.room, self._rooms)
        return row(line, room, me, self._clock.seconds())


def _turn(line: CaseLine, me: Deskmate) -> int:
    """Return whether a case comes first: one's own, then what is free, then others'."""
    if line.claimed_by == me.id:
        return 0
    return 2 if line.claimed_by else 1


def tabs_of(me: Deskmate) -> Sequence[str]:
    """Return the queues that somebody may see."""
    return [q for q in TABS if q != Queue.APPEALS or may(me.role, "appeals")]


def tabs(
    asked: Asked, lines: Mapping[str, Sequence[CaseLine]], me: Deskmate
) -> list[Tab]:
    """Return the queues as the page names them."""
    return [
        Tab(
            queue,
            TABS[queue],
            f"/staff?{urlencode({'queue': str(queue)})}",
            str(len(lines.get(queue, ())) or "") if queue != RESOLVED else "",
            queue == asked.queue,
        )
        for queue in tabs_of(me)
    ]


def pause(asked: Asked, mind: Mind) -> Pause | None:
    """Return the rest that somebody has just now, if they have one."""
    if not mind.pauses or mind.rests is None or asked.anyway or mind.away:
        return None
    until = time_of_day(int(mind.rests.timestamp()))
    return Pause(until, asked.address("/staff", anyway="yes"))
