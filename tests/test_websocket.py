"""WebSocket frames: read to the letter, and refused as early as can be."""

from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.websocket import (
    BINARY,
    CLOSE,
    CONTINUATION,
    PING,
    PONG,
    TEXT,
    Frame,
    Reader,
    Violation,
    check_farewell,
)
from tests.support.raw_client import masked

MAX_MESSAGE = 1000


def read(chunks: Iterable[bytes]) -> list[Frame]:
    reader = Reader(MAX_MESSAGE, text=True)
    frames = []
    for chunk in chunks:
        reader.feed(chunk)
        while (frame := reader.next()) is not None:
            frames.append(frame)
    return frames


def refused(*chunks: bytes, text: bool = True) -> int:
    reader = Reader(MAX_MESSAGE, text=text)
    for chunk in chunks:
        reader.feed(chunk)
        try:
            while reader.next() is not None:
                pass
        except Violation as violation:
            return violation.code
    return 0


def test_control_frames_may_stand_amid_a_message():
    frames = read(
        [
            masked(TEXT, "hé".encode()[:2], final=False),
            masked(PING, b"?"),
            masked(CONTINUATION, "hé".encode()[2:], final=False),
            masked(PONG),
            masked(CONTINUATION, b"llo"),
            masked(BINARY, b"\xff"),
            masked(CLOSE),
        ]
    )

    assert [frame for frame in frames if frame.opcode != CONTINUATION] == [
        (PING, b"?"),
        (PONG, b""),
        (TEXT, "héllo".encode()),
        (BINARY, b"\xff"),
        (CLOSE, b""),
    ]


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 999, 1000])
def test_every_length_is_read(size: int):
    assert read([masked(BINARY, bytes(size))]) == [(BINARY, bytes(size))]


@pytest.mark.parametrize("size", [5, 200])
def test_a_length_may_be_written_longer_than_it_need_be(size: int):
    head = b"\x82\xff" + size.to_bytes(8) + bytes(4)

    assert read([head + bytes(size)]) == [(BINARY, bytes(size))]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (1002, b"\x82\x00"),  # no mask
        (1002, b"\xc2\x80"),  # a reserved bit
        (1002, b"\xa2\x80"),
        (1002, b"\x92\x80"),
        (1002, b"\x83\x80"),  # a reserved opcode
        (1002, b"\x8b\x80"),
        (1002, b"\x89\xfe"),  # a control frame that is too long
        (1002, b"\x09\x80"),  # a control frame in parts
        (1002, b"\x80\x80"),  # the rest of nothing
        (1002, masked(BINARY, final=False) + b"\x82\x80"),  # two at a time
        (1002, b"\x82\xff\x80\x00\x00\x00\x00\x00\x00\x00"),  # a negative length
        (1009, b"\x82\xfe\x03\xe9"),
        (1009, b"\x82\xff\x00\x00\x00\x00\x00\x00\x03\xe9"),
        (1009, masked(BINARY, bytes(999), final=False) + b"\x80\x82"),
    ],
)
def test_a_frame_is_refused_as_soon_as_its_header_shows_it(code: int, said: bytes):
    assert refused(said[:-1]) == 0
    assert refused(said) == code


def test_text_may_be_refused_altogether():
    assert refused(b"\x81\x80", text=False) == 1003


@pytest.mark.parametrize("text", [b"\xed\xa0", b"\xf4\x90", b"\xc0", b"a\x80", b"\xff"])
def test_text_is_refused_at_its_first_wrong_octet(text: bytes):
    frame = masked(TEXT, text + bytes(100))
    wrong = 6 + len(text)

    assert refused(frame[: wrong - 1]) == 0
    assert refused(*(frame[i : i + 1] for i in range(wrong))) == 1007


def test_text_must_not_end_amid_a_character():
    assert refused(masked(TEXT, "é".encode()[:1])) == 1007
    assert refused(masked(TEXT, "é".encode()[:1], final=False)) == 0


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"", 0),
        (b"\x03", 1002),
        ((999).to_bytes(2), 1002),
        ((1000).to_bytes(2), 0),
        ((1004).to_bytes(2), 1002),
        ((1005).to_bytes(2), 1002),
        ((1006).to_bytes(2), 1002),
        ((1012).to_bytes(2), 0),
        ((1015).to_bytes(2), 1002),
        ((2999).to_bytes(2), 1002),
        ((3000).to_bytes(2), 0),
        ((4999).to_bytes(2), 0),
        ((5000).to_bytes(2), 1002),
        ((1000).to_bytes(2) + "adé".encode(), 0),
        ((1000).to_bytes(2) + b"\xff", 1007),
    ],
)
def test_a_close_must_make_sense(payload: bytes, code: int):
    assert code_of(payload) == code


def code_of(payload: bytes) -> int:
    try:
        check_farewell(payload)
    except Violation as violation:
        return violation.code
    return 0


def parts_of(message: tuple[int, bytes], sizes: list[int]) -> bytes:
    """Return a message in parts, with a ping after each."""
    opcode, payload = message
    framed = b""
    for size in sizes:
        framed += masked(opcode, payload[:size], final=False) + masked(PING, b"!")
        opcode, payload = CONTINUATION, payload[size:]
    return framed + masked(opcode, payload)


messages = st.one_of(
    st.tuples(st.just(BINARY), st.binary(max_size=300)),
    st.tuples(st.just(TEXT), st.text(max_size=75).map(str.encode)),
)


@given(
    messages=st.lists(
        st.tuples(messages, st.lists(st.integers(0, 40), max_size=3)), max_size=5
    ),
    cuts=st.lists(st.integers(0, 2000), max_size=20),
)
def test_however_the_bytes_are_split_the_messages_are_the_same(
    messages: list[tuple[tuple[int, bytes], list[int]]], cuts: list[int]
):
    said = b"".join(parts_of(message, sizes) for message, sizes in messages)
    bounds = sorted({0, *(cut for cut in cuts if cut < len(said)), len(said)})
    chunks = [said[a:b] for a, b in pairwise(bounds)]

    frames = read(chunks)

    heard = [frame for frame in frames if frame.opcode in (TEXT, BINARY)]
    assert heard == [message for message, _ in messages]
    pings = sum(len(sizes) for _, sizes in messages)
    assert sum(frame.opcode == PING for frame in frames) == pings


@given(st.lists(st.binary(max_size=50)))
def test_arbitrary_bytes_are_read_or_refused_and_never_kept_without_bound(
    chunks: list[bytes],
):
    reader = Reader(MAX_MESSAGE, text=True)
    for chunk in chunks:
        reader.feed(chunk)
        try:
            while (frame := reader.next()) is not None:
                assert len(frame.payload) <= MAX_MESSAGE
        except Violation:
            return
        assert len(reader._bytes) - reader._at <= MAX_MESSAGE + 14
