"""A night on call: the team, each at a page of theirs, and time that goes by."""

from contextlib import AsyncExitStack
from datetime import timedelta

import httpx2

from chat import bulletin
from chat.asides import NeedNews
from chat.desk.guard import COOKIE
from chat.oncall.known import Known
from chat.oncall.ways import new_id
from chat.roles import Role
from chat.store import peers, ways
from chat.store.instants import kept
from chat.store.ways import Way
from tests.support.ahead import ClockAhead
from tests.support.console import OURS, Colleague
from tests.support.eventually import PATIENCE_SECONDS, eventually
from tests.support.frames import Joined, Said
from tests.support.member import Member
from tests.support.peer import Peer
from tests.support.service import House
from tests.support.talkhouse import TalkHouse

STEP_SECONDS = 30


class OnDuty:
    """One of the team with a page open: hears calls, and answers by its forms."""

    def __init__(self, page: Peer, forms: Colleague) -> None:
        self.page = page
        self.forms = forms
        self.id = page.id

    async def is_called(self, need: str) -> str:
        """Wait until their own page rings about a need; return what kind of call."""
        while True:
            called = await self.page.hears_news(bulletin.ALERT)
            _alert, _id, whom, kind, about = called
            if (whom, about) == (self.id, need):
                return str(kind)

    async def sees(self, need: str, state: str) -> None:
        """Wait until every page is told that a need is so far."""
        while (await self.page.hears_news(bulletin.NEED))[1:] != (need, state):
            pass

    async def accepts(self, need: str) -> httpx2.Response:
        """Press the button beside a need, whoever else does."""
        return await self.forms.post(f"/staff/calls/{need}/accept")

    async def reads(self, need: str) -> list[str]:
        """Enter a talk; return what was said there."""
        return texts(await self.page.enters(need))

    async def does(self, need: str, what: str, **fields: str) -> None:
        """Press a button of a talk's page, which must succeed."""
        answer = await self.forms.post(f"/staff/talks/{need}/{what}", **fields)
        assert answer.status_code == 303, answer.text

    async def ends(self, need: str, ending: str = "heard") -> None:
        """End a talk, which must succeed."""
        await self.does(need, "end", ending=ending)


class NightShift(TalkHouse):
    """The whole service while somebody is on call."""

    def __init__(self, house: House, stack: AsyncExitStack) -> None:
        super().__init__(house, stack)
        clock = house.service.clock
        assert isinstance(clock, ClockAhead)
        self.clock = clock
        self._here: list[str] = []

    async def at_a_page(self, name: str, role: Role = Role.PEER) -> OnDuty:
        """Have somebody sit down, who has not done the course and is not on duty."""
        one = OnDuty(await self.peer(name, role), await self._forms(name, role))
        self._here.append(one.id)
        await eventually(self._pages_are_seen)
        return one

    async def on_duty(self, name: str) -> OnDuty:
        """Have a peer sit down, who has done the course and says they can take it."""
        one = await self.at_a_page(name)
        async with self.service.backroom.database.begin() as tx:
            await peers.keep(tx, one.id, ready_at=kept(self.clock.now()))
        answer = await one.forms.post("/staff/calls/duty", hours="4")
        assert answer.headers.get("location") == "/staff/calls?did=on", answer.text
        return one

    async def has_phone(self, one: OnDuty) -> None:
        """Have one of the team reached by what an operator runs, as it was lately."""
        now = kept(self.clock.now())
        way = Way(new_id(), one.id, "webhook", "a phone", {}, now, confirmed_at=now)
        async with self.service.backroom.database.begin() as tx:
            await ways.add(tx, way)

    async def _forms(self, name: str, role: Role) -> Colleague:
        sittings, url = self.service.desk.guard._sittings, self.house.url
        token = await sittings.begin(name.lower(), name, role)
        me = await sittings.look(token, active=True)
        assert me is not None
        client = httpx2.AsyncClient(
            base_url=url,
            headers={"cookie": f"{COOKIE}={token}", "origin": url, **OURS},
            timeout=PATIENCE_SECONDS,
            trust_env=False,
        )
        await self._stack.enter_async_context(client)
        return Colleague(client, me.id, me.csrf)

    async def passes(self, seconds: float) -> None:
        """Let time go by, in which open pages are heard of twice a minute, as ever."""
        until = self.clock.now() + timedelta(seconds=seconds)
        # Whatever it takes to see the pages goes by as well, and must not go by twice.
        while (left := (until - self.clock.now()).total_seconds()) > 0:
            self.clock.advance(min(left, STEP_SECONDS))
            self.service.desk.socket.missed()
            await eventually(self._pages_are_seen)

    async def _pages_are_seen(self) -> bool:
        reachable, now = self.service.switchboard.ways.reachable_ids, self.clock.now()
        async with self.service.backroom.database.read() as tx:
            return set(self._here) <= await reachable(tx, now)

    async def the_need(self) -> Known:
        """Return the one need that is open, once it is there."""
        (known,) = await eventually(self.needs.open_needs)
        return known


async def is_told(member: Member, state: str, why: str = "") -> NeedNews:
    """Wait until a member is told that their need is so far."""
    while True:
        news = await member.hears(NeedNews)
        if (news.state, news.why) == (state, why):
            return news


async def hears_said(who: Member | Peer, text: str) -> Said:
    """Wait until somebody hears a line, whatever they hear before it."""
    while (said := await who.hears(Said)).text != text:
        pass
    return said


def texts(joined: Joined) -> list[str]:
    """Return what was said in a room before somebody came in."""
    return [event.text for event in joined.events if isinstance(event, Said)]
