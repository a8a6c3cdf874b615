"""Cards: one member asks another whether they want to talk, and both have to want it.

A private room with a member comes of nothing else but a need. Whoever is asked may say
no, or nothing; who asked is told neither.
"""

import secrets
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from chat import bulletin
from chat.clock import Clock
from chat.errors import Gone, TooFast
from chat.model import Handle, RoomName
from chat.oncall.refusals import CardToOneself
from chat.protocol import pack, unpack_value
from chat.store import cards as store
from chat.store.database import Database
from chat.store.instants import kept, moment
from chat.talkroom import talk_of

CARD_CHANGED: Final = b"card"
"""What begins the news, for all processes, that a card is not the same."""

MOST_AN_HOUR: Final = 3
MOST_A_DAY: Final = 5
"""How many people a device may ask; so many in a day are shown to the room team."""

MOST_SHOWN_A_DAY: Final = 6
"""How many cards a device is shown a day, of whomever, beside those it said yes to.

Whoever comes with ever new devices is no more than that to whom they are after.
"""

ANSWER_WITHIN: Final = timedelta(hours=1)
KEPT: Final = timedelta(hours=1)
"""How long after its end a private room is there to be read."""
SILENCE: Final = timedelta(hours=24)
"""After which a private room in which nobody speaks is over."""

_AN_HOUR: Final = timedelta(hours=1)
_A_DAY: Final = timedelta(days=1)
_TOKEN_BYTES: Final = 16
_NEVER: Final = 2**62
_NOBODY: Final = {"room": "", "from_who": b"", "to_who": b""}
"""What is kept of whom a card was between, once it is over: their devices, for a day.

Beside these, names in two rooms would show that they are one's.
"""


class Side(NamedTuple):
    """One of the two, in the room where they met."""

    handle: Handle
    who: bytes


class Card(NamedTuple):
    """A card as it is kept."""

    token: bytes
    room: RoomName
    asks: Side
    asked: Side
    state: str
    """`asked`, `no`, `open` or `over`."""
    talk: str = ""

    def is_between(self, handle: Handle) -> bool:
        """Tell whether a device is one of the two."""
        return bool(handle) and handle in (self.asks.handle, self.asked.handle)

    def pack(self) -> bytes:
        """Encode, as news."""
        return CARD_CHANGED + pack(self)

    @classmethod
    def of_news(cls, news: bytes) -> "Card":
        """Return the card that news are about."""
        token, room, asks, asked, state, talk = _fields(news)
        return cls(token, room, Side(*asks), Side(*asked), state, talk)


def _fields(news: bytes) -> Any:
    return unpack_value(news.removeprefix(CARD_CHANGED))


