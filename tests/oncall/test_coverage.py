"""Coverage: who is rostered, who can be reached, and where nobody will be."""

from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.oncall.coverage import (
    AHEAD,
    SOON,
    Cell,
    Gap,
    Peer,
    Wanted,
    WeekHour,
    could_fill,
    fewest,
    gaps_within,
    span_of_week,
    week,
)
from chat.oncall.hours import Hours
from chat.oncall.rota import Rota
from chat.oncall.stages import PeerId
from chat.oncall.weekly import Weekly
from tests.oncall.needs import HERON, OTTER, WREN
from tests.oncall.shifts import (
    HOUR,
    JOBURG,
    MONDAY,
    a_rota,
    line,
    override,
    span,
    utc,
)

NOW = utc(MONDAY, 8)
ANY = Wanted()

Peers = dict[PeerId, Peer]


def team(*unreachable: PeerId) -> Peers:
    everyone = (WREN, OTTER, HERON)
    return {each: a_peer(each, reached=each not in unreachable) for each in everyone}


def a_peer(name: str, *, reached: bool = True) -> Peer:
    """Return somebody who can be reached now and later on, or neither."""
    return Peer(PeerId(name), reachable=reached, likely=reached)


def the_week(
    rota: Rota, peers: Peers | None = None, wanted: Wanted = ANY, zone: str = JOBURG
) -> dict[WeekHour, Cell]:
    shifts = rota.shifts(span_of_week(zone, NOW))
    cells = week(shifts, peers or team(), wanted, zone, NOW, {}, {})
    return {cell.at: cell for cell in cells}


def counts(cell: Cell) -> tuple[int, int, bool]:
    return cell.rostered, cell.reachable, cell.covered


def test_an_hour_is_closed_if_all_of_it_is():
    shut = [Hours(NOW + 2 * HOUR, NOW + 3.5 * HOUR)]
    cells = week([], {}, ANY, "UTC", NOW, {}, {}, intended=shut)

    assert [cell.at for cell in cells if cell.closed] == [WeekHour(0, NOW.hour + 2)]


def test_the_week_has_every_hour_once_today_s_first():
    cells = the_week(a_rota())

    assert len(cells) == 168
    assert next(iter(cells)) == WeekHour(0, 0)
    assert {cell.hours.length for cell in cells.values() if cell.hours} == {HOUR}


def test_hours_are_those_of_a_wall_clock():
    cells = the_week(a_rota())

    assert [hour for hour in range(24) if cells[WeekHour(0, hour)].covered] == [
        18, 19, 20, 21,
    ]  # fmt: skip
    assert cells[WeekHour(0, 18)].hours == span(16, 17)


def test_covered_means_reachable_not_rostered():
    cells = the_week(a_rota(), team(WREN))

    assert counts(cells[WeekHour(0, 18)]) == (1, 0, False)


def test_an_hour_is_as_thin_as_its_thinnest_moment():
    rota = a_rota(line("late", 0, "18:30", "22:00"))

    cells = the_week(rota)

    assert counts(cells[WeekHour(0, 18)]) == (0, 0, False)
    assert counts(cells[WeekHour(0, 19)]) == (1, 1, True)


def test_one_after_the_other_within_an_hour_is_covered():
    early = line("early", 0, "18:00", "18:30")
    late = line("late", 0, "18:30", "19:00", (OTTER,))

    assert the_week(a_rota(early, late))[WeekHour(0, 18)].covered


def test_two_peers_count_as_two():
    rota = a_rota(line("evening", 0, "18:00", "22:00", (WREN, OTTER)))

    assert counts(the_week(rota, team(OTTER))[WeekHour(0, 18)]) == (2, 1, True)


def test_a_backup_covers_nothing():
    assert counts(the_week(a_rota(line(backup=True)))[WeekHour(0, 18)]) == (0, 0, False)


