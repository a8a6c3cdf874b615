"""A pattern is made when it is first searched for, or in its turn."""

import pytest
import re2

from chat.model import Message
from chat.moderation import screen
from chat.rules.pattern import Pattern, making

ROOM = 1 << 20


def test_a_pattern_is_made_when_it_is_first_searched_for():
    pattern = Pattern("otters?", ROOM)
    assert not pattern.is_made

    assert pattern.made.search("two otters").span() == (4, 10)
    assert pattern.is_made


def test_patterns_that_nobody_searched_for_are_made_one_at_a_time():
    list(making())
    waiting = [Pattern("otter", ROOM), Pattern("heron", ROOM), Pattern("wren", ROOM)]
    _ = waiting[1].made

    made = making()

    assert next(made) is waiting[0]
    assert [pattern.is_made for pattern in waiting] == [True, True, False]
    assert list(made) == [waiting[2]]


def test_a_pattern_that_cannot_be_made_holds_up_no_other():
    list(making())
    waiting = [Pattern("(otter", ROOM), Pattern("heron", ROOM)]

    assert list(making()) == waiting
    assert [pattern.is_made for pattern in waiting] == [False, True]
    with pytest.raises(re2.error):
        _ = waiting[0].made


def test_every_pattern_of_the_rules_can_be_made():
    screen(Message(""))

    assert all(pattern.is_made for pattern in making())
