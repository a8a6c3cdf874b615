"""The pages of being on call, on a database and a Redis of a test's own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, time, timedelta
from typing import Any, Self

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.routing import BaseRoute

from chat import catalogue
from chat.backplane import channel
from chat.desk.calling import calls_routes
from chat.flagged import Flagged
from chat.hub import Hub
from chat.leases import Leases
from chat.listening import Listening
from chat.model import Handle, MemberId, RoomName
from chat.moderation import screen
from chat.oncall import policy
from chat.oncall.cards import Cards
from chat.oncall.duty import Duty
from chat.oncall.hours import QuietHours
from chat.oncall.marks import Marks
from chat.oncall.needs import Needs, Raised
from chat.oncall.plan import Plan
from chat.oncall.planned import Planned
from chat.oncall.stages import NeedId, PeerId
from chat.oncall.team import Team
from chat.oncall.ways import Ways, new_id
from chat.presence import Presence
from chat.roles import Role
from chat.rooms import Rooms
from chat.settings import Settings
from chat.store import needs as needs_store
from chat.store import peers
from chat.store import ways as ways_store
from chat.store.database import Database
from chat.store.instants import kept
from chat.store.oncall import alerts
from chat.store.ways import Way
from chat.talkroom import talk_of
from chat.talks import Talks
from tests.support.clock import FakeClock
from tests.support.console import Colleague, Console
from tests.support.desk import IDENTITY
from tests.support.process import COFFEE, Process

MEMBER = MemberId(b"m" * 16)
WHO = b"\x11\x22\x05ab"


async def _answers() -> None:
    pass


class CallDesk:
    """A console with the calls page, and somebody who may need to talk."""

    def __init__(self, console: Console, process: Process, hub: Hub) -> None:
        self.console = console
        self.process = process
        self.clock: FakeClock = console.clock
        self.database = console.desk.database
        self.rooms = catalogue.load(None)
        self.rung: list[bytes] = []
        self.ring = self._ring
        self.needs = Needs(
            database=self.database,
            clock=self.clock,
            policy=policy.load(),
            ring=self.tell,
            changed=self._changed,
            seal=lambda handle, peer: IDENTITY.seal(handle, peer.encode()),
        )
        self.ways = Ways(database=self.database, clock=self.clock, ring=self.tell)
        self.duty = Duty(
            database=self.database, clock=self.clock, ring=self.tell, rooms=()
        )
        planned = Planned()
        self.plan = Plan(
            database=self.database,
            clock=self.clock,
            ring=self.tell,
            planned=planned,
            rooms=(),
        )
        self.team = Team(
            planned=planned,
            reachable=self.ways.reachable_ids,
            talks=needs_store.talks_of,
        )
        self.listening = self._listening(hub)
        self.needs.who_of_peer = self.listening.who_of_peer

    def _listening(self, hub: Hub) -> Listening:
        cards = Cards(
            database=self.database, clock=self.clock, ring=self.tell,
            changed=self._changed,
        )  # fmt: skip
        talks = Talks(
            database=self.database,
            clock=self.clock,
            needs=self.needs,
            cards=cards,
            marks=Marks(needs=self.needs, cards=cards, clock=self.clock),
        )
        return Listening(
            talks=talks,
            rooms=self._rooms(hub),
            identity=IDENTITY,
            flagged=self._flagged(),
            screen=screen,
            clock=self.clock,
            country="",
        )

    def _rooms(self, hub: Hub) -> Rooms:
        leases = Leases(scripts=self.process.scripts, node=b"desk", channel=channel)
        presence = Presence(
            leases=leases,
            clock=self.clock,
            metrics=self.process.metrics,
            fan_out=hub.fan_out,
        )
        return Rooms(
            catalogue=self.rooms,
            identity=IDENTITY,
            backplane=self.process.backplane,
            presence=presence,
            hub=hub,
            clock=self.clock,
            metrics=self.process.metrics,
        )

    def _flagged(self) -> Flagged:
        self.flagged = Flagged(
            scripts=self.process.scripts,
            catalogue=self.rooms,
            history=self.process.history,
            identity=IDENTITY,
            open_=self.console.cases.open,
            ask=_answers,
            ring=self.tell,
            clock=self.clock,
            metrics=self.process.metrics,
            repeat_seconds=600,
        )
        return self.flagged

    @classmethod
    @asynccontextmanager
    async def open(
        cls, database: Database, settings: Settings, clock: FakeClock
    ) -> AsyncIterator[Self]:
        """Have one for as long as the caller stays inside."""
        async with Process(settings, clock).running() as process:
            console = Console.on(database, clock, process)
            desk = cls(console, process, Hub(metrics=process.metrics))
            console.app = console.app_with(*desk.routes())
            yield desk

    def routes(self) -> list[BaseRoute]:
        """Return the pages that are looked at here."""
        return calls_routes(
            guard=self.console.guard,
            database=self.database,
            clock=self.clock,
            catalogue=self.rooms,
            needs=self.needs,
            duty=self.duty,
            ways=self.ways,
            plan=self.plan,
            standbys=self.standbys,
            listening=self.listening,
            identity=IDENTITY,
        )

    async def standbys(self, tx: AsyncConnection, now: datetime) -> Any:
        return await self.team.standbys(tx, now)

    async def tell(self, frame: bytes) -> None:
        await self.ring(frame)

    async def _ring(self, frame: bytes) -> None:
        self.rung.append(frame)

    async def _changed(self, _news: bytes) -> None:
        pass

    # Who is there

    @asynccontextmanager
    async def peer(
        self, name: str = "Wren", role: Role = Role.PEER, *, ready: bool = True
    ) -> AsyncIterator[Colleague]:
        """Let a peer sit down, who has done the course and can take it."""
        async with self.console.colleague(name, role) as colleague:
            await self.is_here(colleague.id, ready=ready)
            yield colleague

    async def is_here(self, id_: str, *, ready: bool = True) -> None:
        """Have somebody on duty, with a page open."""
        until = kept(self.clock.now() + timedelta(hours=2))
        async with self.database.begin() as tx:
            await peers.keep(tx, id_, page_seen_at=kept(self.clock.now()))
            if ready:
                now = kept(self.clock.now())
                await peers.keep(tx, id_, ready_at=now, on_duty_until=until)

    async def has_phone(self, id_: str) -> None:
        """Have somebody reached by a phone, which was seen to work."""
        now = kept(self.clock.now())
        way = Way(new_id(), id_, "push", "a phone", {}, now, confirmed_at=now)
        async with self.database.begin() as tx:
            await ways_store.add(tx, way)

    async def sleeps(self, id_: str) -> None:
        """Have somebody within their quiet hours, whatever the clock says."""
        quiet = QuietHours("UTC", time(0), time(0))
        await self.duty.set(id_, capacity=2, quiet=quiet, shares=(), languages=())

    async def press(self, **told: Any) -> Raised:
        """Have somebody in the coffee room say that they need to talk."""
        facts: dict[str, Any] = {
            "handle": Handle(b"h" * 16),
            "room": COFFEE,
            "member": MEMBER,
            "who": WHO,
            "source": "pressed",
        }
        return await self.needs.raise_(**{**facts, **told})

    async def pressed(self, **told: Any) -> NeedId:
        return (await self.press(**told)).id

    async def member_says(self, need: NeedId, text: str) -> None:
        """Have the member say something in the talk."""
        room: RoomName = talk_of(need)
        await self.process.say(text, room=room, member=MEMBER)

    async def talk(self, peer: Colleague, **told: Any) -> NeedId:
        """Return a need whose peer has said a first line."""
        need = await self.pressed(**told)
        await self.needs.accept(need, PeerId(peer.id))
        await peer.post(f"/staff/talks/{need}/say", text="Hello, I am here.", id="")
        return need

    async def alerts(self) -> list[tuple[str, str, str]]:
        """Return all alerts: of what kind, to whom, by which way."""
        async with self.database.read() as tx:
            rows = await tx.execute(select(alerts).order_by(alerts.c.way))
            return [(row.kind, row.staff_id, row.way) for row in rows]

    async def talk_rooms(self) -> list[RoomName]:
        """Return the talks that there are."""
        return [talk_of(each.need.id) for each in await self.needs.open_needs()]
