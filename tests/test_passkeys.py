"""Passkeys: only what was made or used here, now, for this, by its holder is taken."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chat import passkeys
from chat.passkeys import BadPasskey, Passkey, Passkeys, Site
from tests.support.authenticator import PRESENT, VERIFIED, Authenticator
from tests.support.clock import NOON

ORIGIN = "https://chat.example"
ELSEWHERE = "https://chat.example.evil.example"
SITE = Site(ORIGIN, "chat.example")
HOUSE = Passkeys(bytes(range(32)))
ENROL, SIGN_IN = "enrol:7", "sign-in"
NAMES = st.sampled_from(
    ["id", "rawId", "type", "response", "clientDataJSON", "userHandle", "signature"]
)


def asked_to_create(purpose: str = ENROL) -> str:
    return HOUSE.creation(SITE, HOUSE.challenge(purpose, NOON), "a1b2", "Robin")


def asked_to_use(purpose: str = SIGN_IN) -> str:
    return HOUSE.request(SITE, HOUSE.challenge(purpose, NOON))


@pytest.fixture
def phone() -> Authenticator:
    return Authenticator(ORIGIN)


@pytest.fixture
def kept(phone: Authenticator) -> Passkey:
    said = phone.create(asked_to_create())
    return HOUSE.created(SITE, ENROL, said, NOON).passkey


# Where


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        (ORIGIN, "chat.example"),
        ("http://localhost:8000", "localhost"),
        ("https://Chat.Example:8443", "chat.example"),
    ],
)
def test_a_passkey_is_bound_to_the_name_of_a_host(origin: str, host: str):
    assert Site.at(origin) == Site(origin, host)


@pytest.mark.parametrize("origin", ["http://127.0.0.1:8000", "http://[::1]:8000", ""])
def test_an_address_has_no_passkeys(origin: str):
    assert Site.at(origin) is None


# What is asked


def test_a_passkey_must_stay_on_the_device_and_know_its_holder():
    asked = json.loads(asked_to_create())

    assert asked["rp"] == {"id": "chat.example", "name": "Porchlight"}
    assert asked["authenticatorSelection"]["residentKey"] == "required"
    assert asked["authenticatorSelection"]["userVerification"] == "required"
    assert asked["attestation"] == "none"
    assert asked["user"]["name"] == "Robin"
    assert json.loads(asked_to_use())["userVerification"] == "required"


def test_no_two_challenges_are_the_same():
    assert HOUSE.challenge(ENROL, NOON) != HOUSE.challenge(ENROL, NOON)


def test_a_passkey_known_already_is_not_made_again():
    challenge = HOUSE.challenge(ENROL, NOON)

    asked = json.loads(HOUSE.creation(SITE, challenge, "a1b2", "Robin", [b"known"]))

    assert [each["id"] for each in asked["excludeCredentials"]] == ["a25vd24"]


# What is answered


def test_a_passkey_is_made_and_used(phone: Authenticator, kept: Passkey):
    assert kept.id == phone.id

    said = phone.get(asked_to_use())
    answer = HOUSE.used(SITE, SIGN_IN, said, kept, NOON)

    assert passkeys.id_in(said) == kept.id
    assert passkeys.owner_in(said) == "a1b2"
    assert answer.passkey == kept._replace(sign_count=1)


def lies_about_the_page(phone: Authenticator) -> None:
    phone.origin = ELSEWHERE


def is_framed(phone: Authenticator) -> None:
    phone.cross_origin = True


def did_not_ask_its_holder(phone: Authenticator) -> None:
    phone.flags = PRESENT


def found_nobody_there(phone: Authenticator) -> None:
    phone.flags = VERIFIED


@pytest.mark.parametrize(
    "wrong",
    [lies_about_the_page, is_framed, did_not_ask_its_holder, found_nobody_there],
)
def test_an_answer_from_elsewhere_or_from_nobody_is_refused(
    phone: Authenticator, kept: Passkey, wrong: Callable[[Authenticator], None]
):
    wrong(phone)

    with pytest.raises(BadPasskey):
        HOUSE.created(SITE, ENROL, phone.create(asked_to_create()), NOON)
    with pytest.raises(BadPasskey):
        HOUSE.used(SITE, SIGN_IN, phone.get(asked_to_use()), kept, NOON)


def test_an_answer_to_a_challenge_for_something_else_is_refused(
    phone: Authenticator, kept: Passkey
):
    with pytest.raises(BadPasskey):
        HOUSE.created(SITE, "enrol:8", phone.create(asked_to_create()), NOON)
    with pytest.raises(BadPasskey):
        HOUSE.used(SITE, "step-up:1", phone.get(asked_to_use()), kept, NOON)


def test_an_answer_to_another_houses_challenge_is_refused(
    phone: Authenticator, kept: Passkey
):
    theirs = Passkeys(bytes(32))
    asked = theirs.request(SITE, theirs.challenge(SIGN_IN, NOON))

    with pytest.raises(BadPasskey):
        HOUSE.used(SITE, SIGN_IN, phone.get(asked), kept, NOON)


def test_an_answer_that_comes_too_late_is_refused(phone: Authenticator, kept: Passkey):
    said = phone.get(asked_to_use())

    assert HOUSE.used(SITE, SIGN_IN, said, kept, NOON + timedelta(minutes=5))
    with pytest.raises(BadPasskey):
        HOUSE.used(SITE, SIGN_IN, said, kept, NOON + timedelta(minutes=5, seconds=1))


def test_another_device_cannot_answer_for_it(phone: Authenticator, kept: Passkey):
    other = Authenticator(ORIGIN)
    other.id = phone.id

    with pytest.raises(BadPasskey):
        HOUSE.used(SITE, SIGN_IN, other.get(asked_to_use()), kept, NOON)


def test_a_copy_that_lags_behind_is_refused(phone: Authenticator, kept: Passkey):
    ahead = kept._replace(sign_count=5)

    with pytest.raises(BadPasskey):
        HOUSE.used(SITE, SIGN_IN, phone.get(asked_to_use()), ahead, NOON)


def test_the_making_of_one_is_no_use_of_it(phone: Authenticator, kept: Passkey):
    with pytest.raises(BadPasskey):
        HOUSE.used(SITE, ENROL, phone.create(asked_to_create()), kept, NOON)


@given(
    st.text()
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(NAMES | st.text(), inner),
    ).map(json.dumps)
)
@example("[" * 5000)
def test_whatever_is_answered_it_is_refused_and_nothing_breaks(said: str):
    with pytest.raises(BadPasskey):
        HOUSE.created(SITE, ENROL, said, NOON)
    with pytest.raises(BadPasskey):
        HOUSE.used(SITE, SIGN_IN, said, Passkey(b"", b"", 0), NOON)
    with pytest.raises(BadPasskey):
        passkeys.id_in(said)
    assert passkeys.owner_in(said) is None or isinstance(passkeys.owner_in(said), str)
