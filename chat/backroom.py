"""The room team's side of the service, put together: store, cases, doorbell."""

import asyncio
import logging
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Final

from chat import bulletin, protocol
from chat.backplane import Backplane
from chat.carers import Carers
from chat.cases import Cases
from chat.casework.acting import Arrival
from chat.casework.effects import Effects
from chat.catalogue import Catalogue
from chat.clock import Clock
from chat.controls import Alarm, Controls
from chat.crowds import Crowds
from chat.doorbell import Doorbell
from chat.errors import StoreDown
from chat.flagged import Flagged
from chat.held import HeldRooms
from chat.history import History, keys
from chat.hub import Hub
from chat.identity import Identity
from chat.metrics import Metrics
from chat.model import NOWHERE, Handle, MemberId, RoomName
from chat.noticeboard import WORDS_CHANGED, Noticeboard
from chat.oncall import policy
from chat.oncall.needs import Needs
from chat.oncall.stages import PeerId
from chat.redis import Lines, Script, Scripts
from chat.rulebook import Rulebook
from chat.rules.spam.recent import Recent
from chat.sanctions import Sanctions
from chat.screening import Screening
from chat.settings import Settings
from chat.store import cases
from chat.store.database import Database
from chat.store.migrating import NewerTables

SETTLE_SECONDS: Final = 10
TIDY_SECONDS: Final = 60
COUNT_SECONDS: Final = 60
ALARM_SECONDS: Final = 3600
MOST_ALARMS: Final = 50

_AGAIN_SECONDS: Final = 2.0
_ARRIVALS = Script("arrivals")

logger = logging.getLogger(__name__)


