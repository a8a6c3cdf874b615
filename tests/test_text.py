"""What may be said: anything in any script, as long as it can be seen."""

from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat import decoding, protocol, text
from chat.errors import BadText, ChatError, TextTooLong
from chat.requests import Say


@pytest.mark.parametrize(
    "said",
    [
        "a",
        "good morning 🌅",
        "two\nlines\tand a tab",
        "ما زلت هنا",
        "👩‍👩‍👧‍👦 family, joined with zero-width joiners",
        "नमस्ते",
        "e\u0301 as two code points",
        "a\u00a0b",
        "x" * 2000,
        "🌅" * 2000,
    ],
)
def test_a_message_is_kept_whole_in_any_script(said: str):
    text.check(said)

    again = decoding.unpack(protocol.pack((4, 1, "coffee", bytes(8), said, 0)))

    assert cast("Say", again).text == said


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        ("", BadText),
        (" \t\n", BadText),
        ("\u00a0\u3000", BadText),
        ("\u200b\u2060", BadText),
        ("a\x00b", BadText),
        ("a\x1b[2Jb", BadText),
        ("a\rb", BadText),
        ("a\x7fb", BadText),
        ("a\x80b", BadText),
        ("a\x9fb", BadText),
        ("x" * 2001, TextTooLong),
        ("🌅" * 2001, TextTooLong),
        (" " * 2001, TextTooLong),
    ],
    ids=repr,
)
def test_what_is_no_message_is_refused(said: str, refusal: type[ChatError]):
    with pytest.raises(refusal):
        text.check(said)


@given(st.text(max_size=2100))
def test_any_text_is_a_message_or_a_coded_refusal(said: str):
    try:
        text.check(said)
    except (BadText, TextTooLong):
        return
    assert said.strip()
