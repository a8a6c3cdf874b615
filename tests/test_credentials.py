"""Credentials: what is taken for a password, a code or a recovery code, and when."""

from datetime import datetime, timedelta

import argon2
import pyotp
import pytest

from chat import credentials
from tests.support.clock import NOON

KEY = bytes(range(32))
PASSWORD = "porch swing at dusk"


@pytest.fixture
def cheap_passwords() -> None:
    """Have passwords cost here what they cost in a house."""


# Passwords


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short", "at least 12"),
        ("elevenchars", "at least 12"),
        ("x" * 201, "at most 200"),
        ("I am Robin and proud", "desk name"),
        ("I am ROBIN and proud", "desk name"),
        ("ababababababab", "different characters"),
    ],
)
def test_a_weak_password_is_refused_with_the_reason(password: str, why: str):
    assert why in (credentials.weakness(password, "Robin") or "")


@pytest.mark.parametrize("password", [PASSWORD, "twelve chars", "ngiyabonga kakhulu"])
def test_any_other_will_do(password: str):
    assert credentials.weakness(password, "Robin") is None


def test_only_the_password_itself_matches_what_is_kept():
    kept = credentials.hashed(PASSWORD)

    assert kept.startswith("$argon2id$")
    assert PASSWORD not in kept
    assert credentials.matches(kept, PASSWORD)
    assert not credentials.matches(kept, PASSWORD.upper())
    assert not credentials.matches(kept, "")


def test_a_password_costs_whoever_guesses_it_much_memory():
    kept = argon2.extract_parameters(credentials.hashed(PASSWORD))

    assert kept == argon2.profiles.RFC_9106_LOW_MEMORY


def test_it_matches_however_the_keyboard_composes_it():
    assert credentials.matches(credentials.hashed("caf\u00e9 " * 3), "cafe\u0301 " * 3)


@pytest.mark.parametrize("kept", [None, "", "not a hash", "$argon2id$v=19$broken"])
def test_nothing_matches_what_is_no_hash(kept: str | None):
    assert not credentials.matches(kept, PASSWORD)


# Six digits


@pytest.fixture
def secret() -> str:
    return credentials.new_secret()


def code(secret: str, at: datetime) -> str:
    return pyotp.TOTP(secret).at(at)


@pytest.mark.parametrize("late", [-30, 0, 30])
def test_a_code_of_now_or_of_the_step_beside_it_is_right(secret: str, late: int):
    shown = code(secret, NOON + timedelta(seconds=late))

    step = credentials.step_of(secret, shown, NOON, 0)

    assert step == int(NOON.timestamp() + late) // 30


@pytest.mark.parametrize("late", [-90, -60, 60, 3600])
def test_an_older_or_later_one_is_not(secret: str, late: int):
    shown = code(secret, NOON + timedelta(seconds=late))

    assert credentials.step_of(secret, shown, NOON, 0) is None


def test_a_code_is_right_only_once(secret: str):
    shown = code(secret, NOON)
    step = credentials.step_of(secret, shown, NOON, 0)
    assert step is not None

    assert credentials.step_of(secret, shown, NOON, step) is None
    before = code(secret, NOON - timedelta(seconds=30))
    assert credentials.step_of(secret, before, NOON, step) is None


def test_a_code_may_be_written_in_two_halves(secret: str):
    shown = code(secret, NOON)

    assert credentials.step_of(secret, f"{shown[:3]} {shown[3:]}", NOON, 0)


@pytest.mark.parametrize(
    "wrong", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "\u0000"]
)
def test_what_is_no_code_is_none(secret: str, wrong: str):
    assert credentials.step_of(secret, wrong, NOON, 0) is None


def test_the_picture_can_be_shown_where_nothing_may_run(secret: str):
    picture = credentials.picture_of(secret, "Robin")

    assert picture.startswith(b"<?xml")
    assert b"<svg" in picture
    assert b"script" not in picture
    assert b"style" not in picture


def test_apps_read_the_house_and_the_desk_name(secret: str):
    address = credentials.address_of(secret, "Quiet Robin")

    assert pyotp.parse_uri(address).secret == secret
    assert "Porchlight:Quiet%20Robin" in address


def test_a_secret_is_kept_so_that_the_database_alone_does_not_tell_it(secret: str):
    sealed = credentials.seal(secret, KEY)

    assert secret.encode() not in sealed
    assert credentials.unseal(sealed, KEY) == secret
    assert credentials.unseal(sealed, bytes(32)) != secret
    assert credentials.seal(secret, KEY) != sealed


# Recovery codes


def test_ten_recovery_codes_are_all_different():
    codes = credentials.new_recovery_codes()

    assert len({credentials.recovery_hash(code) for code in codes}) == 10
    assert all(len(code) == len("abcd-efgh-ijkl-mnop") for code in codes)


def test_a_recovery_code_is_known_however_it_is_written():
    (code, *_) = credentials.new_recovery_codes()
    kept = credentials.recovery_hash(code)

    assert code not in kept
    assert credentials.recovery_hash(code.replace("-", " ").upper()) == kept
    assert credentials.recovery_hash(code[:-1]) != kept
