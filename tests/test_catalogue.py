"""The rooms: ours are as they should be, and a mistake is named with its line."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.catalogue import OUR_ROOMS, BadRooms, Catalogue, load
from chat.errors import NoSuchRoom
from chat.model import Room

OURS = load(None)

COFFEE = """\
# A comment, on line 1.

[[room]]
slug = "coffee"
name = "Coffee"
programme = "Open"
purpose = "An open door."
rules = [
    "Be kind.",
    "Listen first.",
]
tags = ["open"]
for_whom = "Anyone."
disclaimer = "Not affiliated with anyone."
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "rooms.toml"


def loaded(file: Path, text: str) -> Catalogue:
    file.write_text(text, "utf-8")
    return load(file)


def without(key: str) -> str:
    return re.sub(rf"(?ms)^{key} = (\[.*?^\]|.*?)\n", "", COFFEE)


def having(key: str, value: str) -> str:
    return without(key) + f"{key} = {value}\n"


# What ours promise


def test_the_rooms_people_asked_for_are_there():
    assert {room.slug for room in OURS.rooms} == {
        "aa", "na", "smart", "dharma", "christian", "coffee", "newcomers", "women",
        "men", "veterans", "young", "dual", "grief", "family",
    }  # fmt: skip


each_room = pytest.mark.parametrize("room", OURS.rooms, ids=lambda room: room.slug)


@each_room
def test_a_room_has_a_slug_short_enough_for_every_frame(room: Room):
    assert len(room.slug) <= 9


@each_room
def test_a_room_says_its_rules_in_three_to_six_lines(room: Room):
    assert 3 <= len(room.rules) <= 6


@each_room
def test_a_room_says_that_it_belongs_to_nobody_else(room: Room):
    assert "Not affiliated with" in room.disclaimer


@each_room
def test_a_room_speaks_plainly_to_somebody_at_three_in_the_morning(room: Room):
    assert grade([room.purpose, *room.rules]) <= 6


@each_room
def test_a_room_is_found_by_its_slug(room: Room):
    assert OURS.find(room.slug) is room


def grade(texts: list[str]) -> float:
    """Return the Flesch-Kincaid reading grade, as nearly as counting vowels can."""
    words = re.findall("[a-z\N{RIGHT SINGLE QUOTATION MARK}]+", " ".join(texts).lower())
    sentences = sum(len(re.findall(r"[.?!:](?=\s|”|$)", text)) or 1 for text in texts)
    return 0.39 * len(words) / sentences + 11.8 * syllables(words) / len(words) - 15.59


def syllables(words: list[str]) -> int:
    return sum(
        max(1, len(re.findall(r"[aeiouy]+", re.sub(r"(?<![aeiouyl])e$", "", word))))
        for word in words
    )


def test_a_room_that_is_not_there_is_refused():
    with pytest.raises(NoSuchRoom):
        OURS.find("lobby")


def test_an_operator_s_own_file_replaces_ours(file: Path):
    (room,) = loaded(file, COFFEE + "history_hours = 0.5\n").rooms

    assert (room.slug, room.rules) == ("coffee", ("Be kind.", "Listen first."))
    assert room.history_hours == 0.5


def test_rooms_keep_the_order_of_the_file(file: Path):
    rooms = loaded(file, COFFEE.replace("coffee", "tea") + COFFEE).rooms

    assert [room.slug for room in rooms] == ["tea", "coffee"]


def test_our_own_file_can_be_an_operator_s_first_draft(file: Path):
    assert loaded(file, OUR_ROOMS.read_text("utf-8")).rooms == OURS.rooms


@pytest.mark.parametrize("hours", ["0", "0.25", "24", "720", "720.0"])
def test_a_room_may_forget_sooner_or_later_than_the_house(file: Path, hours: str):
    (room,) = loaded(file, COFFEE + f"history_hours = {hours}\n").rooms

    assert room.history_hours == float(hours)


# What is wrong, and where

TEXTS = ["slug", "name", "programme", "purpose", "for_whom", "disclaimer"]
LISTS = ["rules", "tags"]


@pytest.mark.parametrize("key", TEXTS + LISTS)
def test_a_missing_key_is_named_with_the_line_of_its_room(file: Path, key: str):
    assert problem(file, without(key)).startswith("rooms.toml, line 3: room")
    assert problem(file, without(key)).endswith(f": {key} is missing")


@pytest.mark.parametrize("key", TEXTS)
@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        ("7", "must be text"),
        ("true", "must be text"),
        ('["a"]', "must be text"),
        ('""', "is empty"),
        ('"  "', "is empty"),
        (f'"{"a" * 201}"', "is longer than"),
    ],
)
def test_a_text_that_is_none_is_named_with_its_line(
    file: Path, key: str, value: str, complaint: str
):
    text = having(key, value)
    last = text.count("\n")

    told = problem(file, text)

    assert told.startswith(f"rooms.toml, line {last}: room")
    assert f": {key} {complaint}" in told


@pytest.mark.parametrize("key", LISTS)
@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        ('"a"', "must be a list of texts"),
        ("[]", "must have 1 to 8 texts"),
        ("[" + '"a",' * 9 + "]", "must have 1 to 8 texts"),
        ("[7]", "must be text"),
        ('["a", " "]', "is empty"),
        (f'["a", "{"b" * 161}"]', "is longer than"),
    ],
)
def test_a_list_that_is_none_is_named_with_its_line(
    file: Path, key: str, value: str, complaint: str
):
    text = having(key, value)
    last = text.count("\n")

    told = problem(file, text)

    assert told.startswith(f"rooms.toml, line {last}: room")
    assert f": {key} {complaint}" in told


