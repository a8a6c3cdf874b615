"""The picture of the week: readable in any colours, in none, and without seeing."""

import re
from xml.etree import ElementTree

from chat.oncall.coverage import Cell, WeekHour
from chat.oncall.picture import Cover, cover, picture, summary, table
from tests.oncall.shifts import span

SVG = "{http://www.w3.org/2000/svg}"

COVERED = Cell(WeekHour(0, 18), span(18, 19), 3, 2, 1.5, 0.75)
ALONE = Cell(WeekHour(0, 19), span(19, 20), 1, 1, 1, 0.1)
UNREACHABLE = Cell(WeekHour(1, 2), span(26, 27), 1, 0, 0, 0)
GAP = Cell(WeekHour(6, 23), span(47, 48), 0, 0, 0, 0.5)
CLOSED = Cell(WeekHour(6, 5), span(29, 30), 1, 0, 0, 0, closed=True)
SKIPPED = Cell(WeekHour(6, 1), None, 0, 0, 0, 0)
CELLS = [COVERED, ALONE, UNREACHABLE, GAP, CLOSED, SKIPPED]


def drawn(title: str = "Open rooms") -> ElementTree.Element:
    return ElementTree.fromstring(picture(CELLS, title))


def test_how_an_hour_is_covered():
    assert [cover(cell) for cell in CELLS] == list(Cover)


def test_somebody_who_is_there_in_closed_hours_counts():
    assert cover(CLOSED._replace(reachable=1)) is Cover.ALONE


def test_every_hour_has_a_sign_and_not_only_a_shade():
    groups = drawn().findall(f"{SVG}g")

    assert [(group.get("class"), group.findtext(f"{SVG}text")) for group in groups] == [
        ("covered asked", "2"),
        ("alone", "1"),
        ("unreachable", "!"),
        ("gap asked", "\u00d7"),
        ("closed", "c"),
        ("skipped", "\u2013"),
    ]


def test_an_hour_that_is_much_asked_for_has_a_bar():
    groups = drawn().findall(f"{SVG}g")

    bars = [group.find(f"{SVG}path") is not None for group in groups]

    assert bars == [True, False, False, True, False, False]


def test_no_two_kinds_of_cover_look_alike_without_colours():
    groups = drawn().findall(f"{SVG}g")
    looks = [group.find(f"{SVG}rect") for group in groups]

    seen = {
        (look.get("fill"), look.get("fill-opacity"), look.get("stroke-opacity"))
        for look in looks
        if look is not None
    }

    assert len(seen) == len(Cover)


def test_an_hour_stands_in_the_row_of_its_day():
    places = [(rect.get("x"), rect.get("y")) for rect in drawn().iter(f"{SVG}rect")]

    assert places[0] == (str(40 + 18 * 28 + 1), "21")
    assert places[3] == (str(40 + 23 * 28 + 1), str(20 + 6 * 28 + 1))


def test_it_asks_for_nothing_that_our_pages_do_not_allow():
    svg = picture(CELLS, "Open rooms")

    assert not re.search(r"style|<script|href|on\w+=|#[0-9a-f]{3,6}[\"';]|rgb", svg)
    assert "currentColor" in svg


def test_it_is_named_for_those_who_do_not_see_it():
    svg = drawn()

    assert svg.get("role") == "img"
    labels = str(svg.get("aria-labelledby")).split()
    by_id = {each.get("id"): each.text for each in svg if each.get("id")}
    assert [by_id[label] for label in labels] == ["Open rooms", summary(CELLS)]
    assert 'fill="url(#cover-hatch)"' in picture(CELLS, "Open rooms")
    assert svg.find(f"{SVG}defs/{SVG}pattern[@id='cover-hatch']") is not None


def test_a_title_is_only_words():
    svg = drawn('<script>&"')

    assert svg.findtext(f"{SVG}title") == '<script>&"'


def test_the_week_in_a_sentence():
    assert summary(CELLS) == (
        "Hours of the week: covered: 1; one peer alone: 1; rostered, unreachable: 1;"
        " nobody: 1; closed on purpose: 1; no such hour this week: 1."
    )
    assert summary([GAP]) == "Hours of the week: nobody: 1."


def test_the_table_says_the_same_in_words():
    found = table(CELLS)

    assert (found.head[0], found.head[23], len(found.rows)) == ("00:00", "23:00", 7)
    monday, sunday = found.rows[0], found.rows[6]
    assert monday.day == "Monday"
    assert monday.hours[18] == (
        "covered: 2 reachable of 3 rostered, 1.5 usually here, 0.8 needs expected"
    )
    assert sunday.hours[1] == "no such hour this week"
    assert sunday.hours[5].startswith("closed on purpose: 0 reachable")
    assert sunday.hours[23].startswith("nobody: 0 reachable of 0 rostered")
    assert monday.hours[0] == ""