def test_hours_given_to_nobody_cover_nothing_nor_does_who_has_left_the_team():
    given_away = a_rota().plus_override(override(span(16, 18), to=None))
    only_otter = {OTTER: a_peer(OTTER)}

    assert not the_week(given_away)[WeekHour(0, 18)].covered
    assert the_week(a_rota(), only_otter)[WeekHour(0, 18)].rostered == 0


@pytest.mark.parametrize(
    ("wanted", "covered"),
    [
        (Wanted(), True),
        (Wanted(("women",)), True),
        (Wanted(("men",)), False),
        (Wanted(("men", "open")), True),
        (Wanted(()), False),
        (Wanted(("women",), "en"), True),
        (Wanted(("women",), "xh"), False),
        (Wanted(language="xh"), False),
    ],
)
def test_a_map_is_of_a_room_tag_and_a_language(wanted: Wanted, covered: bool):
    rota = a_rota(line(tags=("women", "open")))
    peers = {WREN: replace(a_peer(WREN), languages=("en", "af"))}

    assert the_week(rota, peers, wanted)[WeekHour(0, 18)].covered is covered


def test_a_shift_without_tags_is_for_every_room_and_every_language():
    assert the_week(a_rota(), wanted=Wanted(("men",), "xh"))[WeekHour(0, 18)].covered


def test_a_shift_may_be_in_a_language():
    in_xhosa = replace(line(), languages=("xh",))

    cells = the_week(a_rota(in_xhosa), wanted=Wanted(language="en"))

    assert cells[WeekHour(0, 18)].rostered == 0


def test_what_is_usual_stands_beside_what_is_planned():
    at = WeekHour(0, 18)

    cells = week([], {}, ANY, JOBURG, NOW, {at: 1.5}, {at: 0.25})

    assert [(cell.present, cell.expected) for cell in cells if cell.at == at] == [
        (1.5, 0.25)
    ]
    assert sum(cell.present for cell in cells) == 1.5


@pytest.mark.parametrize(
    ("zone", "day", "hour", "length"),
    [
        ("Europe/London", date(2027, 3, 28), 1, None),
        ("Europe/London", date(2027, 10, 31), 1, 2),
        ("Australia/Lord_Howe", date(2027, 10, 3), 2, 0.5),
        ("Australia/Lord_Howe", date(2027, 4, 4), 1, 1.5),
    ],
)
def test_the_hour_of_the_change_is_as_long_as_it_is(
    zone: str, day: date, hour: int, length: float | None
):
    rota = Rota(zone, (line("all", day.weekday(), "00:00", "12:00"),))
    now = utc(day, 12)
    shifts = rota.shifts(span_of_week(zone, now))

    cells = week(shifts, team(), ANY, zone, now, {}, {})

    (cell,) = [each for each in cells if each.at == WeekHour(day.weekday(), hour)]
    if length is None:
        assert (cell.hours, cell.rostered, cell.covered) == (None, 0, False)
    else:
        assert cell.hours is not None
        assert (cell.hours.length, cell.covered) == (length * HOUR, True)
    assert len(cells) == 168


# Gaps.


def gaps(rota: Rota, peers: Peers | None = None, **more: object) -> list[Gap]:
    span = Hours(NOW, NOW + AHEAD)
    shifts = rota.shifts(span)
    return gaps_within(span, shifts, peers or team(), ANY, NOW, **more)  # type: ignore[arg-type]


def who_could(
    hours: Hours, rota: Rota, peers: Peers | None = None
) -> tuple[PeerId, ...]:
    return could_fill(hours, rota.shifts(Hours(NOW, NOW + AHEAD)), peers or team())


def all_day() -> tuple[Weekly, ...]:
    """Return Wren's and Otter's lines for all of the week."""
    return tuple(
        line(f"{half} {day}", day, starts, ends, (peer,))
        for day in range(7)
        for half, starts, ends, peer in (
            ("day", "08:00", "20:00", WREN),
            ("night", "20:00", "08:00", OTTER),
        )
    )


