"""Acting: what follows from an act, in the transaction that keeps it.

The member is told, and held to it; a strike is noted; what must happen in the room is
left for `effects`. Undoing takes all of it back.
"""

import secrets
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from typing import Final, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from chat.casework import ladder
from chat.casework.case import HOUSE, Acted, Place
from chat.casework.dossier import Dossier
from chat.casework.ladder import Act, Kind
from chat.casework.refusals import (
    HeldWaits,
    NobodyToTell,
    NotAllowed,
    NotHeld,
    NothingToTakeDown,
    NothingToUndo,
)
from chat.model import MemberId, RoomName
from chat.roles import Role
from chat.store import audit, cases, effects, words

Unseal = Callable[[bytes, bytes], bytes]

_TELLS: Final[Mapping[Kind, str]] = {
    Kind.NUDGE: "nudge",
    Kind.TAKE_DOWN: "taken_down",
    Kind.RELEASE: "released",
    Kind.REFUSE: "not_released",
    Kind.WARNING: "warning",
    Kind.SLOW: "slow",
    Kind.HELD: "held",
    Kind.SUSPENDED: "suspended",
    Kind.REMOVED: "removed",
}
_NO_APPEAL: Final = (Kind.NUDGE, Kind.RELEASE)


class Arrival(NamedTuple):
    """A member who came lately, and where in the room stands what they said."""

    member: MemberId
    positions: Collection[int]


async def act(case: Dossier, staff: str, act_: Act, unseal: Unseal) -> int:
    """Act on a case; return the event's number.

    Raises:
        NotAllowed, CaseTaken, CaseResolved, DecideFirst, HeldWaits, NotHeld,
        NothingToTakeDown, NobodyToTell: As they say; nothing is kept then.

    """
    ladder.check_role(act_, await case.take_undecided(staff))
    act_.check()
    _check_message(case, act_)
    handle = handle_of(case, unseal)
    if act_.about_member and not handle:
        raise NobodyToTell
    return await _done(case, staff, act_, handle)


def handle_of(case: Dossier, unseal: Unseal) -> bytes:
    """Return whom a case is about, in every room; empty where nobody knows."""
    sealed: bytes = case.row.sealed
    return unseal(sealed, case.row.key) if sealed else b""


def _check_message(case: Dossier, act_: Act) -> None:
    held, kind = case.state.message is Place.HELD, act_.about_message
    if kind in (Kind.RELEASE, Kind.REFUSE):
        if not held:
            raise NotHeld
    elif held:
        raise HeldWaits
    elif kind is Kind.TAKE_DOWN and case.state.message is not Place.SAID:
        raise NothingToTakeDown


async def _done(case: Dossier, staff: str, act_: Act, handle: bytes) -> int:
    second = ladder.needs_second(act_)
    event = await case.happens(
        "action",
        staff,
        act=str(act_.kind),
        reason=act_.reason,
        hours=act_.hours,
        note=act_.note,
        words=act_.words,
        message=str(act_.message or ""),
        second=second,
    )
    holds = _until_agreed(act_) if second else act_
    await tell_and_hold(case, event, holds, handle)
    if act_.about_message in (Kind.TAKE_DOWN, Kind.RELEASE):
        await _must_happen(case, event, str(act_.about_message))
    return event


def _until_agreed(act_: Act) -> Act:
    hours = ladder.UNTIL_AGREED // ladder.HOUR
    return replace(act_, kind=Kind.SUSPENDED, hours=hours)


async def tell_and_hold(case: Dossier, event: int, act_: Act, handle: bytes) -> None:
    """Tell the member what was done, hold them to it, and note what it weighs."""
    if not handle or act_.kind is Kind.NOTHING:
        return
    await _say(case, event, handle, act_, act_.kind, act_.words)
    if act_.message is not None:
        await _say(case, event, handle, act_, act_.message, "")
    if strike := ladder.strike(act_, case.now):
        await words.strike(
            case.tx,
            {
                "handle": handle,
                "case_id": case.id,
                "event_id": event,
                "weight": strike.weight,
                "at": case.now,
                "expires_at": strike.expires_at,
            },
        )
    await sanctioned(case, event, handle)


async def _say(
    case: Dossier, event: int, handle: bytes, act_: Act, kind: Kind, text: str
) -> None:
    until = ladder.until(act_, case.now) if kind is act_.kind else 0
    appeal = kind not in _NO_APPEAL
    await say(
        case, event, handle, _TELLS[kind],
        text=text, reason=act_.reason, until=until, may_appeal=appeal,
    )  # fmt: skip


