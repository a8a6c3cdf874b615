"""Call rows: a need as the calls page shows it, on the server and in its script."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from chat.desk.warmth import DANGER, WISHES, grade_key, shares
from chat.desk.wording import ago, listed
from chat.identity import name_of
from chat.oncall.known import Known
from chat.oncall.need import Need
from chat.oncall.stages import PeerId, State
from chat.talkroom import called

LISTS: Final = ("asked", "mine", "waiting", "others")
"""Where a need stands on the page: one asks me, I have it, nobody has it, others do."""

SOMEBODY: Final = "Somebody"
NOWHERE: Final = "outside the rooms"


class CallRow(NamedTuple):
    """A need as the page shows it; the page's script is given the very same."""

    id: str
    name: str
    grade: str
    grade_key: str
    room: str
    raised_at: int
    age: str
    wish: str
    shares: str
    shared: str
    words: str
    drill: bool
    by: str
    """Who is with them, or has been asked."""
    may_accept: bool
    may_open: bool
    asked: bool
    may_join: bool


BLANK: Final = CallRow(
    "", "", "", "", "", 0, "", "", "", "", "", drill=False, by="", may_accept=False,
    may_open=False, asked=False, may_join=False,
)  # fmt: skip
"""What the page's script fills."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks at the page, and what they need to read it."""

    peer: PeerId
    ready: bool
    """Whether they may take a need into their care, and know who waits."""
    coordinates: bool
    names: Mapping[str, str]
    """The desk names of the team, by id."""
    rooms: Mapping[str, str]
    shares: tuple[str, ...] = ()
    company: Collection[str] = field(default=frozenset())
    """The needs whose peer would like somebody to sit in."""

    def place(self, need: Need) -> str:
        """Return in which list a need stands for them; empty: it is not for them."""
        if need.handing_to == self.peer:
            return "asked"
        if self.peer in need.helpers:
            return "mine"
        if need.is_calling:
            return "waiting" if self.ready else ""
        invited = self.ready and need.id in self.company
        return "others" if self.coordinates or invited else ""

    def lists(self, needs: Sequence[Known], now: datetime) -> dict[str, list[CallRow]]:
        """Return what they see, by list; within each the most pressing first."""
        found: dict[str, list[CallRow]] = {name: [] for name in LISTS}
        for known in needs:
            if place := self.place(known.need):
                found[place].append(self.row(known, now))
        return found

    def row(self, known: Known, now: datetime) -> CallRow:
        """Return a need as they see it."""
        need, told, place = known.need, known.told, self.place(known.need)
        return CallRow(
            id=need.id,
            name=name(known),
            grade=DANGER[need.grade],
            grade_key=grade_key(need.grade),
            room=self.room(need),
            raised_at=int(need.raised_at.timestamp()),
            age=ago((now - need.raised_at).total_seconds()),
            wish=WISHES.get(told.wish, ""),
            shares=shares(told.shares),
            shared=shares(code for code in told.shares if code in self.shares),
            words=told.words,
            drill=need.drill,
            by=self.company_words(need),
            may_accept=place == "waiting",
            may_open=place in ("mine", "asked"),
            asked=place == "asked",
            may_join=place == "others",
        )

    def room(self, need: Need) -> str:
        """Return where somebody pressed the button."""
        return called(need.room, self.rooms) if need.room else NOWHERE

    def company_words(self, need: Need) -> str:
        """Return who is with somebody, and who was asked to be."""
        if need.peer is None:
            return ""
        is_there = "there" if need.state is State.TALKING else "on the way"
        is_ = "are" if need.peer == self.peer else "is"
        words = [f"{self._named(need.peer)} {is_} {is_there}"]
        if need.joined:
            words.append(f"with {listed([self._named(each) for each in need.joined])}")
        if need.handing_to:
            was = "were" if need.handing_to == self.peer else "was"
            words.append(f"{self._named(need.handing_to)} {was} asked to take over")
        if need.id in self.company:
            words.append("would like company")
        said = ", ".join(words)
        return said[0].upper() + said[1:]

    def _named(self, peer: PeerId) -> str:
        return "you" if peer == self.peer else self.names.get(peer, "a peer")


def name(known: Known) -> str:
    """Return what somebody is called where they pressed the button."""
    if known.need.drill:
        return "A drill"
    return name_of(known.told.who) if known.told.who else SOMEBODY
