"""The calendar feed: one peer's shifts, as every calendar reads them, and no more."""

import re
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from chat.oncall.calendar import feed
from chat.oncall.shifts import Shift
from tests.oncall.needs import OTTER, WREN
from tests.oncall.shifts import a_rota, line, override, span

NOW = datetime(2026, 11, 21, 22, 0, tzinfo=UTC)
WEEK = span(0, 24 * 7)


def lines(feed: bytes) -> list[str]:
    """Return the lines of a feed, unfolded as RFC 5545 says (3.1)."""
    assert feed.endswith(b"\r\n")
    return feed.replace(b"\r\n ", b"").decode().split("\r\n")[:-1]


def values(feed: bytes, name: str) -> list[str]:
    return [
        line.partition(":")[2] for line in lines(feed) if line.startswith(f"{name}:")
    ]


def wrens(title: str = "On call", shifts: list[Shift] | None = None) -> bytes:
    if shifts is None:
        shifts = a_rota().shifts(WEEK)
    return feed(WREN, shifts, NOW, title)


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

    told = wrens(shifts=rota.shifts(WEEK))

    assert len(values(told, "UID")) == 2
    assert b"otter" not in told.lower()


def test_nothing_in_it_says_who_or_what_for():
    told = wrens(shifts=a_rota(line(tags=("women", "alcohol"))).shifts(WEEK))

    assert not re.search(rb"wren|women|alcohol|evening", told)


def test_a_peer_without_shifts_has_a_calendar_without_events():
    told = lines(wrens(shifts=[]))

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
    cut = values(wrens(shifts=shifts), "UID")
    theirs = values(feed(OTTER, shifts, NOW), "UID")
    fortnight = values(wrens(shifts=a_rota().shifts(span(0, 24 * 14))), "UID")

    assert cut == before
    assert set(theirs).isdisjoint(before)
    assert len(set(fortnight)) == 2


def test_a_backup_is_said_to_be_one():
    told = wrens(shifts=a_rota(line(backup=True)).shifts(WEEK))

    assert values(told, "SUMMARY") == ["On call\\, backup"]


def test_a_title_is_escaped_and_cannot_begin_another_line():
    told = wrens("a;b,c\\d\r\nBEGIN:VALARM\x07\u2028")

    assert values(told, "SUMMARY") == ["a\\;b\\,c\\\\d\\nBEGIN:VALARM"]
    assert "BEGIN:VALARM" not in lines(told)


def test_a_shift_over_the_change_of_the_clock_has_its_instants():
    saturdays = line("night", 5, "22:00", "06:00")
    rota = a_rota(saturdays, zone="Europe/London")

    told = wrens(shifts=rota.shifts(span(0, 48, date(2027, 3, 27))))

    assert values(told, "DTSTART") == ["20270327T220000Z"]
    assert values(told, "DTEND") == ["20270328T050000Z"], "06:00, seven hours later"


@given(st.text(max_size=200))
def test_no_line_is_longer_than_75_octets_and_none_is_cut_within_a_letter(title: str):
    told = wrens(title)

    for line_ in told.split(b"\r\n"):
        assert len(line_) <= 75
        line_.decode()
    printable = "".join(each for each in title if each == "\n" or each.isprintable())
    (summary,) = values(told, "SUMMARY")
    read = re.sub(r"\\(.)", lambda it: "\n" if it[1] == "n" else it[1], summary)
    assert read == printable


def test_a_long_title_is_folded_where_it_must_be():
    told = wrens("é" * 60)

    (first, second, *_) = [
        each for each in told.split(b"\r\n") if each.startswith((b"SUMM", b" "))
    ][-2:]
    assert first == b"SUMMARY:" + "é".encode() * 33
    assert second == b" " + "é".encode() * 27
