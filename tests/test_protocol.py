"""What the frames promise: the vectors, byte for byte, and nothing from bad bytes."""

import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat import asides, decoding, protocol, requests
from chat.errors import BadFrame, UnknownRequest
from chat.model import Grade
from chat.requests import (
    Appeal,
    Bell,
    CallBack,
    Card,
    Earlier,
    Heed,
    Hello,
    Here,
    Join,
    Leave,
    Name,
    Raise,
    React,
    Report,
    Request,
    Say,
    Stay,
    TakeBack,
    TalkMore,
    Typing,
    Withdraw,
)

OTTER = bytes.fromhex("0a0b0c0d0e")
WREN = bytes.fromhex("1a1b1c1d1e")
SECRET = bytes(range(16))
ID = bytes(range(1, 9))

WARNING = asides.Word(
    SECRET, "warning", "harassment", "Please be kind.", 0, True, "coffee", ID
)

TALK = f"talk-{SECRET.hex()}"
OFFERED = asides.NeedNews("offered", TALK, 3, 1, 40, 1, False, 0, (), "")

VECTORS = json.loads(Path(__file__).with_name("vectors.json").read_text("utf-8"))


def frame(vector: dict[str, object]) -> tuple[object, ...]:
    return cast("tuple[object, ...]", values(vector["frame"]))


def values(written: object) -> object:
    """Return what JSON cannot say: bytes, and lists that do not change."""
    match written:
        case {"hex": str(digits)}:
            return bytes.fromhex(digits)
        case list():
            return tuple(values(item) for item in written)
        case _:
            return written


def octets(vector: dict[str, object]) -> bytes:
    return bytes.fromhex(str(vector["hex"]))


def named(kind: str) -> list[object]:
    return [pytest.param(vector, id=vector["name"]) for vector in VECTORS[kind]]


def kind_of(request: Request) -> int:
    (kind,) = (n for n, made in requests.REQUESTS.items() if made is type(request))
    return kind


def packed(request: Request) -> bytes:
    return protocol.pack((kind_of(request), *request))


# The vectors


@pytest.mark.parametrize("vector", named("requests"))
def test_a_request_is_read_as_its_vector_says(vector: dict[str, object]):
    kind, *fields = frame(vector)

    request = decoding.unpack(octets(vector))

    assert (kind_of(request), list(request)) == (kind, fields)


@pytest.mark.parametrize("vector", [*named("requests"), *named("events")])
def test_a_frame_is_written_in_the_fewest_bytes(vector: dict[str, object]):
    assert protocol.pack(frame(vector)) == octets(vector)


@pytest.mark.parametrize("vector", [*named("requests"), *named("events")])
def test_a_frame_is_read_back_as_it_was_written(vector: dict[str, object]):
    assert protocol.unpack_value(octets(vector)) == frame(vector)


MORNING = protocol.said("coffee", 1700000100, OTTER, "good morning 🌅", 0).at(42)

