"""Rehearsal: what the rules read before anybody speaks."""

from chat import rehearsal


def test_every_kind_of_line_is_read_early():
    first = [line for line, _ in zip(rehearsal.lines(), range(5), strict=False)]

    assert len(set(first)) == 5


def test_there_are_lines_enough_to_be_quick_after():
    assert len(list(rehearsal.lines())) > 1000
