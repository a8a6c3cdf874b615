"""Openings: what waits in Redis says all that a case needs."""

import pytest

from chat.model import Action, Flag, Grade, MemberId, RoomName, Who
from chat.opening import Opening

FLAG = Flag("crisis.plan", "suicide", "names a plan", 2, 9, grade=Grade.HIGH)
OPENING = Opening(
    key=bytes(16),
    source="rule",
    room=RoomName("coffee"),
    at=1_700_000_000,
    position=7,
    member=MemberId(bytes(16)),
    who=Who(bytes(5)),
    sealed=bytes(16),
    id=bytes(8),
    text="said",
    masked="said",
    action=Action.MASK,
    grade=Grade.HIGH,
    flags=(FLAG,),
)


def test_an_opening_comes_out_of_the_queue_as_it_went_in():
    assert Opening.unpack(OPENING.pack()) == OPENING


@pytest.mark.parametrize("data", [b"", b"\x90", b"\x01", b"\xc1", OPENING.pack() * 2])
def test_what_is_no_opening_is_refused(data: bytes):
    with pytest.raises(ValueError, match="not an opening"):
        Opening.unpack(data)


def test_an_opening_does_not_show_what_was_said():
    assert "said" not in repr(OPENING).replace("source", "")
