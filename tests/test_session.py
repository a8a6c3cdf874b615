"""A session: from the first frame to the end, and what must not be left over."""

import pytest

from chat import protocol
from chat.clock import Clock
from chat.connection import Connection
from chat.model import Handle
from chat.prefixes import Prefixes
from chat.session import HELLO_SECONDS, Session
from chat.wheel import Wheel

ADDRESS = "203.0.113.7"


class House:
    """A gateway that only notes what it is told."""

    def __init__(self, wheel: Wheel) -> None:
        self.wheel = wheel
        self.told: list[object] = []

    def came(self, _session: Session) -> None:
        self.told.append("came")

    def went(self, _session: Session, _connection: Connection) -> None:
        self.told.append("went")

    def received(self, _: Session, __: Connection, payload: bytes) -> None:
        self.told.append(payload)

    def come_back_after(self) -> int:
        return 1234


class Line(Connection):
    """A connection that only notes what is written to it."""

    def __init__(self, session: Session, wheel: Wheel) -> None:
        super().__init__(session, wheel)
        self.sent: list[bytes] = []
        self.closed: list[tuple[int, str]] = []

    def send(self, payload: bytes) -> None:
        self.sent.append(payload)

    def close(self, code: int, reason: str = "") -> None:
        self.closed.append((code, reason))


@pytest.fixture
def house() -> House:
    return House(Wheel())


@pytest.fixture
def session(house: House) -> Session:
    return Session(house, None)


@pytest.fixture
def line(session: Session, house: House) -> Line:
    return Line(session, house.wheel)


def wait(house: House, seconds: int) -> None:
    for _ in range(seconds + 1):
        house.wheel.tick()


def test_a_session_is_counted_in_and_out(house: House, session: Session, line: Line):
    session.opened(line)
    session.received(line, b"a frame")
    session.closing(line)
    session.lost(line)

    assert house.told == ["came", b"a frame", "went"]
    assert session.connection is None


def test_no_hello_in_time_ends_it(house: House, session: Session, line: Line):
    session.opened(line)

    wait(house, HELLO_SECONDS - 1)
    assert line.closed == []

    wait(house, 1)
    assert line.closed == [(4202, "no_hello")]


def test_a_hello_in_time_does_not(house: House, session: Session, line: Line):
    session.opened(line)
    session.greeted(b"secret", b"device", Handle(b"handle"))

    wait(house, 2 * HELLO_SECONDS)

    assert line.closed == []
    assert (session.secret, session.device) == (b"secret", b"device")


def test_whoever_is_gone_before_that_is_not_waited_for(
    house: House, session: Session, line: Line
):
    session.opened(line)
    session.closing(line)
    session.lost(line)

    wait(house, 2 * HELLO_SECONDS)

    assert line.closed == []


def test_the_end_of_the_process_is_told_with_when_to_come_back(
    session: Session, line: Line
):
    session.opened(line)

    session.shutting_down(line)

    assert line.sent == [protocol.bye(1234)]


def test_the_place_of_an_address_is_given_back(house: House):
    prefixes = Prefixes(1, Clock())
    session = Session(house, prefixes.enter(ADDRESS))
    assert prefixes.enter(ADDRESS) is None

    session.lost(Line(session, house.wheel))

    assert prefixes.enter(ADDRESS) is not None


def test_a_full_outbox_needs_nothing_more(house: House, session: Session, line: Line):
    session.opened(line)

    session.full(line)

    assert house.told == ["came"]