def test_a_week_with_somebody_in_every_hour_has_no_gap():
    assert gaps(a_rota(*all_day())) == []


def test_a_gap_is_told_with_who_could_fill_it():
    rota = a_rota(*all_day()).plus_override(override(span(10, 12), to=None))

    assert gaps(rota) == [Gap(span(10, 12), 0)]
    assert who_could(span(10, 12), rota) == (HERON, OTTER)


def test_a_rostered_peer_who_cannot_be_reached_leaves_a_gap():
    (gap, *_) = gaps(a_rota(*all_day()), team(WREN))

    assert gap == Gap(span(8, 18), 1)
    assert who_could(gap.hours, a_rota(*all_day()), team(WREN)) == (HERON, OTTER)


def test_gaps_are_those_ahead_and_within_72_hours():
    found = gaps(a_rota(line()))

    assert found[0].hours.starts == NOW
    assert found[-1].hours.ends == NOW + AHEAD
    assert [gap.hours for gap in found] == [span(8, 16), span(20, 80)]


def test_hours_that_are_meant_to_be_closed_are_no_gap():
    found = gaps(a_rota(line()), intended=[span(20, 79), span(0, 15)])

    assert [gap.hours for gap in found] == [span(15, 16), span(79, 80)]


def test_whoever_gave_hours_away_is_not_asked_to_fill_them():
    rota = a_rota(line("evening", 0, "18:00", "22:00", (WREN, OTTER)))
    rota = rota.plus_override(override(span(17, 18), OTTER, None))

    assert who_could(span(17, 18), rota) == (HERON,)


def test_only_who_suits_and_is_ready_and_free_could_fill_a_gap():
    peers = {
        peer.id: peer
        for peer in (
            replace(a_peer("fits"), languages=("en",)),
            replace(a_peer("other language"), languages=("xh",)),
            replace(a_peer("in training"), ready=False),
            a_peer("cannot be reached", reached=False),
        )
    }

    found = could_fill(span(8, 20), [], peers, Wanted(("women",), "en"))

    assert found == ("fits",)


def test_whoever_has_a_short_shift_in_a_long_gap_could_fill_the_rest():
    rota = a_rota(line("backup", 0, "18:00", "20:00", backup=True))

    assert WREN in who_could(span(8, 22), rota)
    assert WREN not in who_could(span(16, 18), rota)
    assert WREN not in who_could(span(15.9, 18), rota), "a few minutes are nothing"


def test_a_shift_ahead_counts_though_its_peer_cannot_be_reached_between_two():
    off_shift = {WREN: Peer(WREN, reachable=False, likely=True)}

    cells = the_week(a_rota(), off_shift)

    assert counts(cells[WeekHour(0, 18)]) == (1, 1, True)
    assert [gap.hours for gap in gaps(a_rota(), off_shift)] == [
        span(8, 16), span(20, 80),
    ]  # fmt: skip
    assert who_could(span(8, 16), a_rota(), off_shift) == (WREN,)


@pytest.mark.parametrize(
    ("now", "covered"),
    [
        (utc(MONDAY, 16) - SOON - HOUR, True),
        (utc(MONDAY, 16) - SOON, False),
        (utc(MONDAY, 17), False),
        (utc(MONDAY, 20), True),
    ],
)
def test_a_shift_that_is_on_or_begins_soon_counts_only_if_its_peer_is_reached(
    now: datetime, covered: bool
):
    off_shift = {WREN: Peer(WREN, reachable=False, likely=True)}
    shifts = a_rota().shifts(span_of_week(JOBURG, now))

    cells = week(shifts, off_shift, ANY, JOBURG, now, {}, {})

    assert {cell.covered for cell in cells if cell.rostered} == {covered}


