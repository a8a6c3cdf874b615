"""Roles: what each of the room team may do."""

from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What somebody of the room team is there for, the least first.

    Compare by `may` or `reaches`, never by `<`: they are words.
    """

    PEER = "peer"
    """A trained supporter: listens to whoever asks for a human."""
    FACILITATOR = "facilitator"
    """Keeps a room: its controls, and the gentle part of what becomes a case."""
    MODERATOR = "moderator"
    """Works the cases: sanctions, appeals, undoing."""
    COORDINATOR = "coordinator"
    """Runs the team: who is in it, which rules act, what the numbers say."""

    def reaches(self, other: "Role") -> bool:
        """Tell whether this role may do all that another may."""
        return _ORDER.index(self) >= _ORDER.index(other)


_ORDER: Final = tuple(Role)

VERBS: Final = {
    "desk": Role.PEER,
    "calls": Role.PEER,
    "rooms": Role.FACILITATOR,
    "cases": Role.FACILITATOR,
    "reveal": Role.FACILITATOR,
    "act": Role.FACILITATOR,
    "sanction": Role.MODERATOR,
    "undo": Role.MODERATOR,
    "appeals": Role.MODERATOR,
    "second": Role.MODERATOR,
    "rules": Role.MODERATOR,
    "change_rules": Role.COORDINATOR,
    "numbers": Role.COORDINATOR,
    "export": Role.COORDINATOR,
    "staff": Role.COORDINATOR,
    "coordinate": Role.COORDINATOR,
}
"""What a page lets one do, and the least role for it.

`desk` is one's own: account, preferences, off-loading. `calls` is being there for who
needs to talk, with the rota and the course, and `coordinate` seeing to it that somebody
is. `rooms` are a room's controls and the bell, `cases` the queues, claims and notes; of
what `act` opens, the ladder says which acts a role has.
"""


def may(role: Role, verb: str) -> bool:
    """Tell whether a role may do something; what has no name here nobody may."""
    least = VERBS.get(verb)
    return least is not None and role.reaches(least)
