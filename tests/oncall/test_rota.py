"""The rota: who is on shift when, overrides seen and never costing the hours beside."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.oncall.hours import Hours, left_over, zone_of
from chat.oncall.refusals import (
    BadShift,
    NoSuchShift,
    NotOnShift,
    RotaMistake,
    ShiftInverted,
    ShiftOverlaps,
    UnknownZone,
)
from chat.oncall.rota import Rota
from chat.oncall.shifts import Origin, Override, Shift
from chat.oncall.stages import PeerId
from chat.oncall.weekly import ONE_WEEK, LineId, Weekly
from tests.oncall.needs import HERON, OTTER, WREN
from tests.oncall.shifts import (
    HOUR,
    JOBURG,
    MONDAY,
    a_rota,
    line,
    override,
    span,
    temporary,
    utc,
)

WEEK = Hours(utc(MONDAY, 0), utc(MONDAY + ONE_WEEK, 0))


def who(shifts: list[Shift]) -> list[tuple[PeerId | None, float, float]]:
    """Return who has which hours after Monday's midnight, in UTC."""
    midnight = utc(MONDAY, 0)
    hours = [one.hours for one in shifts]
    return [
        (one.peer, (starts - midnight) / HOUR, (ends - midnight) / HOUR)
        for one, (starts, ends) in zip(shifts, hours, strict=True)
    ]


def test_somebody_is_on_shift_in_their_hours_in_the_rota_s_zone():
    rota = a_rota()

    assert [
        [one.peer for one in rota.on_shift(utc(MONDAY, at))] for at in (15.9, 16, 19.9)
    ] == [[], [WREN], [WREN]]
    assert rota.on_shift(utc(MONDAY, 20)) == []
    assert not rota.on_shift(utc(MONDAY - ONE_WEEK, 17)), "before its first day"


def test_the_whole_turn_is_on_shift():
    rota = a_rota(line("evening", 0, "18:00", "22:00", (WREN, OTTER)))

    assert [one.peer for one in rota.on_shift(utc(MONDAY, 17))] == [OTTER, WREN]


def test_a_shift_says_for_which_rooms_it_is_and_where_it_comes_from():
    rota = a_rota(line(tags=("women",), backup=True))

    (shift,) = rota.on_shift(utc(MONDAY, 17))

    assert (shift.tags, shift.backup, shift.line, shift.origin) == (
        ("women",), True, "evening", Origin.WEEKLY,
    )  # fmt: skip
    assert shift.covers(utc(MONDAY, 17))


def test_shifts_of_a_span_are_whole_and_in_order():
    rota = a_rota(line("late", 0, "22:00", "02:00"), line())

    assert who(rota.shifts(span(17, 21))) == [(WREN, 16, 20), (WREN, 20, 24)]


@pytest.mark.parametrize(
    "zone",
    ["Europe/London", "America/New_York", "Australia/Lord_Howe", "Africa/Johannesburg"],
)
def test_over_every_change_of_the_clock_a_shift_is_there_once_at_the_same_times(
    zone: str,
):
    """A year of nights: none is missing, none is doubled, none moves by an hour."""
    nights = [line(f"night {day}", day, "22:00", "06:00") for day in range(7)]
    days = [line(f"day {day}", day, "06:00", "14:00") for day in range(7)]
    noons = [line(f"noon {day}", day, "14:00", "22:00") for day in range(7)]
    rota, there = a_rota(*nights, *days, *noons, zone=zone), zone_of(zone)
    year = Hours(utc(MONDAY + ONE_WEEK, 0), utc(MONDAY + 53 * ONE_WEEK, 0))

    shifts = rota.shifts(year)

    assert rota.gaps(year) == []
    assert all(one.hours.ends == two.hours.starts for one, two in pairwise(shifts))
    walls = {
        (one.line.split()[0], *(at.astimezone(there).time() for at in one.hours))
        for one in shifts
    }
    assert walls == {
        ("night", time(22), time(6)),
        ("day", time(6), time(14)),
        ("noon", time(14), time(22)),
    }
    lengths = sorted({one.hours.length / HOUR for one in shifts})
    assert lengths == {
        "Africa/Johannesburg": [8],
        "Australia/Lord_Howe": [7.5, 8, 8.5],
    }.get(zone, [7, 8, 9])


# Overrides.


def test_an_override_gives_hours_away_and_shows():
    rota = a_rota().plus_override(override(span(17, 18)))

    assert who(rota.shifts(WEEK)) == [(WREN, 16, 17), (OTTER, 17, 18), (WREN, 18, 20)]
    given = rota.shifts(WEEK)[1]
    assert (given.origin, given.instead_of) == (Origin.OVERRIDE, WREN)