def test_who_has_not_been_reached_for_long_is_no_cover_for_any_day():
    cells = the_week(a_rota(*all_day()), team(WREN))

    assert {cell.covered for cell in cells.values()} == {True, False}
    assert not cells[WeekHour(6, 12)].covered


def test_the_fewest_at_no_hours_are_none():
    assert fewest([], None) == 0
    assert fewest([], span(1, 2)) == 0


halves = st.integers(0, 23)


@given(
    st.lists(st.tuples(st.integers(0, 6), halves, st.integers(1, 12))), st.booleans()
)
def test_no_gap_goes_unnoticed(drawn: list[tuple[int, int, int]], out: bool):
    lines = [
        line(f"line {number}", day, f"{at:02}:00", f"{(at + length) % 24:02}:00",
             (PeerId(f"peer {number}"),))
        for number, (day, at, length) in enumerate(drawn)
    ]  # fmt: skip
    rota = Rota(JOBURG, tuple(lines))
    unreachable = PeerId("peer 0") if out else None
    names = [PeerId(f"peer {number}") for number in range(len(lines))]
    peers = {name: a_peer(name, reached=name != unreachable) for name in names}

    found = gaps(rota, peers or team())

    at = NOW
    while at < NOW + AHEAD:
        there = {shift.peer for shift in rota.on_shift(at)} - {unreachable}
        assert any(gap.hours.covers(at) for gap in found) != bool(there)
        at += HOUR / 2


# On duty without a shift: "I can take it".


def on_duty(hours: float, peers: Peers | None = None, *who: PeerId) -> Peers:
    """Return the team, of whom these (or Otter) can take it for some hours from now."""
    everyone = peers or team()
    until = NOW + hours * HOUR
    return everyone | {
        each: replace(everyone[each], on_duty_until=until) for each in who or (OTTER,)
    }


def test_whoever_is_on_duty_without_a_shift_is_cover_until_then():
    cells = the_week(a_rota(), on_duty(2.5), zone="UTC")

    covered = [cell.at.hour for cell in cells.values() if cell.covered]
    assert covered == [8, 9, 16, 17, 18, 19]
    assert [gap.hours for gap in gaps(a_rota(), on_duty(2.5))] == [
        span(10.5, 16), span(20, 80),
    ]  # fmt: skip


def test_of_the_hour_that_runs_only_what_is_left_is_to_be_covered():
    now = NOW + HOUR / 4
    cells = week([], on_duty(2), ANY, "UTC", now, {}, {})

    assert [cell.at.hour for cell in cells if cell.covered] == [8, 9]


def test_whoever_ends_their_duty_earlier_leaves_the_gap_again():
    assert gaps(a_rota(), on_duty(0)) == gaps(a_rota())


def test_whoever_is_on_duty_and_cannot_be_reached_is_no_cover():
    (gap, *_) = gaps(a_rota(), on_duty(3, team(OTTER)))

    assert gap == Gap(span(8, 16), 0)
    cells = the_week(a_rota(), on_duty(3, team(OTTER)), zone="UTC")
    assert counts(cells[WeekHour(0, 8)]) == (1, 0, False)


def test_duty_makes_nobody_two_and_leaves_a_shift_as_it_is():
    for_women = a_rota(line("women", 0, "10:00", "22:00", tags=("women",)))

    cells = the_week(for_women, on_duty(4, None, WREN), zone="UTC")

    assert [counts(cells[WeekHour(0, hour)]) for hour in (8, 9)] == [(1, 1, True)] * 2
    men = the_week(for_women, on_duty(4, None, WREN), Wanted(("men",)), "UTC")
    assert [men[WeekHour(0, hour)].covered for hour in (7, 8, 9)] == [False] * 3


def test_whoever_is_on_duty_could_fill_only_what_comes_after():
    peers = on_duty(2)

    assert OTTER not in could_fill(span(8, 10), [], peers)
    assert OTTER in could_fill(span(8, 12), [], peers)
