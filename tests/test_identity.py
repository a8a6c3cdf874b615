"""Who somebody is: the same in one room for ever, and nobody they know in the next."""

import os
import random
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chat.errors import BadSecret
from chat.identity import (
    COLOURS,
    SHAPES,
    BadKey,
    Identity,
    face,
    key_from,
    look_of,
    name_of,
    places_of,
)
from chat.model import RoomName, Who
from chat.words import FIRST_WORDS, SECOND_WORDS

KEY = bytes(range(32))
SECRET = bytes(range(16))
COFFEE, AA = RoomName("coffee"), RoomName("aa")
IDENTITY = Identity(KEY)

JS = Path(__file__).parents[1] / "web" / "js"


def usable(secret: bytes) -> bool:
    return len(set(secret)) > 1


devices = st.binary(min_size=16, max_size=16).filter(usable)
rooms = st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True).map(RoomName)
rolls = st.integers(0, 2**32 - 1)


# Who is who


@given(devices, rooms, rolls)
def test_a_device_comes_back_as_the_same_member(
    secret: bytes, room: RoomName, roll: int
):
    before = IDENTITY.member(secret, room, roll)

    assert Identity(KEY).member(secret, room, roll) == before


@given(devices, rooms, rolls, rolls)
def test_another_roll_is_the_same_member_by_another_name(
    secret: bytes, room: RoomName, roll: int, other: int
):
    assume(roll != other)

    before = IDENTITY.member(secret, room, roll)
    after = IDENTITY.member(secret, room, other)

    assert after.id == before.id
    assert after.who != before.who


@given(devices, devices, rooms, rooms, rolls)
def test_another_device_or_room_is_another_member(
    secret: bytes, other: bytes, room: RoomName, next_room: RoomName, roll: int
):
    assume((secret, room) != (other, next_room))

    here = IDENTITY.member(secret, room, roll)
    there = IDENTITY.member(other, next_room, roll)

    assert here.id != there.id
    assert here.who != there.who


def test_a_service_with_another_key_knows_other_members():
    ours = IDENTITY.member(SECRET, COFFEE, 0)
    theirs = Identity(KEY[::-1]).member(SECRET, COFFEE, 0)

    assert (ours.id, ours.who) != (theirs.id, theirs.who)
    assert IDENTITY.device(SECRET) != Identity(KEY[::-1]).device(SECRET)


def test_a_secret_and_a_room_that_run_together_are_not_mixed_up():
    shorter = IDENTITY.member(SECRET, RoomName("aaa"), 0)
    longer = IDENTITY.member(SECRET + b"a", RoomName("aa"), 0)

    assert shorter.id != longer.id
    assert shorter.who != longer.who


@given(devices, rooms, rolls)
def test_nothing_a_room_or_a_store_sees_is_part_of_anything_else(
    secret: bytes, room: RoomName, roll: int
):
    member = IDENTITY.member(secret, room, roll)
    device = IDENTITY.device(secret)

    seen = (member.id, member.who, device, secret, KEY)
    heads = {value[:2] + value[3:5] for value in seen}  # byte 2 of a who is masked
    assert len(heads) == len(seen)
    assert (len(member.id), len(member.who), len(device)) == (16, 5, 8)


def test_rooms_cannot_be_matched_by_how_their_members_are_called():
    """Whoever has a name in one room has one of 65,536 in the next, as if by chance."""
    draw = random.Random(7)
    secrets = [draw.randbytes(16) for _ in range(2000)]

    same = sum(
        face(IDENTITY.member(secret, COFFEE, 0).who)[:2]
        == face(IDENTITY.member(secret, AA, 0).who)[:2]
        for secret in secrets
    )

    assert same <= 2


@given(devices, rooms)
def test_a_device_has_one_handle_in_all_rooms(secret: bytes, room: RoomName):
    assert IDENTITY.device(secret) == Identity(KEY).device(secret)
    assert IDENTITY.member(secret, room, 0).id.find(IDENTITY.device(secret)) == -1


@pytest.mark.parametrize(
    "secret",
    [b"", b"\x01", bytes(range(15)), bytes(16), b"\xff" * 16, b"a" * 32],
    ids=repr,
)
def test_a_secret_that_others_could_have_too_is_refused(secret: bytes):
    with pytest.raises(BadSecret):
        IDENTITY.member(secret, COFFEE, 0)
    with pytest.raises(BadSecret):
        IDENTITY.device(secret)


# What they are called


@given(devices, devices, rooms, rolls)
def test_two_names_look_the_same_exactly_when_their_faces_are(
    secret: bytes, other: bytes, room: RoomName, roll: int
):
    one = IDENTITY.member(secret, room, roll).who
    two = IDENTITY.member(other, room, roll).who

    same = (name_of(one), look_of(one)) == (name_of(two), look_of(two))
    assert same == (face(one) == face(two))


@pytest.mark.parametrize(
    ("who", "name", "look"),
    [
        ("0000000000", "Abiding Acorn", ("moss", "circle")),
        ("ffff3fffff", "Zesty Zinnia", ("slate", "drop")),
        ("0102030405", "Adaptable Alpaca", ("plum", "circle")),
        ("01020b0405", "Adaptable Alpaca", ("plum", "square")),
    ],
)
def test_three_bytes_are_a_name(who: str, name: str, look: tuple[str, str]):
    assert (name_of(bytes.fromhex(who)), look_of(bytes.fromhex(who))) == (name, look)


