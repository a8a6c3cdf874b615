"""Who is in one room, as this process has heard: a snapshot, then changes.

A member may be here on several processes at once and is still one presence. Nothing is
told twice, and what cancels itself out between two tellings is not told at all.
"""

from collections.abc import Collection, Iterable, Iterator
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


_STATES = tuple(State)


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
    """One member: the state on each process they are on, and what the room knows.

    There is one for every member of every room, so both are kept as pairs in a tuple:
    half the size of a dictionary, and nothing for the garbage collector to walk.
    """

    __slots__ = ("nodes", "shown", "told", "who")

    def __init__(self, who: Who) -> None:
        self.who = who
        self.nodes: tuple[tuple[bytes, int], ...] = ()
        self.told: tuple[tuple[Who, int], ...] = ()
        self.shown = False

    @property
    def state(self) -> State:
        # Nearly always on one, and asked of all by everybody who comes in.
        if len(self.nodes) == 1:
            return _STATES[self.nodes[0][1]]
        return State(min((state for _, state in self.nodes), default=State.LEFT))

    def on(self, node: bytes) -> int:
        """Return the state on a process."""
        return dict(self.nodes).get(node, State.LEFT)

    def be(self, node: bytes, state: State) -> None:
        """Know the state on a process."""
        others = tuple(pair for pair in self.nodes if pair[0] != node)
        self.nodes = others if state is State.LEFT else (*others, (node, int(state)))

    def show(self) -> None:
        """Know that somebody sees them as they are, whatever the room was told."""
        if self.who not in dict(self.told):
            self.told = (*self.told, (self.who, int(State.LEFT)))
        self.shown = True

    def untold(self) -> Iterator[tuple[Who, State, State]]:
        """Yield (who, was, is) wherever somebody in the room may know it wrongly."""
        told = dict(self.told)
        for who in {**told, self.who: State.LEFT}:
            was = State(told.get(who, State.LEFT))
            state = self.state if who == self.who else State.LEFT
            if self.shown or state is not was:
                yield who, was, state

    def tell(self) -> None:
        """Know that the room knows."""
        self.told = ((self.who, int(self.state)),) if self.nodes else ()
        self.shown = False


class Roster:
    """Everyone in one room."""

    def __init__(self) -> None:
        self._people: dict[MemberId, _Person] = {}
        self._gone: dict[MemberId, _Person] = {}  # and the room does not know yet
        self._changed: set[MemberId] = set()
        self._left: dict[MemberId, float] = {}
        self._typing: dict[Who, float] = {}
        self._typing_told: set[Who] = set()
        self._count_told = 0
        self._only_counted = False

    def __len__(self) -> int:
        return len(self._people)

    def __contains__(self, member: object) -> bool:
        return member in self._people

    @property
    def large(self) -> bool:
        """Whether only counts are told."""
        return len(self._people) > MOST_LISTED

    def hear(self, node: bytes, changes: Iterable[Change]) -> None:
        """Take what a process says of its members."""
        for change in changes:
            self._hear(node, change)

    def _hear(self, node: bytes, change: Change) -> None:
        member = change.member
        person = self._people.get(member) or self._gone.get(member)
        if change.state is State.LEFT:
            if person is None or not person.on(node):
                return
        else:
            person = person or _Person(change.who)
            if person.who == change.who and person.on(node) == change.state:
                return
            person.who = change.who
        person.be(node, change.state)
        self._sort(member, person)

    def _sort(self, member: MemberId, person: _Person) -> None:
        """Put somebody among those who are here, or those who are gone."""
        self._people.pop(member, None)
        self._gone.pop(member, None)
        if person.nodes:
            self._people[member] = person
        elif person.told:
            self._gone[member] = person
        else:  # they came and went, and nobody saw
            self._changed.discard(member)
            return
        self._changed.add(member)

    def replace(self, everyone: Iterable[tuple[bytes, Change]]) -> None:
        """Take a snapshot in place of all that was heard before."""
        self.keep_only(())
        for node, change in everyone:
            self._hear(node, change)

    def keep_only(self, nodes: Collection[bytes]) -> None:
        """Forget what processes said that are no longer alive."""
        for member, person in list(self._people.items()):
            gone = [node for node, _ in person.nodes if node not in nodes]
            for node in gone:
                person.be(node, State.LEFT)
            if gone:
                self._sort(member, person)

    def typing(self, who: Who, now: float) -> None:
        """Hear that somebody is writing."""
        self._typing[who] = now + TYPING_SECONDS

    def taken(self, face: bytes, member: MemberId) -> bool:
        """Tell whether somebody else who is here goes by a name."""
        return any(
            person.who[: len(face)] == face and other != member
            for other, person in self._people.items()
        )

    def people(self) -> list[tuple[bytes, bool]] | int:
        """Return (who, away) of everyone, or how many when the room is large."""
        if self.large:
            self._only_counted = True
            return len(self)
        # Whoever asked sees what the room was not told yet. Should it be undone before
        # the next news, nothing would tell them so: what they saw is told in any case.
        for member in self._changed:
            self._person(member).show()
        return [(p.who, p.state is State.AWAY) for p in self._people.values()]

    def news(self, now: float) -> News | None:
        """Return what changed since it was last told, or None if nothing did."""
        self._forget_left(now)
        changes = self._changes(now)
        typing = self._now_typing(now)
        count = len(self)
        if not changes and count == self._count_told and typing == self._typing_told:
            return None
        self._count_told, self._typing_told = count, typing
        return News(count, changes, list(typing))

    def _changes(self, now: float) -> list[tuple[bytes, int, bool]]:
        if self.large:
            self._only_counted = True
            return []
        everyone, self._only_counted = self._only_counted, False
        if everyone:
            self._show_everyone()
        told: list[tuple[bytes, int, bool]] = [
            (who, int(state), not everyone and self._worth_a_word(member, was, state))
            for member in self._changed
            for who, was, state in self._person(member).untold()
        ]
        self._tell(now)
        return told

    def _show_everyone(self) -> None:
        """Let the whole list be told: whoever saw a number has heard of nobody."""
        self._changed = {*self._people, *self._gone}
        for person in self._people.values():
            person.show()

    def _person(self, member: MemberId) -> _Person:
        return self._people.get(member) or self._gone[member]

    def _worth_a_word(self, member: MemberId, was: State, now: State) -> bool:
        """Announce coming and going; not looking away, nor coming back soon."""
        if now is State.LEFT:
            return was is not State.LEFT
        return was is State.LEFT and member not in self._left

    def _tell(self, now: float) -> None:
        """Know that the room knows, and remember for a while who left it."""
        for member in self._changed:
            self._left.pop(member, None)
            if member in self._gone:
                self._left[member] = now
            self._person(member).tell()
        self._changed.clear()
        self._gone.clear()

    def _forget_left(self, now: float) -> None:
        while self._left:
            member, left = next(iter(self._left.items()))
            if now - left <= RETURN_SECONDS:
                return
            del self._left[member]

    def _now_typing(self, now: float) -> set[Who]:
        if self._typing:
            still = {w: until for w, until in self._typing.items() if until > now}
            self._typing = still
        return set(self._typing)
