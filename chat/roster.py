"""Who is in one room, as this process has heard: a snapshot, then changes.

A member may be here on several processes at once and is still one presence. Nothing is
told twice, and what cancels itself out between two tellings is not told at all.
"""

from collections.abc import Collection, Iterable
from enum import IntEnum
from typing import Final, NamedTuple

from chat.model import MemberId, Who

MOST_LISTED: Final = 100
"""Above this many only counts are told."""

RETURN_SECONDS: Final = 300
"""Whoever comes back within this is not announced."""

TYPING_SECONDS: Final = 6


class State(IntEnum):
    """What is told of a member."""

    LEFT = 0
    HERE = 1
    AWAY = 2


class Change(NamedTuple):
    """What one process says of one member."""

    member: MemberId
    who: Who
    state: State


class News(NamedTuple):
    """What is told to a room: its number, who changed, who is typing."""

    here: int
    changes: list[tuple[bytes, int, bool]]
    typing: list[bytes]


class _Person:
    """One member: whom others see, and the state on each process they are on."""

    __slots__ = ("nodes", "told", "told_who", "who")

    def __init__(self, who: Who) -> None:
        self.who = self.told_who = who
        self.nodes: dict[bytes, State] = {}
        self.told = State.LEFT

    @property
    def state(self) -> State:
        if not self.nodes:
            return State.LEFT
        return State.HERE if State.HERE in self.nodes.values() else State.AWAY


class Roster:
    """Everyone in one room."""

    def __init__(self) -> None:
        self._people: dict[MemberId, _Person] = {}
        self._changed: set[MemberId] = set()
        self._left: dict[MemberId, float] = {}
        self._typing: dict[Who, float] = {}
        self._typing_told: set[Who] = set()
        self._count_told = 0

    def __len__(self) -> int:
        return len(self._people)

    @property
    def large(self) -> bool:
        """Whether only counts are told."""
        return len(self._people) > MOST_LISTED

    def hear(self, node: bytes, changes: Iterable[Change]) -> None:
        """Take what a process says of its members."""
        for change in changes:
            self._hear(node, change)

    def _hear(self, node: bytes, change: Change) -> None:
        person = self._people.get(change.member)
        if change.state is State.LEFT:
            if person is not None and person.nodes.pop(node, None) is not None:
                self._changed.add(change.member)
            return
        if person is None:
            person = self._people[change.member] = _Person(change.who)
        if person.nodes.get(node) is not change.state or person.who != change.who:
            person.nodes[node] = change.state
            person.who = change.who
            self._changed.add(change.member)

    def replace(self, everyone: Iterable[tuple[bytes, Change]]) -> None:
        """Take a snapshot in place of all that was heard before."""
        for member, person in self._people.items():
            person.nodes.clear()
            self._changed.add(member)
        for node, change in everyone:
            self._hear(node, change)

    def keep_only(self, nodes: Collection[bytes]) -> None:
        """Forget what processes said that are no longer alive."""
        for member, person in self._people.items():
            gone = person.nodes.keys() - nodes
            for node in gone:
                del person.nodes[node]
            if gone:
                self._changed.add(member)

    def typing(self, who: Who, now: float) -> None:
        """Hear that somebody is writing."""
        self._typing[who] = now + TYPING_SECONDS

    def taken(self, face: bytes, member: MemberId) -> bool:
        """Tell whether somebody else who is here goes by a name."""
        return any(
            person.who[: len(face)] == face and other != member and person.nodes
            for other, person in self._people.items()
        )

    def people(self) -> list[tuple[bytes, bool]] | int:
        """Return (who, away) of everyone, or how many when the room is large."""
        if self.large:
            return len(self)
        return [
            (person.who, person.state is State.AWAY)
            for person in self._people.values()
            if person.nodes
        ]

    def news(self, now: float) -> News | None:
        """Return what changed since it was last told, or None if nothing did."""
        changes = self._changes(now)
        typing = self._now_typing(now)
        count = len(self._people)
        if not changes and count == self._count_told and typing == self._typing_told:
            return None
        self._count_told, self._typing_told = count, typing
        return News(count, [] if self.large else changes, list(typing))

    def _changes(self, now: float) -> list[tuple[bytes, int, bool]]:
        told: list[tuple[bytes, int, bool]] = []
        for member in self._changed:
            person = self._people[member]
            if person.who != person.told_who:
                told.append((person.told_who, State.LEFT, False))
                person.told_who, person.told = person.who, State.LEFT
            if person.state is not person.told:
                announce = self._worth_a_word(member, person, now)
                told.append((person.who, int(person.state), announce))
            self._tell(member, person, now)
        self._changed.clear()
        self._forget_left(now)
        return told

    def _worth_a_word(self, member: MemberId, person: _Person, now: float) -> bool:
        """Announce coming and going; not looking away, nor coming back soon."""
        if person.state is State.LEFT:
            return True
        if person.told is not State.LEFT:
            return False
        left = self._left.get(member)
        return left is None or now - left > RETURN_SECONDS

    def _tell(self, member: MemberId, person: _Person, now: float) -> None:
        person.told = person.state
        self._left.pop(member, None)
        if person.state is State.LEFT:
            del self._people[member]
            self._left[member] = now

    def _forget_left(self, now: float) -> None:
        while self._left:
            member, left = next(iter(self._left.items()))
            if now - left <= RETURN_SECONDS:
                return
            del self._left[member]

    def _now_typing(self, now: float) -> set[Who]:
        self._typing = {w: until for w, until in self._typing.items() if until > now}
        return set(self._typing)