@pytest.mark.parametrize(
    ("key", "most"), [("slug", 24), ("name", 40), ("purpose", 120)]
)
def test_a_text_may_be_as_long_as_there_is_room_for_it(file: Path, key: str, most: int):
    loaded(file, having(key, f'"{"a" * most}"'))

    told = problem(file, having(key, f'"{"a" * (most + 1)}"'))
    assert f"{key} is longer than {most} characters" in told


@pytest.mark.parametrize(
    "slug", ["Coffee", "7up", "-a", "coffee room", "café", "a/b", "a_b", "a.b", "{a}"]
)
def test_a_slug_is_fit_for_a_url_and_a_key(file: Path, slug: str):
    told = problem(file, having("slug", f'"{slug}"'))

    assert "slug must be a-z, then a-z, 0-9 and -" in told


@pytest.mark.parametrize(
    ("hours", "complaint"),
    [
        ("-1", "0 to 720"),
        ("-0.001", "0 to 720"),
        ("721", "0 to 720"),
        ("inf", "0 to 720"),
        ("nan", "0 to 720"),
        ("true", "a number"),
        ('"24"', "a number"),
        ("[24]", "a number"),
    ],
)
def test_history_that_cannot_be_kept_is_refused(file: Path, hours: str, complaint: str):
    told = problem(file, COFFEE + f"history_hours = {hours}\n")

    where = 'rooms.toml, line 15: room "coffee"'
    assert told == f"{where}: history_hours must be {complaint}"


NO_ROOMS = (
    "rooms.toml, line 1: no rooms: each must begin with [[room]] on a line of its own"
)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            COFFEE + 'colour = "red"\n',
            'rooms.toml, line 15: room "coffee": unknown key "colour"',
        ),
        (
            'title = "Ours"\n' + COFFEE,
            'rooms.toml, line 1: unknown key "title"',
        ),
        (
            COFFEE + "\n[owner]\nname = 1\n",
            'rooms.toml, line 16: unknown key "owner"',
        ),
        (
            COFFEE + COFFEE,
            'rooms.toml, line 18: room "coffee": this slug is taken by another room',
        ),
        (
            COFFEE + COFFEE.replace("coffee", "tea").replace("An open door.", ""),
            'rooms.toml, line 21: room "tea": purpose is empty',
        ),
        (
            COFFEE + "[[room]]\n",
            'rooms.toml, line 15: room "without a slug": slug is missing',
        ),
        (
            COFFEE + '[[room]]\nname = "Tea"\n',
            'rooms.toml, line 15: room "Tea": slug is missing',
        ),
        (
            COFFEE + 'colour = """\n[[room]]\n"""\n[[room]]\n',
            'rooms.toml, line 15: room "coffee": unknown key "colour"',
        ),
        (
            COFFEE.replace('"Coffee"', '"""\n[[room]]\n"""'),
            'rooms.toml, line 5: room "coffee": '
            "name must be on one line, without control characters",
        ),
        (
            COFFEE.replace('"coffee"', '"cof\\nfee"'),
            'rooms.toml, line 4: room "cof?fee": '
            "slug must be on one line, without control characters",
        ),
        (
            COFFEE + '"col\\nour" = 1\n',
            'rooms.toml, line 3: room "coffee": unknown key "col?our"',
        ),
        ("", NO_ROOMS),
        ("# none\n", NO_ROOMS),
        ("room = []\n", NO_ROOMS),
        ("room = 7\n", NO_ROOMS),
        ("room = [{}]\n", NO_ROOMS),
        ("[room]\n", NO_ROOMS),
        (
            COFFEE + "colour\n",
            "rooms.toml, line 15: "
            "not TOML: Expected '=' after a key in a key/value pair",
        ),
        (COFFEE + "colour = [\n", "rooms.toml, line 16: not TOML: Invalid value"),
        (
            COFFEE + 'slug = "tea"\n',
            "rooms.toml, line 15: not TOML: Cannot overwrite a value",
        ),
    ],
)
def test_a_mistake_is_one_line_that_says_where(file: Path, text: str, told: str):
    assert problem(file, text) == told


def test_a_file_that_is_not_there_is_named(file: Path):
    with pytest.raises(BadRooms, match="cannot be read: No such file") as error:
        load(file)

    assert str(file) in str(error.value)


def test_a_file_in_another_encoding_is_named_with_its_line(file: Path):
    file.write_bytes(COFFEE.encode() + "name = 'café'\n".encode("latin-1"))

    with pytest.raises(BadRooms, match=r"^rooms\.toml, line 15: not UTF-8$"):
        load(file)


@given(
    st.one_of(
        st.text(max_size=80),
        st.lists(
            st.sampled_from(
                ["[[room]]", "[room]", "slug", "name", '"a"', "'''", '"""', "= ", "["]
                + ["\n"] * 3
            ),
            max_size=30,
        ).map("".join),
    )
)
def test_whatever_an_operator_writes_is_rooms_or_one_line(
    tmp_path_factory: pytest.TempPathFactory, text: str
):
    file = tmp_path_factory.getbasetemp() / "any.toml"
    file.write_text(text, "utf-8", newline="")

    with pytest.raises(BadRooms, match=r"\Aany\.toml, line [1-9][0-9]*: ") as error:
        load(file)

    assert len(str(error.value).splitlines()) == 1


def problem(file: Path, text: str) -> str:
    with pytest.raises(BadRooms) as error:
        loaded(file, text)
    return str(error.value)
