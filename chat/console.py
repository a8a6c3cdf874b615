"""The console: the pages on which the room team works, put together."""

from collections.abc import Callable, Iterable

from starlette.routing import BaseRoute, Route

from chat.carers import Carers
from chat.cases import Cases
from chat.catalogue import Catalogue
from chat.clock import Clock
from chat.controls import Alarm, Controls
from chat.desk.case import Table
from chat.desk.deeds import Deeds
from chat.desk.guard import Guard
from chat.desk.myself import Myself
from chat.desk.numbers import Numbers
from chat.desk.queue import Others, Queues
from chat.desk.rooms import Rooms
from chat.desk.rules import RecentTexts, Rules
from chat.oncall.duty import Duty
from chat.oncall.plan import Plan
from chat.rulebook import Rulebook
from chat.store.database import Database


def console_routes(
    *,
    guard: Guard,
    database: Database,
    cases: Cases,
    carers: Carers,
    controls: Controls,
    rulebook: Rulebook,
    plan: Plan,
    duty: Duty,
    catalogue: Catalogue,
    clock: Clock,
    others_here: Others,
    alarms: Callable[[], Iterable[Alarm]],
    recent_texts: RecentTexts,
) -> list[BaseRoute]:
    """Return the routes of all pages for those who have signed in.

    `others_here` tells whether anybody of the team is there beside one, `alarms` which
    crowds came in lately, and `recent_texts` what the rooms have at present.
    """
    queues = Queues(
        cases=cases,
        carers=carers,
        catalogue=catalogue,
        others_here=others_here,
        clock=clock,
    )
    table = Table(
        cases=cases,
        database=database,
        carers=carers,
        catalogue=catalogue,
        guard=guard,
        clock=clock,
    )
    rooms = Rooms(
        controls=controls, cases=cases, catalogue=catalogue, alarms=alarms, clock=clock
    )
    rules = Rules(rulebook=rulebook, recent_texts=recent_texts)
    numbers = Numbers(database=database, carers=carers, rulebook=rulebook, clock=clock)
    return [
        *queues.routes(guard),
        *table.routes(),
        *Deeds(cases=cases, table=table).routes(guard),
        *rooms.routes(guard),
        *rules.routes(guard),
        Route("/staff/numbers", guard.page(numbers.show, "numbers")),
        *Myself(carers=carers, plan=plan, duty=duty, clock=clock).routes(guard),
    ]
