"""Promises: where somebody is there, but nobody for some rooms, or in a language."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.oncall.coverage import ANYBODY, Peer, Wanted, gaps_within
from chat.oncall.hours import Hours, left_over
from chat.oncall.promises import Lack, lacks
from chat.oncall.rota import Rota
from chat.oncall.shifts import Override, Temporary
from chat.oncall.stages import PeerId
from chat.oncall.weekly import LineId
from tests.oncall.needs import HERON, OTTER, WREN
from tests.oncall.shifts import HOUR, MONDAY, a_room, a_rota, line, span, utc

NOW = utc(MONDAY, 0)
ALL_DAY = span(0, 24)
EVENING = span(18, 22)
ROOMS = [
    a_room("Women", "women", "open"),
    a_room("Alcohol", "alcohol", "twelve-step"),
    a_room("Coffee", "open"),
]
EVERYBODY = {
    peer: Peer(peer, reachable=True, likely=True) for peer in (WREN, OTTER, HERON)
}


def in_utc(*lines: object) -> Rota:
    return a_rota(*lines, zone="UTC")  # type: ignore[arg-type]


def given_to(peer: PeerId | None, rota: Rota) -> Rota:
    """Return a rota in which somebody else, or nobody, has Wren's evening."""
    return rota.plus_override(Override(LineId("given"), WREN, peer, EVENING))


def found(rota: Rota, peers: dict[PeerId, Peer] = EVERYBODY) -> list[Lack]:
    return lacks(rota, ALL_DAY, peers, ROOMS, NOW)


def for_whom(rota: Rota, peers: dict[PeerId, Peer] = EVERYBODY) -> set[tuple[str, ...]]:
    """Return of which rooms and languages there is a lack, all of the evening."""
    those = found(rota, peers)
    assert {lack.gap.hours for lack in those} <= {EVENING}
    return {
        tuple(filter(None, (*lack.promise.rooms, lack.promise.wanted.language)))
        for lack in those
    }


GENERAL_MORNING = line("morning", starts="08:00", ends="12:00")
FOR_WOMEN = line("women", tags=("women",))


def test_where_shifts_are_for_every_room_nothing_is_missing_beside_gaps():
    assert found(in_utc(line())) == []


def test_while_all_who_are_there_are_for_one_room_the_others_have_nobody():
    (lack,) = found(in_utc(FOR_WOMEN, GENERAL_MORNING))

    assert lack.gap.hours == EVENING
    assert lack.promise.rooms == ("Alcohol", "Coffee")
    assert lack.promise.others == ("Women",)


def test_one_of_a_room_s_tags_is_enough():
    rota = in_utc(line(tags=("twelve-step", "open")), GENERAL_MORNING)

    assert for_whom(rota) == set()


def test_a_room_for_which_no_shift_is_at_all_is_nobody_s_to_miss():
    assert for_whom(in_utc(FOR_WOMEN)) == set()


def test_rooms_that_are_named_elsewhere_in_the_week_are_missed():
    on_friday = line("friday", weekday=4, tags=("alcohol",))

    assert for_whom(in_utc(FOR_WOMEN, on_friday)) == {("Alcohol",)}


def test_a_backup_is_for_no_room():
    spare = line("spare", 0, "18:00", "22:00", (OTTER,), backup=True)

    assert for_whom(in_utc(FOR_WOMEN, spare)) == set()


def test_hours_in_which_nobody_is_there_at_all_are_a_gap_and_nothing_else():
    rota = given_to(None, in_utc(FOR_WOMEN, GENERAL_MORNING))

    assert found(rota) == []


def test_hours_that_are_meant_to_be_closed_lack_nothing():
    rota = in_utc(FOR_WOMEN, GENERAL_MORNING)
    first, last = span(18, 20), span(20, 22)

    (lack,) = lacks(rota, ALL_DAY, EVERYBODY, ROOMS, NOW, intended=[first])

    assert lack.gap.hours == last


def test_who_cannot_be_reached_is_there_for_no_room():
    rota = in_utc(FOR_WOMEN, line("all", 0, "18:00", "22:00", (OTTER,)))
    assert for_whom(rota) == set()
    silent = EVERYBODY | {OTTER: Peer(OTTER, reachable=False, likely=False)}

    (lack,) = found(rota, silent)

    assert lack.promise.rooms == ("Alcohol", "Coffee")
    assert lack.gap.rostered == 1


IN_XHOSA = line("xhosa", languages=("xh",))
BESIDE = line("beside", 0, "16:00", "23:00", (OTTER,))
ONLY_ENGLISH = EVERYBODY | {OTTER: replace(EVERYBODY[OTTER], languages=("en",))}


