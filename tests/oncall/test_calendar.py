"""The calendar feed: one peer's shifts, as every calendar reads them, and no more."""

import re
from datetime import UTC, date, datetime

from chat.oncall.calendar import feed
from chat.oncall.shifts import Shift
from tests.oncall.needs import OTTER, WREN
from tests.oncall.shifts import a_rota, line, override, span

NOW = datetime(2026, 11, 21, 22, 0, tzinfo=UTC)
WEEK = span(0, 24 * 7)


def lines(feed: bytes) -> list[str]:
    assert feed.endswith(b"\r\n")
    return feed.decode().split("\r\n")[:-1]


def values(feed: bytes, name: str) -> list[str]:
    return [
        line.partition(":")[2] for line in lines(feed) if line.startswith(f"{name}:")
    ]


def wrens(shifts: list[Shift] | None = None) -> bytes:
    if shifts is None:
        shifts = a_rota().shifts(WEEK)
    return feed(WREN, shifts, NOW)


def test_a_shift_is_an_event_in_utc():
    assert lines(wrens()) == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Porchlight//On call//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "X-WR-CALNAME:On call",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
        "BEGIN:VEVENT",
        f"UID:{values(wrens(), 'UID')[0]}",
        "DTSTAMP:20261121T220000Z",
        "DTSTART:20261123T160000Z",
        "DTEND:20261123T200000Z",
        "SUMMARY:On call",
        "CLASS:PRIVATE",
        "END:VEVENT",
        "END:VCALENDAR",
    ]


def test_there_is_nobody_else_in_it():
    rota = a_rota(line("evening", 0, "18:00", "22:00", (WREN, OTTER)))
    rota = rota.plus_weekly(line("noon", 1, "12:00", "14:00", (OTTER,)))
    rota = rota.plus_override(override(span(24, 48), OTTER, WREN))

    told = wrens(rota.shifts(WEEK))

    assert len(values(told, "UID")) == 2
    assert b"otter" not in told.lower()


def test_nothing_in_it_says_who_or_what_for():
    told = wrens(a_rota(line(tags=("women", "alcohol"))).shifts(WEEK))

    assert not re.search(rb"wren|women|alcohol|evening", told)


def test_a_peer_without_shifts_has_a_calendar_without_events():
    told = lines(wrens([]))

    assert "BEGIN:VEVENT" not in told
    # A calendar has at least one component (RFC 5545, 3.6).
    assert told[-9:] == [
        "BEGIN:VTIMEZONE",
        "TZID:UTC",
        "BEGIN:STANDARD",
        "DTSTART:19700101T000000",
        "TZOFFSETFROM:+0000",
        "TZOFFSETTO:+0000",
        "END:STANDARD",
        "END:VTIMEZONE",
        "END:VCALENDAR",
    ]


def test_a_shift_keeps_its_name_and_each_has_its_own():
    before = values(wrens(), "UID")
    shifts = a_rota().plus_override(override(span(19, 20))).shifts(WEEK)
    cut = values(wrens(shifts), "UID")
    theirs = values(feed(OTTER, shifts, NOW), "UID")
    fortnight = values(wrens(a_rota().shifts(span(0, 24 * 14))), "UID")

    assert cut == before
    assert set(theirs).isdisjoint(before)
    assert len(set(fortnight)) == 2


def test_a_backup_is_said_to_be_one():
    told = wrens(a_rota(line(backup=True)).shifts(WEEK))

    assert values(told, "SUMMARY") == ["On call\\, backup"]


def test_a_shift_over_the_change_of_the_clock_has_its_instants():
    saturdays = line("night", 5, "22:00", "06:00")
    rota = a_rota(saturdays, zone="Europe/London")

    told = wrens(rota.shifts(span(0, 48, date(2027, 3, 27))))

    assert values(told, "DTSTART") == ["20270327T220000Z"]
    assert values(told, "DTEND") == ["20270328T050000Z"], "06:00, seven hours later"


def test_no_line_has_to_be_folded():
    told = wrens(a_rota(line(backup=True)).shifts(WEEK)) + wrens([])

    assert all(len(each) <= 75 for each in told.split(b"\r\n"))
