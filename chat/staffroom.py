"""The staff room: the front desk and the console, on one service."""

from collections.abc import Callable

from starlette.routing import BaseRoute

from chat.backroom import Backroom
from chat.callpages import call_pages
from chat.console import console_routes
from chat.desk.talking import Talking
from chat.frontdesk import Accounts, FrontDesk
from chat.ground import Ground
from chat.handover import Door
from chat.listening import Listening
from chat.signing.sittings import Deskmate
from chat.signing.watch import Watch
from chat.switchboard import Switchboard


class Staffroom:
    """All that the room team sees of one process."""

    def __init__(
        self,
        *,
        ground: Ground,
        backroom: Backroom,
        key: bytes,
        origins: frozenset[str],
        door: Door,
        open_: Callable[[], bool],
        listening: Listening,
        switchboard: Switchboard,
    ) -> None:
        self._backroom = backroom
        watch = Watch(scripts=ground.scripts, clock=ground.clock)
        self.desk = FrontDesk(
            Accounts(
                database=backroom.database,
                scripts=ground.scripts,
                clock=ground.clock,
                key=key,
                ring=backroom.doorbell.changed,
            ),
            origins=origins,
            hub=ground.hub,
            door=door,
            open_=open_,
            looking=self._looking,
            watch=watch,
            talking=Talking(listening=listening, clock=ground.clock),
        )
        self.desk.socket.page_seen = switchboard.ways.page_seen
        self._console = console_routes(
            guard=self.desk.guard,
            database=backroom.database,
            cases=backroom.cases,
            carers=backroom.carers,
            controls=backroom.controls,
            rulebook=backroom.rulebook,
            plan=switchboard.plan,
            duty=switchboard.duty,
            catalogue=ground.catalogue,
            clock=ground.clock,
            others_here=watch.others,
            alarms=backroom.alarms,
            recent_texts=backroom.recent_texts,
        )
        self._calls = call_pages(
            guard=self.desk.guard,
            ground=ground,
            backroom=backroom,
            switchboard=switchboard,
            listening=listening,
        )

    async def _looking(self, me: Deskmate, case: str) -> object:
        return await self._backroom.cases.looking(case, me.id)

    def routes(self) -> list[BaseRoute]:
        """Return the routes of every page of the room team, and of their socket."""
        return [*self.desk.routes(), *self._console, *self._calls]
