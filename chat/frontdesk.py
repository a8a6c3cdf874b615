"""The front desk: all that lets the room team in, put together."""

from collections.abc import Callable
from hashlib import blake2b

from starlette.routing import BaseRoute, WebSocketRoute

from chat.clock import Clock
from chat.desk.account import AccountPages
from chat.desk.enrolling import Enrolling
from chat.desk.guard import Guard
from chat.desk.signing_in import SigningIn
from chat.desk.socket import Looking, StaffSocket
from chat.desk.talking import Talking
from chat.desk.team import TeamPages
from chat.handover import Door
from chat.hub import Hub
from chat.passkeys import Passkeys
from chat.redis import Scripts
from chat.signing.enrolments import Enrolments
from chat.signing.guesses import Guesses
from chat.signing.proofs import Proofs
from chat.signing.sittings import Ring, Sittings
from chat.signing.watch import Watch
from chat.staff import Staff
from chat.store.database import Database


class Accounts:
    """The room team's accounts and sittings, without the pages."""

    def __init__(
        self,
        *,
        database: Database,
        scripts: Scripts,
        clock: Clock,
        key: bytes,
        ring: Ring,
    ) -> None:
        """Wire them; `key` is the service's, `ring` tells every process."""
        seal = _key(key, b"secrets")
        self.sittings = Sittings(scripts=scripts, clock=clock, ring=ring)
        self.guesses = Guesses(scripts=scripts, clock=clock, key=_key(key, b"guesses"))
        self.passkeys = Passkeys(_key(key, b"passkeys"))
        self.proofs = Proofs(
            database=database,
            clock=clock,
            key=seal,
            guesses=self.guesses,
            passkeys=self.passkeys,
        )
        self.enrolments = Enrolments(
            database=database,
            scripts=scripts,
            clock=clock,
            key=seal,
            passkeys=self.passkeys,
            proofs=self.proofs,
        )
        self.staff = Staff(
            database=database,
            clock=clock,
            sittings=self.sittings,
            passkeys=self.passkeys,
            proofs=self.proofs,
        )


def _key(key: bytes, purpose: bytes) -> bytes:
    return blake2b(purpose, key=key, person=b"front desk", digest_size=32).digest()


class FrontDesk:
    """The pages on which the room team comes and goes, and their socket.

    To do: run `run`, give `heard` what the doorbell's `changed` told and `need_changed`
    the needs that are not the same, and call `missed` when the line to Redis is back.
    """

    def __init__(
        self,
        accounts: Accounts,
        *,
        origins: frozenset[str],
        hub: Hub,
        door: Door,
        open_: Callable[[], bool],
        looking: Looking,
        watch: Watch,
        talking: Talking,
    ) -> None:
        self.guard = Guard(sittings=accounts.sittings, origins=origins)
        self.socket = StaffSocket(
            guard=self.guard,
            sittings=accounts.sittings,
            hub=hub,
            door=door,
            open_=open_,
            looking=looking,
            watch=watch,
            talking=talking,
        )
        self.run = self.socket.run
        self.heard = self.socket.heard
        self.missed = self.socket.missed
        self.need_changed = self.socket.need_changed
        self._signing_in = SigningIn(
            guard=self.guard,
            proofs=accounts.proofs,
            staff=accounts.staff,
            sittings=accounts.sittings,
            trusted=door.trusted,
        )
        self._enrolling = Enrolling(
            guard=self.guard, enrolments=accounts.enrolments, staff=accounts.staff
        )
        self._account = AccountPages(guard=self.guard, staff=accounts.staff)
        self._team = TeamPages(guard=self.guard, staff=accounts.staff)

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        return [
            WebSocketRoute("/staff/ws", self.socket.enter),
            *self._signing_in.routes(),
            *self._enrolling.routes(),
            *self._account.routes(),
            *self._team.routes(),
        ]
