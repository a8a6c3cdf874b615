"""Proofs: what was shown once proves nothing twice, and guessing leads nowhere."""

import asyncio
import threading
from collections.abc import AsyncIterator, Coroutine
from typing import Any

import pytest

from chat import credentials
from chat.signing.guesses import FREE_FOR_ACCOUNT, FREE_FOR_PREFIX, TooManyGuesses
from chat.signing.proofs import MOST_WAITING, WAIT_SECONDS, NotYou
from chat.store import staff
from chat.store.database import Database
from chat.store.staff import Account
from tests.support.authenticator import Authenticator
from tests.support.clock import FakeClock
from tests.support.eventually import PATIENCE_SECONDS, eventually
from tests.support.signing_in import HERE, PASSWORD, SITE, Desk, next_code


@pytest.fixture
async def desk(
    database: Database, redis_url: str, clock: FakeClock
) -> AsyncIterator[Desk]:
    async with Desk.on(database, redis_url, clock) as desk:
        yield desk


# A password and a code


async def test_a_password_and_a_code_prove_who_somebody_is(
    desk: Desk, clock: FakeClock
):
    robin = await desk.with_password()
    next_code(clock)

    assert (await robin.prove()).id == robin.account.id


async def test_the_code_that_enrolled_somebody_does_not_sign_them_in(desk: Desk):
    robin = await desk.with_password()

    with pytest.raises(NotYou):
        await robin.prove()


async def test_a_code_proves_nothing_twice(desk: Desk, clock: FakeClock):
    robin = await desk.with_password()
    next_code(clock)
    code = robin.code()
    await robin.prove(code)

    with pytest.raises(NotYou):
        await robin.prove(code)


async def test_of_many_who_show_one_code_at_once_one_gets_in(
    desk: Desk, clock: FakeClock
):
    robin = await desk.with_password()
    next_code(clock)

    came = await asyncio.gather(
        *(robin.prove() for _ in range(FREE_FOR_ACCOUNT)), return_exceptions=True
    )

    assert sum(isinstance(each, Account) for each in came) == 1
    assert sum(isinstance(each, NotYou) for each in came) == FREE_FOR_ACCOUNT - 1


async def test_a_recovery_code_takes_the_place_of_a_code_once(desk: Desk):
    robin = await desk.with_password()
    first, second, *_ = robin.recovery

    assert await robin.prove(first.upper())
    with pytest.raises(NotYou):
        await robin.prove(first)
    assert await robin.prove(second)

    async with desk.database.read() as tx:
        account = await staff.account(tx, robin.account.id)
    assert account is not None
    assert len(account.recovery) == 8


@pytest.mark.parametrize(
    ("password", "code"),
    [("not the password", None), (PASSWORD, "000000"), (PASSWORD, ""), ("", "")],
)
async def test_one_of_the_two_is_not_enough(
    desk: Desk, clock: FakeClock, password: str, code: str | None
):
    robin = await desk.with_password()
    next_code(clock)

    with pytest.raises(NotYou):
        await robin.prove(code, password)


async def test_a_wrong_password_does_not_use_the_code_up(desk: Desk, clock: FakeClock):
    robin = await desk.with_password()
    next_code(clock)

    with pytest.raises(NotYou):
        await robin.prove(password="not the password")

    assert await robin.prove()


async def test_one_persons_code_does_not_serve_another(desk: Desk, clock: FakeClock):
    robin, wren = await desk.with_password("Robin"), await desk.with_password("Wren")
    next_code(clock)

    with pytest.raises(NotYou):
        await wren.prove(robin.code())
    with pytest.raises(NotYou):
        await wren.prove(robin.recovery[0])


async def test_whoever_has_a_passkey_only_has_no_password_that_fits(desk: Desk):
    await desk.with_passkey("Wren")

    for password in ("", PASSWORD):
        with pytest.raises(NotYou):
            await desk.proofs.by_password("Wren", password, "000000", HERE)


async def test_a_name_that_nobody_has_is_refused_like_a_wrong_password(desk: Desk):
    await desk.with_password("Robin")

    async def refusals(name: str) -> list[object]:
        asked = [
            desk.proofs.by_password(name, "wrong", "000000", HERE) for _ in range(6)
        ]
        return [
            (type(each), getattr(each, "wait", 0))
            for each in await asyncio.gather(*asked, return_exceptions=True)
        ]

    assert sorted(map(repr, await refusals("Robin"))) == sorted(
        map(repr, await refusals("Nobody"))
    )