def test_hours_given_to_nobody_show_and_are_a_gap():
    rota = a_rota().plus_override(override(span(17, 18), to=None))

    assert who(rota.shifts(WEEK))[1] == (None, 17, 18)
    assert rota.on_shift(utc(MONDAY, 17)) == []
    assert rota.gaps(span(16, 20)) == [span(17, 18)]


def test_an_override_takes_only_whose_hours_it_is():
    rota = a_rota(line("evening", 0, "18:00", "22:00", (WREN, HERON)))

    rota = rota.plus_override(override(span(0, 24)))

    assert who(rota.shifts(WEEK)) == [(HERON, 16, 20), (OTTER, 16, 20)]


def test_a_later_override_finds_what_the_earlier_left():
    rota = a_rota().plus_override(override(span(16, 20)))

    rota = rota.plus_override(override(span(18, 19), OTTER, HERON, "second"))

    assert who(rota.shifts(WEEK)) == [
        (OTTER, 16, 18), (HERON, 18, 19), (OTTER, 19, 20),
    ]  # fmt: skip
    assert {one.instead_of for one in rota.shifts(WEEK)} == {WREN}


def test_an_override_of_somebody_without_a_shift_is_refused():
    with pytest.raises(NotOnShift) as refused:
        a_rota().plus_override(override(span(20, 21)))

    assert (refused.value.told, refused.value.field) == (
        "wren has no shift then", "peer",
    )  # fmt: skip


def test_nobody_gets_hours_in_which_they_have_a_shift():
    rota = a_rota(line("evening", 0, "18:00", "22:00", (WREN, OTTER)))

    with pytest.raises(ShiftOverlaps) as refused:
        rota.plus_override(override(span(17, 18)))

    assert refused.value.told == (
        "otter would have two shifts at once: "
        "2026-11-23 18:00 to 22:00 and 2026-11-23 19:00 to 20:00"
    )


def test_hours_are_not_given_to_who_has_them():
    with pytest.raises(BadShift, match="these are their own hours"):
        override(span(17, 18), to=WREN)


# Temporary shifts.


def test_a_temporary_shift_stands_beside_the_weekly_ones():
    rota = a_rota().plus_temporary(temporary(span(19, 21)))

    assert who(rota.shifts(WEEK)) == [(WREN, 16, 20), (OTTER, 19, 21)]
    assert rota.shifts(WEEK)[1].origin is Origin.TEMPORARY
    assert rota.gaps(span(19, 22)) == [span(21, 22)]


def test_a_temporary_shift_is_given_away_like_any_other():
    rota = a_rota().plus_temporary(temporary(span(10, 12)))

    rota = rota.plus_override(override(span(11, 12), OTTER, HERON))

    assert who(rota.shifts(span(10, 12))) == [(OTTER, 10, 11), (HERON, 11, 12)]


def test_hours_given_to_nobody_can_be_taken_again_by_who_gave_them():
    rota = a_rota().plus_override(override(span(16, 20), to=None))

    rota = rota.plus_temporary(temporary(span(17, 18), WREN))

    assert [one.peer for one in rota.on_shift(utc(MONDAY, 17))] == [WREN]
    assert rota.gaps(span(16, 20)) == [span(16, 17), span(18, 20)]


def test_hours_taken_after_others_were_given_away_do_not_go_the_same_way():
    rota = a_rota().plus_override(override(span(0, 24)))

    rota = rota.plus_temporary(temporary(span(10, 12), OTTER))
    rota = rota.plus_temporary(temporary(span(10, 12), WREN, "of Wren"))

    assert who(rota.shifts(span(10, 12))) == [(OTTER, 10, 12), (WREN, 10, 12)]


def test_nobody_takes_a_shift_while_they_have_one():
    with pytest.raises(ShiftOverlaps):
        a_rota().plus_temporary(temporary(span(19, 21), WREN))


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (lambda: temporary(span(21, 19)), "it ends before it starts"),
        (lambda: temporary(span(0, 13.1)), "it is longer than 13 hours"),
        (lambda: override(span(21, 19)), "it ends before it starts"),
        (lambda: override(span(0, 24 * 101)), "it is longer than 2400 hours"),
    ],
)
def test_inverted_or_endless_hours_are_refused(made: Callable[[], object], told: str):
    with pytest.raises(ShiftInverted) as refused:
        made()

    assert refused.value.told == told


# "Take 02:00 to 04:00 tonight".


