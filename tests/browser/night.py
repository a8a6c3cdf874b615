"""A night at the desk, with which its pages are looked at."""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import select

from chat import protocol
from chat.casework.ladder import Act
from chat.controls import Alarm
from chat.model import Action, Flag, Grade, Handle, MemberId, RoomName, Who
from chat.opening import Opening
from chat.roles import Role
from chat.store import staff
from chat.store.schema import words
from tests.browser.staffed import StaffedDesk
from tests.support.console import Console
from tests.support.desk import IDENTITY

HERON, OTHER = Who(b"\x11\x22\x05ab"), Who(b"\x31\x42\x1ecd")
NEWCOMERS = RoomName("newcomers")
MINUTE = 60
POSITION = 5

_SCENES = tomllib.loads(Path(__file__).with_name("night.toml").read_text())


async def fill(desk: StaffedDesk) -> Mapping[str, str]:
    """Let a night happen; return the pages that show it, by name."""
    console = desk.console
    await _team(console)
    ids = {case["name"]: await _open(console, case) for case in _SCENES["case"]}
    await console.cases.claim(ids["shakes"], "fern")
    await _act_and_appeal(console, ids["preaching"])
    await _work_on(console, ids["plan"])
    await _set_rules(console)
    await _keep_rooms(console)
    await _bear(console)
    return {
        "queue": "/staff",
        "queue-held": "/staff?queue=held",
        "queue-reported": "/staff?queue=reported",
        "queue-resolved": "/staff?queue=resolved",
        "case": f"/staff/cases/{ids['plan']}?open=2",
        "case-held": f"/staff/cases/{ids['insult']}",
        "case-appeal": f"/staff/cases/{ids['preaching']}",
        "rooms": "/staff/rooms",
        "rules": "/staff/rules",
        "rules-of-a-kind": "/staff/rules?kind=spam",
        "numbers": "/staff/numbers",
        "me": "/staff/me",
    }


async def _team(console: Console) -> None:
    async with console.desk.database.begin() as tx:
        for name in ("Birch", "Fern", "Moss"):
            new = staff.Account(name.lower(), name, Role.COORDINATOR, 0)
            await staff.add(tx, new)


async def _open(console: Console, case: Mapping[str, Any]) -> str:
    clock, minutes = console.clock, case["minutes"]
    clock.advance(-minutes * MINUTE)
    opening, around = an_opening(case, clock.seconds())
    id_ = await console.cases.open(opening, around)
    clock.advance(minutes * MINUTE)
    return id_


def an_opening(case: Mapping[str, Any], at: int) -> tuple[Opening, Sequence[bytes]]:
    """Return what opens a case of the night, and what was said around it."""
    text, key = case["words"], case["name"].encode().ljust(16, b".")
    room = RoomName(case.get("room", "coffee"))
    flags = _flags(case, text)
    position = POSITION if text and not case.get("held") else 0
    opening = Opening(
        key=key, source=_source(case), room=room, at=at, position=position,
        held=case.get("held", False), member=MemberId(bytes(16)), who=HERON,
        sealed=IDENTITY.seal(_handle(case), key), id=key[:8], text=text, masked=text,
        action=Action(case.get("action", 0)), grade=Grade(case.get("grade", 0)),
        flags=flags, reason=case.get("reported", ""), reporter=b"somebody",
    )  # fmt: skip
    around = [_beside(room, at, **each) for each in _SCENES["around"]]
    return opening, around if text else ()


def _handle(case: Mapping[str, Any]) -> Handle:
    """Return whom a case is about: each is about somebody else."""
    return IDENTITY.handle(case["name"].encode().ljust(16, b"."))


def _beside(room: RoomName, at: int, place: int, words: str) -> bytes:
    said = protocol.said(room, at + 20 * (place - POSITION), OTHER, words, 0)
    return said.at(place)


def _source(case: Mapping[str, Any]) -> str:
    return str(case.get("source", "report" if "reported" in case else "rule"))


def _flags(case: Mapping[str, Any], text: str) -> tuple[Flag, ...]:
    if "found" not in case:
        return ()
    start = text.index(case["found"])
    end = start + len(case["found"])
    action, grade = Action(case.get("action", 0)), Grade(case.get("grade", 0))
    rule, category, reason = case["rule"], case["category"], case["reason"]
    return (Flag(rule, category, reason, start, end, action, grade),)


async def _act_and_appeal(console: Console, id_: str) -> None:
    act = Act.asked(
        "suspended",
        "proselytising",
        words="What helped you is welcome when you tell it as your own.",
        note="The third time this week.",
        hours=24,
    )
    await console.cases.act(id_, "fern", act)
    async with console.desk.database.read() as tx:
        told = (await tx.execute(select(words))).one()
    await console.cases.appeal(
        told.token, told.handle, "I only said what saved me. I did not mean it so."
    )


async def _work_on(console: Console, id_: str) -> None:
    await console.cases.claim(id_, "birch")
    await console.cases.looking(id_, "fern")
    await console.cases.reveal(id_, "birch", "To see whether somebody is in danger", 2)
    await console.cases.note(id_, "birch", "Two members keep them company in the room.")


async def _set_rules(console: Console) -> None:
    fired = {
        "crisis.means": 3,
        "abuse.insult": 41,
        "sourcing.asks": 18,
        "spam.copy": 66,
    }
    await console.rulebook.count(fired, {"linear.abuse": 12})
    await console.rulebook.set_mode("linear.abuse", "shadow", by="Birch")
    await console.rulebook.add("double your money", Action.HOLD, by="Fern")
    (line, *_) = await console.cases.lines("held")
    await console.cases.wrong_flag(line.id, "moss", line.rules[0])
    console.texts = [
        "He says he can double your money in 3 weeks, honest.",
        "Night all.",
    ]


async def _keep_rooms(console: Console) -> None:
    await console.controls.set(
        NEWCOMERS,
        by="Fern",
        slow_seconds=10,
        shield=True,
        greeting="Welcome. Read along for a minute: somebody will say hello.",
    )
    came = console.clock.seconds() - 3 * MINUTE
    console.alarms.append(Alarm(NEWCOMERS, 23, came))


async def _bear(console: Console) -> None:
    carers = console.carers
    for one, partner, topics in (("birch", "fern", ["young"]), ("fern", "birch", [])):
        await carers.wish(
            one, opt_outs=topics, blur=True, hotkeys=True, partner=partner
        )
    await carers.put_down("fern", "The one with the spiders. I keep hearing the cup.")
