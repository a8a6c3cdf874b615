"""A caller: says what the room team must see, again and again until it is answered."""

import asyncio
import itertools
import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NamedTuple

from websockets.exceptions import WebSocketException

from chat.errors import BadFrame
from tests.chaos.socket import ORIGIN
from tests.support.frames import Done, Joined, Refused, Waiting
from tests.support.member import BELL, REPORT, SAY, Member, new_id, new_secret

_KINDS = ("danger", "held", "danger", "blocked", "held", "report", "danger", "bell")
_TEXTS = {
    "danger": "i took all my pills an hour ago and i cant stay awake, number {}",
    "held": "how much fent should i cook to get high, number {}",
    "blocked": "you are a worthless junkie nobody wants you here, number {}",
}
_AGAIN = ("unavailable", "too_fast", "not_in_room")
_REST_SECONDS = 0.8

_numbers = itertools.count(1)


class Asked(NamedTuple):
    """What a caller asks; its id is the same however often it is sent."""

    kind: str
    id: bytes
    text: str = ""
    target: int = 0


class Answered(NamedTuple):
    """What was asked, and its answer: `done`, `waiting` or a refusal's code."""

    asked: Asked
    code: str
    position: int
    room: str
    secret: bytes


class Caller:
    """One member who needs the room team, on a line that breaks."""

    def __init__(self, room: str, urls: Callable[[], Sequence[str]]) -> None:
        self.room = room
        self.secret = new_secret()
        self.answered: list[Answered] = []
        self.tried: dict[bytes, Asked] = {}
        self._urls = urls
        self._kinds = itertools.cycle(_KINDS)
        self._waits: Asked | None = None
        self._heard: list[int] = []
        self._refs = itertools.count(1_000_000)
        self._no_more = False

    async def live(self) -> None:
        """Call until nothing more is asked for, and everything is answered."""
        while not self.done:
            with suppress(OSError, TimeoutError, WebSocketException, BadFrame):
                url = random.choice(self._urls())
                async with Member.at(url, self.secret, origin=ORIGIN) as member:
                    await self._come_in(member)
                    await self._call(member)
            await asyncio.sleep(_REST_SECONDS * random.random())

    def finish(self) -> None:
        """Ask nothing new."""
        self._no_more = True

    @property
    def done(self) -> bool:
        """Whether everything is answered, and nothing new will be asked."""
        return self._no_more and self._waits is None

    async def _come_in(self, member: Member) -> None:
        await member.hello()
        for roll in itertools.count():
            answer = await member.asks_to_join(self.room, roll=roll)
            if isinstance(answer, Joined):
                return
            if answer.code != "name_taken":
                raise TimeoutError

    async def _call(self, member: Member) -> None:
        while not self.done:
            asked = self._waits = self._waits or self._next()
            self.tried[asked.id] = asked
            answer = await self._ask(member, asked)
            if isinstance(answer, Refused) and answer.code in _AGAIN:
                await asyncio.sleep(max(_REST_SECONDS, answer.wait))
                if answer.code == "not_in_room":
                    return
                continue
            self._note(asked, answer)
            await asyncio.sleep(_REST_SECONDS * random.random())

    def _next(self) -> Asked:
        kind = next(self._kinds)
        target = self._heard[-1] if self._heard else 0
        if kind == "report" and not target:
            kind = "bell"
        text = _TEXTS.get(kind, "").format(next(_numbers))
        return Asked(kind, new_id(), text, target)

    async def _ask(self, member: Member, asked: Asked) -> Done | Waiting | Refused:
        ref = next(self._refs)
        match asked.kind:
            case "bell":
                await member.send(BELL, ref, self.room, asked.id)
            case "report":
                about = (asked.target, "harassment")
                await member.send(REPORT, ref, self.room, asked.id, *about)
            case _:
                await member.send(SAY, ref, self.room, asked.id, asked.text, 0)
        wanted = Waiting if asked.kind == "held" else Done
        answer: Done | Waiting | Refused = await member.answer(wanted, ref)
        return answer

    def _note(self, asked: Asked, answer: Done | Waiting | Refused) -> None:
        position = answer.position if isinstance(answer, Done) else 0
        code = {Done: "done", Waiting: "waiting"}.get(type(answer), "")
        code = code or getattr(answer, "code", "")
        told = Answered(asked, code, position, self.room, self.secret)
        self.answered.append(told)
        self._waits = None
        if asked.kind == "danger" and position:
            self._heard.append(position)