class Backroom:
    """Everything that humans decide with, wired but not yet running."""

    def __init__(
        self,
        *,
        settings: Settings,
        clock: Clock,
        scripts: Scripts,
        lines: Lines,
        catalogue: Catalogue,
        history: History,
        identity: Identity,
        hub: Hub,
        backplane: Backplane,
        metrics: Metrics,
    ) -> None:
        self._clock = clock
        self._scripts = scripts
        self._catalogue = catalogue
        self._history = history
        self._tasks: asyncio.TaskGroup | None = None
        self._tables_ready = False
        self.database = Database(settings.database_url, settings.data_dir)
        self.doorbell = Doorbell(scripts=scripts, lines=lines, fan_out=hub.fan_out)
        self.sanctions = Sanctions()
        self.held = HeldRooms()
        self.controls = Controls(
            database=self.database, clock=clock, ring=self.doorbell.ring
        )
        self.effects = Effects(
            database=self.database,
            backplane=backplane,
            identity=identity,
            clock=clock,
            sanctioned=self._sanctioned,
        )
        self.needs = Needs(
            database=self.database,
            clock=clock,
            policy=policy.load(settings.policy_file),
            ring=self.doorbell.call,
            changed=self.doorbell.changed,
            seal=partial(_sealed_for, identity),
            tags_of=self._tags_of,
        )
        self.cases = Cases(
            database=self.database,
            clock=clock,
            effects=self.effects,
            ring=self.doorbell.ring,
            unseal=identity.unseal,
            keep_days=settings.case_days,
            needs=self.needs,
        )
        self.cases.arrivals = self._arrivals
        self.rulebook = Rulebook(database=self.database, clock=clock)
        self.carers = Carers(database=self.database, clock=clock)
        self.screening = Screening(Recent() if settings.flood_guard else None)
        self.crowds = Crowds()
        self.noticeboard = Noticeboard(
            database=self.database,
            clock=clock,
            cases=self.cases,
            controls=self.controls,
            rulebook=self.rulebook,
            screening=self.screening,
            sanctions=self.sanctions,
            changed=self.doorbell.changed,
        )
        self.changed: Callable[[], None] = lambda: None
        """Called when what every process knows by heart should be read again."""

        self._alarms: deque[Alarm] = deque(maxlen=MOST_ALARMS)
        self.flagged = Flagged(
            scripts=scripts,
            catalogue=catalogue,
            history=history,
            identity=identity,
            open_=self.cases.open,
            ask=self._ask,
            ring=self.doorbell.ring,
            clock=clock,
            metrics=metrics,
            repeat_seconds=int(settings.repeat_minutes * 60),
        )

    async def run(self, *parts: Callable[[], Awaitable[None]]) -> None:
        """Bring the tables up to date, however long that takes, then run the parts.

        What is flagged is watched over from the beginning, though it must wait.
        """
        async with asyncio.TaskGroup() as self._tasks:
            tasks = self._tasks
            tasks.create_task(self.flagged.run())
            await self._migrate()
            self.flagged.look()
            for part in (self._settle, self._tidy, self._count, *parts):
                tasks.create_task(_run(part))

    async def _migrate(self) -> None:
        while True:
            try:
                await self.database.migrate()
            except (StoreDown, NewerTables) as error:
                why = type(error).__name__
                logger.warning("the tables are not up to date yet", extra={"why": why})
                await asyncio.sleep(_AGAIN_SECONDS)
            else:
                self._tables_ready = True
                return

    async def _ask(self) -> None:
        """See that a case can be opened.

        Raises:
            StoreDown: If the store does not answer, or has no tables yet.

        """
        if not self._tables_ready:
            raise StoreDown(_AGAIN_SECONDS)
        async with self.database.read() as tx:
            await cases.with_key(tx, b"")

    async def _settle(self) -> None:
        """Let happen in the rooms what could not when it was decided."""
        while True:
            await self.effects.settle()
            await asyncio.sleep(SETTLE_SECONDS)

    async def _tidy(self) -> None:
        """Let go of what has had its time."""
        while True:
            try:
                await self.cases.tidy(self._clock.seconds())
                await self.carers.tidy()
            except StoreDown:
                logger.warning("the store could not be tidied")
            await asyncio.sleep(TIDY_SECONDS)

    async def _count(self) -> None:
        """Keep how often each rule fired."""
        while True:
            await asyncio.sleep(COUNT_SECONDS)
            fired, shadow = self.screening.counted()
            try:
                await self.rulebook.count(fired, shadow)
            except StoreDown:
                self.screening.count_again(fired, shadow)

    async def aclose(self) -> None:
        """Let go of the store."""
        await self.database.aclose()

    # Crowds --------------------------------------------------------------------------

    def came(self, room: RoomName) -> None:
        """Count somebody who came into a room, and ring if it is a crowd."""
        number = self.crowds.came(room, self._clock.monotonic())
        if number and self._tasks is not None:
            self._tasks.create_task(
                self.doorbell.ring(bulletin.alarm(room, "joins", number))
            )

    def told(self, frame: bytes) -> None:
        """Take note of what staff pages are told: alarms, and how rooms are held."""
        match protocol.unpack_value(frame):
            case (bulletin.CONTROLS, _):
                self.changed()
            case (bulletin.ALARM, str(room), str(what), int(number)):
                at = self._clock.seconds()
                self._alarms.append(Alarm(room, number, at, what))

    def alarms(self) -> list[Alarm]:
        """Return the crowds of the last hour, the latest first."""
        since = self._clock.seconds() - ALARM_SECONDS
        return [alarm for alarm in reversed(self._alarms) if alarm.at > since]

    async def recent_texts(self) -> list[str]:
        """Return what was said lately and is still there, in every room."""
        texts: list[str] = []
        for room in self._catalogue.rooms:
            log = await self._history.latest(room.slug, NOWHERE)
            frames = [event.frame for event in log.events if event.kind == "s"]
            texts += [protocol.text_of(frame) for frame in frames]
        return texts

    def _tags_of(self, room: RoomName) -> tuple[str, ...]:
        return self._catalogue.find(room).tags if room else ()

    async def _sanctioned(self, _handle: Handle) -> None:
        await self.doorbell.changed(WORDS_CHANGED)

    async def _arrivals(self, room: RoomName, since: int) -> Sequence[Arrival]:
        """Return who began to speak in a room since a moment, and what they said."""
        found = await self._scripts.call(_ARRIVALS, (keys(room)[1],), since)
        said: defaultdict[bytes, list[int]] = defaultdict(list)
        for member, position in zip(found[::2], found[1::2], strict=True):
            said[member].append(position)
        return [Arrival(MemberId(member), where) for member, where in said.items()]


def _sealed_for(identity: Identity, handle: Handle, peer: PeerId) -> bytes:
    """Return a device as one peer's blocks keep it: a keyed hash, never opened."""
    nothing = Handle(bytes(len(handle)))
    return identity.seal(nothing, b"blocked by " + peer.encode() + b"\0" + handle)


async def _run(part: Callable[[], Awaitable[None]]) -> None:
    await part()
