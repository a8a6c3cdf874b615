"""A house that calls peers as a test wants it to: by frames made up on the line."""

from collections.abc import Callable
from time import time
from typing import Any, Final

from playwright.async_api import WebSocketRoute

from chat import protocol
from chat.asides import NeedNews, card, care, need, stay
from chat.model import Grade
from chat.protocol import unpack_value
from tests.browser.visitor import Visitor

TALK: Final = "talk-000102030405060708090a0b0c0d0e0f"
ELSEWHERE: Final = "talk-0f0e0d0c0b0a09080706050403020100"
TOKEN: Final = bytes(range(16))
PEER: Final = bytes((185, 164, 10, 0, 1))
OTHER: Final = bytes((90, 33, 3, 0, 3))
ME: Final = bytes((12, 60, 27, 0, 4))

JOIN, LEAVE, SAY, TYPING = 2, 3, 4, 7
RAISE, WITHDRAW, CALL_BACK, STAY, TALK_MORE, CARD = range(15, 21)
NOBODY_YET: Final = NeedNews(
    state="raised", talk=TALK, alerted=0, opened=0, next_in=5, round=1,
    nobody=False, call_back_at=0, peers=(), why="",
)  # fmt: skip
OFFERED: Final = NOBODY_YET._replace(state="offered", alerted=3, opened=1, next_in=40)
ACCEPTED: Final = OFFERED._replace(state="accepted", next_in=-1, peers=(PEER,))
TALKING: Final = ACCEPTED._replace(state="talking")
ENDED: Final = TALKING._replace(state="ended", peers=(), why="accepted_and_spoke")


class ToyCalls:
    """Answers what is asked about needs, and passes everything else on to the house."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []
        self.said: list[str] = []
        self.refusals: dict[int, tuple[str, int]] = {}
        self.down = False
        """Whether nobody picks up."""
        self.dialled = 0
        self.when: dict[int, Callable[[tuple[Any, ...]], list[bytes]]] = {}
        self._line: WebSocketRoute | None = None
        self._position = 0

    @classmethod
    async def between(cls, visitor: Visitor) -> "ToyCalls":
        """Stand between a visitor, who has dialled nothing yet, and the house."""
        calls = cls()
        await visitor.page.route_web_socket("**/ws", calls._dialled)
        return calls

    def tell(self, *frames: bytes) -> None:
        """Tell the page something nobody asked for."""
        assert self._line is not None
        for frame in frames:
            self._line.send(frame)

    def news(self, news: NeedNews) -> None:
        """Tell how it stands with the need."""
        self.tell(need(news))

    def care(self, room: str, grade: Grade) -> None:
        """Show the help lines."""
        self.tell(care(room, 1, grade))

    def stay(self, minutes: int, due: int) -> None:
        """Tell by when a check-in is due."""
        self.tell(stay(minutes, due))

    def card(self, state: str, talk: str = "") -> None:
        """Tell of a card of somebody in the coffee room."""
        self.tell(card(TOKEN, "coffee", OTHER, state, talk))

    def says(self, who: bytes, text: str, talk: str = TALK) -> None:
        """Say something in a talk."""
        self.tell(self._spoken(talk, who, text))

    def _spoken(self, talk: str, who: bytes, text: str) -> bytes:
        self._position += 1
        return protocol.pack(
            (protocol.SAID, talk, self._position, int(time()), who, text)
        )

    async def _dialled(self, line: WebSocketRoute) -> None:
        if self.down:
            await line.close(code=1011)
            return
        self.dialled += 1
        self._line = line
        house = line.connect_to_server()

        def to_the_house(data: str | bytes) -> None:
            assert isinstance(data, bytes)
            frame: Any = unpack_value(data)
            answers = self._answers(frame)
            if answers is None:
                house.send(data)
                return
            self.tell(*answers)

        line.on_message(to_the_house)

    def _answers(self, frame: tuple[Any, ...]) -> list[bytes] | None:
        kind = frame[0]
        if RAISE <= kind <= CARD:
            return self._called(frame)
        if kind in (JOIN, LEAVE, SAY) and str(frame[2]).startswith("talk-"):
            return self._talked(frame)
        if kind == TYPING and str(frame[1]).startswith("talk-"):
            return []
        return None

    def _called(self, frame: tuple[Any, ...]) -> list[bytes]:
        kind, ref, *_ = frame
        self.asked.append((kind, *frame[2:]))
        if kind in self.refusals:
            code, wait = self.refusals.pop(kind)
            return [protocol.pack((protocol.REFUSED, ref, code, wait))]
        told = self.when[kind](frame) if kind in self.when else []
        return [*told, protocol.done(ref, 0, 0)]

    def _talked(self, frame: tuple[Any, ...]) -> list[bytes]:
        kind, ref, talk, *fields = frame
        if kind == LEAVE:
            return [protocol.done(ref, 0, 0)]
        if kind == JOIN:
            there = (7, self._position, True, False, ME, ((ME, False),), ())
            return [protocol.pack((protocol.JOINED, ref, talk, *there))]
        self.said.append(fields[1])
        spoken = self._spoken(talk, ME, fields[1])
        return [spoken, protocol.done(ref, self._position, int(time()))]
