"""Roles: who may do what, and that nobody may do what has no name."""

import itertools

import pytest

from chat.roles import VERBS, Role, may

LADDER = [Role.PEER, Role.FACILITATOR, Role.MODERATOR, Role.COORDINATOR]


def test_each_role_may_do_all_that_those_before_may():
    for lower, higher in itertools.pairwise(LADDER):
        theirs = {verb for verb in VERBS if may(lower, verb)}
        assert theirs < {verb for verb in VERBS if may(higher, verb)}


@pytest.mark.parametrize(
    ("verb", "first"),
    [
        ("desk", Role.PEER),
        ("calls", Role.PEER),
        ("rooms", Role.FACILITATOR),
        ("cases", Role.FACILITATOR),
        ("sanction", Role.MODERATOR),
        ("appeals", Role.MODERATOR),
        ("staff", Role.COORDINATOR),
        ("export", Role.COORDINATOR),
        ("coordinate", Role.COORDINATOR),
    ],
)
def test_something_may_be_done_from_a_role_on(verb: str, first: Role):
    at = LADDER.index(first)

    assert [may(role, verb) for role in LADDER] == [n >= at for n in range(4)]


@pytest.mark.parametrize("verb", ["", "everything", "Desk"])
def test_what_has_no_name_nobody_may(verb: str):
    assert not any(may(role, verb) for role in LADDER)


def test_a_coordinator_reaches_every_role_though_the_words_sort_otherwise():
    assert all(Role.COORDINATOR.reaches(role) for role in LADDER)
    assert not Role.PEER.reaches(Role.COORDINATOR)
