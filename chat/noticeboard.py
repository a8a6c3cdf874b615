"""The noticeboard: what the room team has said and set, as members are told of it."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from sqlalchemy import Row

from chat.asides import Word
from chat.cases import Cases
from chat.clock import Clock
from chat.controls import Control, Controls
from chat.errors import Gone
from chat.held import Held
from chat.model import Handle, RoomName
from chat.rulebook import HousePhrase, Rulebook
from chat.rules.house import Phrase
from chat.sanctions import Kept, Sanctions
from chat.screening import Screening
from chat.store import words
from chat.store.database import Database

WORDS_CHANGED: Final = b"words"


class Noticeboard:
    """Reads what every process must know by heart, and takes what members answer."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        cases: Cases,
        controls: Controls,
        rulebook: Rulebook,
        screening: Screening,
        sanctions: Sanctions,
        changed: Callable[[bytes], Awaitable[None]],
    ) -> None:
        self._database = database
        self._clock = clock
        self._cases = cases
        self._controls = controls
        self._rulebook = rulebook
        self._screening = screening
        self._sanctions = sanctions
        self._changed = changed

    async def words(self) -> list[Kept]:
        """Return what the room team has said and still holds."""
        async with self._database.read() as tx:
            rows = await words.in_force(tx, self._clock.seconds())
        return [_kept(row) for row in rows]

    async def held_rooms(self) -> list[Held]:
        """Return how rooms are held."""
        return [_held(control) for control in (await self._controls.all()).values()]

    async def learn_rules(self) -> None:
        """Screen by the rules as they are set now.

        Raises:
            StoreDown: If the store does not answer.

        """
        modes = await self._rulebook.modes()
        phrases = await self._rulebook.phrases()
        on_trial = {each.rule: each.mode for each in phrases}
        found = [_phrase(each) for each in phrases]
        self._screening.learn({**modes, **on_trial}, found)

    async def heed(self, token: bytes, handle: Handle) -> None:
        """Know that a member has read a word of theirs.

        Raises:
            Gone: If it is not theirs.
            StoreDown: If the store does not answer.

        """
        async with self._database.begin() as tx:
            if not await words.heed(tx, token, handle, self._clock.seconds()):
                raise Gone
        # Whoever has read it may go on now, and not when that has come round.
        self._sanctions.heed(token, handle)
        await self._changed(WORDS_CHANGED)

    async def appeal(self, token: bytes, handle: Handle, text: str) -> None:
        """Ask that another moderator looks again.

        Raises:
            ChatError: As `Cases.appeal` says.

        """
        await self._cases.appeal(token, handle, text)
        await self._changed(WORDS_CHANGED)


def _kept(row: Row[Any]) -> Kept:
    word = Word(
        token=row.token,
        kind=row.kind.removeprefix("appeal_"),
        reason=row.reason,
        text=row.text,
        until=row.until,
        may_appeal=row.may_appeal and row.appealed_at is None,
        room=row.room,
        id=row.message_id,
    )
    return Kept(Handle(row.handle), word, heeded=row.read_at is not None)


def _phrase(kept: HousePhrase) -> Phrase:
    return Phrase(kept.rule, kept.words, kept.action)


def _held(control: Control) -> Held:
    return Held(
        RoomName(control.room),
        control.slow_seconds,
        control.locked,
        control.shield_since or 0,
        control.greeting,
    )
