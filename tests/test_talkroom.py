"""The name of a talk tells which need it belongs to, and nothing else is one."""

import pytest

from chat.talkroom import called, described, is_talk, need_of, talk_of

NEED = "0123456789abcdef" * 2


def test_a_talk_is_named_for_its_need():
    assert need_of(talk_of(NEED)) == NEED


@pytest.mark.parametrize(
    "name",
    [
        "coffee", "talk", "talk-", "talk-0123", f"talk-{NEED}0", f"talk-{NEED}x",
        f"talk-{NEED}\n", f"x-talk-{NEED}", f"talk-{'g' * 32}", NEED, "",
    ],
)  # fmt: skip
def test_no_other_name_is_a_talk(name: str):
    assert not is_talk(name)
    assert need_of(name) is None


def test_a_talk_is_kept_for_a_week_at_most():
    assert described(talk_of(NEED)).history_hours == 7 * 24


def test_staff_pages_call_every_talk_the_same():
    names = {"coffee": "Coffee"}

    assert called(talk_of(NEED), names) == "A private talk"
    assert called("coffee", names) == "Coffee"
    assert called("gone", names) == "gone"


def test_a_talk_is_described_without_saying_whose_it_is():
    room = described(talk_of(NEED))

    assert (room.slug, room.name) == (talk_of(NEED), "A private talk")
    assert NEED not in room.purpose + room.for_whom