EVENTS: dict[str, Callable[[], bytes]] = {
    "welcome": lambda: protocol.welcome(1, 1700000000, 60, 3600),
    "joined": lambda: protocol.joined(
        2, "coffee", 1700000000, 42, whole=True, more=False,
        who=OTTER, people=[(OTTER, False), (WREN, True)], events=[MORNING],
    ),
    "joined, a large room": lambda: protocol.joined(
        2, "coffee", 1700000000, 42, whole=False, more=True,
        who=OTTER, people=250, events=[],
    ),
    "done": lambda: protocol.done(5, 42, 1700000100),
    "refused": lambda: protocol.refused(5, "too_fast", 2.1),
    "said": lambda: MORNING,
    "said, in reply": lambda: protocol.said(
        "coffee", 1700000101, WREN, "me too", 42
    ).at(43),
    "taken_back": lambda: protocol.taken_back("coffee", 1700000102, 42).at(44),
    "reacted": lambda: protocol.reacted(
        "coffee", 1700000103, WREN, 42, 2, True
    ).at(45),
    "presence": lambda: protocol.presence(
        "coffee", 3, [(WREN, 1, True), (OTTER, 0, False)], [WREN]
    ),
    "named": lambda: protocol.named(9, OTTER, True),
    "history": lambda: protocol.history(10, "coffee", more=False, events=[MORNING]),
    "line": lambda: protocol.line(False),
    "bye": lambda: protocol.bye(1500),
    "start_over": lambda: protocol.start_over("coffee", 1700000200),
    "refused, blocked": lambda: protocol.refused(4, "blocked", 0, "threat"),
    "taken_back, by the room team": lambda: protocol.taken_back(
        "coffee", 1700000120, 43, by_team=True
    ).at(45),
    "care": lambda: asides.care("coffee", 43, Grade.HIGH),
    "notice": lambda: asides.notice("coffee", 43, "unchecked"),
    "waiting": lambda: asides.waiting(4, ID),
    "word": lambda: asides.word(WARNING),
    "controls": lambda: asides.controls("coffee", 30, "", locked=False, shield=True),
    "need": lambda: asides.need(OFFERED),
    "need, in a talk": lambda: asides.need(
        OFFERED._replace(state="talking", opened=2, next_in=-1, peers=(OTTER,))
    ),
    "need, put off": lambda: asides.need(
        OFFERED._replace(
            state="ended", opened=0, next_in=-1,
            call_back_at=1700007200, why="call_back",
        )
    ),
    "stay": lambda: asides.stay(20, 1700001200),
    "card, asked of us": lambda: asides.card(SECRET, "coffee", OTTER, "asked", ""),
    "known": lambda: asides.known(everything=False),
    "card, open": lambda: asides.card(SECRET, "coffee", WREN, "open", TALK),
}  # fmt: skip


@pytest.mark.parametrize("vector", named("events"))
def test_an_event_is_written_as_its_vector_says(vector: dict[str, object]):
    assert EVENTS[str(vector["name"])]() == octets(vector)


def test_every_kind_of_frame_has_a_vector():
    kinds = {frame(vector)[0] for part in VECTORS.values() for vector in part}

    assert kinds == set(requests.REQUESTS) | set(range(32, 54))


# Requests

integers = st.integers(0, protocol.MAX_INTEGER - 1)
rolls = st.integers(0, 2**32 - 1)
texts = st.text(max_size=200)
ids = st.binary(min_size=8, max_size=8)
tokens = st.binary(min_size=16, max_size=16)
reasons = st.sampled_from(requests.REPORT_REASONS)
wishes = st.sampled_from(requests.WISHES)
some_request: st.SearchStrategy[Request] = st.one_of(
    st.builds(Hello, integers, st.binary(min_size=16, max_size=16)),
    st.builds(Join, integers, texts, rolls, st.booleans(), integers, integers),
    st.builds(Leave, integers, texts),
    st.builds(Say, integers, texts, ids, texts, integers),
    st.builds(TakeBack, integers, texts, ids, integers),
    st.builds(React, integers, texts, ids, integers, st.integers(0, 3), st.booleans()),
    st.builds(Typing, texts),
    st.builds(Here, st.booleans()),
    st.builds(Name, integers, texts, rolls),
    st.builds(Earlier, integers, texts, integers),
    st.builds(Report, integers, texts, ids, integers, reasons),
    st.builds(Heed, integers, tokens),
    st.builds(Appeal, integers, tokens, texts),
    st.builds(Bell, integers, texts, ids),
    st.builds(Raise, integers, texts, texts, wishes, texts, texts),
    st.builds(Withdraw, integers),
    st.builds(CallBack, integers, integers),
    st.builds(Stay, integers, texts, st.sampled_from(requests.STAYS), texts),
    st.builds(TalkMore, integers, texts, integers),
    st.builds(Card, integers, tokens, st.booleans()),
)
plain = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**63), 2**64 - 1), st.floats(),
    st.text(max_size=20), st.binary(max_size=20),
)  # fmt: skip
anything = st.recursive(
    plain,
    lambda inner: (
        st.lists(inner, max_size=8) | st.dictionaries(st.text(max_size=5), inner)
    ),
    max_leaves=10,
)


@given(some_request)
def test_every_request_arrives_as_it_was_sent(request: Request):
    received = decoding.unpack(packed(request))

    assert received == request
    assert type(received) is type(request)


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_a_request_or_a_coded_refusal(data: bytes):
    read_or_refuse(data)


