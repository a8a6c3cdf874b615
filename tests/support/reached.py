"""The pages of being reached, beside the console, and what they would send by."""

from collections.abc import Iterable
from datetime import datetime

from starlette.routing import BaseRoute

from chat.desk.ways import ways_routes
from chat.oncall.enlisting import Enlisting
from chat.oncall.notify import Note, Notify, Outcome
from chat.oncall.notifying.doors import Doors
from tests.support.console import Console
from tests.support.ways import Team


class Fake:
    """A way that leads nowhere, and answers as a test wants."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.outcome = Outcome.SENT
        self.sent: list[Note] = []

    async def send(self, note: Note) -> Outcome:
        self.sent.append(note)
        return self.outcome


class Reached:
    """What peers do to be reached, on the console's database."""

    def __init__(
        self,
        console: Console,
        *,
        kinds: Iterable[str] = ("push", "email", "webhook"),
        doors: Doors | None = None,
        key: str = "a-public-key",
    ) -> None:
        self.console = console
        self.team = Team(console.desk.database, console.clock)
        self.fakes = {kind: Fake(kind) for kind in kinds}
        self.doors = doors or Doors()
        self.enlisting = Enlisting(
            database=console.desk.database,
            clock=console.clock,
            notify=Notify(self.fakes.values()),
            doors=self.doors,
        )
        self.on_rota: dict[str, datetime] = {}
        """When the next shift of somebody begins."""
        self.key = key
        console.app = console.app_with(*self.routes())

    def routes(self) -> list[BaseRoute]:
        return ways_routes(
            guard=self.console.guard,
            ways=self.team.ways,
            enlisting=self.enlisting,
            key=self.key,
            next_shift=self._next_shift,
            clock=self.console.clock,
        )

    async def _next_shift(self, staff_id: str) -> datetime | None:
        return self.on_rota.get(staff_id)