def test_a_language_is_promised_in_the_hours_of_the_shifts_for_it():
    rota = in_utc(IN_XHOSA, BESIDE)
    assert for_whom(rota, ONLY_ENGLISH) == set()

    assert for_whom(given_to(None, rota), ONLY_ENGLISH) == {("xh",)}


def test_a_language_that_somebody_else_speaks_who_is_there_is_not_missing():
    assert for_whom(given_to(None, in_utc(IN_XHOSA, BESIDE))) == set()


@pytest.mark.parametrize("spoken", [("en",), ("xh", "en"), ()])
def test_whoever_gets_a_shift_for_a_language_has_to_speak_it(spoken: tuple[str, ...]):
    peers = ONLY_ENGLISH | {HERON: replace(EVERYBODY[HERON], languages=spoken)}
    rota = given_to(HERON, in_utc(IN_XHOSA, BESIDE))

    assert bool(for_whom(rota, peers)) == (spoken == ("en",))


def test_a_language_that_no_shift_names_is_promised_by_nobody():
    speaks = {
        peer: replace(each, languages=("en",)) for peer, each in EVERYBODY.items()
    }
    speaks[HERON] = replace(speaks[HERON], languages=("xh",))

    assert for_whom(in_utc(BESIDE), speaks) == set()


def test_a_shift_for_rooms_in_a_language_promises_both_together():
    rota = given_to(None, in_utc(line(tags=("women",), languages=("xh",)), BESIDE))

    (lack,) = found(rota, ONLY_ENGLISH)

    assert lack.promise.rooms == ("Women",)
    assert lack.promise.wanted == Wanted(("women",), "xh")


def test_two_shifts_for_a_language_promise_each_hour_once():
    second = line("second", 0, "20:00", "22:00", (HERON,), languages=("xh",))
    rota = given_to(None, in_utc(IN_XHOSA, second, BESIDE))
    silent = ONLY_ENGLISH | {HERON: Peer(HERON, reachable=False, likely=False)}

    (lack,) = found(rota, silent)

    assert lack.gap.hours == EVENING


def test_a_shift_that_takes_place_once_counts_as_a_weekly_one_does():
    once = Temporary(LineId("once"), HERON, EVENING, tags=("women",))
    rota = replace(in_utc(GENERAL_MORNING), once=(once,))

    assert for_whom(rota) == {("Alcohol", "Coffee")}


moments = st.integers(0, 4 * 26).map(lambda quarter: NOW + quarter * HOUR / 4)
some_hours = (
    st.tuples(moments, moments).map(sorted).map(lambda two: Hours(*two))
).filter(lambda hours: timedelta() < hours.length <= 12 * HOUR)
some_tags = st.lists(st.sampled_from(["women", "alcohol", "open"]), max_size=2)
some_languages = st.lists(st.sampled_from(["en", "xh"]), max_size=1)


@st.composite
def rotas(draw: st.DrawFn) -> Rota:
    """Return a rota of shifts that take place once, one or two a peer."""
    peers = [PeerId(f"peer {at}") for at in range(draw(st.integers(0, 6)))]
    once = tuple(
        Temporary(
            LineId(peer), peer, draw(some_hours), draw(st.booleans()),
            tuple(draw(some_tags)), tuple(draw(some_languages)),
        )
        for peer in peers
    )  # fmt: skip
    return Rota("UTC", once=once)


@given(rotas(), st.lists(some_hours, max_size=2), st.data())
def test_a_lack_is_within_its_span_open_and_no_gap_for_all(
    rota: Rota, shut: list[Hours], data: st.DataObject
):
    everybody = {
        shift.peer: Peer(
            shift.peer,
            reachable=data.draw(st.booleans()),
            likely=data.draw(st.booleans()),
            languages=tuple(data.draw(some_languages)),
        )
        for shift in rota.temporary
    }
    shifts = rota.shifts(ALL_DAY)
    nobody = gaps_within(ALL_DAY, shifts, everybody, ANYBODY, NOW)

    for gap, promise in lacks(rota, ALL_DAY, everybody, ROOMS, NOW, intended=shut):
        assert left_over(gap.hours, [ALL_DAY]) == []
        apart = [*shut, *(each.hours for each in nobody)]
        assert left_over(gap.hours, apart) == [gap.hours]
        asked = gaps_within(gap.hours, shifts, everybody, promise.wanted, NOW)
        assert [each.hours for each in asked] == [gap.hours]
