"""What the room team asked for themselves, and put down at the end of a shift."""

from collections.abc import Mapping

import pytest
from sqlalchemy import insert, select

from chat.carers import NOTE_KEPT, BadNote, Carers, Wishes
from chat.store.database import Database
from chat.store.schema import exposure, staff
from chat.wellbeing import SHIFT, TONIGHT, Exposure
from tests.support.clock import FakeClock

BIRCH, FERN, MOSS = "birch", "fern", "moss"
LONGER_THAN_A_SHIFT = SHIFT.total_seconds() + 1
WISHES = {"opt_outs": ["suicide"], "blur": False, "hotkeys": False, "partner": FERN}


@pytest.fixture
async def carers(database: Database, clock: FakeClock) -> Carers:
    async with database.begin() as tx:
        for name in (BIRCH, FERN, MOSS):
            await tx.execute(insert(staff).values(**an_account(name, clock)))
    return Carers(database=database, clock=clock)


def an_account(name: str, clock: FakeClock) -> Mapping[str, object]:
    return {
        "id": name,
        "desk_name": name.title(),
        "role": "moderator",
        "recovery": [],
        "created_at": clock.seconds(),
    }


async def read(database: Database, who: str, units: int, at: int) -> None:
    async with database.begin() as tx:
        await tx.execute(
            insert(exposure).values(staff_id=who, units=units, at=at, case_id="c")
        )


async def wished(carers: Carers, who: str, **others: object) -> None:
    await carers.wish(who, **{**WISHES, **others})  # type: ignore[arg-type]


async def test_at_first_everything_is_covered_and_comes_to_everybody(carers: Carers):
    assert await carers.wishes(BIRCH) == Wishes((), True, True, "", None)


async def test_wishes_are_kept_for_each(carers: Carers):
    await wished(carers, BIRCH)

    assert await carers.wishes(BIRCH) == Wishes(("suicide",), False, False, FERN)
    assert await carers.wishes(FERN) == Wishes()


async def test_nobody_can_be_their_own_partner_or_a_strangers(carers: Carers):
    await wished(carers, BIRCH, partner=BIRCH)
    assert (await carers.wishes(BIRCH)).partner == ""

    await wished(carers, BIRCH, partner="nobody")
    assert (await carers.wishes(BIRCH)).partner == ""


async def test_a_topic_that_is_none_is_not_kept(carers: Carers):
    await wished(carers, BIRCH, opt_outs=["weather"])

    assert (await carers.wishes(BIRCH)).opt_outs == ()


async def test_not_tonight_lasts_a_night_and_leaves_other_wishes_alone(
    carers: Carers, clock: FakeClock
):
    await wished(carers, BIRCH)

    await carers.not_tonight(BIRCH, away=True)

    wishes = await carers.wishes(BIRCH)
    assert wishes.is_away(clock.now())
    assert not wishes.is_away(clock.now() + TONIGHT)
    assert wishes.opt_outs == ("suicide",)


async def test_not_tonight_can_be_taken_back(carers: Carers, clock: FakeClock):
    await carers.not_tonight(BIRCH, away=True)

    await carers.not_tonight(BIRCH, away=False)

    assert not (await carers.wishes(BIRCH)).is_away(clock.now())


async def test_a_shift_counts_what_was_read_in_it_by_oneself(
    carers: Carers, database: Database, clock: FakeClock
):
    await read(database, BIRCH, 6, clock.seconds())
    await read(database, FERN, 3, clock.seconds())
    await read(database, BIRCH, 9, clock.seconds() - int(LONGER_THAN_A_SHIFT))

    assert await carers.exposures(BIRCH) == [Exposure(clock.now(), 6)]


async def test_loads_are_sums_without_names(
    carers: Carers, database: Database, clock: FakeClock
):
    await read(database, FERN, 9, clock.seconds())
    await read(database, BIRCH, 1, clock.seconds())
    await read(database, BIRCH, 3, clock.seconds())

    assert await carers.loads() == [4, 9]


async def test_a_note_is_read_by_the_partner_alone(carers: Carers, clock: FakeClock):
    await wished(carers, BIRCH)

    await carers.put_down(BIRCH, " That one stayed with me. ")

    [note] = await carers.notes(FERN)
    assert (note.by, note.at, note.text) == (
        "Birch",
        clock.seconds(),
        "That one stayed with me.",
    )
    assert await carers.notes(MOSS) == []
    assert await carers.notes(BIRCH) == []


async def test_a_note_is_gone_once_its_reader_has_heard_it(carers: Carers):
    await wished(carers, BIRCH)
    await carers.put_down(BIRCH, "Heavy.")
    [note] = await carers.notes(FERN)

    await carers.heard(FERN, note.id)

    assert await carers.notes(FERN) == []


async def test_nobody_deletes_anothers_note(carers: Carers):
    await wished(carers, BIRCH)
    await carers.put_down(BIRCH, "Heavy.")
    [note] = await carers.notes(FERN)

    await carers.heard(MOSS, note.id)

    assert len(await carers.notes(FERN)) == 1


@pytest.mark.parametrize("text", ["", "  ", "a" * 4001])
async def test_an_empty_or_endless_note_is_refused(carers: Carers, text: str):
    await wished(carers, BIRCH)

    with pytest.raises(BadNote):
        await carers.put_down(BIRCH, text)


async def test_there_is_no_note_without_a_partner(carers: Carers):
    with pytest.raises(BadNote):
        await carers.put_down(BIRCH, "Heavy.")


async def test_notes_nobody_came_for_and_old_loads_are_forgotten(
    carers: Carers, database: Database, clock: FakeClock
):
    await wished(carers, BIRCH)
    await carers.put_down(BIRCH, "Heavy.")
    await read(database, BIRCH, 6, clock.seconds())

    clock.advance(NOTE_KEPT.total_seconds())
    await carers.tidy()

    assert await carers.notes(FERN) == []
    async with database.read() as tx:
        assert (await tx.execute(select(exposure))).all() == []


async def test_a_note_does_not_stand_in_what_a_log_would_show(carers: Carers):
    await wished(carers, BIRCH)
    await carers.put_down(BIRCH, "Heavy.")

    [note] = await carers.notes(FERN)

    assert "Heavy" not in repr(note)
