"""A dump of everything tells nothing that members said, but for the cases still open.

And it does not tell that two pseudonyms are one device's, to whom has no service key.
"""

import logging
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from redis import Redis
from sqlalchemy import select

from chat.casework.case import Queue
from chat.casework.casebook import CaseLine
from chat.logs import Formatter
from chat.model import Handle
from chat.settings import Settings
from chat.store.schema import METADATA
from chat.triage import ANSWER_WITHIN_SECONDS
from tests.support.clock import FakeClock
from tests.support.eventually import eventually
from tests.support.member import Member, new_secret
from tests.support.room_team import Moderator
from tests.support.service import House
from tests.test_anonymity import kept, shared

CANARY = "rosebud77"
DAY = 86_400
SAYINGS = (
    f"good morning {CANARY}",
    f"call me on 082 555 0177 about {CANARY}",
    f"you are a worthless junkie nobody wants you here {CANARY}",
    f"i took all my pills an hour ago and i cant stay awake {CANARY}",
)
HELD = f"how much fent should i cook to get high {CANARY}"
STILL_OPEN = "grief"
HANDLES_MAY_STAND_IN = {"words", "strikes", "effects", "needs"}


@pytest.fixture
async def house(
    settings: Settings, database_url: str | None, clock: FakeClock
) -> AsyncIterator[House]:
    told = {"database_url": database_url, "flood_guard": False}
    async with House.open(settings.model_copy(update=told), clock) as house:
        yield house


async def tables(house: House) -> dict[str, list[Any]]:
    """Return every row of every table."""
    async with house.service.backroom.database.read() as tx:
        return {
            table.name: [*(await tx.execute(select(table))).all()]
            for table in METADATA.sorted_tables
        }


async def told_in(house: House, canary: str, *, but_for: str = "") -> set[str]:
    """Return the tables with rows that hold something, but for those of one case."""
    return {
        name
        for name, rows in (await tables(house)).items()
        for row in rows
        if canary in repr(row) and getattr(row, "case_id", "") != but_for
    }


# What members said


async def talk_everywhere(house: House, clock: FakeClock) -> None:
    """Say in every room what passes, is masked, refused, held, urgent and reported."""
    for room in house.service.catalogue.rooms:
        otter, wren = [await house.member(room.slug) for _ in range(2)]
        for text in SAYINGS:
            await otter.say(text, room.slug)
        await otter.says_to_the_team(HELD, room.slug)
        position = await otter.says(f"a thing that hurt wren {CANARY}", room.slug)
        await wren.report(position, room=room.slug)
        await wren.bell(room.slug)
        clock.advance(1)
    # The room team hears of what nobody answered, too.
    clock.advance(ANSWER_WITHIN_SECONDS)
    await house.service.backroom.flagged.round()


async def work_everything(house: House) -> str:
    """Resolve every case in some way, but for one; return that one."""
    moderator = await Moderator.on_duty(house.service)
    cases, open_ = house.service.backroom.cases, ""
    for queue in (Queue.URGENT, Queue.HELD, Queue.REPORTED):
        for number, line in enumerate(await cases.lines(queue)):
            if queue is Queue.URGENT and line.room == STILL_OPEN:
                open_ = line.id
            else:
                await resolve(moderator, line, number)
    return open_


async def resolve(moderator: Moderator, line: CaseLine, number: int) -> None:
    if line.queue == Queue.HELD:
        kind = ("release", "refuse", "warning")[number % 3]
        beside = "refuse" if kind == "warning" else ""
        await moderator.acts(line.id, kind, "Please read this.", message=beside)
    elif line.source == "report":
        await moderator.acts(line.id, "take_down", "That hurt somebody.")
    else:
        await moderator.acts(line.id, "nothing")


async def let_time_pass(house: House, clock: FakeClock) -> None:
    """Let every room's hours and every case's days go by."""
    clock.advance((house.service.backroom.cases._keep_seconds) + DAY)
    await house.service.keeper.round()
    await house.service.backroom.cases.tidy(clock.seconds())


