"""Crowds: an alarm when many come at once, and none when people just come."""

from chat.crowds import CROWD, QUIET_SECONDS, Crowds
from chat.model import RoomName

COFFEE, WOMEN = RoomName("coffee"), RoomName("women")


def alarms(crowds: Crowds, arrivals: int, every: float, begin: float = 0) -> list[int]:
    counted = [crowds.came(COFFEE, begin + n * every) for n in range(arrivals)]
    return [number for number in counted if number]


def test_people_who_just_come_are_no_crowd():
    assert alarms(Crowds(), 200, every=4) == []


def test_many_within_a_minute_are_one_alarm():
    assert alarms(Crowds(), 60, every=0.5) == [CROWD]


def test_a_crowd_that_goes_on_is_told_again_after_a_while():
    crowds = Crowds()

    assert len(alarms(crowds, int(QUIET_SECONDS) + 40, every=1)) == 2


def test_each_room_is_counted_by_itself():
    crowds = Crowds()
    for n in range(CROWD - 1):
        crowds.came(COFFEE, n)

    assert crowds.came(WOMEN, CROWD) == 0
