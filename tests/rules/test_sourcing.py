"""Asking for drugs or offering them is stopped; telling of use and care is not."""

import pytest

from chat.model import Action, Flag, Message
from chat.rules.canonical import read
from chat.rules.sourcing import sourcing
from tests.rules.table import Line, passing, stopped


def found(text: str) -> list[Flag]:
    return list(sourcing(read(Message(text))))


@pytest.mark.parametrize("line", stopped("sourcing"))
def test_asking_offering_and_explaining_are_stopped(line: Line):
    assert any(flag.action >= Action.HOLD for flag in found(line.text))


@pytest.mark.parametrize("text", passing("sourcing") + passing("pass"))
def test_own_use_care_and_struggle_pass(text: str):
    assert found(text) == []


def test_how_to_use_is_held_and_not_blocked():
    flags = found("what's the best way to inject meth")

    assert {(flag.category, flag.action) for flag in flags} == {
        ("methods", Action.HOLD)
    }


def test_harm_reduction_is_no_method():
    assert found("how do I taper off valium safely") == []
