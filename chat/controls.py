"""Controls: what the room team has set for each room, kept for all processes."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final, NamedTuple

from sqlalchemy import delete, insert, select, update

from chat import bulletin
from chat.clock import Clock
from chat.model import RoomName
from chat.store import audit
from chat.store.database import Database
from chat.store.schema import controls

LONGEST_GREETING: Final = 500
SLOWEST_SECONDS: Final = 600

Ring = Callable[[bytes], Awaitable[None]]


class BadControl(ValueError):
    """A control cannot be set so; the message says why, in plain words."""


class Control(NamedTuple):
    """How one room is kept just now."""

    room: str
    slow_seconds: int = 0
    """How long everyone waits between two messages; 0: as everywhere."""
    locked: bool = False
    """Whether nobody but the room team speaks."""
    shield_since: int = 0
    """What those write who came later waits, until the room team has greeted them."""
    greeting: str = ""
    """What everyone is told who comes in."""
    by: str = ""
    at: int = 0


class Alarm(NamedTuple):
    """Something goes on that somebody should see to.

    Such as more people coming into a room within a minute than come on their own.
    """

    room: str
    number: int
    at: int
    what: str = "joins"
    """`joins`, `cards`, or what is wrong with a need."""


class Controls:
    """Every room's controls; setting one tells all processes."""

    def __init__(self, *, database: Database, clock: Clock, ring: Ring) -> None:
        self._database = database
        self._clock = clock
        self._ring = ring

    async def all(self) -> Mapping[str, Control]:
        """Return what is set, by room; a room that is missing is as everywhere.

        Raises:
            StoreDown: If the database does not answer.

        """
        async with self._database.read() as tx:
            rows = await tx.execute(select(controls))
            kept = (Control(**row._mapping) for row in rows)
            return {control.room: control for control in kept}

    async def greet(self, room: RoomName, *, by: str) -> None:
        """Let everyone speak who came to a shielded room until now.

        Raises:
            StoreDown: If the database does not answer.

        """
        now = self._clock.seconds()
        async with self._database.begin() as tx:
            shielded = update(controls).where(
                controls.c.room == room, controls.c.shield_since > 0
            )
            done = await tx.execute(shielded.values(shield_since=now, by=by, at=now))
            if not done.rowcount:
                return
            await audit.record(
                tx, at=now, actor=by, verb="greet", subject=room, detail=""
            )
        await self._ring(bulletin.controls(room))

    async def set(
        self,
        room: RoomName,
        *,
        by: str,
        slow_seconds: int = 0,
        locked: bool = False,
        shield: bool = False,
        greeting: str = "",
    ) -> Control:
        """Set a room's controls, and tell every process.

        A shield that is up stays as it was raised: who was greeted may go on speaking.

        Raises:
            BadControl: If a number or a greeting is too long.
            StoreDown: If the database does not answer.

        """
        now = self._clock.seconds()
        wanted = Control(
            room,
            slow_seconds,
            locked,
            now if shield else 0,
            greeting.strip(),
            by,
            now,
        )
        _check(wanted)
        async with self._database.begin() as tx:
            before = (await tx.execute(select(controls).filter_by(room=room))).first()
            if shield and before is not None and before.shield_since:
                wanted = wanted._replace(shield_since=before.shield_since)
            await tx.execute(delete(controls).filter_by(room=room))
            await tx.execute(insert(controls).values(wanted._asdict()))
            await audit.record(
                tx,
                at=now,
                actor=by,
                verb="controls",
                subject=room,
                detail=_told(wanted),
            )
        await self._ring(bulletin.controls(room))
        return wanted


def _check(wanted: Control) -> None:
    if not 0 <= wanted.slow_seconds <= SLOWEST_SECONDS:
        raise BadControl("A room can be slowed to ten minutes a message at most.")
    if len(wanted.greeting) > LONGEST_GREETING:
        raise BadControl(f"A greeting has {LONGEST_GREETING} characters at most.")


def _told(wanted: Control) -> str:
    shield = "up" if wanted.shield_since else "down"
    return f"slow {wanted.slow_seconds} s, locked {wanted.locked}, shield {shield}"
