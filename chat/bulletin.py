"""The bulletin: what staff pages are told on the `staff` topic, in MessagePack.

A frame says that something changed, never what a member said: the page then asks.
"""

from typing import Final

from chat.protocol import pack

TOPIC: Final = "staff"
SUBPROTOCOL: Final = "porchlight.staff.v1"

CALLS: Final = "calls"
"""The topic of needs and alerts, which every page of the room team follows."""

CASE, BELL, ALARM, STORE, SIGNED_OUT, CONTROLS = range(64, 70)
NEED, ALERT, ROTA = range(70, 73)


def case(case_id: str, queue: str, status: str, by: str, looking: list[str]) -> bytes:
    """A case is new or changed; `queue` is where it now stands, or empty."""
    return pack((CASE, case_id, queue, status, by, looking))


def bell(room: str, at: int) -> bytes:
    """A member asks for a moderator in a room, now."""
    return pack((BELL, room, at))


def alarm(room: str, what: str, number: int) -> bytes:
    """Something is going on in a room: `joins` a minute."""
    return pack((ALARM, room, what, number))


def store(up: bool, waiting: int) -> bytes:
    """The database went or came back; so many cases wait to be opened."""
    return pack((STORE, up, waiting))


def signed_out() -> bytes:
    """This session has ended."""
    return pack((SIGNED_OUT,))


def controls(room: str) -> bytes:
    """A room's controls were changed."""
    return pack((CONTROLS, room))


def need(need_id: str, state: str) -> bytes:
    """A need is new or changed: ask how it stands."""
    return pack((NEED, need_id, state))


def alert(alert_id: str, staff_id: str, kind: str, need_id: str) -> bytes:
    """Somebody is called: their pages ring, all others do not."""
    return pack((ALERT, alert_id, staff_id, kind, need_id))


def rota() -> bytes:
    """The rota, or who is on duty or can be reached, was changed."""
    return pack((ROTA,))
