"""Intake: what an opening adds to the cases, once, however often it is brought."""

import secrets
from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy.ext.asyncio import AsyncConnection

from chat.casework.case import HOUSE, MEMBER, Place, State
from chat.casework.dossier import Dossier, columns
from chat.model import Flag
from chat.opening import Opening
from chat.protocol import SAID, unpack_value
from chat.store import cases, excerpts


async def take_in(
    tx: AsyncConnection, opening: Opening, around: Sequence[bytes], now: int
) -> tuple[Dossier, bool]:
    """Return the case of an opening, and whether it brought anything new."""
    row = await cases.with_key(tx, opening.key)
    id_ = row.id if row else await _new(tx, opening, now)
    case = await Dossier.open(tx, id_, now)
    before = len(case.events)
    if row is None or await _has_more(case, opening):
        await _keep(case, opening, around)
    if opening.source == "report":
        await _reported(case, opening)
    known = case.state.rules
    for flag in opening.flags or _as_flag(opening):
        if flag.rule not in known:
            await _flagged(case, opening, flag)
    return case, len(case.events) > before


async def _new(tx: AsyncConnection, opening: Opening, now: int) -> str:
    id_ = secrets.token_hex(8)
    facts: dict[str, object] = {
        "id": id_,
        "key": opening.key,
        "source": opening.source,
        "room": opening.room,
        "at": opening.at,
        "position": opening.position,
        "member": opening.member,
        "who": opening.who,
        "sealed": opening.sealed,
        "message_id": opening.id,
        "reply": opening.reply,
        "opened_at": now,
    }
    await cases.add(tx, {**columns(State()), **facts})
    return id_


async def _has_more(case: Dossier, opening: Opening) -> bool:
    """Tell whether an opening knows what was said, where the first did not."""
    if case.row.forgotten_at is not None or not opening.text:
        return False
    return not await excerpts.of(case.tx, case.id)


async def _keep(case: Dossier, opening: Opening, around: Sequence[bytes]) -> None:
    said = [row for frame in around if (row := _said(frame, opening))]
    subject = {
        "position": opening.position,
        "who": opening.who,
        "at": opening.at,
        "text": opening.text,
        "masked": opening.masked,
        "is_subject": True,
    }
    if opening.text:
        earlier = [row for row in said if row["position"] < opening.position]
        place = len(earlier) if opening.position else len(said)
        said.insert(place, subject)
    await excerpts.add(case.tx, case.id, said)


def _said(frame: bytes, opening: Opening) -> dict[str, Any] | None:
    """Return what a frame says, unless it is the message itself, or says nothing."""
    kind, _room, position, *rest = cast("list[Any]", unpack_value(frame))
    if kind != SAID or position == opening.position:
        return None
    at, who, text = rest[:3]
    return {
        "position": position,
        "who": who,
        "at": at,
        "text": text,
        "masked": text,
        "is_subject": False,
    }


def _as_flag(opening: Opening) -> Sequence[Flag]:
    """Return why a case was opened that no rule and no report asked for."""
    if opening.source == "report":
        return ()
    name = opening.source
    return (Flag(f"house.{name}", name, "", 0, 0),)


async def _reported(case: Dossier, opening: Opening) -> None:
    reporter = opening.reporter.hex()
    if reporter in case.state.reporters:
        return
    await case.happens(
        "report", MEMBER, reason=opening.reason, reporter=reporter, **_facts(opening)
    )


async def _flagged(case: Dossier, opening: Opening, flag: Flag) -> None:
    """Note that a rule fired, once, and everything that it found."""
    if flag.rule not in case.state.rules:
        category, facts = flag.category, _facts(opening)
        await case.happens("flag", HOUSE, rule=flag.rule, category=category, **facts)
    if case.row.forgotten_at is None:
        await excerpts.add_finding(case.tx, _finding(case, flag))


def _facts(opening: Opening) -> dict[str, object]:
    return {
        "grade": int(opening.grade),
        "action": int(opening.action),
        "message": str(_place(opening)),
    }


def _place(opening: Opening) -> Place:
    if opening.held:
        return Place.HELD
    return Place.SAID if opening.position else Place.NOWHERE


def _finding(case: Dossier, flag: Flag) -> dict[str, object]:
    return {
        "case_id": case.id,
        "at": case.now,
        "rule": flag.rule,
        "category": flag.category,
        "reason": flag.reason,
        "start": flag.start,
        "end": flag.end,
        "action": int(flag.action),
        "grade": int(flag.grade),
        "placeholder": flag.placeholder,
    }
