"""What is kept of a need: all of it, and just as it was."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from chat.model import Grade, Handle, MemberId, RoomName
from chat.oncall.known import Known, Told, columns, of_row
from chat.oncall.need import Need
from chat.oncall.stages import Climb, End, NeedId, PeerId, State
from tests.oncall.needs import NOW, a_need

_peer_ids = st.text("abc0123", min_size=1, max_size=8).map(PeerId)
_moments = st.datetimes(
    datetime(1971, 1, 1),  # noqa: DTZ001 (Hypothesis adds the zone)
    datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
).map(lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000))
_maybe = st.one_of(st.none(), _moments)
_words = st.text(max_size=20)
_some = st.lists(_words, max_size=3).map(tuple)

_needs = st.builds(
    Need,
    id=st.text("0123456789abcdef", min_size=32, max_size=32).map(NeedId),
    member=st.binary(max_size=16).map(MemberId),
    room=_words.map(RoomName),
    raised_at=_moments,
    climb=st.builds(Climb, _moments, st.integers(0, 19), st.integers(1), st.booleans()),
    grade=st.sampled_from(Grade),
    state=st.sampled_from(State),
    peer=st.none() | _peer_ids,
    joined=st.lists(_peer_ids, max_size=3).map(tuple),
    handing_to=st.none() | _peer_ids,
    handed_over=st.booleans(),
    accepted_at=_maybe,
    unanswered_since=_maybe,
    went_silent=st.lists(_peer_ids, max_size=3).map(tuple),
    end=st.none() | st.sampled_from(End),
    ending=_words,
    ended_at=_maybe,
    call_back_at=_maybe,
    drill=st.booleans(),
)
_told = st.builds(
    Told,
    source=_words,
    words=_words,
    wish=_words,
    shares=_some,
    tags=_some,
    language=_words,
    who=st.binary(max_size=5),
    handle=st.binary(max_size=16).map(Handle),
    case_id=_words,
)


@given(st.builds(Known, _needs, _told, _maybe, _maybe, _maybe))
def test_what_is_kept_is_read_as_it_was(known: Known):
    row = SimpleNamespace(id=known.need.id, **columns(known, None))

    assert of_row(row) == known


def test_only_who_waits_has_a_need_of_their_own():
    told = Told("pressed", handle=Handle(b"h" * 16))
    need, later = a_need(), NOW + timedelta(hours=1)
    promised = need.call_back(later, NOW)
    over = need.withdraw(NOW)

    kept = [
        columns(Known(each, told), None)["open_for"] for each in (need, promised, over)
    ]

    assert kept == [b"h" * 16, b"h" * 16, None]


def test_a_drill_is_nobodys():
    assert columns(Known(a_need(), Told("drill")), None)["open_for"] is None