@pytest.mark.parametrize(
    ("now", "starts", "ends"),
    [
        # 23:00 in Johannesburg: tonight is tomorrow.
        (21, 24, 26),
        # 03:00: it has begun.
        (25, 25, 26),
        # 04:00: the next night.
        (26, 48, 50),
        # 01:00: tonight is today.
        (23, 24, 26),
    ],
)
def test_tonight_is_the_next_that_is_not_over(now: float, starts: float, ends: float):
    rota = a_rota()

    hours = rota.tonight(time(2), time(4), utc(MONDAY, now))

    assert hours == span(starts, ends)


def test_tonight_may_begin_before_midnight():
    assert a_rota().tonight(time(23), time(1), utc(MONDAY, 22)) == span(22, 23)


def test_tonight_waits_for_a_night_that_has_those_hours():
    night = date(2027, 3, 28)
    rota = a_rota(zone="Europe/London")

    hours = rota.tonight(time(1), time(2), utc(night - timedelta(days=1), 12))

    assert hours == span(24, 25, night), "01:00 to 02:00 is skipped in that night"


def test_tonight_cannot_be_the_wrong_way_round():
    with pytest.raises(ShiftInverted):
        a_rota().tonight(time(4), time(2), utc(MONDAY, 21))


# Lines.


def test_two_weekly_lines_of_one_peer_do_not_overlap():
    with pytest.raises(ShiftOverlaps) as refused:
        a_rota().plus_weekly(line("late", 0, "21:00", "23:00"))

    assert refused.value.told == (
        "wren has Mondays 18:00 to 22:00 already, from 2026-11-23"
    )


@pytest.mark.parametrize(
    "rota",
    [
        a_rota().plus_temporary(temporary(span(10, 12))),
        a_rota(line("noon", 0, "12:00", "14:00")).plus_override(override(span(10, 12))),
    ],
)
def test_a_weekly_line_does_not_overlap_what_is_agreed_for_once(rota: Rota):
    with pytest.raises(ShiftOverlaps):
        rota.plus_weekly(line("midday", 0, "13:00", "15:00", (OTTER,)))


def test_a_weekly_line_does_not_overlap_for_who_stands_in_for_its_peer():
    rota = a_rota().plus_override(override(span(0, 24)))
    rota = rota.plus_temporary(temporary(span(10, 12)))

    with pytest.raises(ShiftOverlaps, match="otter would have two shifts at once"):
        rota.plus_weekly(line("midday", 0, "13:00", "15:00"))


def test_a_weekly_line_joins_the_others():
    rota = a_rota().plus_override(override(span(17, 18)))

    rota = rota.plus_weekly(line("midday", 0, "13:00", "15:00", (OTTER,)))

    assert who(rota.shifts(WEEK))[0] == (OTTER, 11, 13)


def test_a_line_that_is_stopped_was_there_before():
    rota = a_rota(line(), line("late", 0, "22:00", "23:00"))

    stopped = rota.stopped(LineId("evening"), MONDAY + ONE_WEEK)

    assert stopped.on_shift(utc(MONDAY, 17))
    assert not stopped.on_shift(utc(MONDAY + ONE_WEEK, 17))
    assert stopped.on_shift(utc(MONDAY + ONE_WEEK, 20.5))
    with pytest.raises(NoSuchShift):
        rota.stopped(LineId("morning"), MONDAY)


@pytest.mark.parametrize("name", ["evening", "extra", "over"])
def test_whatever_is_in_the_rota_can_be_taken_out(name: str):
    rota = (
        a_rota()
        .plus_temporary(temporary(span(8, 9), HERON))
        .plus_override(override(span(17, 18)))
    )

    without = rota.without(LineId(name))

    with pytest.raises(NoSuchShift):
        without.without(LineId(name))


def test_hours_do_not_come_back_to_who_has_others_by_now():
    rota = a_rota().plus_override(override(span(16, 20)))
    rota = rota.plus_temporary(temporary(span(17, 18), WREN))

    with pytest.raises(ShiftOverlaps):
        rota.without(LineId("over"))


def test_hours_do_not_go_on_to_who_has_others_by_now():
    rota = a_rota().plus_override(override(span(17, 18)))
    rota = rota.plus_override(override(span(16, 20), to=HERON, name="the rest"))
    rota = rota.plus_temporary(temporary(span(17, 18), HERON))

    with pytest.raises(ShiftOverlaps, match="heron would have two shifts at once"):
        rota.without(LineId("over"))


def test_a_rota_needs_a_zone_that_there_is():
    with pytest.raises(UnknownZone) as refused:
        Rota("Mars/Phobos")

    assert refused.value.field == "zone"


# Whatever the rota.

T = TypeVar("T")