async def say(
    case: Dossier,
    event: int,
    handle: bytes,
    kind: str,
    *,
    text: str = "",
    reason: str = "",
    until: int = 0,
    may_appeal: bool = False,
) -> None:
    """Leave words for a member, from "the room team"."""
    await words.say(
        case.tx,
        {
            "token": secrets.token_bytes(16),
            "handle": handle,
            "case_id": case.id,
            "event_id": event,
            "room": case.row.room,
            "kind": kind,
            "reason": reason,
            "text": text,
            "until": until,
            "may_appeal": may_appeal,
            "message_id": case.row.message_id,
            "at": case.now,
        },
    )


async def sanctioned(case: Dossier, event: int, handle: bytes) -> None:
    """Have every process learn what now holds for a member."""
    await effects.add(
        case.tx, "sanction", at=case.now, room="", case_id=case.id, event_id=event,
        payload={"handle": handle.hex()},
    )  # fmt: skip


async def _must_happen(case: Dossier, event: int, kind: str) -> None:
    await effects.add(
        case.tx, kind, at=case.now, room=case.row.room, case_id=case.id,
        event_id=event, payload={},
    )  # fmt: skip


async def undo(case: Dossier, staff: str, event: int) -> None:
    """Take back an act and all that followed from it; the case is open again.

    Raises:
        NotAllowed, CaseTaken, NothingToUndo: As they say.

    """
    if not (await case.role(staff)).reaches(Role.MODERATOR):
        raise NotAllowed
    await case.free_for(staff)
    act_ = case.state.act(event)
    if act_ is None:
        raise NothingToUndo
    number = await case.happens("undo", staff, event=event)
    await take_back(case, act_, number, "undone")


async def take_back(
    case: Dossier, act_: Acted, event: int, kind: str, text: str = ""
) -> None:
    """Withdraw what an act said and weighed, and reverse what it did to the message."""
    told = await words.of_event(case.tx, act_.event)
    await words.withdraw(case.tx, act_.event, case.now)
    if told:
        await say(case, event, told[0].handle, kind, text=text)
        await sanctioned(case, event, told[0].handle)
    if act_.before is Place.SAID and act_.after is Place.TAKEN_DOWN:
        await _must_happen(case, event, "release")
    if act_.before is Place.HELD and act_.after is Place.SAID:
        await _must_happen(case, event, "take_down")


async def undo_arrivals(
    tx: AsyncConnection,
    room: RoomName,
    arrivals: Iterable[Arrival],
    staff: str,
    *,
    since: int,
    now: int,
    unseal: Unseal,
) -> tuple[list[Dossier], int]:
    """Take down all that some newcomers said; return their cases and how much it was.

    What is urgent stays: among those who came may be somebody in danger.

    Raises:
        NotAllowed: If this is not for whoever asks.

    """
    role = await cases.role_of(tx, staff)
    if role is None or not Role(role).reaches(Role.MODERATOR):
        raise NotAllowed
    theirs = {arrival.member: set(arrival.positions) for arrival in arrivals}
    settled, count = [], 0
    for row in await cases.in_room(tx, room, theirs):
        case = await Dossier.open(tx, row.id, now)
        theirs[row.member].discard(row.position)
        if case.state.urgent or case.state.waits:
            continue
        count += case.state.message is Place.SAID
        await _refuse(case, staff, unseal)
        settled.append(case)
    count += await _take_down(tx, room, theirs, now)
    told = f"{len(theirs)} arrivals since {since}, {count} messages"
    await audit.record(
        tx, at=now, actor=staff, verb="undo_arrivals", subject=room, detail=told
    )
    return settled, count


async def _refuse(case: Dossier, staff: str, unseal: Unseal) -> None:
    kinds = {Place.SAID: Kind.TAKE_DOWN, Place.HELD: Kind.REFUSE}
    if case.state.claimed_by not in ("", staff):
        await case.happens("let_go", HOUSE)
    kind = kinds.get(case.state.message, Kind.NOTHING)
    await _done(case, staff, Act(kind, "raid"), handle_of(case, unseal))


async def _take_down(
    tx: AsyncConnection, room: str, theirs: Mapping[MemberId, set[int]], now: int
) -> int:
    """Take down what there is no case about."""
    count = 0
    for member, positions in theirs.items():
        for position in sorted(positions):
            payload = {"member": member.hex(), "target": position}
            await effects.add(tx, "take_down", at=now, room=room, payload=payload)
            count += 1
    return count
