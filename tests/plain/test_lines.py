"""The plain page has every help line that scripts have, and no other."""

import re
from pathlib import Path

import pytest

from chat.plain.lines import TABLE, BadLines, read


def test_every_line_of_the_table_is_there():
    table = TABLE.read_text("utf-8")

    assert {line for country in read() for line in country.lines} == set(
        re.findall(r'\["([^"]+)", "([\d -]+)"\]', table)
    )
    assert {country.code for country in read()} == set(
        re.findall(r"^  ([A-Z]{2}): \{ name", table, re.MULTILINE)
    )


def test_whom_to_talk_to_first_is_no_emergency_number():
    first = {country.code: country.first.dialled for country in read()}

    assert first["GB"] == "116123"
    assert first["ZA"] == "0800567567"
    assert "911" not in first.values()


def test_a_country_without_an_emergency_number_is_told_apart():
    assert [each.code for each in read() if not each.names_emergency] == ["IN"]


def test_a_table_that_cannot_be_read_stops_the_start(tmp_path: Path):
    broken = tmp_path / "lines.js"
    broken.write_text("export const COUNTRIES = {}")

    with pytest.raises(BadLines, match="no help lines"):
        read(broken)
