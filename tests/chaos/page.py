"""A page: what the real one does on a line that breaks, without what it shows.

It says hello and joins where it stands, joins again on a gap, keeps what was said until
it is answered, and comes back after a pause that is half random: as `web/js/` does in
`connection.js`, `courier.js` and `room.js`.
"""

import asyncio
import random
import secrets
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, cast

from chat import protocol
from chat.protocol import (
    BYE,
    DONE,
    JOINED,
    LINE,
    REACTED,
    REFUSED,
    SAID,
    START_OVER,
    TAKEN_BACK,
    WELCOME,
)
from tests.chaos.frames import joined, reacts_to, shown, takes_back
from tests.chaos.log import Joined, Log, Place
from tests.chaos.socket import Hear, Socket

ANSWER_WITHIN_SECONDS = 20
REJOIN_AFTER_SECONDS = 2
FIRST_DELAY_SECONDS = 1.0
LONGEST_DELAY_SECONDS = 30.0
TAKEN_BACK_SHARE = 0.1
REACTED_SHARE = 0.2
HELLO, JOIN, SAY, TAKE_BACK, REACT = 1, 2, 4, 5, 6
_AGAIN = ("too_fast", "unavailable", "not_in_room")

Dial = Callable[[Hear, bool], Awaitable[Socket]]


class Entry(NamedTuple):
    """What waits in the outbox: a request, and the words its event is known by."""

    kind: int
    text: str
    rest: tuple[object, ...]
    epoch: int


class Told(NamedTuple):
    """When a page was told by which process that it hears the others, or does not."""

    moment: float
    port: int
    up: bool


