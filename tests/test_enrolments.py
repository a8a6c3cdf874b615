"""Enrolments: what will do as a desk name, and that nothing is half made."""

from collections.abc import AsyncIterator

import pytest

from chat.passkeys import BadPasskey
from chat.roles import Role
from chat.signing.enrolments import (
    LASTS_SECONDS,
    BadDeskName,
    DeskNameTaken,
    NoEnrolment,
    NoInvitation,
    WeakPassword,
    chosen_name,
)
from chat.signing.proofs import NotYou
from chat.store.database import Database
from tests.support.authenticator import Authenticator
from tests.support.clock import FakeClock
from tests.support.redis_server import RedisServer
from tests.support.signing_in import ORIGIN, PASSWORD, SITE, Desk


@pytest.fixture
async def desk(
    database: Database, redis_url: str, clock: FakeClock
) -> AsyncIterator[Desk]:
    async with Desk.on(database, redis_url, clock) as desk:
        yield desk


async def invitation(desk: Desk) -> str:
    return await desk.staff.invite(Role.MODERATOR, "the test")


# Desk names


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Robin", "Robin"),
        ("  Quiet   Robin ", "Quiet Robin"),
        ("O'Malley-7", "O'Malley-7"),
        ("Nomvula D.K", "Nomvula D.K"),
        ("Ｒｏｂｉｎ", "Robin"),  # noqa: RUF001
        ("Zoë", "Zoë"),
        ("R2", "R2"),
    ],
)
def test_what_will_do_as_a_desk_name(written: str, kept: str):
    assert chosen_name(written) == kept


@pytest.mark.parametrize(
    "written",
    [
        "",
        "R",
        "x" * 33,
        "robin@chat.example",
        "robin＠chat.example",  # noqa: RUF001
        "+27 82 555 0199",
        "0825550199",
        "Robin\u202e",
        "<b>Robin</b>",
        "Robin\u0000",
        "-Robin-",
        "@robin",
        "robin\u200b",
    ],
)
def test_what_will_not(written: str):
    with pytest.raises(BadDeskName):
        chosen_name(written)


# Beginning


async def test_a_name_is_taken_however_it_is_written(desk: Desk):
    await desk.with_passkey("Robin")

    for name in ("Robin", "ROBIN", " robin ", "ｒｏｂｉｎ"):  # noqa: RUF001
        with pytest.raises(DeskNameTaken):
            await desk.enrolments.begin(await invitation(desk), name, PASSWORD)


async def test_a_weak_password_is_refused_in_words(desk: Desk):
    with pytest.raises(WeakPassword) as refused:
        await desk.enrolments.begin(await invitation(desk), "Robin", "password")

    assert "12 characters" in refused.value.why


async def test_an_enrolment_lasts_half_an_hour(desk: Desk, shared_redis: RedisServer):
    await desk.enrolments.begin(await invitation(desk), "Robin", PASSWORD)

    with shared_redis.client() as client:
        lives = [client.pttl(key) for key in client.keys("*enrolment*")]

    assert len(lives) == 1
    assert 0 < lives[0] <= LASTS_SECONDS * 1000


async def test_what_waits_in_redis_tells_nobody_the_secrets(
    desk: Desk, shared_redis: RedisServer
):
    token = await desk.enrolments.begin(await invitation(desk), "Robin", PASSWORD)
    secret = desk.enrolments.secret_of(await desk.enrolments.find(token))

    with shared_redis.client() as client:
        kept = repr([(key, client.get(key)) for key in client.keys("*enrolment*")])

    assert "Robin" in kept
    assert token not in kept
    assert secret not in kept
    assert PASSWORD not in kept


@pytest.mark.parametrize("token", ["", "A" * 43, "\u0000"])
async def test_a_guessed_token_has_nothing_begun(desk: Desk, token: str):
    await desk.enrolments.begin(await invitation(desk), "Robin", PASSWORD)

    with pytest.raises(NoEnrolment):
        await desk.enrolments.find(token)


# Finishing


async def test_a_wrong_code_may_be_followed_by_the_right_one(
    desk: Desk, clock: FakeClock
):
    token = await desk.enrolments.begin(await invitation(desk), "Robin", PASSWORD)

    with pytest.raises(NotYou):
        await desk.enrolments.finish_with_code(token, "000000")

    assert await desk.staff.team() == []
    assert await desk.enrolments.find(token)


async def test_an_invitation_makes_one_account(desk: Desk):
    link = await invitation(desk)
    tokens = [await desk.enrolments.begin(link, name, None) for name in ("One", "Two")]
    begun = [await desk.enrolments.find(token) for token in tokens]
    said = [
        Authenticator(ORIGIN).create(desk.enrolments.asked(each, SITE))
        for each in begun
    ]
    await desk.enrolments.finish_with_passkey(tokens[0], SITE, said[0])

    with pytest.raises(NoInvitation):
        await desk.enrolments.finish_with_passkey(tokens[1], SITE, said[1])
    with pytest.raises(NoInvitation):
        await desk.enrolments.begin(link, "Three", None)
    assert [mate.desk_name for mate in await desk.staff.team()] == ["One"]


async def test_what_is_finished_cannot_be_finished_again(desk: Desk):
    token = await desk.enrolments.begin(await invitation(desk), "Robin", None)
    begun = await desk.enrolments.find(token)
    said = Authenticator(ORIGIN).create(desk.enrolments.asked(begun, SITE))
    await desk.enrolments.finish_with_passkey(token, SITE, said)

    with pytest.raises(NoEnrolment):
        await desk.enrolments.finish_with_passkey(token, SITE, said)


async def test_a_passkey_made_for_another_enrolment_is_refused(desk: Desk):
    mine = await desk.enrolments.begin(await invitation(desk), "Robin", None)
    theirs = await desk.enrolments.begin(await invitation(desk), "Wren", None)
    asked = desk.enrolments.asked(await desk.enrolments.find(theirs), SITE)

    with pytest.raises(BadPasskey):
        await desk.enrolments.finish_with_passkey(
            mine, SITE, Authenticator(ORIGIN).create(asked)
        )


async def test_whoever_chose_a_passkey_does_not_get_in_by_a_code(desk: Desk):
    token = await desk.enrolments.begin(await invitation(desk), "Robin", None)

    with pytest.raises(NoEnrolment):
        await desk.enrolments.finish_with_code(token, "000000")


async def test_the_secret_is_not_in_the_database_as_it_is(desk: Desk):
    robin = await desk.with_password()

    assert robin.account.sealed_secret
    assert robin._app.secret not in robin.account.sealed_secret
    assert PASSWORD not in repr(robin.account)
    assert robin.recovery[0] not in repr(robin.account)
