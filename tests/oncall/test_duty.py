"""Duty: everybody says themselves when and how they may be called."""

from datetime import time, timedelta
from typing import Any

import pytest

from chat import bulletin
from chat.oncall.duty import Duty
from chat.oncall.hours import QuietHours
from chat.oncall.refusals import BadTerms, NotReady, RotaMistake, UnknownZone
from chat.oncall.terms import LONGEST_ON_DUTY, Terms, quiet_hours
from chat.roles import Role
from chat.store import peers, staff
from chat.store.database import Database
from chat.store.instants import kept, moment
from tests.support.clock import FakeClock

AN_HOUR = timedelta(hours=1)
NIGHT = QuietHours("Europe/London", time(22, 30), time(7))


on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what is the same on every database."""


@pytest.fixture
def rung() -> list[bytes]:
    return []


@pytest.fixture
async def duty(database: Database, clock: FakeClock, rung: list[bytes]) -> Duty:
    """Have Wren, who has done the course, and Otter, who has not."""

    async def ring(frame: bytes) -> None:
        rung.append(frame)

    async with database.begin() as tx:
        for name in ("wren", "otter"):
            await staff.add(tx, staff.Account(name, name.title(), Role.PEER, 0))
        await peers.keep(tx, "wren", ready_at=kept(clock.now()))
    return Duty(database=database, clock=clock, ring=ring, rooms=())


async def test_somebody_new_has_terms_as_everybody_has_them_at_first(duty: Duty):
    assert await duty.of("otter") == Terms()
    assert not await duty.ready("otter")


async def test_i_can_take_it_holds_for_as_long_as_was_said(
    duty: Duty, clock: FakeClock, rung: list[bytes]
):
    await duty.go_on("wren", clock.now() + AN_HOUR)

    assert (await duty.of("wren")).on_duty(clock.now())
    assert rung == [bulletin.rota()]
    clock.advance(3600)
    assert not (await duty.of("wren")).on_duty(clock.now())


async def test_whoever_goes_off_is_called_no_more(duty: Duty, clock: FakeClock):
    await duty.go_on("wren", clock.now() + AN_HOUR)

    await duty.go_off("wren")

    assert not (await duty.of("wren")).on_duty(clock.now())


async def test_without_the_course_nobody_goes_on_duty(
    duty: Duty, clock: FakeClock, rung: list[bytes]
):
    with pytest.raises(NotReady):
        await duty.go_on("otter", clock.now() + AN_HOUR)
    with pytest.raises(NotReady):
        await duty.check_in("otter")

    assert await duty.of("otter") == Terms()
    assert rung == []


@on_sqlite
@pytest.mark.parametrize("ahead", [-AN_HOUR, timedelta(), LONGEST_ON_DUTY + AN_HOUR])
async def test_nobody_is_on_duty_backwards_or_for_ever(
    duty: Duty, clock: FakeClock, ahead: timedelta
):
    with pytest.raises(BadTerms) as refused:
        await duty.go_on("wren", clock.now() + ahead)

    assert refused.value.field == "hours"


async def test_a_shift_begins_with_a_check_in_and_ends_with_duty(
    duty: Duty, clock: FakeClock
):
    await duty.go_on("wren", clock.now() + AN_HOUR)

    arrived = await duty.check_in("wren")
    left = await duty.check_out("wren")

    assert arrived.checked_in_at == clock.now()
    assert (left.checked_in_at, left.on_duty_until) == (None, None)


async def test_a_check_in_holds_for_no_longer_than_a_shift(
    duty: Duty, clock: FakeClock
):
    terms = await duty.check_in("wren")

    clock.advance(13 * 3600 - 1)
    assert terms.checked_in(clock.now())
    clock.advance(1)
    assert not terms.checked_in(clock.now())
    assert not Terms().checked_in(clock.now())


async def test_what_somebody_wants_is_kept_and_nothing_else_is_changed(
    duty: Duty, clock: FakeClock
):
    until = clock.now() + AN_HOUR
    await duty.go_on("wren", until)

    await duty.set(
        "wren", capacity=3, quiet=NIGHT, shares=["veteran"], languages=["en", "af"]
    )

    assert await duty.of("wren") == Terms(
        on_duty_until=until, capacity=3, quiet=NIGHT, shares=("veteran",),
        languages=("af", "en"), ready_at=clock.now(),
    )  # fmt: skip


async def test_quiet_hours_can_be_given_up(duty: Duty):
    wanted: dict[str, Any] = {"capacity": 2, "shares": (), "languages": ()}
    await duty.set("otter", quiet=NIGHT, **wanted)

    await duty.set("otter", quiet=None, **wanted)

    assert await duty.of("otter") == Terms()


@on_sqlite
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("capacity", 0),
        ("capacity", 6),
        ("shares", ["a\x07ngler"]),
        ("languages", ["klingon"]),
    ],
)
async def test_what_cannot_be_is_refused_where_it_was_entered(
    duty: Duty, field: str, value: object
):
    wanted: dict[str, Any] = {"capacity": 2, "shares": (), "languages": ()}

    with pytest.raises(BadTerms) as refused:
        await duty.set("wren", quiet=NIGHT, **{**wanted, field: value})

    assert refused.value.field == field
    assert (await duty.of("wren")).quiet is None


def test_quiet_hours_are_both_times_or_none():
    assert quiet_hours("", "", "") is None
    assert quiet_hours("Europe/London", "22:30", "07:00") == NIGHT


@pytest.mark.parametrize(
    ("zone", "starts", "ends", "field"),
    [
        ("Europe/London", "22:30", "", "quiet_ends"),
        ("Europe/London", "late", "07:00", "quiet_starts"),
        ("Europe/Atlantis", "22:30", "07:00", "zone"),
    ],
)
def test_quiet_hours_that_are_none_are_refused(
    zone: str, starts: str, ends: str, field: str
):
    with pytest.raises(RotaMistake) as refused:
        quiet_hours(zone, starts, ends)

    assert refused.value.field == field
    assert isinstance(refused.value, BadTerms | UnknownZone)


async def test_the_link_to_a_calendar_is_a_secret_of_which_only_a_hash_is_kept(
    duty: Duty, database: Database
):
    secret = await duty.new_link("wren")

    assert len(secret) == 43
    assert await duty.whose_link(secret) == "wren"
    assert (await duty.of("wren")).has_calendar
    async with database.read() as tx:
        row = await peers.of(tx, "wren")
    assert row is not None
    assert secret.encode() not in row.calendar


async def test_a_link_made_anew_ends_the_old_one_and_one_can_be_forgotten(duty: Duty):
    old = await duty.new_link("wren")
    new = await duty.new_link("wren")

    assert await duty.whose_link(old) is None
    assert await duty.whose_link(new) == "wren"

    await duty.forget_link("wren")
    assert await duty.whose_link(new) is None
    assert not (await duty.of("wren")).has_calendar


@on_sqlite
@pytest.mark.parametrize("secret", ["", "guess", "x" * 43])
async def test_a_guess_leads_nowhere(duty: Duty, secret: str):
    await duty.new_link("wren")
    await duty.forget_link("otter")

    assert await duty.whose_link(secret) is None


async def test_the_link_of_somebody_who_left_leads_nowhere(
    duty: Duty, database: Database
):
    secret = await duty.new_link("wren")
    async with database.begin() as tx:
        await staff.disable(tx, "wren", 0)

    assert await duty.whose_link(secret) is None


def test_a_moment_is_kept_to_the_millisecond(clock: FakeClock):
    at = clock.now() + timedelta(milliseconds=7)

    assert moment(kept(at)) == at
    assert moment(kept(at + timedelta(microseconds=900))) == at
    assert moment(kept(None)) is None