def test_a_face_is_six_bits_of_look_and_no_more():
    draw = random.Random(7)
    whos = [IDENTITY.member(draw.randbytes(16), COFFEE, 0).who for _ in range(2000)]

    assert {who[2] for who in whos} == set(range(64))
    assert len({who[0] for who in whos}) == len({who[1] for who in whos}) == 256


def test_there_are_eight_colours_and_eight_shapes():
    assert len(set(COLOURS)) == len(set(SHAPES)) == 8


# The words


def test_there_is_a_word_for_every_byte_and_none_is_there_twice():
    assert len(FIRST_WORDS) == len(SECOND_WORDS) == 256
    assert len({*FIRST_WORDS, *SECOND_WORDS}) == 512


def test_every_word_is_short_and_plain():
    for word in (*FIRST_WORDS, *SECOND_WORDS):
        assert re.fullmatch(r"[A-Z][a-z]{2,8}", word), word


# Whole words, or beginnings of one where the rest would not make it better.
UNKIND = """
    ash bar barrel beer bong booze bottle brew bridge broken bud chase clean cliff coke
    crack crow crystal dead dirty dope dose dragon drift drink drunk dry gin grass gun
    hang high hit hooch horse ice jab jar joint junk knife lean line lost loaded mild
    mule needle nod pill pipe poppy pot pure rail reef rock rope rum rush shot smart
    smack smoke snow sober speed spice spirit spliff spoon stone tonic track train trip
    wagon wasted weed wet wine wreck fat thin old tiny ugly dumb mad crazy slow white
    black brown yellow red holy saint god bare naked sexy hot
""".split()  # noqa: SIM905


def test_no_word_reminds_of_what_people_came_here_to_leave_behind():
    assert not {*FIRST_WORDS, *SECOND_WORDS} & {word.title() for word in UNKIND}


def test_the_browser_has_the_same_words():
    script = (JS / "words.js").read_text("utf-8")

    first, second = re.findall(r'"([A-Za-z ]+)"\.split\(" "\)', script)

    assert tuple(first.split(" ")) == FIRST_WORDS
    assert tuple(second.split(" ")) == SECOND_WORDS


def test_the_browser_has_the_same_colours_and_shapes():
    script = (JS / "names.js").read_text("utf-8")

    lists = re.findall(r"export const (\w+) = \[(.*?)\]", script, re.DOTALL)

    assert {name: tuple(re.findall(r'"(\w+)"', items)) for name, items in lists} == {
        "COLOURS": COLOURS,
        "SHAPES": SHAPES,
    }


# The service's key


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "var" / "secret.key"


def test_a_key_is_made_on_the_first_run_and_kept(file: Path):
    made = key_from(None, file)

    assert len(made) == 32
    assert key_from(None, file) == made


def test_two_services_have_two_keys(tmp_path: Path):
    assert key_from(None, tmp_path / "a") != key_from(None, tmp_path / "b")


def test_nobody_else_on_the_machine_may_read_the_key(file: Path):
    before = os.umask(0)
    try:
        key_from(None, file)
    finally:
        os.umask(before)

    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_nothing_but_the_key_is_left_beside_it(file: Path):
    key_from(None, file)

    assert list(file.parent.iterdir()) == [file]


def test_the_file_s_text_is_the_setting_of_the_next_machine(file: Path, tmp_path: Path):
    made = key_from(None, file)

    assert key_from(file.read_text(), tmp_path / "other") == made
    assert not (tmp_path / "other").exists()


def test_a_setting_goes_before_the_file(file: Path):
    made = key_from(None, file)

    assert key_from("a passphrase of thirty-two letters", file) != made


@pytest.mark.parametrize("text", ["", "   ", "short", "x" * 31 + "\n"])
def test_a_setting_that_could_be_guessed_is_refused(file: Path, text: str):
    with pytest.raises(BadKey, match="SECRET_KEY: too short") as error:
        key_from(text, file)

    assert "x" not in str(error.value).replace("too short", "")


def test_a_damaged_file_is_refused_and_not_replaced(file: Path):
    key_from(None, file)
    file.write_text("half a key")

    with pytest.raises(BadKey, match=r"secret\.key: too short"):
        key_from(None, file)

    assert file.read_text() == "half a key"


def test_a_file_that_is_no_text_is_refused(file: Path):
    file.parent.mkdir()
    file.write_bytes(b"\xff" * 32)

    with pytest.raises(BadKey, match="cannot be read or made"):
        key_from(None, file)


def test_a_place_that_cannot_be_written_to_is_named(file: Path):
    file.parent.write_text("a file where a directory should be")

    with pytest.raises(BadKey, match=re.escape(str(file))):
        key_from(None, file)


RACE = """
import sys
from pathlib import Path
from chat.identity import key_from
sys.stdin.readline()
print(key_from(None, Path(sys.argv[1])).hex())
"""


def test_processes_that_start_together_agree_on_one_key(file: Path):
    runners = [
        subprocess.Popen(
            [sys.executable, "-c", RACE, str(file)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(6)
    ]
    for runner in runners:
        assert runner.stdin
        runner.stdin.write("go\n")
        runner.stdin.flush()

    keys = {runner.communicate(timeout=90)[0].strip() for runner in runners}

    assert keys == {key_from(None, file).hex()}


def test_a_pseudonym_is_found_by_each_of_its_words_and_by_its_look():
    who = Who(bytes((3, 200, 0b0010_1011, 1, 2)))
    told = f"{name_of(who)} {' '.join(look_of(who))}"

    assert all(
        any(who[place] in values for place, values in places_of(word))
        for word in told.split()
    )


def test_a_word_of_no_pseudonym_stands_nowhere():
    assert places_of("xylophonist") == []