@given(anything)
def test_arbitrary_values_are_a_request_or_a_coded_refusal(value: object):
    read_or_refuse(protocol.pack(value))


@given(st.integers(-1, 300), st.lists(anything, max_size=7))
def test_arbitrary_fields_are_a_request_or_a_coded_refusal(
    kind: int, fields: list[object]
):
    read_or_refuse(protocol.pack((kind, *fields)))


@given(some_request, st.data())
def test_a_damaged_request_is_a_request_or_a_coded_refusal(
    request: Request, data: st.DataObject
):
    damaged = bytearray(packed(request))
    place = data.draw(st.integers(0, len(damaged) - 1))
    damaged[place] = data.draw(st.integers(0, 255))

    read_or_refuse(bytes(damaged))


def read_or_refuse(data: bytes) -> None:
    ref = decoding.ref_of(data)
    assert type(ref) is int
    assert 0 <= ref < protocol.MAX_INTEGER
    with contextlib.suppress(BadFrame, UnknownRequest):
        request = decoding.unpack(data)
        assert decoding.unpack(packed(request)) == request


@given(some_request, st.binary(min_size=1, max_size=8))
def test_a_request_with_bytes_after_it_is_none(request: Request, more: bytes):
    with pytest.raises(BadFrame):
        decoding.unpack(packed(request) + more)


@given(some_request, st.data())
def test_a_request_cut_short_is_none(request: Request, data: st.DataObject):
    whole = packed(request)
    kept = data.draw(st.integers(0, len(whole) - 1))

    with pytest.raises(BadFrame):
        decoding.unpack(whole[:kept])


@pytest.mark.parametrize(
    "request_",
    [
        Hello(-1, SECRET),
        Hello(2**53, SECRET),
        Hello(1, SECRET[:15]),
        Hello(1, SECRET + b"0"),
        Join(1, "coffee", 2**32, False, 0, 0),
        Join(1, "coffee", -1, False, 0, 0),
        Join(1, "coffee", 0, False, -1, 0),
        Join(1, "coffee", 0, False, 0, 2**53),
        Name(1, "coffee", 2**32),
        Say(1, "coffee", ID[:7], "hi", 0),
        Say(1, "coffee", ID + b"9", "hi", 0),
        Say(1, "coffee", ID, "hi", -1),
        TakeBack(1, "coffee", ID[:7], 1),
        TakeBack(1, "coffee", ID, 2**53),
        React(1, "coffee", ID[:7], 1, 0, True),
        React(1, "coffee", ID, 1, 4, True),
        React(1, "coffee", ID, 1, -1, True),
        Earlier(1, "coffee", -1),
        Raise(1, "coffee", "", "money", "", "en"),
        CallBack(1, 2**53),
        CallBack(1, -1),
        Stay(1, "coffee", 15, "en"),
        Stay(1, "coffee", -10, "en"),
        TalkMore(1, "coffee", -1),
        Card(1, SECRET[:15], True),
    ],
    ids=repr,
)
def test_a_field_out_of_bounds_is_refused(request_: Request):
    with pytest.raises(BadFrame):
        decoding.unpack(packed(request_))


@pytest.mark.parametrize(
    "value",
    [
        (1, True, SECRET),  # true is no number
        (1, 1, "0123456789abcdef"),  # text is no bytes
        (1, 1),
        (1, 1, SECRET, 0),
        (True, 1, SECRET),
        (1.0, 1, SECRET),
        ("hello", 1, SECRET),
        (2, 2, b"coffee", 7, False, 0, 0),
        (2, 2, "coffee", 7.0, False, 0, 0),
        (2, 2, "coffee", 7, 0, 0, 0),  # nor is a number true
        (2, 2, "coffee", None, False, 0, 0),
        (4, 5, "coffee", ID, ["hi"], 0),
        (6, 8, "coffee", ID, 42, True, True),
        (8, 1),
        (8, None),
        (),
        None,
        8,
        "hello",
        {"1": 1},
    ],
    ids=repr,
)
def test_a_field_of_another_type_is_refused(value: object):
    with pytest.raises(BadFrame):
        decoding.unpack(protocol.pack(value))


