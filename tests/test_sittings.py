"""Sittings: who is signed in, until when, and that an end is an end everywhere."""

from collections.abc import AsyncIterator

import pytest

from chat.clock import Clock
from chat.errors import Unavailable
from chat.protocol import pack
from chat.redis import Scripts
from chat.roles import Role
from chat.signing import sittings
from chat.signing.sittings import IDLE_SECONDS, LONGEST_SECONDS, PROOF_SECONDS, Sittings
from tests.support.clock import FakeClock
from tests.support.own_scripts import scripts_on
from tests.support.redis_server import RedisServer

ROBIN = "0123456789abcdef"
WREN = "fedcba9876543210"


class House(Sittings):
    """Sittings whose bell only notes what it rings."""

    def __init__(self, scripts: Scripts, clock: Clock) -> None:
        super().__init__(scripts=scripts, clock=clock, ring=self._note)
        self.rung: list[bytes] = []

    async def _note(self, frame: bytes) -> None:
        self.rung.append(frame)


@pytest.fixture
async def scripts(redis_url: str) -> AsyncIterator[Scripts]:
    async with scripts_on(redis_url) as scripts:
        yield scripts


@pytest.fixture
def house(scripts: Scripts, clock: FakeClock) -> House:
    return House(scripts, clock)


async def seat(house: Sittings, staff_id: str = ROBIN) -> str:
    return await house.begin(staff_id, "Robin", Role.MODERATOR)


async def test_whoever_holds_the_token_is_known_by_it(house: House):
    token = await seat(house)

    me = await house.look(token, active=True)

    assert me is not None
    assert (me.id, me.desk_name, me.role) == (ROBIN, "Robin", Role.MODERATOR)
    assert me.csrf == me.sitting.csrf


async def test_each_sign_in_has_a_token_a_csrf_token_and_a_ref_of_its_own(house: House):
    seated = [await house.look(await seat(house), active=True) for _ in range(3)]

    assert len({me.csrf for me in seated if me}) == 3
    assert len({me.sitting.ref for me in seated if me}) == 3


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        ".",
        "nobody",
        f"{ROBIN}.",
        f"{ROBIN}.{'A' * 43}",
        f"{ROBIN}.{'A' * 43}\n",
        f"{ROBIN}.{'A' * 42}é",
        f"{ROBIN}.{'A' * 5000}",
        f"..{'A' * 43}",
        f"{{}}.{'A' * 43}",
        "\u0000",
    ],
)
async def test_a_guessed_token_is_nobodys(house: House, wrong: str):
    await seat(house)

    assert await house.look(wrong, active=True) is None


async def test_one_persons_token_opens_nothing_of_anothers(house: House):
    token = await seat(house, ROBIN)
    await seat(house, WREN)

    assert await house.look(token.replace(ROBIN, WREN), active=True) is None


async def test_redis_has_nothing_that_signs_anybody_in(
    house: House, shared_redis: RedisServer
):
    token = await seat(house)
    secret = token.partition(".")[2].encode()

    with shared_redis.client() as client:
        kept = {key: client.hgetall(key) for key in client.keys("*")}

    assert kept
    assert secret not in repr(kept).encode()


async def test_who_does_nothing_for_half_an_hour_is_signed_out(
    house: House, clock: FakeClock
):
    token = await seat(house)

    clock.advance(IDLE_SECONDS - 1)
    assert await house.look(token, active=False)
    clock.advance(1)

    assert await house.look(token, active=True) is None
    clock.advance(-10)
    assert await house.look(token, active=True) is None


async def test_who_does_something_stays_up_to_twelve_hours(
    house: House, clock: FakeClock
):
    token = await seat(house)

    for _ in range(LONGEST_SECONDS // 600 - 1):
        clock.advance(600)
        assert await house.look(token, active=True)
    clock.advance(600)

    assert await house.look(token, active=True) is None


async def test_what_a_page_does_by_itself_keeps_nobody_signed_in(
    house: House, clock: FakeClock
):
    token = await seat(house)
    me = await house.look(token, active=True)
    assert me is not None

    for _ in range(IDLE_SECONDS // 60 - 1):
        clock.advance(60)
        assert await house.is_seated(me, active=False)
    clock.advance(60)

    assert not await house.is_seated(me, active=False)


async def test_a_token_is_worth_nothing_after_signing_out(house: House):
    token, other = await seat(house), await seat(house)
    me = await house.look(token, active=True)
    assert me is not None

    await house.end(me)

    assert await house.look(token, active=True) is None
    assert not await house.is_seated(me, active=True)
    assert await house.look(other, active=True)
    assert [sittings.ended(frame) for frame in house.rung] == [(ROBIN, me.sitting.ref)]


async def test_all_of_somebodys_sittings_end_at_once_and_nobody_elses(house: House):
    tokens = [await seat(house) for _ in range(3)]
    other = await seat(house, WREN)

    await house.end_all(ROBIN)

    assert [await house.look(token, active=True) for token in tokens] == [None] * 3
    assert await house.look(other, active=True)
    assert [sittings.ended(frame) for frame in house.rung] == [(ROBIN, "")]


async def test_an_end_counts_though_nobody_could_be_told(
    scripts: Scripts, clock: FakeClock
):
    async def broken(_frame: bytes) -> None:
        raise Unavailable

    house = Sittings(scripts=scripts, clock=clock, ring=broken)
    token = await seat(house)

    await house.end_all(ROBIN)

    assert await house.look(token, active=True) is None


async def test_proof_lasts_five_minutes_and_can_be_given_again(
    house: House, clock: FakeClock
):
    token = await seat(house)

    async def is_proved() -> bool:
        me = await house.look(token, active=True)
        assert me is not None
        return house.is_proved(me)

    assert await is_proved()
    clock.advance(PROOF_SECONDS)
    assert not await is_proved()

    me = await house.look(token, active=True)
    assert me is not None
    await house.prove(me)

    assert await is_proved()


async def test_proof_does_not_bring_a_sitting_back(house: House):
    token = await seat(house)
    me = await house.look(token, active=True)
    assert me is not None
    await house.end(me)

    await house.prove(me)

    assert await house.look(token, active=True) is None


@pytest.mark.parametrize(
    "frame", [b"", b"\xc1", pack((64, "a", "b")), pack((96, 1, "b")), pack("96")]
)
def test_other_frames_tell_of_no_end(frame: bytes):
    assert sittings.ended(frame) is None
