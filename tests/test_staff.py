"""Staff: invitations are good once and not for long; whoever is out is out at once."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from chat.passkeys import BadPasskey
from chat.roles import Role
from chat.signing import sittings
from chat.signing.enrolments import DeskNameTaken, NoInvitation
from chat.signing.proofs import NotYou
from chat.signing.sittings import Deskmate
from chat.staff import INVITATION_SECONDS, LastOfTheTeam, NobodyOfThatName, link
from chat.store import audit
from chat.store.database import Database
from chat.store.schema import audit as record
from chat.store.schema import invitations
from chat.store.staff import Account
from tests.support.authenticator import Authenticator
from tests.support.clock import FakeClock
from tests.support.signing_in import HERE, ORIGIN, PASSWORD, SITE, Desk


@pytest.fixture
async def desk(
    database: Database, redis_url: str, clock: FakeClock
) -> AsyncIterator[Desk]:
    async with Desk.on(database, redis_url, clock) as desk:
        yield desk


async def seated(desk: Desk, account: Account) -> Deskmate:
    token = await desk.staff.seat(account)
    me = await desk.sittings.look(token, active=True)
    assert me is not None
    return me


# Invitations


async def test_an_invitation_is_kept_as_nothing_but_a_hash(desk: Desk):
    invitation = await desk.staff.invite(Role.PEER, "Robin")

    async with desk.database.read() as tx:
        (kept,) = (await tx.execute(select(invitations))).all()

    assert len(invitation) >= 43
    assert invitation not in repr(kept)
    assert invitation.encode() not in kept.hash


async def test_it_is_good_for_seventy_two_hours(desk: Desk, clock: FakeClock):
    invitation = await desk.staff.invite(Role.PEER, "Robin")

    clock.advance(INVITATION_SECONDS - 1)
    assert await desk.enrolments.begin(invitation, "Wren", PASSWORD)
    clock.advance(1)

    with pytest.raises(NoInvitation):
        await desk.enrolments.begin(invitation, "Heron", PASSWORD)


async def test_one_begun_in_time_is_not_finished_after_it(desk: Desk, clock: FakeClock):
    invitation = await desk.staff.invite(Role.PEER, "Robin")
    clock.advance(INVITATION_SECONDS - 60)
    token = await desk.enrolments.begin(invitation, "Wren", None)
    begun = await desk.enrolments.find(token)
    clock.advance(60)

    said = Authenticator(ORIGIN).create(desk.enrolments.asked(begun, SITE))
    with pytest.raises(NoInvitation):
        await desk.enrolments.finish_with_passkey(token, SITE, said)


@pytest.mark.parametrize("guess", ["", "A" * 43, "\u0000", "' OR 1=1 --"])
async def test_a_guessed_invitation_is_none(desk: Desk, guess: str):
    await desk.staff.invite(Role.PEER, "Robin")

    with pytest.raises(NoInvitation):
        await desk.enrolments.begin(guess, "Wren", PASSWORD)


async def test_of_two_who_take_up_one_invitation_at_once_one_gets_in(desk: Desk):
    invitation = await desk.staff.invite(Role.PEER, "Robin")

    async def take_up(name: str) -> Account:
        token = await desk.enrolments.begin(invitation, name, None)
        begun = await desk.enrolments.find(token)
        said = Authenticator(ORIGIN).create(desk.enrolments.asked(begun, SITE))
        return await desk.enrolments.finish_with_passkey(token, SITE, said)

    came = await asyncio.gather(
        *(take_up(name) for name in ("Wren", "Heron", "Finch")), return_exceptions=True
    )

    assert sum(isinstance(each, Account) for each in came) == 1
    assert sum(isinstance(each, NoInvitation) for each in came) == 2
    assert len(await desk.staff.team()) == 1


async def test_of_two_who_want_one_name_at_once_one_gets_it(desk: Desk):
    async def enrol(name: str) -> object:
        return await desk.with_passkey(name)

    came = await asyncio.gather(
        enrol("Wren"), enrol("WREN"), enrol("wren"), return_exceptions=True
    )

    assert sum(isinstance(each, DeskNameTaken) for each in came) == 2
    assert len(await desk.staff.team()) == 1


async def test_whoever_was_invited_has_the_role_that_was_meant(desk: Desk):
    await desk.with_passkey("Wren", Role.FACILITATOR)

    (mate,) = await desk.staff.team()

    assert (mate.desk_name, mate.role) == ("Wren", Role.FACILITATOR)


# The first


async def test_the_first_is_a_coordinator_and_then_there_is_no_first(desk: Desk):
    invitation = await desk.staff.first_invitation()
    assert invitation is not None
    token = await desk.enrolments.begin(invitation, "Robin", None)
    begun = await desk.enrolments.find(token)
    said = Authenticator(ORIGIN).create(desk.enrolments.asked(begun, SITE))

    account = await desk.enrolments.finish_with_passkey(token, SITE, said)

    assert account.role is Role.COORDINATOR
    assert await desk.staff.first_invitation() is None


async def test_of_several_first_invitations_only_the_last_is_good(desk: Desk):
    before, last = [await desk.staff.first_invitation() for _ in range(2)]
    assert before
    assert last

    with pytest.raises(NoInvitation):
        await desk.enrolments.begin(before, "Robin", None)
    assert await desk.enrolments.begin(last, "Robin", None)


@pytest.mark.parametrize(
    ("origin", "begins"),
    [
        ("https://chat.example", "https://chat.example/staff/enrol#"),
        ("https://chat.example/", "https://chat.example/staff/enrol#"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000/staff/enrol#"),
    ],
)
def test_a_link_brings_the_invitation_where_no_server_logs_it(origin: str, begins: str):
    assert link(origin, "abc") == begins + "abc"


# Disabling


async def test_whoever_is_disabled_is_out_at_once_and_stays_out(desk: Desk):
    robin = await desk.with_password()
    me = await seated(desk, robin.account)

    await desk.staff.disable("ROBIN", by="Wren")

    assert not await desk.sittings.is_seated(me, active=True)
    assert sittings.ended(desk.rung[-1]) == (me.id, "")
    with pytest.raises(NotYou):
        await robin.prove(robin.recovery[0])


async def test_nor_do_they_come_back_by_passkey(desk: Desk):
    _, phone = await desk.with_passkey("Wren")

    await desk.staff.disable("Wren", by="Robin")

    said = phone.get(desk.proofs.asked(SITE))
    with pytest.raises(NotYou):
        await desk.proofs.by_passkey(SITE, said, HERE)


async def test_who_is_disabled_while_signing_in_is_not_let_in(desk: Desk):
    account, _ = await desk.with_passkey("Wren")

    await desk.staff.disable("Wren", by="Robin")

    with pytest.raises(NotYou):
        await desk.staff.seat(account)
    assert sittings.ended(desk.rung[-1]) == (account.id, "")


async def test_their_name_stays_theirs(desk: Desk):
    await desk.with_passkey("Wren")

    await desk.staff.disable("Wren", by="Robin")

    with pytest.raises(DeskNameTaken):
        await desk.with_passkey("wren")


async def test_the_last_coordinator_cannot_be_disabled(desk: Desk):
    await desk.with_passkey("Robin", Role.COORDINATOR)
    await desk.with_passkey("Wren", Role.MODERATOR)

    with pytest.raises(LastOfTheTeam):
        await desk.staff.disable("Robin", by="Robin")
    await desk.with_passkey("Heron", Role.COORDINATOR)

    assert (await desk.staff.disable("Robin", by="Heron")).desk_name == "Robin"


async def test_nobody_of_that_name_can_be_disabled(desk: Desk):
    with pytest.raises(NobodyOfThatName):
        await desk.staff.disable("Nobody", by="Robin")


# One's own account


async def test_a_second_passkey_signs_in_as_well(desk: Desk):
    account, _ = await desk.with_passkey()
    me, second = await seated(desk, account), Authenticator(ORIGIN)

    said = second.create(
        desk.staff.asked_for_passkey(me, SITE, await desk.staff.own(me))
    )
    await desk.staff.add_passkey(me, SITE, said, "blue key")

    shown = second.get(desk.proofs.asked(SITE))
    assert (await desk.proofs.by_passkey(SITE, shown, HERE)).id == account.id
    assert "blue key" in [p.name for p in (await desk.staff.own(me)).passkeys]


async def test_a_passkey_made_for_one_is_not_added_to_another(desk: Desk):
    robin = await seated(desk, (await desk.with_passkey("Robin"))[0])
    wren = await seated(desk, (await desk.with_passkey("Wren"))[0])

    asked = desk.staff.asked_for_passkey(robin, SITE, await desk.staff.own(robin))
    with pytest.raises(BadPasskey):
        await desk.staff.add_passkey(
            wren, SITE, Authenticator(ORIGIN).create(asked), ""
        )


async def test_the_only_way_in_cannot_be_removed(desk: Desk):
    account, phone = await desk.with_passkey()
    me = await seated(desk, account)

    with pytest.raises(LastOfTheTeam):
        await desk.staff.remove_passkey(me, phone.id)

    assert len((await desk.staff.own(me)).passkeys) == 1


async def test_a_removed_passkey_signs_nobody_in(desk: Desk):
    account, phone = await desk.with_passkey()
    me, second = await seated(desk, account), Authenticator(ORIGIN)
    asked = desk.staff.asked_for_passkey(me, SITE, await desk.staff.own(me))
    await desk.staff.add_passkey(me, SITE, second.create(asked), "")

    await desk.staff.remove_passkey(me, phone.id)

    with pytest.raises(NotYou):
        await desk.proofs.by_passkey(SITE, phone.get(desk.proofs.asked(SITE)), HERE)


async def test_nobody_removes_anothers_passkey(desk: Desk):
    robin = await desk.with_password()
    _, phone = await desk.with_passkey("Wren")

    await desk.staff.remove_passkey(await seated(desk, robin.account), phone.id)

    shown = phone.get(desk.proofs.asked(SITE))
    assert await desk.proofs.by_passkey(SITE, shown, HERE)


async def test_new_recovery_codes_end_the_old_ones(desk: Desk):
    robin = await desk.with_password()
    me = await seated(desk, robin.account)

    new = await desk.staff.new_recovery_codes(me)

    with pytest.raises(NotYou):
        await robin.prove(robin.recovery[0])
    assert await robin.prove(new[0])


# The record


async def test_the_record_has_who_came_and_who_went(desk: Desk):
    account, _ = await desk.with_passkey("Wren")
    await desk.staff.disable("Wren", by="the test")

    async with desk.database.read() as tx:
        kept = (await tx.execute(select(record).order_by(record.c.id))).all()
        chain = audit.Chain([])
        assert chain.broken_by(await audit.after(tx, 0)) is None

    assert [row.verb for row in kept] == ["invited", "enrolled", "disabled"]
    assert kept[2].subject == account.id
    assert "Wren" not in repr(kept)
