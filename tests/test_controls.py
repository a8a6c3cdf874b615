"""What the room team sets for a room, and every process learns."""

import pytest
from sqlalchemy import select

from chat import bulletin
from chat.controls import BadControl, Control, Controls
from chat.model import RoomName
from chat.store.database import Database
from chat.store.schema import audit
from tests.support.clock import FakeClock

COFFEE = RoomName("coffee")


class Bell:
    """What was rung, in order."""

    def __init__(self) -> None:
        self.rung: list[bytes] = []

    async def ring(self, frame: bytes) -> None:
        self.rung.append(frame)


@pytest.fixture
def bell() -> Bell:
    return Bell()


@pytest.fixture
def controls(database: Database, clock: FakeClock, bell: Bell) -> Controls:
    return Controls(database=database, clock=clock, ring=bell.ring)


async def test_a_room_that_nobody_touched_is_as_everywhere(controls: Controls):
    assert await controls.all() == {}


async def test_what_is_set_is_kept(controls: Controls, clock: FakeClock):
    await controls.set(
        COFFEE, by="Birch", slow_seconds=30, locked=True, greeting=" Welcome. "
    )

    assert await controls.all() == {
        "coffee": Control("coffee", 30, True, 0, "Welcome.", "Birch", clock.seconds())
    }


async def test_setting_a_control_tells_every_process(controls: Controls, bell: Bell):
    await controls.set(COFFEE, by="Birch", locked=True)

    assert bell.rung == [bulletin.controls("coffee")]


async def test_a_shield_that_is_up_stays_as_it_was_raised(
    controls: Controls, clock: FakeClock
):
    raised = await controls.set(COFFEE, by="Birch", shield=True)
    clock.advance(60)

    later = await controls.set(COFFEE, by="Fern", shield=True, slow_seconds=10)

    assert later.shield_since == raised.shield_since == clock.seconds() - 60


async def test_greeting_lets_those_speak_who_came_until_now(
    controls: Controls, clock: FakeClock, bell: Bell
):
    await controls.set(COFFEE, by="Birch", shield=True)
    clock.advance(60)

    await controls.greet(COFFEE, by="Fern")

    assert (await controls.all())["coffee"].shield_since == clock.seconds()
    assert len(bell.rung) == 2


async def test_greeting_in_a_room_without_a_shield_changes_nothing(
    controls: Controls, bell: Bell
):
    await controls.set(COFFEE, by="Birch", slow_seconds=10)

    await controls.greet(COFFEE, by="Fern")

    assert (await controls.all())["coffee"].by == "Birch"
    assert len(bell.rung) == 1


@pytest.mark.parametrize("wrong", [{"slow_seconds": 601}, {"greeting": "a" * 501}])
async def test_what_no_room_could_bear_is_refused(
    controls: Controls, wrong: dict[str, str]
):
    with pytest.raises(BadControl):
        await controls.set(COFFEE, by="Birch", **wrong)  # type: ignore[arg-type]

    assert await controls.all() == {}


async def test_every_change_leaves_a_line_in_the_record(
    controls: Controls, database: Database
):
    await controls.set(COFFEE, by="Birch", shield=True)
    await controls.greet(COFFEE, by="Fern")

    async with database.read() as tx:
        asked = select(audit.c.actor, audit.c.verb, audit.c.subject)
        lines = await tx.execute(asked.order_by(audit.c.id))
        assert [tuple(line) for line in lines] == [
            ("Birch", "controls", "coffee"),
            ("Fern", "greet", "coffee"),
        ]
