"""A standing: what is kept of it and what is told of it say the same."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chat.errors import BadFrame
from chat.model import Member, MemberId, Who
from chat.protocol import pack
from chat.roster import Change, State
from chat.standing import NEWS, Standing, Told, of_lease

NODE = b"node"

whos = st.binary(min_size=5, max_size=5).map(Who)
ids = st.binary(min_size=16, max_size=16).map(MemberId)
standings = st.builds(Standing, st.builds(Member, ids, whos), st.sampled_from(State))
changes = standings.map(Standing.change)


@given(standings)
def test_a_lease_is_read_as_it_was_written(standing: Standing):
    lease = standing.entry(NODE), standing.value()

    assert of_lease(*lease) == (NODE, standing.change())


@given(st.lists(changes, min_size=1), st.lists(whos))
def test_what_is_told_is_read_as_it_was_meant(changes: list[Change], typing: list[Who]):
    told = Told(NODE, changes, typing)

    assert Told.read(told.news().removeprefix(NEWS)) == told


def test_who_has_nothing_to_tell_tells_nothing():
    assert Told(NODE, [], []).news() == b""


@pytest.mark.parametrize(
    "news",
    [b"", b"\xc1", pack(1), pack((1, 2)), pack((b"node", [(b"m", b"w", 9)], []))],
)
def test_what_no_process_of_ours_says_is_refused(news: bytes):
    with pytest.raises(BadFrame):
        Told.read(news)


@example(pack((0, "", 0)))
@example(pack((b"node", [(b"m", b"w", 1)], [7])))
@given(st.binary(max_size=64))
def test_whatever_is_published_nothing_worse_happens(news: bytes):
    try:
        Told.read(news)
    except BadFrame:
        return


def test_news_begin_with_a_letter_that_no_event_begins_with():
    assert NEWS not in (b"s", b"t", b"r")
