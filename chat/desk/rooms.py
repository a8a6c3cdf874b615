"""Rooms: how each is kept just now, who rang for the team, and crowds that came in."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from chat.cases import Cases
from chat.casework.case import Queue
from chat.casework.casebook import CaseLine
from chat.catalogue import Catalogue
from chat.clock import Clock
from chat.controls import LONGEST_GREETING, Alarm, BadControl, Control, Controls
from chat.desk.frame import go, number, said, show, ticked
from chat.desk.guard import Guard, post
from chat.desk.wording import ago, count, moment
from chat.model import Room, RoomName
from chat.signing.sittings import Deskmate
from chat.talkroom import called

SLOWS: Final = (
    (0, "as everywhere"),
    (10, "10 seconds"),
    (30, "30 seconds"),
    (60, "1 minute"),
    (300, "5 minutes"),
)
SINCES: Final = (
    (5, "in the last 5 minutes"),
    (15, "in the last 15 minutes"),
    (60, "in the last hour"),
    (180, "in the last 3 hours"),
)

Alarms = Callable[[], Iterable[Alarm]]


class Call(NamedTuple):
    """Something in a room that wants somebody of the team to come."""

    words: str
    at: int
    age: str
    address: str = ""


class Kept(NamedTuple):
    """A room as the page shows it."""

    slug: str
    name: str
    slow: int
    shield: bool
    locked: bool
    greeting: str
    is_set: str
    set_by: str


class Rooms:
    """The page of those who keep rooms."""

    def __init__(
        self,
        *,
        controls: Controls,
        cases: Cases,
        catalogue: Catalogue,
        alarms: Alarms,
        clock: Clock,
    ) -> None:
        self._controls = controls
        self._cases = cases
        self._catalogue = catalogue
        self._alarms = alarms
        self._clock = clock

    def routes(self, guard: Guard) -> list[BaseRoute]:
        """Return the page's routes."""
        one = "/staff/rooms/{room}"
        return [
            Route("/staff/rooms", guard.page(self.show, "rooms")),
            post(one, guard.page(self.set, "rooms")),
            post(f"{one}/greet", guard.page(self.greet, "rooms")),
            post(f"{one}/undo-arrivals", guard.page(self.undo_arrivals, "undo")),
        ]

    async def show(self, request: Request, me: Deskmate) -> Response:
        """Show every room."""
        return await self._show(me, note=_NOTES.get(said(request.query_params, "did")))

    async def _show(
        self, me: Deskmate, *, note: str | None = None, bad: str = ""
    ) -> Response:
        now = self._clock.seconds()
        controls = await self._controls.all()
        bells = [
            each
            for each in await self._cases.lines(Queue.REPORTED)
            if each.source == "bell"
        ]
        rooms = [
            kept(room, controls.get(room.slug, Control(room.slug)), now)
            for room in self._catalogue.rooms
        ]
        return show(
            "rooms", me, "Rooms", 400 if bad else 200,
            note=bad or note, note_is_bad=bool(bad),
            rooms=rooms, calls=self._calls(bells, now),
            slows=SLOWS, sinces=SINCES, longest=LONGEST_GREETING,
        )  # fmt: skip

    def _calls(self, bells: Iterable[CaseLine], now: int) -> Sequence[Call]:
        names = {str(room.slug): room.name for room in self._catalogue.rooms}
        return calls(bells, self._alarms(), names, now)

    async def set(self, request: Request, me: Deskmate) -> Response:
        """Set a room's controls."""
        form = await request.form()
        try:
            await self._controls.set(
                self._room(request),
                by=me.desk_name,
                slow_seconds=number(form, "slow"),
                locked=ticked(form, "locked"),
                shield=ticked(form, "shield"),
                greeting=said(form, "greeting"),
            )
        except BadControl as error:
            return await self._show(me, bad=str(error))
        return go("/staff/rooms?did=set")

    async def greet(self, request: Request, me: Deskmate) -> Response:
        """Let those speak who came to a shielded room until now."""
        await self._controls.greet(self._room(request), by=me.desk_name)
        return go("/staff/rooms?did=greet")

    async def undo_arrivals(self, request: Request, me: Deskmate) -> Response:
        """Take back everything by those who came into a room lately."""
        form: FormData = await request.form()
        minutes = number(form, "minutes")
        if not ticked(form, "sure") or minutes not in dict(SINCES):
            return await self._show(me, bad="Tick “Yes, all of it” first.")
        since = self._clock.seconds() - 60 * minutes
        await self._cases.undo_arrivals(self._room(request), since, me.id)
        return go("/staff/rooms?did=undo")

    def _room(self, request: Request) -> RoomName:
        slug = request.path_params["room"]
        if slug not in {room.slug for room in self._catalogue.rooms}:
            raise HTTPException(404)
        return RoomName(slug)


_NOTES: Final = {
    "set": "It is set, and everyone in the room knows it.",
    "greet": "Everyone who came until now can write.",
    "undo": "Everything by those who came in since then is being taken back.",
}


def kept(room: Room, control: Control, now: int) -> Kept:
    """Return a room as the page shows it."""
    shield = bool(control.shield_since)
    by = f"Set by {control.by} at {moment(control.at, now)} UTC" if control.by else ""
    return Kept(
        room.slug,
        room.name,
        control.slow_seconds,
        shield,
        control.locked,
        control.greeting,
        ", ".join(_in_force(control)),
        by,
    )


def _in_force(control: Control) -> Iterable[str]:
    if control.slow_seconds:
        yield f"slow ({control.slow_seconds} s)"
    if control.shield_since:
        yield "shield up"
    if control.locked:
        yield "locked"
    if control.greeting:
        yield "greeting"


def calls(
    bells: Iterable[CaseLine],
    alarms: Iterable[Alarm],
    names: Mapping[str, str],
    now: int,
) -> Sequence[Call]:
    """Return what wants somebody to come, the latest first."""
    rung = [
        Call(
            f"{called(bell.room, names)}: a member asks for one of you",
            bell.opened_at,
            ago(now - bell.opened_at),
            f"/staff/cases/{bell.id}",
        )
        for bell in bells
    ]
    raised = [
        Call(_words(alarm, names), alarm.at, ago(now - alarm.at)) for alarm in alarms
    ]
    return sorted([*rung, *raised], key=lambda call: -call.at)


def _words(alarm: Alarm, names: Mapping[str, str]) -> str:
    room = names.get(alarm.room, alarm.room)
    people = count(alarm.number, "person", "people")
    match alarm.what:
        case "joins":
            return f"{room}: {people} came in within a minute"
        case "cards":
            return f"{room}: one member asked {people} today to talk in private"
    return "Somebody who needs to talk may not be heard: look at the calls"
