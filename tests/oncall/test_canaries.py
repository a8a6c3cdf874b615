"""Canaries: whoever is on shift is known to be reachable before somebody needs them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from chat.oncall.audiences import Standby
from chat.oncall.canaries import BEFORE, JUST, Canaries
from chat.oncall.ways import Ways, new_id
from chat.store import ways as ways_store
from chat.store.ways import Way
from tests.support.needs import HERON, OTTER, WREN
from tests.support.on_call import OnCall

Standbys = Callable[[AsyncConnection, datetime], Awaitable[Sequence[Standby]]]


@pytest.fixture
def canaries(on_call: OnCall) -> Canaries:
    return canaries_of(on_call, on_call.standbys)


def canaries_of(on_call: OnCall, standbys: Standbys) -> Canaries:
    return Canaries(
        database=on_call.database,
        clock=on_call.clock,
        ways=ways_of(on_call),
        standbys=standbys,
    )


def ways_of(on_call: OnCall) -> Ways:
    async def ring(_frame: bytes) -> None: ...

    return Ways(database=on_call.database, clock=on_call.clock, ring=ring)


async def test_everybody_at_work_has_one_a_shift(on_call: OnCall, canaries: Canaries):
    on_call.change(HERON, on_duty=False)

    assert await canaries.round() == 2
    assert await canaries.round() == 0

    await on_call.worker().outbox.deliver()
    assert sorted(on_call.pushed()) == sorted([WREN, OTTER])
    assert {note.kind for note in on_call.outside.got} == {"canary"}
    assert {note.need_id for note in on_call.outside.got} == {""}


async def test_a_shift_that_is_longer_than_a_confirmation_counts_has_another(
    on_call: OnCall, canaries: Canaries
):
    await canaries.round()

    on_call.clock.advance(6 * 3600 + 1)

    assert await canaries.round() == 3


@pytest.mark.parametrize(("quiet", "tried"), [(False, 1), (True, 0)])
async def test_somebody_s_phone_is_tried_before_their_shift_unless_they_sleep(
    on_call: OnCall, quiet: bool, tried: int
):
    begins = on_call.clock.now() + BEFORE
    heron = Standby(HERON, reachable=False, quiet=quiet)

    async def standbys(_tx: AsyncConnection, at: datetime) -> Sequence[Standby]:
        on_shift = at >= begins
        return [replace(heron, on_shift=on_shift, quiet=quiet and not on_shift)]

    canaries = canaries_of(on_call, standbys)

    on_call.clock.advance(-60)
    assert await canaries.round() == 0
    on_call.clock.advance(60)
    assert await canaries.round() == tried
    assert await canaries.round() == 0

    on_call.clock.advance(BEFORE.total_seconds())
    assert await canaries.round() == 1 - tried


@pytest.mark.parametrize(("quiet", "tried"), [(False, 1), (True, 0)])
async def test_a_coordinator_off_duty_is_tried_too_unless_they_sleep(
    on_call: OnCall, quiet: bool, tried: int
):
    on_call.team = [Standby(HERON, reachable=False, coordinator=True, quiet=quiet)]
    canaries = canaries_of(on_call, on_call.standbys)

    assert await canaries.round() == tried
    assert await canaries.round() == 0


async def test_whoever_was_just_called_about_a_need_is_not_tried_as_well(
    on_call: OnCall, canaries: Canaries
):
    id_ = await on_call.house.pressed()
    await on_call.worker().tick()
    await on_call.house.needs.accept(id_, WREN)

    assert await canaries.round() == 2
    assert {row.staff_id for row in await on_call.rows(kind="canary")} == {OTTER, HERON}

    on_call.clock.advance(JUST.total_seconds())
    assert await canaries.round() == 1


async def test_while_a_need_calls_only_who_would_not_be_called_is_tried(
    on_call: OnCall, canaries: Canaries
):
    await on_call.house.pressed()
    assert await canaries.round() == 0

    on_call.change(OTTER, reachable=False)
    on_call.change(HERON, talks=2)

    assert await canaries.round() == 2
    assert {row.staff_id for row in await on_call.rows(kind="canary")} == {OTTER, HERON}


A_DAY = 24

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what is the same on every database."""


class Mail:
    """Heron, a coordinator off duty who has a mail address."""

    def __init__(self, on_call: OnCall) -> None:
        self.on_call = on_call
        self.heron = Standby(HERON, reachable=True, coordinator=True)
        on_call.team = [self.heron]
        self.canaries = canaries_of(on_call, on_call.standbys)

    async def set_up(self) -> None:
        """Have the address confirmed, as it is before anything else goes there."""
        now = self.on_call.now
        mail = Way(new_id(), HERON, "email", "home", {}, now, confirmed_at=now)
        async with self.on_call.database.begin() as tx:
            await ways_store.add(tx, mail)

    async def throw_phone_away(self) -> None:
        async with self.on_call.database.begin() as tx:
            await ways_store.remove(tx, self.on_call.phones[HERON].id)

    async def got(self, hours: int, *answered: str) -> list[int]:
        """Return after how many hours mails came, where these ways are answered."""
        seen = {row.id for row in await self.on_call.rows()}
        came = list[int]()
        for hour in range(hours):
            await self.canaries.round()
            new = [row for row in await self.on_call.rows() if row.id not in seen]
            seen |= {row.id for row in new}
            came += [hour for row in new if row.way == "email"]
            async with self.on_call.database.begin() as tx:
                for row in (each for each in new if each.way in answered):
                    await ways_store.confirm(tx, row.id, row.way_id, self.on_call.now)
            self.on_call.clock.advance(3600)
        return came

    async def reachable(self) -> bool:
        ways = ways_of(self.on_call)
        async with self.on_call.database.read() as tx:
            return HERON in await ways.reachable_ids(tx, self.on_call.clock.now())


@pytest.fixture
async def mail(on_call: OnCall) -> Mail:
    mail = Mail(on_call)
    await mail.set_up()
    return mail


async def test_a_coordinator_off_duty_whose_phone_answers_has_one_mail_a_day(
    mail: Mail,
):
    assert len(await mail.got(2 * A_DAY, "push")) == 1
    assert await mail.reachable()


@on_sqlite
async def test_a_coordinator_who_answers_no_mail_has_one_a_day(mail: Mail):
    await mail.throw_phone_away()
    await mail.got(A_DAY)

    assert len(await mail.got(2 * A_DAY)) == 2


@on_sqlite
async def test_a_coordinator_who_has_nothing_but_mail_stays_reachable_by_it(
    mail: Mail,
):
    await mail.throw_phone_away()

    for _ in range(A_DAY):
        await mail.got(1, "email")
        assert await mail.reachable()


@on_sqlite
async def test_a_mail_comes_before_a_coordinator_whose_phone_fell_silent_is_lost(
    mail: Mail,
):
    came = await mail.got(A_DAY + 1, "push")
    assert came, "one a day, which nobody had to answer"

    (again, *_) = await mail.got(12)

    assert again < 12, "by then the phone's last answer counts no more"


@on_sqlite
async def test_a_coordinator_who_slept_is_asked_by_mail_when_they_wake(mail: Mail):
    await mail.throw_phone_away()
    await mail.got(9, "email")
    assert await mail.reachable()
    mail.on_call.change(HERON, quiet=True)
    assert await mail.got(12) == []
    mail.on_call.change(HERON, quiet=False)

    assert await mail.got(1) == [0]


@on_sqlite
async def test_a_coordinator_at_work_is_tried_by_mail_as_everybody_is(mail: Mail):
    mail.on_call.change(HERON, on_duty=True)

    assert len(await mail.got(A_DAY, "push")) == 4
