"""What a service knows by heart, as a test wants it and not as its tables have it."""

from typing import Any

import pytest

from chat.held import HeldRooms
from chat.sanctions import Sanctions


def know_for_good(
    known: Sanctions | HeldRooms, what: list[Any], patch: pytest.MonkeyPatch
) -> None:
    """Let the service know something, whatever it reads in its tables meanwhile."""
    known.learn(what)
    patch.setattr(known, "learn", lambda _read: [])
