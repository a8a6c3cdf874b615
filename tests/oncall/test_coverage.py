"""Coverage: who is rostered, who can be reached, and where nobody will be."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.oncall.coverage import (
    AHEAD,
    Cell,
    Gap,
    Peer,
    Wanted,
    WeekHour,
    fewest,
    gaps_ahead,
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
    return {each: Peer(each, each not in unreachable) for each in everyone}


def the_week(
    rota: Rota, peers: Peers | None = None, wanted: Wanted = ANY, zone: str = JOBURG
) -> dict[WeekHour, Cell]:
    shifts = rota.shifts(span_of_week(zone, NOW))
    cells = week(shifts, peers or team(), wanted, zone, NOW, {}, {})
    return {cell.at: cell for cell in cells}


def counts(cell: Cell) -> tuple[int, int, bool]:
    return cell.rostered, cell.reachable, cell.covered


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
    only_otter = {OTTER: Peer(OTTER, reachable=True)}

    assert not the_week(given_away)[WeekHour(0, 18)].covered
    assert the_week(a_rota(), only_otter)[WeekHour(0, 18)].rostered == 0


@pytest.mark.parametrize(
    ("wanted", "covered"),
    [
        (Wanted(), True),
        (Wanted("women"), True),
        (Wanted("men"), False),
        (Wanted("women", "en"), True),
        (Wanted("women", "xh"), False),
        (Wanted(language="xh"), False),
    ],
)
def test_a_map_is_of_a_room_tag_and_a_language(wanted: Wanted, covered: bool):
    rota = a_rota(line(tags=("women", "open")))
    peers = {WREN: Peer(WREN, reachable=True, languages=("en", "af"))}

    assert the_week(rota, peers, wanted)[WeekHour(0, 18)].covered is covered


def test_a_shift_without_tags_is_for_every_room_and_every_language():
    assert the_week(a_rota(), wanted=Wanted("men", "xh"))[WeekHour(0, 18)].covered


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
    shifts = rota.shifts(Hours(NOW, NOW + AHEAD))
    return gaps_ahead(shifts, peers or team(), ANY, NOW, **more)  # type: ignore[arg-type]


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

    assert gaps(rota) == [Gap(span(10, 12), 0, 0, (HERON, OTTER))]


def test_a_rostered_peer_who_cannot_be_reached_leaves_a_gap():
    (gap, *_) = gaps(a_rota(*all_day()), team(WREN))

    assert gap == Gap(span(8, 18), 1, 0, (HERON, OTTER))


def test_gaps_are_those_ahead_and_within_72_hours():
    found = gaps(a_rota(line()))

    assert found[0].hours.starts == NOW
    assert found[-1].hours.ends == NOW + AHEAD
    assert [gap.hours for gap in found] == [span(8, 16), span(20, 80)]


def test_hours_that_are_meant_to_be_closed_are_no_gap():
    found = gaps(a_rota(line()), intended=[span(20, 79), span(0, 15)])

    assert [gap.hours for gap in found] == [span(15, 16), span(79, 80)]


def test_where_a_peer_would_be_alone_is_told_when_asked_for():
    rota = a_rota(line("evening", 0, "18:00", "22:00", (WREN, OTTER)))
    rota = rota.plus_override(override(span(17, 18), OTTER, None))

    found = gaps(rota, at_least=2)

    assert found[0].hours == span(8, 16)
    assert (found[1].hours, found[1].reachable) == (span(17, 18), 1)
    assert found[1].could_fill == (HERON,), "Otter gave these hours away"


def test_only_who_suits_and_is_ready_and_free_could_fill_a_gap():
    peers = {
        PeerId("fits"): Peer(PeerId("fits"), True, ("women",), ("en",)),
        PeerId("other rooms"): Peer(PeerId("other rooms"), True, ("men",)),
        PeerId("other language"): Peer(PeerId("other language"), True, (), ("xh",)),
        PeerId("in training"): Peer(PeerId("in training"), True, ready=False),
        PeerId("cannot be reached"): Peer(PeerId("cannot be reached"), False),
    }

    (gap,) = gaps_ahead([], peers, Wanted("women", "en"), NOW)

    assert gap.could_fill == ("fits",)


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
    peers = {name: Peer(name, name != unreachable) for name in names}

    found = gaps(rota, peers or team())

    at = NOW
    while at < NOW + AHEAD:
        there = {shift.peer for shift in rota.on_shift(at)} - {unreachable}
        assert any(gap.hours.covers(at) for gap in found) != bool(there)
        at += HOUR / 2