class Page:
    """One member's page in one room."""

    def __init__(self, room: str, dial: Dial, *, small: bool = False) -> None:
        self.room = room
        self.small = small
        self.log = Log()
        self.outbox: dict[bytes, Entry] = {}
        self.acked: dict[str, Place] = {}
        self.taken_back: set[Place] = set()
        self.told: list[Told] = []
        self.ends: Counter[int] = Counter()
        self.refused: Counter[str] = Counter()
        self.joined = False
        self._dial = dial
        self._secret = secrets.token_bytes(16)
        self._roll = 0
        self._socket: Socket | None = None
        self._ref = self._attempts = 0
        self._pending: dict[int, tuple[int, bytes, asyncio.TimerHandle]] = {}
        self._joining = self._carrying = False
        self._return_after: float | None = None
        self._resting: asyncio.TimerHandle | None = None

    def whole(self, place: Place) -> bool:
        """Tell whether this page has everything up to a place, and got rid of its own.

        It also is where it hears what comes next.
        """
        return self.joined and self.log.place == place and not self.outbox

    # -- The line

    async def live(self) -> None:
        """Dial, and dial again, until cancelled."""
        try:
            while True:
                await self._one_line()
                await asyncio.sleep(self._pause())
        finally:
            self._redial()
            self._hung_up()

    async def _one_line(self) -> None:
        try:
            async with asyncio.timeout(ANSWER_WITHIN_SECONDS):
                self._socket = await self._dial(self._hear, self.small)
        except (OSError, TimeoutError):
            return
        self._opened()
        self.ends[await self._socket.gone] += 1
        self._hung_up()

    def _pause(self) -> float:
        after, self._return_after = self._return_after, None
        if after is not None:
            return after
        longest = min(LONGEST_DELAY_SECONDS, FIRST_DELAY_SECONDS * 2.0**self._attempts)
        self._attempts += 1
        return longest / 2 + longest / 2 * random.random()

    def _opened(self) -> None:
        """Hello, join and what waits leave together."""
        self._ask(HELLO, b"", self._secret)
        self._join()
        self._resume()

    def _hung_up(self) -> None:
        self._socket = None
        self.joined = self._joining = self._carrying = False
        for _, _, overdue in self._pending.values():
            overdue.cancel()
        self._pending.clear()

    def _redial(self) -> None:
        """Let go of a line that may be dead; a new one follows."""
        if self._socket is not None:
            self._socket.abort()

    def _ask(self, kind: int, about: bytes, *fields: object) -> None:
        if self._socket is None:
            return
        self._ref += 1
        loop = asyncio.get_running_loop()
        overdue = loop.call_later(ANSWER_WITHIN_SECONDS, self._redial)
        self._pending[self._ref] = (kind, about, overdue)
        self._socket.send(protocol.pack((kind, self._ref, *fields)))

    def stop_reading(self) -> None:
        """Let everything that comes lie where it arrives."""
        if self._socket is not None:
            self._socket.stop_reading()

    def read_on(self) -> None:
        """Read again."""
        if self._socket is not None:
            self._socket.read_on()

    # -- What is heard

    def _hear(self, message: bytes) -> None:
        kind, *fields = cast("tuple[Any, ...]", protocol.unpack_value(message))
        if kind in (WELCOME, JOINED, DONE, REFUSED):
            self._answered(kind, fields)
        elif kind in (SAID, TAKEN_BACK, REACTED):
            if self.log.receive(shown((kind, *fields))):
                self._join()
        elif kind == START_OVER:
            self.log.start_over()
            self._join()
        elif kind == LINE and self._socket is not None:
            self.told.append(Told(time.monotonic(), self._socket.port, fields[0]))
            self._carry()
        elif kind == BYE:
            self._return_after = fields[0] / 1000

    def _answered(self, kind: int, fields: list[Any]) -> None:
        asked, about, overdue = self._pending.pop(fields[0], (0, b"", None))
        if overdue is not None:
            overdue.cancel()
        if kind == WELCOME:
            self._attempts = 0
        elif kind == JOINED:
            self._welcomed(joined(fields))
        elif kind == DONE:
            self._done(about, fields[1])
        elif asked:
            self._not_done(asked, about, fields[1], fields[2])

    def _not_done(self, asked: int, about: bytes, code: str, wait: float) -> None:
        self.refused[code] += 1
        if asked == JOIN:
            self._not_joined(code, wait)
        elif about:
            self._not_said(about, code, wait)

    # -- Joining

    def _join(self) -> None:
        if self._joining or self._socket is None:
            return
        self._joining = True
        self.log.joining()
        self._ask(JOIN, b"", self.room, self._roll, False, *self.log.place)

    def _welcomed(self, answer: Joined) -> None:
        self._joining = False
        again = self.log.joined(answer)
        self._start_over()
        self.joined = not again
        if again:
            self._join()
        else:
            self._resume()

    def _not_joined(self, code: str, wait: float) -> None:
        self._joining = False
        if code == "name_taken":
            self._roll += 1
            self._join()
        else:
            later = max(wait, REJOIN_AFTER_SECONDS)
            asyncio.get_running_loop().call_later(later, self._join)

    # -- What this member does

    def say(self, text: str) -> None:
        """Say something, now or when that is possible again."""
        self._send(Entry(SAY, text, (text, 0), 0))

    def _think_again(self, place: Place) -> None:
        """Now and then, take back what was said, or react to it."""
        epoch, target = place
        thought = random.random()
        if thought < TAKEN_BACK_SHARE:
            text = takes_back(target)
            self._send(Entry(TAKE_BACK, text, (target,), epoch))
        elif thought < TAKEN_BACK_SHARE + REACTED_SHARE:
            text = reacts_to(target)
            self._send(Entry(REACT, text, (target, 0, True), epoch))

    def _send(self, entry: Entry) -> None:
        self.outbox[secrets.token_bytes(8)] = entry
        self._carry()

    def _carry(self) -> None:
        """Send the oldest that waits, if nothing is under way."""
        if self._carrying or self._resting or self._socket is None or not self.outbox:
            return
        self._carrying = True
        once, entry = next(iter(self.outbox.items()))
        self._ask(entry.kind, once, self.room, once, *entry.rest)

    def _resume(self) -> None:
        """A new line, or a joined room: a pause that was meant for the old one ends."""
        if self._resting is not None:
            self._resting.cancel()
            self._resting = None
        self._carry()

    def _start_over(self) -> None:
        """Drop what is about messages of an epoch that is over.

        What was to be taken back may be gone: the answer was lost with the epoch.
        """
        for once, entry in list(self.outbox.items()):
            if entry.epoch not in (0, self.log.place.epoch):
                del self.outbox[once]
                self._may_be_undone(entry)

    def _done(self, once: bytes, position: int) -> None:
        self._carrying = False
        if entry := self.outbox.pop(once, None):
            self._acked(entry, Place(self.log.place.epoch, position))
        self._carry()

    def _acked(self, entry: Entry, place: Place) -> None:
        self.acked[entry.text] = place
        if entry.kind == SAY:
            self._think_again(place)
        else:
            self._may_be_undone(entry)

    def _may_be_undone(self, entry: Entry) -> None:
        if entry.kind == TAKE_BACK:
            self.taken_back.add(Place(entry.epoch, cast("int", entry.rest[0])))

    def _not_said(self, once: bytes, code: str, wait: float) -> None:
        self._carrying = False
        if code not in _AGAIN:
            self.outbox.pop(once, None)
            self._carry()
        elif code == "not_in_room":
            self._join()
        else:
            loop = asyncio.get_running_loop()
            self._resting = loop.call_later(max(1, wait), self._resume)
