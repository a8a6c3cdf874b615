"""Who wants something of a newcomer is held; fellowship is not."""

import pytest

from chat.model import Action, Flag, Message
from chat.rules.canonical import read
from chat.rules.predatory import predatory
from tests.rules.table import Line, passing, stopped


def found(text: str) -> list[Flag]:
    return list(predatory(read(Message(text))))


@pytest.mark.parametrize("line", stopped("predatory"))
def test_who_wants_something_of_a_newcomer_is_held(line: Line):
    assert any(flag.action >= Action.HOLD for flag in found(line.text))


@pytest.mark.parametrize("text", passing("predatory") + passing("pass"))
def test_fellowship_passes(text: str):
    assert found(text) == []


def test_nobody_is_blocked_for_what_may_have_been_kindly_meant():
    actions = {
        flag.action for line in stopped("predatory") for flag in found(line.text)
    }

    assert actions == {Action.HOLD}