async def test_when_its_time_is_up_nothing_of_what_was_said_is_anywhere(
    house: House, redis: Redis, clock: FakeClock, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    await talk_everywhere(house, clock)
    assert await told_in(house, CANARY) >= {"excerpts"}, "the search sees nothing"
    assert any(CANARY.encode() in value for value in kept(redis).values())
    still_open = await work_everything(house)

    await let_time_pass(house, clock)

    assert await told_in(house, CANARY) == {"excerpts"}
    assert await told_in(house, CANARY, but_for=still_open) == set()
    assert {k for k, value in kept(redis).items() if CANARY.encode() in value} == set()
    assert "082 555 0177" not in repr(await tables(house))
    assert CANARY not in "".join(map(Formatter().format, caplog.records))


async def test_what_is_flagged_waits_nowhere_but_where_it_is_opened_from(
    house: House, redis: Redis, clock: FakeClock
):
    await talk_everywhere(house, clock)

    holds = {k for k, value in kept(redis).items() if CANARY.encode() in value}

    assert {key.rpartition(":")[2] for key in holds} == {"log"}


# One device in two rooms


@pytest.fixture
async def otters(house: House) -> list[Member]:
    """Return one device's two members, of whom the room team has seen much."""
    secret, rooms = new_secret(), ("coffee", "grief")
    otters = [await house.member(room, secret=secret) for room in rooms]
    for otter, room in zip(otters, rooms, strict=True):
        wren = await house.member(room)
        position = await wren.says("good morning", room)
        await otter.says(SAYINGS[-1], room)
        await otter.says_to_the_team(HELD, room)
        await otter.report(position, room=room)
        await otter.bell(room)
    await house.service.backroom.flagged.round()
    return otters


def handle_of(house: House, otter: Member) -> Handle:
    return house.service.identity.handle(otter.secret)


async def test_no_two_cases_of_one_device_have_anything_in_common(
    house: House, otters: list[Member]
):
    dumped = await tables(house)
    of_room: dict[str, set[bytes]] = {"coffee": set(), "grief": set()}
    for case in dumped["cases"]:
        of_room[case.room] |= {v for v in case if isinstance(v, bytes) and v}
        for event in dumped["case_events"]:
            if event.case_id == case.id:
                of_room[case.room] |= told_by(event.detail)

    assert all(len(octets) > 8 for octets in of_room.values()), "there is nothing"
    assert shared(of_room["coffee"], of_room["grief"], 4) == set()


def told_by(detail: dict[str, object]) -> set[bytes]:
    """Return what of an event could tell one device from all others."""
    ids = (value for value in detail.values() if isinstance(value, str))
    return {bytes.fromhex(id_) for id_ in ids if re.fullmatch("([0-9a-f]{2}){8,}", id_)}


async def test_the_handle_of_nobody_who_was_left_in_peace_is_anywhere(
    house: House, otters: list[Member], redis: Redis, clock: FakeClock
):
    handle, needs = handle_of(house, otters[0]), house.service.backroom.needs
    assert await told_in(house, repr(handle)[2:-1]) == {"needs"}
    await needs.withdraw(handle)
    clock.advance(3601)
    await needs.forget(clock.now())

    assert handle.hex() not in repr(await tables(house))
    assert repr(handle)[2:-1] not in repr(await tables(house))
    for value in kept(redis).values():
        assert bytes(handle) not in value
        assert handle.hex().encode() not in value


async def test_a_handle_stands_only_in_what_must_hold_on_to_its_device(
    house: House, otters: list[Member]
):
    moderator = await Moderator.on_duty(house.service)
    cases = house.service.backroom.cases
    held = await eventually(lambda: cases.lines("held"))
    await moderator.acts(
        held[0].id, "suspended", "Please take a break.", hours=1, message="refuse"
    )
    handle = handle_of(house, otters[0])

    found = await told_in(house, handle.hex()) | await told_in(
        house, repr(handle)[2:-1]
    )

    assert "words" in found
    assert found <= HANDLES_MAY_STAND_IN


async def test_what_a_device_is_held_by_in_effects_is_gone_a_day_later(
    house: House, otters: list[Member], clock: FakeClock
):
    moderator = await Moderator.on_duty(house.service)
    cases = house.service.backroom.cases
    held = await cases.lines("held")
    await moderator.acts(
        held[0].id, "suspended", "Please take a break.", hours=1, message="refuse"
    )
    clock.advance(DAY + 1)

    await cases.tidy(clock.seconds())

    assert "effects" not in await told_in(house, handle_of(house, otters[0]).hex())
