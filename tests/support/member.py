"""A member with a page of their own: a small client that speaks the protocol."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin, Subprotocol

from chat import protocol
from chat.asides import NeedNews
from tests.support import frames
from tests.support.eventually import PATIENCE_SECONDS
from tests.support.frames import (
    Done,
    Event,
    History,
    Joined,
    Known,
    Named,
    Refused,
    Waiting,
    Welcome,
)
from tests.support.page import E, Page

HELLO, JOIN, LEAVE, SAY, TAKE_BACK, REACT, TYPING, HERE, NAME, EARLIER = range(1, 11)
REPORT, HEED, APPEAL, BELL = range(11, 15)
RAISE, WITHDRAW, CALL_BACK, STAY, TALK_MORE, CARD = range(15, 21)


def new_secret() -> bytes:
    """Return what a device makes once and keeps."""
    return secrets.token_bytes(16)


class Member(Page):
    """Somebody who came into a room, or did not yet."""

    def __init__(self, socket: ClientConnection, secret: bytes) -> None:
        super().__init__(socket)
        self.secret = secret
        self.known: list[bool] = []
        """Whether that was everything, as the house has said it so far."""

    @classmethod
    @asynccontextmanager
    async def at(
        cls,
        url: str,
        secret: bytes | None = None,
        *,
        origin: str = "",
        path: str = "/ws",
        headers: Mapping[str, str] | None = None,
    ) -> AsyncIterator[Self]:
        """Connect, without a hello."""
        async with connect(
            url.replace("http", "ws", 1) + path,
            origin=Origin(origin or url),
            subprotocols=[Subprotocol(protocol.SUBPROTOCOL)],
            compression=None,
            additional_headers=headers,
            user_agent_header=None,
            ping_interval=None,
            proxy=None,
            close_timeout=1,
        ) as socket:
            yield cls(socket, secret or new_secret())

    # Asking -------------------------------------------------------------------------

    async def hello(self, secret: bytes | None = None) -> Welcome | Refused:
        """Say who this is."""
        return await self._ask(Welcome, HELLO, secret or self.secret)

    async def join(
        self,
        room: str = "coffee",
        *,
        roll: int = 0,
        light: bool = False,
        since: tuple[int, int] = (0, 0),
    ) -> Joined:
        """Come in, which must succeed."""
        joined = await self.asks_to_join(room, roll=roll, light=light, since=since)
        assert isinstance(joined, Joined), joined
        self.who = joined.who
        return joined

    async def asks_to_join(
        self,
        room: str = "coffee",
        *,
        roll: int = 0,
        light: bool = False,
        since: tuple[int, int] = (0, 0),
    ) -> Joined | Refused:
        """Ask to come in."""
        return await self._ask(Joined, JOIN, room, roll, light, *since)

    async def leave(self, room: str = "coffee") -> Done | Refused:
        """Go out."""
        return await self._ask(Done, LEAVE, room)

    async def say(
        self,
        text: str,
        room: str = "coffee",
        *,
        reply: int = 0,
        id_: bytes | None = None,
    ) -> Done | Refused:
        """Speak."""
        return await self._ask(Done, SAY, room, id_ or new_id(), text, reply)

    async def says_to_the_team(self, text: str, room: str = "coffee") -> Waiting:
        """Speak, which the room team must read first."""
        waiting = await self._ask(Waiting, SAY, room, new_id(), text, 0)
        assert isinstance(waiting, Waiting), waiting
        return waiting

    async def says(self, text: str, room: str = "coffee", *, reply: int = 0) -> int:
        """Speak, which must succeed; return the position."""
        done = await self.say(text, room, reply=reply)
        assert isinstance(done, Done), done
        return done.position

    async def take_back(
        self, target: int, room: str = "coffee", *, id_: bytes | None = None
    ) -> Done | Refused:
        """Take a message back."""
        return await self._ask(Done, TAKE_BACK, room, id_ or new_id(), target)

    async def react(
        self,
        target: int,
        reaction: int = 0,
        room: str = "coffee",
        *,
        on: bool = True,
        id_: bytes | None = None,
    ) -> Done | Refused:
        """React to a message."""
        return await self._ask(Done, REACT, room, id_ or new_id(), target, reaction, on)

    async def name(self, room: str = "coffee", roll: int = 0) -> Named | Refused:
        """Ask what one would be called."""
        return await self._ask(Named, NAME, room, roll)

    async def earlier(self, before: int, room: str = "coffee") -> History | Refused:
        """Ask what was said before."""
        return await self._ask(History, EARLIER, room, before)

    async def typing(self, room: str = "coffee") -> None:
        """Write something."""
        await self.send(TYPING, room)

    async def here(self, *, away: bool = False) -> None:
        """Be there, with the tab hidden or not."""
        await self.send(HERE, away)

    async def report(
        self, target: int, reason: str = "harassment", room: str = "coffee"
    ) -> Done | Refused:
        """Show a message to the room team."""
        return await self._ask(Done, REPORT, room, new_id(), target, reason)

    async def bell(self, room: str = "coffee") -> Done | Refused:
        """Ask for a moderator."""
        return await self._ask(Done, BELL, room, new_id())

    async def heed(self, token: bytes) -> Done | Refused:
        """Have read what the room team says."""
        return await self._ask(Done, HEED, token)

    async def appeal(self, token: bytes, text: str) -> Done | Refused:
        """Ask that another moderator looks."""
        return await self._ask(Done, APPEAL, token, text)

    async def presses(
        self,
        words: str = "",
        *,
        room: str = "",
        wish: str = "",
        shares: str = "",
        language: str = "en",
    ) -> NeedNews:
        """Say that they need to talk, which must succeed; return what they are told."""
        done = await self.asks_to_talk(words, room, wish, shares, language)
        assert isinstance(done, Done), done
        # Of a need before this one it may be told twice that it is over.
        while (news := await self.hears(NeedNews)).state == "ended":
            pass
        return news

    async def asks_to_talk(
        self,
        words: str = "",
        room: str = "",
        wish: str = "",
        shares: str = "",
        language: str = "en",
    ) -> Done | Refused:
        """Ask for somebody to talk to."""
        return await self._ask(Done, RAISE, room, words, wish, shares, language)

    async def withdraw(self) -> Done | Refused:
        """Not need to talk any more."""
        return await self._ask(Done, WITHDRAW)

    async def call_back(self, at: int) -> Done | Refused:
        """Ask to be called at a time."""
        return await self._ask(Done, CALL_BACK, at)

    async def stay(self, minutes: int = 10, room: str = "") -> Done | Refused:
        """Ask to be missed."""
        return await self._ask(Done, STAY, room, minutes, "en")

    async def talk_more(self, target: int, room: str = "coffee") -> Done | Refused:
        """Ask whoever said something whether they want to talk."""
        return await self._ask(Done, TALK_MORE, room, target)

    async def card(self, token: bytes, *, yes: bool) -> Done | Refused:
        """Answer a card, or end what came of it."""
        return await self._ask(Done, CARD, token, yes)

    async def send_bytes(self, payload: bytes | str) -> None:
        """Send whatever it is."""
        await self.socket.send(payload)

    # Hearing ------------------------------------------------------------------------

    async def all_heard(self) -> list[Event]:
        """Return everything that has come until something asked now is answered."""
        ref = next(self._refs)
        await self.send(LEAVE, ref, "no such room")
        await self.answer(Done, ref)
        heard, self._heard = self._heard, []
        return heard

    async def closed(self) -> tuple[int, str]:
        """Wait for the end; return its code and reason."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            try:
                while True:
                    await self._read()
            except ConnectionClosed:
                await self.socket.wait_closed()
        return self.socket.close_code or 0, self.socket.close_reason or ""

    def _keep(self, payload: bytes) -> None:
        event = frames.read(payload)
        if isinstance(event, Known):
            self.known.append(event.everything)
        else:
            super()._keep(payload)

    def kept(self, wanted: type[E]) -> list[E]:
        """Return what was heard of a kind and not asked for."""
        return [event for event in self._heard if isinstance(event, wanted)]


def new_id() -> bytes:
    """Return what a page makes for one message."""
    return secrets.token_bytes(8)