PEERS = [WREN, OTTER, HERON]
peers = st.sampled_from(PEERS)
whole_hours = st.integers(0, 14 * 24)


@st.composite
def hours(draw: st.DrawFn, longest: int = 12) -> Hours:
    starts = draw(whole_hours)
    return span(starts, starts + draw(st.integers(1, longest)))


@st.composite
def rotas(draw: st.DrawFn) -> Rota:
    """Draw a rota as a coordinator comes to it: by asking, and by being refused."""
    rota = Rota(draw(st.sampled_from([JOBURG, "Europe/London"])))
    kinds = st.sampled_from(["line", "line", "extra", "over", "without"])
    for number, kind in enumerate(draw(st.lists(kinds, max_size=15))):
        name = f"{kind} {number}"
        match kind:
            case "line":
                rota = asked(rota, Rota.plus_weekly, draw(lines(name)))
            case "extra":
                extra = temporary(draw(hours()), draw(peers), name)
                rota = asked(rota, Rota.plus_temporary, extra)
            case "over":
                rota = asked(rota, Rota.plus_override, draw(overrides(name)))
            case _ if rota.once:
                gone = draw(st.sampled_from(rota.once))
                rota = asked(rota, Rota.without, gone.id)
    return rota


@st.composite
def lines(draw: st.DrawFn, name: str) -> Weekly:
    starts, length = draw(st.integers(0, 23)), draw(st.integers(1, 12))
    turns = draw(st.lists(st.tuples(peers), min_size=1, max_size=3))
    until = (starts + length) % 24
    day = draw(st.integers(0, 6))
    return line(name, day, f"{starts:02}:00", f"{until:02}:00", *turns)


@st.composite
def overrides(draw: st.DrawFn, name: str = "new") -> Override:
    giver = draw(peers)
    takers = [each for each in (*PEERS, None) if each != giver]
    return override(draw(hours(60)), giver, draw(st.sampled_from(takers)), name)


def asked(rota: Rota, change: Callable[[Rota, T], Rota], what: T) -> Rota:
    try:
        return change(rota, what)
    except RotaMistake:
        return rota


FORTNIGHT = Hours(utc(MONDAY, 0), utc(MONDAY + 2 * ONE_WEEK, 0))


def moments(shift: Shift) -> set[datetime]:
    """Return the hours of a shift that are within the fortnight, by their start."""
    starts, ends = shift.hours
    hours = (starts + at * HOUR for at in range((ends - starts) // HOUR))
    return {at for at in hours if FORTNIGHT.covers(at)}


@given(rotas())
def test_nobody_ever_has_two_shifts_at_once(rota: Rota):
    shifts = rota.shifts(FORTNIGHT)

    for peer in PEERS:
        theirs = [shift for shift in shifts if shift.peer == peer]
        assert all(
            not one.hours.shared_with(two.hours) for one, two in pairwise(theirs)
        )


@given(rotas())
def test_no_gap_goes_unnoticed_and_none_is_invented(rota: Rota):
    gaps = rota.gaps(FORTNIGHT)

    at = FORTNIGHT.starts
    while at < FORTNIGHT.ends:
        noticed = any(gap.covers(at) for gap in gaps)
        assert noticed != bool(rota.on_shift(at))
        at += 5 * HOUR
    taken = [one.hours for one in rota.shifts(FORTNIGHT) if one.peer]
    assert left_over(FORTNIGHT, [*gaps, *taken]) == []


@given(rotas(), overrides())
def test_an_override_never_loses_the_hours_beside_it(rota: Rota, given_: Override):
    after = asked(rota, Rota.plus_override, given_)
    if after is rota:
        return

    def had(of: Rota, whom: PeerId | None) -> set[tuple[datetime, LineId]]:
        shifts = (one for one in of.shifts(FORTNIGHT) if one.peer == whom)
        return {(at, one.line) for one in shifts for at in moments(one)}

    giver, to = given_.peer, given_.to
    moved = {each for each in had(rota, giver) if given_.hours.covers(each[0])}
    assert had(after, giver) == had(rota, giver) - moved
    assert had(after, to) == had(rota, to) | moved
    for other in set(PEERS) - {giver, to}:
        assert had(after, other) == had(rota, other)


@given(rotas(), whole_hours, st.integers(1, 48))
def test_a_part_of_a_span_has_the_same_shifts(rota: Rota, starts: int, length: int):
    part = span(starts, starts + length)

    whole = rota.shifts(Hours(FORTNIGHT.starts, FORTNIGHT.ends + ONE_WEEK))

    assert rota.shifts(part) == [one for one in whole if one.hours.shared_with(part)]
