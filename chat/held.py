"""How rooms are held: slowed, locked or shielded by the room team for a while."""

from collections.abc import Iterable
from typing import NamedTuple

from chat import asides
from chat.model import RoomName


class Held(NamedTuple):
    """What the room team has set for a room."""

    room: RoomName
    slow_seconds: int = 0
    locked: bool = False
    shield_since: int = 0
    """Seconds since 1970; 0: newcomers speak like everybody."""
    greeting: str = ""

    def frame(self) -> bytes:
        """Tell it to the page."""
        return asides.controls(
            self.room,
            self.slow_seconds,
            self.greeting,
            locked=self.locked,
            shield=bool(self.shield_since),
        )


class HeldRooms:
    """Every room's, as this process knows it by heart."""

    def __init__(self) -> None:
        self._held: dict[RoomName, Held] = {}

    def learn(self, held: Iterable[Held]) -> list[Held]:
        """Know these and no others; return those that changed."""
        new = {each.room: each for each in held}
        changed = [each for each in new.values() if self.of(each.room) != each]
        over = [Held(room) for room in self._held if room not in new]
        self._held = new
        return changed + over

    def of(self, room: RoomName) -> Held:
        """Return how a room is held."""
        return self._held.get(room) or Held(room)
