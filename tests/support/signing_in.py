"""The room team's side of the service, on a real database and a real Redis."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Self

import pyotp

from chat.clock import Clock
from chat.frontdesk import Accounts
from chat.passkeys import Site
from chat.redis import Scripts
from chat.roles import Role
from chat.store.database import Database
from chat.store.staff import Account
from tests.support.authenticator import Authenticator
from tests.support.clock import FakeClock
from tests.support.own_scripts import scripts_on

KEY = bytes(range(32))
ORIGIN = "https://chat.example"
SITE = Site(ORIGIN, "chat.example")
PASSWORD = "porch swing at dusk"
HERE = "203.0.113.7"


class Desk(Accounts):
    """Everything that signing in needs, and what was rung."""

    def __init__(self, database: Database, scripts: Scripts, clock: Clock) -> None:
        super().__init__(
            database=database, scripts=scripts, clock=clock, key=KEY, ring=self._note
        )
        self.database = database
        self.clock = clock
        self.rung: list[bytes] = []

    @classmethod
    @asynccontextmanager
    async def on(
        cls, database: Database, redis_url: str, clock: Clock
    ) -> AsyncIterator[Self]:
        """Have one for as long as the caller stays inside."""
        async with scripts_on(redis_url) as scripts:
            yield cls(database, scripts, clock)

    async def _note(self, frame: bytes) -> None:
        self.rung.append(frame)

    async def with_password(
        self, desk_name: str = "Robin", role: Role = Role.MODERATOR
    ) -> "WithPassword":
        """Enrol somebody who has a password and an app."""
        invitation = await self.staff.invite(role, "the test")
        token = await self.enrolments.begin(invitation, desk_name, PASSWORD)
        begun = await self.enrolments.find(token)
        app = pyotp.TOTP(self.enrolments.secret_of(begun))
        code = app.at(self.clock.now())
        account, recovery = await self.enrolments.finish_with_code(token, code)
        return WithPassword(self, account, app, recovery)

    async def with_passkey(
        self, desk_name: str = "Wren", role: Role = Role.MODERATOR
    ) -> tuple[Account, Authenticator]:
        """Enrol somebody who has a passkey."""
        phone = Authenticator(ORIGIN)
        invitation = await self.staff.invite(role, "the test")
        token = await self.enrolments.begin(invitation, desk_name, None)
        begun = await self.enrolments.find(token)
        said = phone.create(self.enrolments.asked(begun, SITE))
        return await self.enrolments.finish_with_passkey(token, SITE, said), phone


class WithPassword:
    """Somebody of the room team who signs in by password."""

    def __init__(
        self, desk: Desk, account: Account, app: pyotp.TOTP, recovery: list[str]
    ) -> None:
        self._desk = desk
        self.account = account
        self.recovery = recovery
        self._app = app

    def code(self, late: int = 0) -> str:
        """Return what their app shows."""
        return self._app.at(self._desk.clock.now() + timedelta(seconds=late))

    async def prove(self, code: str | None = None, password: str = PASSWORD) -> Account:
        """Show a password and a code."""
        name = self.account.desk_name
        code = self.code() if code is None else code
        return await self._desk.proofs.by_password(name, password, code, HERE)


def next_code(clock: FakeClock) -> None:
    """Let time pass until apps show another code."""
    clock.advance(30)