@pytest.mark.parametrize("kind", [-1, 0, 21, 31, 32, 36, 127, 2**64 - 1])
def test_a_kind_we_do_not_know_is_told_apart_from_a_bad_frame(kind: int):
    with pytest.raises(UnknownRequest):
        decoding.unpack(protocol.pack((kind, 1, "coffee")))


def test_deeply_nested_bytes_are_a_bad_frame():
    for depth in (100, 2_000, 8_000):
        with pytest.raises(BadFrame):
            decoding.unpack(b"\x91" * depth + b"\x01")


def test_a_length_that_lies_reserves_no_memory():
    for opening in (b"\xdd", b"\xdf", b"\xdb", b"\xc6", b"\xc9"):
        with pytest.raises(BadFrame):
            decoding.unpack(opening + b"\xff\xff\xff\xff\x01")


def test_half_a_surrogate_pair_is_no_text():
    with pytest.raises(BadFrame):
        decoding.unpack(b"\x92\x07\xa3\xed\xa0\x80")


@pytest.mark.parametrize(
    ("value", "ref"),
    [
        ((1, 7), 7),
        ((99, 7, "x"), 7),
        ((1, 2**53), 0),
        ((1, -7), 0),
        ((1, True), 0),
        ((1, "7"), 0),
        ((1,), 0),
        ((), 0),
        (7, 0),
        ({"1": 7}, 0),
        ("hello", 0),
    ],
)
def test_a_refusal_finds_the_ref_of_what_could_not_be_read(value: object, ref: int):
    assert decoding.ref_of(protocol.pack(value)) == ref


def test_bytes_that_are_no_frame_have_ref_0():
    assert decoding.ref_of(b"\xc1") == 0


def test_bytes_from_another_process_that_are_no_value_are_a_bad_frame():
    with pytest.raises(BadFrame):
        protocol.unpack_value(b"\xc1")


# What a member says


def test_the_longest_message_fits_into_a_frame():
    longest = Say(2**53 - 1, "newcomers", ID, "🌅" * 2000, 2**53 - 1)

    assert len(packed(longest)) <= protocol.MAX_FRAME_BYTES


def test_a_message_of_80_characters_takes_at_most_110_bytes():
    event = protocol.said("coffee", 1_800_000_000, OTTER, "x" * 80, 0).at(70_000)

    assert len(event) <= 110


# Who may read it


@pytest.mark.parametrize(
    "request_",
    [
        Say(1, "coffee", ID, "a canary sentence", 0),
        Hello(1, b"a canary sentence"[:16]),
        Raise(1, "coffee", "a canary sentence", "listen", "grief", "en"),
    ],
)
def test_what_is_shown_of_a_request_holds_no_text_and_no_secret(request_: Request):
    for shown in (repr(request_), str(request_), f"{request_}", repr([request_])):
        assert "canary" not in shown
        assert str(list(ID)) not in shown


@given(st.binary(min_size=1, max_size=60))
def test_a_refusal_quotes_nothing_of_what_was_sent(data: bytes):
    with pytest.raises(BadFrame, match="bad_frame") as refusal:
        decoding.unpack(b"\xc1" + data)

    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__


# Events


@pytest.mark.parametrize(
    ("wait", "told"), [(0, 0), (0.001, 1), (1, 1), (1.2, 2), (59.999, 60)]
)
def test_seconds_to_wait_are_rounded_up(wait: float, told: int):
    refusal = protocol.unpack_value(protocol.refused(1, "too_fast", wait))

    assert refusal == (protocol.REFUSED, 1, "too_fast", told)


@given(st.integers(1, protocol.MAX_INTEGER - 1))
def test_a_draft_becomes_the_whole_event_at_any_position(position: int):
    draft = protocol.reacted("coffee", 1_800_000_000, OTTER, 3, 1, False)

    event = protocol.unpack_value(draft.at(position))

    assert event == (
        protocol.REACTED, "coffee", position, 1_800_000_000, OTTER, 3, 1, False,
    )  # fmt: skip


@pytest.mark.parametrize("count", [0, 1, 15, 16, 50, 70_000])
def test_events_are_copied_into_a_page_as_they_are(count: int):
    page = protocol.history(1, "coffee", more=True, events=[MORNING] * count)

    read = cast("tuple[object, ...]", protocol.unpack_value(page))

    assert read[4] == (protocol.unpack_value(MORNING),) * count