async def test_guessing_is_slowed_down_and_being_right_ends_that(
    desk: Desk, clock: FakeClock
):
    robin = await desk.with_password()
    next_code(clock)
    for _ in range(FREE_FOR_ACCOUNT + 1):
        with pytest.raises(NotYou):
            await robin.prove("000000")

    with pytest.raises(TooManyGuesses) as refused:
        await robin.prove()
    clock.advance(refused.value.wait)

    assert await robin.prove()
    for _ in range(FREE_FOR_ACCOUNT):
        with pytest.raises(NotYou):
            await robin.prove("000000")


async def test_a_crowd_is_sent_away_before_it_is_judged(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    everybody_came = threading.Event()
    judged = credentials.matches

    def judged_late(kept: str | None, password: str) -> bool:
        assert everybody_came.wait(PATIENCE_SECONDS)
        return judged(kept, password)

    def asked(name: str) -> Coroutine[Any, Any, Account]:
        return desk.proofs.by_password(name, "wrong", "000000", "")

    monkeypatch.setattr(credentials, "matches", judged_late)
    crowd = [asyncio.create_task(asked(f"Name {n}")) for n in range(MOST_WAITING * 2)]

    await eventually(lambda: sum(each.done() for each in crowd) == MOST_WAITING)
    everybody_came.set()
    came = await asyncio.gather(*crowd, return_exceptions=True)

    refused = [each.wait for each in came if isinstance(each, TooManyGuesses)]
    assert refused == [WAIT_SECONDS] * MOST_WAITING
    with pytest.raises(NotYou):
        await asked("Somebody")


# A passkey


async def test_a_passkey_proves_who_somebody_is(desk: Desk):
    account, phone = await desk.with_passkey()

    shown = phone.get(desk.proofs.asked(SITE))

    assert await desk.proofs.by_passkey(SITE, shown, HERE) == account


async def test_what_a_passkey_signed_proves_nothing_twice(desk: Desk):
    _, phone = await desk.with_passkey()
    phone.sign_count = -1  # a passkey that is on many devices does not count
    shown = phone.get(desk.proofs.asked(SITE))
    assert await desk.proofs.by_passkey(SITE, shown, HERE)

    with pytest.raises(NotYou):
        await desk.proofs.by_passkey(SITE, shown, HERE)


async def test_many_at_once_who_show_one_answer_are_one(desk: Desk):
    _, phone = await desk.with_passkey()
    shown = phone.get(desk.proofs.asked(SITE))

    came = await asyncio.gather(
        *(desk.proofs.by_passkey(SITE, shown, HERE) for _ in range(8)),
        return_exceptions=True,
    )

    assert sum(isinstance(each, Account) for each in came) == 1


async def test_an_answer_for_signing_in_does_not_step_up(desk: Desk):
    _, phone = await desk.with_passkey()
    shown = phone.get(desk.proofs.asked(SITE))

    with pytest.raises(NotYou):
        await desk.proofs.by_passkey(SITE, shown, HERE, "step-up")


async def test_a_passkey_that_nobody_has_is_nobodys(desk: Desk):
    await desk.with_passkey()
    stranger = Authenticator(SITE.origin)

    with pytest.raises(NotYou):
        await desk.proofs.by_passkey(SITE, stranger.get(desk.proofs.asked(SITE)), HERE)


async def test_a_passkey_shown_under_anothers_name_is_refused(desk: Desk):
    _, phone = await desk.with_passkey()
    phone.user_handle = b"somebody else"

    with pytest.raises(NotYou):
        await desk.proofs.by_passkey(SITE, phone.get(desk.proofs.asked(SITE)), HERE)


async def test_a_clone_that_lags_behind_is_noticed(desk: Desk):
    _, phone = await desk.with_passkey()
    await desk.proofs.by_passkey(SITE, phone.get(desk.proofs.asked(SITE)), HERE)

    phone.sign_count -= 1
    with pytest.raises(NotYou):
        await desk.proofs.by_passkey(SITE, phone.get(desk.proofs.asked(SITE)), HERE)


async def test_showing_nonsense_is_slowed_down_too(desk: Desk):
    for _ in range(FREE_FOR_PREFIX + 1):
        with pytest.raises(NotYou):
            await desk.proofs.by_passkey(SITE, "{}", HERE)

    with pytest.raises(TooManyGuesses):
        await desk.proofs.by_passkey(SITE, "{}", HERE)
