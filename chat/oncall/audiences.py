"""Whom a step of the policy reaches, of those who could be called."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from chat.oncall.policy import Audience
from chat.oncall.stages import PeerId

CAPACITY: Final = 2
"""How many talks a peer has at once, unless they chose otherwise."""

FEWEST: Final = 2
"""With fewer peers on duty who can be reached, a coordinator is called as well."""

Reachable = Mapping[Audience, Sequence[PeerId]]
"""Who can be reached now, by audience; an audience that is missing has nobody."""


@dataclass(frozen=True, slots=True)
class Standby:
    """One of the room team, as far as calling them is concerned."""

    peer: PeerId
    reachable: bool
    """Proved by an open page or a confirmed push, not by the rota."""
    on_shift: bool = False
    backup: bool = False
    """On shift as backup."""
    on_duty: bool = False
    """Ready to be called without a shift: "I can take it"."""
    coordinator: bool = False
    shift_tags: tuple[str, ...] = ()
    """The room tags that their shift is for; none: every room."""
    shares: tuple[str, ...] = ()
    """What they have lived through themselves."""
    languages: tuple[str, ...] = ()
    """None: any."""
    talks: int = 0
    capacity: int = CAPACITY
    quiet: bool = False
    """Within their quiet hours, which hold unless they chose to be at work now."""

    @property
    def is_at_work(self) -> bool:
        """Whether they have a shift, or are ready to be called without one."""
        return self.on_shift or self.backup or self.on_duty

    @property
    def may_be_called(self) -> bool:
        """Whether a call would reach them, and find them free for it."""
        free = self.talks < self.capacity
        return self.reachable and free and not self.is_asleep

    @property
    def is_asleep(self) -> bool:
        """Whether they are not to be rung, unless they say that they are at work."""
        return self.quiet and not self.is_at_work

    def is_of(self, audience: Audience, tags: Sequence[str], language: str) -> bool:
        """Tell whether a step for an audience means them."""
        suits = self._suits(tags, language)
        return {
            Audience.ON_SHIFT: self.on_shift and suits,
            Audience.BACKUP: self.backup and suits,
            Audience.ON_DUTY: self.is_at_work,
            Audience.COORDINATOR: self.coordinator,
        }[audience]

    def _suits(self, tags: Sequence[str], language: str) -> bool:
        for_room = not self.shift_tags or any(tag in self.shift_tags for tag in tags)
        speaks = not (self.languages and language) or language in self.languages
        return for_room and speaks


def reachable(
    team: Iterable[Standby],
    room_tags: Sequence[str],
    shares: Sequence[str] = (),
    language: str = "",
) -> dict[Audience, tuple[PeerId, ...]]:
    """Return who can be called about a need, those first who share most with it.

    Of two who share as much, the one with fewer talks comes first.
    """

    def nearness(one: Standby) -> tuple[int, int, PeerId]:
        shared = sum(tag in one.shares for tag in shares)
        return -shared, one.talks, one.peer

    callable_ = sorted((one for one in team if one.may_be_called), key=nearness)
    return {
        audience: tuple(
            one.peer for one in callable_ if one.is_of(audience, room_tags, language)
        )
        for audience in Audience
    }


def alone(people: Reachable) -> bool:
    """Tell whether fewer than two peers on duty can be reached."""
    return len(set(people.get(Audience.ON_DUTY, ()))) < FEWEST
