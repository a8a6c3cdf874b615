"""What a staff page asks is read to the letter, and anything else is nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat import protocol
from chat.desk import asked
from chat.desk.asked import (
    Asked,
    Earlier,
    Enter,
    Leave,
    LookingAt,
    Moment,
    Say,
    StillHere,
    Typing,
)

NEED = "0123456789abcdef" * 2
ID = bytes(range(8))

EVERY: dict[int, Asked] = {
    96: LookingAt("7f"),
    97: StillHere(),
    98: Enter(1, NEED, 1700000000, 42),
    99: Say(2, NEED, ID, "Hello. I am here.", 0),
    100: Typing(NEED),
    101: Earlier(3, NEED, 42),
    102: Moment(4, NEED),
    103: Leave(NEED),
}

anything = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.text(max_size=9)
    | st.binary(max_size=9) | st.just(NEED),
    lambda inner: st.lists(inner, max_size=6),
    max_leaves=9,
)  # fmt: skip


def packed(kind: int, asks: Asked) -> bytes:
    return protocol.pack((kind, *asks))


@pytest.mark.parametrize("kind", EVERY)
def test_each_request_is_read_as_it_was_sent(kind: int):
    read = asked.read(packed(kind, EVERY[kind]))

    assert read == EVERY[kind]
    assert type(read) is type(EVERY[kind])


def test_every_kind_of_request_is_among_these():
    assert asked.ASKED.keys() == EVERY.keys()


@pytest.mark.parametrize(
    "frame",
    [
        (98, 1, NEED.upper(), 0, 0), (98, 1, NEED + "0", 0, 0), (98, 1, "", 0, 0),
        (98, -1, NEED, 0, 0), (98, 1, NEED, 2**53, 0), (98, True, NEED, 0, 0),
        (99, 1, NEED, ID[:7], "hi", 0), (99, 1, NEED, ID, b"hi", 0),
        (99, 1, NEED, ID, "hi", -1), (100, 1), (100, f"talk-{NEED}"), (101, 1, NEED),
        (102, NEED), (103, 1, NEED), (104, NEED), (95, NEED), (96, "x" * 65),
    ],
)  # fmt: skip
def test_anything_else_is_nothing(frame: tuple[object, ...]):
    assert asked.read(protocol.pack(frame)) is None


@given(st.binary(max_size=100))
def test_arbitrary_bytes_are_a_request_or_nothing(data: bytes):
    asked.read(data)


@given(st.integers(90, 110), st.lists(anything, max_size=6))
def test_arbitrary_fields_are_a_request_or_nothing(kind: int, fields: list[object]):
    read = asked.read(protocol.pack((kind, *fields)))

    assert read is None or asked.read(packed(kind, read)) == read


def test_what_is_shown_of_a_line_holds_none_of_its_words():
    assert "Hello" not in repr(EVERY[99])
