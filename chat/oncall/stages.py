"""The stages of a need, from the first to its four ends, and who is meant by an id."""

from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple, NewType

NeedId = NewType("NeedId", str)
PeerId = NewType("PeerId", str)
"""Somebody of the room team who may be called: the id of their staff account."""

ENDINGS: Final = {
    "heard": "They said it was enough for now",
    "next_step": "We agreed on a next step",
    "referred": "Passed on to a line or a service",
    "left": "They left",
    "out_of_scope": "Not what peers can do",
    "abuse": "Ended because of abuse",
    "other": "Other",
}
"""Why a peer ends a talk, by its code, as staff pages show it."""


class State(StrEnum):
    """How far a need has come."""

    RAISED = "raised"
    """Nobody has been called yet, or it has come back."""
    OFFERED = "offered"
    ACCEPTED = "accepted"
    """A peer is on the way to their first line."""
    TALKING = "talking"
    ENDED = "ended"


class End(StrEnum):
    """How a need ended. There is no fifth way."""

    ACCEPTED_AND_SPOKE = "accepted_and_spoke"
    HANDED_OVER = "handed_over"
    """As the one before; the last to talk had it from another peer."""
    WITHDREW = "withdrew"
    CALL_BACK = "call_back"
    """The member chose a time, at which it is raised again."""


class Climb(NamedTuple):
    """How far the calling has come: the step that is next, and when."""

    due: datetime
    step: int = 0
    round: int = 1
    nobody: bool = False
    """Nobody could be reached in all of the round before."""
