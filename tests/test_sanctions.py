"""Sanctions: what the room team said holds, for whom, and for how long."""

import pytest

from chat.asides import Word
from chat.errors import ReadFirst, Removed, Suspended
from chat.model import Handle
from chat.sanctions import SLOW_SECONDS, Kept, Sanctions, Standing

OTTER, WREN = Handle(b"otter-----------"), Handle(b"wren------------")
NOW = 1_700_000_000


def said(kind: str, *, until: int = 0, heeded: bool = False) -> Kept:
    word = Word(kind.encode(), kind, "harassment", "words", until, True, "coffee", b"")
    return Kept(OTTER, word, heeded)


def sanctions(*words: Kept) -> Sanctions:
    known = Sanctions()
    known.learn(words)
    return known


def test_whoever_was_told_nothing_speaks_freely():
    known = sanctions(said("suspended", until=NOW + 60))

    assert known.standing(WREN, NOW) == Standing()


def test_a_suspension_says_how_long_it_still_lasts():
    known = sanctions(said("suspended", until=NOW + 60))

    with pytest.raises(Suspended) as refused:
        known.standing(OTTER, NOW)

    assert refused.value.wait == 60


def test_a_suspension_is_over_when_its_time_is():
    known = sanctions(said("suspended", until=NOW + 60))

    assert known.standing(OTTER, NOW + 60) == Standing()


def test_a_warning_must_be_read_before_one_may_speak_again():
    with pytest.raises(ReadFirst):
        sanctions(said("warning")).standing(OTTER, NOW)

    assert sanctions(said("warning", heeded=True)).standing(OTTER, NOW) == Standing()


def test_whoever_has_read_a_warning_may_speak_at_once():
    known = sanctions(said("warning"))

    known.heed(b"another", OTTER)
    with pytest.raises(ReadFirst):
        known.standing(OTTER, NOW)
    known.heed(b"warning", OTTER)

    assert known.standing(OTTER, NOW) == Standing()
    assert known.words(OTTER, NOW) == []


def test_a_nudge_stops_nobody():
    assert sanctions(said("nudge")).standing(OTTER, NOW) == Standing()


def test_whoever_was_removed_is_not_let_in():
    with pytest.raises(Removed):
        sanctions(said("removed")).let_in(OTTER, NOW)


def test_whoever_is_suspended_may_come_in_and_read():
    sanctions(said("suspended", until=NOW + 60)).let_in(OTTER, NOW)


def test_being_slowed_and_held_go_together():
    known = sanctions(said("slow", until=NOW + 9), said("held", until=NOW + 9))

    assert known.standing(OTTER, NOW) == Standing(True, SLOW_SECONDS)


def test_a_word_is_shown_until_it_was_heeded():
    assert [word.kind for word in sanctions(said("nudge")).words(OTTER, NOW)] == [
        "nudge"
    ]
    assert sanctions(said("nudge", heeded=True)).words(OTTER, NOW) == []


def test_a_suspension_is_shown_as_long_as_it_lasts():
    known = sanctions(said("suspended", until=NOW + 60, heeded=True))

    assert [word.kind for word in known.words(OTTER, NOW)] == ["suspended"]
    assert known.words(OTTER, NOW + 60) == []


def test_what_is_learnt_anew_takes_the_place_of_all_before():
    known = sanctions(said("removed"))

    known.learn([])

    known.let_in(OTTER, NOW)
