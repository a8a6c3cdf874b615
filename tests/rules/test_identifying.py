"""What tells who somebody is gets masked; what helps or says nothing stays readable."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from chat.model import Action, Flag, Message
from chat.rules.canonical import read
from chat.rules.identifying import identifying

LINES = tomllib.loads(
    Path(__file__).with_name("identifying_lines.toml").read_text("utf-8")
)
DETAILS = (
    "phones", "disguised", "mail", "addresses", "handles", "links", "numbers", "names",
)  # fmt: skip


def found(text: str, country: str = "", names: tuple[str, ...] = ()) -> list[Flag]:
    return list(identifying(read(Message(text, country=country, names=lambda: names))))


def unmarked(line: str) -> tuple[str, set[int]]:
    text, inside, marked = "", False, set[int]()
    for character in line:
        if character in "{}":
            inside = character == "{"
            continue
        if inside:
            marked.add(len(text))
        text += character
    return text, marked


def covered(text: str) -> set[int]:
    return {place for flag in found(text) for place in range(flag.start, flag.end)}


def masked(text: str, country: str = "") -> list[tuple[str, str]]:
    return [(f.placeholder, text[f.start : f.end]) for f in found(text, country)]


@pytest.mark.parametrize("line", [line for kind in DETAILS for line in LINES[kind]])
def test_a_detail_is_masked_and_the_words_around_it_are_not(line):
    text, marked = unmarked(line)

    hidden = covered(text)

    assert len(marked & hidden) >= 0.9 * len(marked)
    assert len(hidden - marked) <= 6


@pytest.mark.parametrize("line", LINES["allowed"])
def test_a_help_line_stays_readable(line):
    assert found(line) == []


@pytest.mark.parametrize("line", LINES["harmless"])
def test_what_identifies_nobody_stays_readable(line):
    assert found(line) == []


@pytest.mark.parametrize(
    ("text", "placeholder"),
    [
        ("call me on 082 555 0143", "[phone number]"),
        ("mail kay.j@example.org", "[e-mail]"),
        ("see https://example.org/x", "[link]"),
        ("I'm at 14 Loop Street", "[address]"),
        ("my insta is kay_clean", "[handle]"),
        ("card 4111 1111 1111 1111", "[card number]"),
        ("my id is 9001015009087", "[ID number]"),
        ("my full name is Sipho Dlamini", "[name]"),
        ("I teach at Loop Street Primary School", "[workplace]"),
    ],
)
def test_each_kind_has_a_placeholder_that_says_what_was_there(text, placeholder):
    assert [name for name, _ in masked(text)] == [placeholder]


def test_a_detail_is_masked_where_it_stands_in_the_text_as_written():
    wide = "".join(chr(ord("\uff10") + int(digit)) for digit in "0825550143")
    text = f"😀 c\u200ball \u200bme on {wide} ok"

    assert masked(text) == [("[phone number]", wide)]


def test_a_flag_masks_and_says_why():
    (flag,) = found("see https://example.org/x")

    assert (flag.rule, flag.category) == ("identifying.link", "link")
    assert flag.action == Action.MASK
    assert flag.reason


def test_a_number_is_read_as_in_the_country_of_the_room():
    text = "9876 5432 again"

    assert found(text, country="ZA") == []
    assert masked(text, country="SG") == [("[phone number]", "9876 5432")]


def test_what_a_device_is_called_in_another_room_is_masked():
    flags = found("I'm also quiet_otter over there", names=("Quiet Otter",))

    assert [flag.placeholder for flag in flags] == ["[name]"]


def test_what_somebody_else_is_called_stays_readable():
    assert found("well said, Quiet Otter", names=("Brave Heron",)) == []


def test_two_numbers_in_a_row_are_both_masked():
    text = "082 555 0143 / 083 555 0144 if I go quiet"

    assert masked(text) == [("[phone number]", "082 555 0143 / 083 555 0144")]


def test_a_number_inside_an_address_is_masked_once():
    assert masked("I live at 14 Loop Street, Cape Town 8001") == [
        ("[address]", "14 Loop Street, Cape Town 8001")
    ]


def test_a_text_crowded_with_details_goes_to_a_human():
    (flag,) = found("call 082 555 0143 or " * 60)

    assert flag.rule == "identifying.crowded"
    assert flag.action == Action.HOLD


@given(
    some.text(
        alphabet=some.sampled_from("0158 .-+()@#/aeiortIA,:\u200b\n"), max_size=80
    )
)
def test_any_text_is_judged_and_every_span_lies_within_it(text):
    for flag in found(text):
        assert 0 <= flag.start < flag.end <= len(text)
