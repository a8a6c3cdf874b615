"""The wheel: what is due is woken, and nothing else."""

import asyncio
import logging

import pytest

from chat.wheel import Wheel
from tests.support.eventually import eventually


def turn(wheel: Wheel, ticks: int) -> None:
    for _ in range(ticks):
        wheel.tick()


def test_a_call_is_made_once_and_not_before_its_time():
    wheel, made = Wheel(), list[int]()
    wheel.after(5, lambda: made.append(wheel.now))

    turn(wheel, 5)
    assert made == []
    turn(wheel, 50)
    assert made == [7]


def test_a_cancelled_call_is_not_made():
    wheel, made = Wheel(), list[int]()
    deadline = wheel.after(1, lambda: made.append(1))

    deadline.cancel()
    deadline.cancel()
    turn(wheel, 10)

    assert made == []


def test_cancelling_what_was_called_is_harmless():
    wheel = Wheel()
    deadline = wheel.after(0, lambda: None)
    turn(wheel, 1)

    deadline.cancel()

    assert deadline.due == 0


def test_setting_again_moves_an_alarm():
    wheel, made = Wheel(), list[int]()
    deadline = wheel.after(1, lambda: made.append(wheel.now))

    wheel.set(deadline, 8)
    turn(wheel, 50)

    assert made == [10]


def test_an_alarm_may_set_itself_again():
    wheel, made = Wheel(), list[int]()

    def again() -> None:
        made.append(wheel.now)
        wheel.set(deadline, 1)

    deadline = wheel.after(0, again)
    turn(wheel, 6)

    assert made == [2, 4, 6]


def test_one_alarm_may_cancel_another_that_is_due_with_it():
    wheel, made = Wheel(), list[int]()
    deadlines = [wheel.after(1, lambda: ring()) for _ in range(5)]

    def ring() -> None:
        made.append(1)
        for deadline in deadlines:
            deadline.cancel()

    turn(wheel, 10)

    assert made == [1]


def test_an_alarm_that_fails_does_not_stop_the_others(
    caplog: pytest.LogCaptureFixture,
):
    wheel, made = Wheel(), list[int]()

    def fail() -> None:
        raise LookupError

    for _ in range(3):
        wheel.after(1, fail)
        wheel.after(1, lambda: made.append(1))

    with caplog.at_level(logging.ERROR):
        turn(wheel, 2)

    assert made == [1, 1, 1]
    assert [record.message for record in caplog.records] == ["an alarm failed"] * 3


async def test_it_turns_by_itself_until_it_is_stopped():
    wheel = Wheel(period=0.001)
    wheel.stop()

    wheel.start(asyncio.get_running_loop())
    await eventually(lambda: wheel.now > 3)
    wheel.stop()
    stood_at = wheel.now
    await asyncio.sleep(0.01)

    assert wheel.now == stood_at
