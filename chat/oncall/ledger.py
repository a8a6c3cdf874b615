"""The ledger: needs within a transaction, where whatever happens is written down.

Each change is told from the need as it is locked, so that of two who change one at once
the second decides on what the first has made of it.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from chat.clock import Clock
from chat.errors import NoSuchRoom
from chat.model import Grade, Handle, MemberId, RoomName
from chat.oncall import calm, escalation
from chat.oncall.known import HOUSE, MEMBER, PRESSED, Known, Told, columns, of_row
from chat.oncall.need import Need
from chat.oncall.policy import Policy
from chat.oncall.refusals import NoSuchNeed
from chat.oncall.stages import Climb, NeedId, State
from chat.store import needs as store
from chat.store.instants import kept, moment

BEGINNINGS: Final = ("raised", "raised_again", "silent", "let_go")
"""What happens to a need when the calling begins, or begins anew."""

_ID_BYTES: Final = 16


class Change(NamedTuple):
    """What a need has come to, and how."""

    known: Known
    need: Need
    kind: str
    detail: Mapping[str, Any]


class Ledger:
    """Needs, as transactions change them."""

    def __init__(
        self,
        *,
        clock: Clock,
        policy: Policy,
        tags_of: Callable[[RoomName], tuple[str, ...]],
    ) -> None:
        self._clock = clock
        self._policy = policy
        self._tags_of = tags_of

    def now(self) -> datetime:
        """Return the moment, as exactly as it is kept."""
        return moment(kept(self._clock.now()))

    async def locked(self, tx: AsyncConnection, id_: str) -> Known:
        """Return a need that nobody else changes before this transaction is over.

        Raises:
            NoSuchNeed: If there is none.

        """
        row = await store.with_id(tx, id_, lock=True) if id_.isalnum() else None
        if row is None:
            raise NoSuchNeed
        return of_row(row)

    async def locked_of(self, tx: AsyncConnection, handle: Handle) -> Known | None:
        """Return the need of a device, open or promised, and let nobody change it."""
        row = await store.open_for(tx, handle, lock=True) if handle else None
        return of_row(row) if row else None

    async def keep(
        self,
        tx: AsyncConnection,
        known: Known,
        need: Need,
        kind: str,
        actor: str = HOUSE,
        **detail: Any,
    ) -> Known:
        """Write down what a need has come to, and how; return it as it is now."""
        now = self.now()
        known, before = _timed(known, need, now), known.need
        row = self._columns(known, now)
        if need.ended_at != before.ended_at:
            row |= {"forgotten_at": None, "faded_at": None}
        if _is_raised_again(before, need):
            row |= {"lease_until": None}
        await store.change(tx, need.id, row)
        await self._happens(tx, need.id, kind, actor, detail)
        return known

    async def keep_all(
        self, tx: AsyncConnection, changes: Sequence[Change]
    ) -> list[Known]:
        """Write down many changes at once, none of which raises a need again."""
        now = self.now()
        after = [_timed(change.known, change.need, now) for change in changes]
        rows = [{"id": each.need.id, **self._columns(each, now)} for each in after]
        await store.change_all(tx, rows)
        await store.add_events(tx, [_event(each, kept(now)) for each in changes])
        return after

    async def rewrite(self, tx: AsyncConnection, known: Known) -> None:
        """Write down a change that is worth no line in what happened."""
        await store.change(tx, known.need.id, self._columns(known, self.now()))

    async def raise_(
        self,
        tx: AsyncConnection,
        told: Told,
        *,
        member: MemberId,
        room: RoomName,
        grade: Grade,
    ) -> tuple[Known, bool]:
        """Return the need of a device, and whether it is a new one.

        One that is open already takes over what is told now, and one that was promised
        is raised again.
        """
        told = replace(told, tags=self._tags(room))
        need = self._new(member, room, grade)
        if told.is_one_of_many:
            need = calm.calmed(need, calm.MANY, self._policy)
        elif told.source == PRESSED:
            times = await self.raised_in_vain(tx, told.handle)
            need = calm.calmed(need, times, self._policy)
        asked = Known(need, told)
        while True:
            if await self._added(tx, asked):
                return asked, True
            known = await self.locked_of(tx, told.handle)
            if known is not None:
                return await self._pressed(tx, known, asked), False

    async def raised_in_vain(self, tx: AsyncConnection, handle: Handle) -> int:
        """Return how often a device has had others called lately, and then no talk."""
        since = kept(self.now() - calm.WITHIN)
        return await store.raised_in_vain(tx, handle, since) if handle else 0

    async def drill(self, tx: AsyncConnection) -> Known:
        """Return a need that nobody has, for a fire drill."""
        need = self._new(MemberId(b""), RoomName(""), Grade.NONE)
        known = Known(replace(need, drill=True), Told("drill"))
        await store.add(tx, {"id": need.id, **self._columns(known, self.now())})
        await self._happens(tx, need.id, "raised", HOUSE, {"source": "drill"})
        return known

    def _tags(self, room: RoomName) -> tuple[str, ...]:
        # A room may have been taken off the list since: nobody is lost for that.
        try:
            return self._tags_of(room) if room else ()
        except NoSuchRoom:
            return ()

    async def _added(self, tx: AsyncConnection, asked: Known) -> bool:
        """Keep a new need; False: another has just raised one for the same device."""
        id_, told = asked.need.id, asked.told
        row = {"id": id_, **self._columns(asked, self.now())}
        if not await store.add(tx, row):
            return False
        detail = {"source": told.source, "grade": int(asked.need.grade)}
        await self._happens(tx, id_, "raised", _by(told), detail)
        return True

    def _new(self, member: MemberId, room: RoomName, grade: Grade) -> Need:
        now = self.now()
        id_ = NeedId(secrets.token_hex(_ID_BYTES))
        return Need(id_, member, room, now, Climb(now), grade)

    async def _pressed(self, tx: AsyncConnection, known: Known, asked: Known) -> Known:
        """Take over what is asked now into what was asked before."""
        need = known.need.pressed(self.now()).graver(asked.need.grade)
        if known.need.is_promised and need.grade < Grade.HIGH:
            need = replace(need, climb=asked.need.climb)
        need = calm.hurried(need, self.now())
        if not need.room:
            need = replace(need, member=asked.need.member, room=asked.need.room)
        told = _newer(known.told, asked.told)
        if (need, told) == (known.need, known.told):
            return known
        kind = "raised_again" if known.need.is_promised else "pressed"
        detail = {"source": asked.told.source, "grade": int(need.grade)}
        known = known._replace(told=told)
        return await self.keep(tx, known, need, kind, _by(asked.told), **detail)

    def _columns(self, known: Known, now: datetime) -> dict[str, object]:
        return columns(known, self._next(known.need, now))

    def _next(self, need: Need, now: datetime) -> datetime | None:
        return escalation.next_moment(self._policy, need, now)

    async def _happens(
        self,
        tx: AsyncConnection,
        id_: NeedId,
        kind: str,
        actor: str,
        detail: dict[str, Any],
    ) -> None:
        at = kept(self.now())
        await store.add_event(tx, id_, at=at, actor=actor, kind=kind, detail=detail)


def _by(told: Told) -> str:
    return HOUSE if told.source in ("crisis", "report") else MEMBER


def _newer(before: Told, now: Told) -> Told:
    """Return what was told, with what is told anew in its place."""
    front_page = not before.who
    return replace(
        before,
        words=now.words or before.words,
        wish=now.wish or before.wish,
        shares=now.shares or before.shares,
        language=now.language or before.language,
        tags=now.tags if front_page else before.tags,
        who=now.who if front_page else before.who,
        case_id=before.case_id or now.case_id,
    )


def _is_raised_again(before: Need, need: Need) -> bool:
    return need.is_open and not before.is_open


def _timed(known: Known, need: Need, now: datetime) -> Known:
    """Return what is kept of a need that changes, with what came for the first time."""
    if _is_raised_again(known.need, need):
        return Known(need, known.told)
    alerted, spoken = known.alerted_at, known.spoken_at
    if need.state is State.OFFERED:
        alerted = alerted or now
    if need.state is State.TALKING:
        spoken = spoken or now
    return known._replace(need=need, alerted_at=alerted, spoken_at=spoken)


def _event(change: Change, at: int) -> dict[str, object]:
    return {
        "need_id": change.need.id,
        "at": at,
        "actor": HOUSE,
        "kind": change.kind,
        "detail": dict(change.detail),
    }
