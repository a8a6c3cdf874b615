"""Needs, peers and moments for the tests of getting a human to come."""

from datetime import UTC, datetime, timedelta

from chat.model import MemberId, RoomName
from chat.oncall.need import Need
from chat.oncall.stages import Climb, NeedId, PeerId

NOW = datetime(2026, 11, 21, 22, 0, tzinfo=UTC)
WREN, OTTER, HERON = PeerId("wren"), PeerId("otter"), PeerId("heron")


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def a_need() -> Need:
    """Return a need raised now, in the open room, by nobody in particular."""
    return Need(
        id=NeedId("n1"),
        member=MemberId(b"m" * 16),
        room=RoomName("coffee"),
        raised_at=NOW,
        climb=Climb(NOW),
    )


def a_talk() -> Need:
    """Return a need that Wren accepted, and has said a first line about."""
    return a_need().accept(WREN, NOW).spoke(WREN, NOW)