class Cards:
    """Everything that is asked about cards, each in one transaction."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        ring: Callable[[bytes], Awaitable[None]],
        changed: Callable[[bytes], Awaitable[None]],
    ) -> None:
        self._database = database
        self._clock = clock
        self._ring = ring
        self._changed = changed

    async def offer(
        self, room: RoomName, asks: Side, asked: Side, *, shielded: bool
    ) -> None:
        """Ask somebody whether they want to talk.

        Whoever is shielded, or was asked by the same device within a day, or by many
        others, is not asked again, and who asks cannot tell.

        Raises:
            CardToOneself: If both are one device.
            TooFast: If they asked too many.
            StoreDown: If the database does not answer; so with all that follows.

        """
        if asks.handle == asked.handle:
            raise CardToOneself
        now = self._clock.now()
        async with self._database.begin() as tx:
            before = await store.offered_since(tx, asks.handle, kept(now - _A_DAY))
            _hold_back(before, now)
            again = any(row.to_handle == asked.handle for row in before)
            shown = await store.shown_since(tx, asked.handle, kept(now - _A_DAY))
            unseen = shielded or again or shown >= MOST_SHOWN_A_DAY
            card = _new(room, asks, asked, unseen=unseen)
            await store.add(tx, _columns(card, now))
        if card.state == "asked":
            await self._changed(card.pack())
        if len(before) + 1 >= MOST_A_DAY:
            await self._ring(bulletin.alarm(room, "cards", len(before) + 1))

    async def answer(self, token: bytes, handle: Handle, *, yes: bool) -> Card:
        """Say yes or no to a card, or end what came of it; return it as it is now.

        Raises:
            Gone: If it is over, or none of theirs.

        """
        now = self._clock.now()
        async with self._database.begin() as tx:
            card = _card(await store.with_token(tx, token))
            if card is None or not card.is_between(handle):
                raise Gone
            card, columns = _answered(card, handle, now, yes=yes)
            if columns:
                await store.change(tx, token, **columns)
        if columns:
            await self._changed(card.pack())
        return card

    async def of_talk(self, room: RoomName) -> Card | None:
        """Return the card of a private room, until it is forgotten."""
        async with self._database.read() as tx:
            row = await store.with_talk(tx, room)
        if row is None or (row.over_at or _NEVER) <= kept(self._clock.now() - KEPT):
            return None
        return _of(row)

    async def wrote(self, id_: str) -> None:
        """Note that something was said in a private room."""
        async with self._database.claim() as tx:
            await store.wrote(tx, talk_of(id_), kept(self._clock.now()))

    async def live(self) -> list[Card]:
        """Return the cards that somebody is to be shown."""
        now = self._clock.now()
        async with self._database.read() as tx:
            rows = await store.live(tx, kept(now))
        return [_of(row) for row in rows]

    async def round(self) -> list[RoomName]:
        """Let go of what has had its time; return the talks to be forgotten.

        A question lapses, a silent room ends, and an ended one is returned until it is
        said to have `faded`.
        """
        now = self._clock.now()
        async with self._database.begin() as tx:
            over = await _lapse(tx, now)
            gone = await store.over_before(tx, kept(now - KEPT))
            await store.delete_before(tx, kept(now - _A_DAY))
        for card in over:
            await self._changed(card.pack())
        return [RoomName(row.talk) for row in gone]

    async def faded(self, talks: Sequence[RoomName]) -> None:
        """Know that nothing is left of some talks, and no more who was in them."""
        async with self._database.begin() as tx:
            await store.forget_talks(tx, talks)


def _hold_back(before: list[Row[Any]] | Any, now: datetime) -> None:
    """Raise TooFast for a device that has asked too many people."""
    for most, span in ((MOST_AN_HOUR, _AN_HOUR), (MOST_A_DAY, _A_DAY)):
        times = [at for row in before if (at := moment(row.at)) > now - span]
        if len(times) >= most:
            raise TooFast((times[-most] + span - now).total_seconds())


def _new(room: RoomName, asks: Side, asked: Side, *, unseen: bool) -> Card:
    # What nobody is shown is kept all the same: it counts, so that nobody can find out
    # by asking often who is who.
    token = secrets.token_bytes(_TOKEN_BYTES)
    return Card(token, room, asks, asked, "no" if unseen else "asked")


def _answered(
    card: Card, handle: Handle, now: datetime, *, yes: bool
) -> tuple[Card, dict[str, object]]:
    """Return a card after an answer, and the columns in which it is another."""
    if card.state == "asked" and yes and handle == card.asked.handle:
        talk = talk_of(secrets.token_hex(_TOKEN_BYTES))
        opened = {"state": "open", "talk": talk, "spoken_at": kept(now)}
        return card._replace(state="open", talk=talk), opened
    if card.state in ("asked", "open") and not yes:
        over = "over" if card.state == "open" or handle == card.asks.handle else "no"
        return card._replace(state=over), _over(over, now)
    if card.state == "open" and yes:
        return card, {}
    raise Gone


async def _lapse(tx: AsyncConnection, now: datetime) -> list[Card]:
    """End what nobody answered, and where nobody spoke; return those cards."""
    asked = await store.silent(tx, "asked", kept(now - ANSWER_WITHIN))
    talks = await store.silent(tx, "open", kept(now - SILENCE))
    for row in (*asked, *talks):
        await store.change(tx, row.token, **_over("over", now))
    return [_of(row)._replace(state="over") for row in (*asked, *talks)]


def _over(state: str, now: datetime) -> dict[str, object]:
    return {"state": state, "over_at": kept(now), **_NOBODY}


def _columns(card: Card, now: datetime) -> dict[str, object]:
    columns: dict[str, object] = {
        "token": card.token,
        "room": card.room,
        "from_handle": card.asks.handle,
        "from_who": card.asks.who,
        "to_handle": card.asked.handle,
        "to_who": card.asked.who,
        "at": kept(now),
        "state": card.state,
        "talk": card.talk,
        "over_at": None,
    }
    return columns if card.state == "asked" else columns | _over(card.state, now)


def _card(row: Row[Any] | None) -> Card | None:
    return None if row is None else _of(row)


def _of(row: Row[Any]) -> Card:
    return Card(
        token=row.token,
        room=RoomName(row.room),
        asks=Side(Handle(row.from_handle), row.from_who),
        asked=Side(Handle(row.to_handle), row.to_who),
        state=row.state,
        talk=row.talk,
    )
