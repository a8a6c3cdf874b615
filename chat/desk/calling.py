"""Calling: the pages on which peers are called and talk, put together."""

from starlette.routing import BaseRoute

from chat.catalogue import Catalogue
from chat.clock import Clock
from chat.desk.board import Board, Standbys
from chat.desk.calls import Calls
from chat.desk.guard import Guard
from chat.desk.talk import Talk
from chat.desk.talkdeeds import TalkDeeds
from chat.identity import Identity
from chat.listening import Listening
from chat.oncall.duty import Duty
from chat.oncall.favours import Favours
from chat.oncall.needs import Needs
from chat.oncall.plan import Plan
from chat.oncall.ways import Ways
from chat.store.database import Database


def calls_routes(
    *,
    guard: Guard,
    database: Database,
    clock: Clock,
    catalogue: Catalogue,
    needs: Needs,
    duty: Duty,
    ways: Ways,
    plan: Plan,
    standbys: Standbys,
    listening: Listening,
    identity: Identity,
) -> list[BaseRoute]:
    """Return the routes of the calls page and of every talk's page.

    `standbys` tells who could be called now.
    """
    board = Board(
        database=database,
        clock=clock,
        needs=needs,
        duty=duty,
        ways=ways,
        standbys=standbys,
        catalogue=catalogue,
    )
    calls = Calls(
        board=board, needs=needs, duty=duty, ways=ways, plan=plan, clock=clock
    )
    talk = Talk(board=board, needs=needs, listening=listening, clock=clock)
    deeds = TalkDeeds(
        talk=talk,
        board=board,
        needs=needs,
        favours=Favours(database=database, clock=clock, ways=ways),
        listening=listening,
        identity=identity,
    )
    return [*calls.routes(guard), *talk.routes(guard), *deeds.routes(guard)]
