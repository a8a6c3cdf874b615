"""The pages of being on call, put together: calls, talks, rota, cover, ways, course."""

from starlette.routing import BaseRoute

from chat.backroom import Backroom
from chat.desk.calling import calls_routes
from chat.desk.course import course_routes
from chat.desk.drills import drill_routes
from chat.desk.guard import Guard
from chat.desk.oncall import rota_routes
from chat.desk.ways import ways_routes
from chat.ground import Ground
from chat.listening import Listening
from chat.oncall.enlisting import Enlisting
from chat.switchboard import Switchboard


def call_pages(
    *,
    guard: Guard,
    ground: Ground,
    backroom: Backroom,
    switchboard: Switchboard,
    listening: Listening,
) -> list[BaseRoute]:
    """Return the routes of all that peers and coordinators see of being on call."""
    database, clock = backroom.database, ground.clock
    duty, plan, ways = switchboard.duty, switchboard.plan, switchboard.ways
    return [
        *calls_routes(
            guard=guard,
            database=database,
            clock=clock,
            catalogue=ground.catalogue,
            needs=switchboard.needs,
            duty=duty,
            ways=ways,
            plan=plan,
            standbys=switchboard.team.standbys,
            listening=listening,
            identity=ground.identity,
        ),
        *rota_routes(
            guard=guard,
            plan=plan,
            duty=duty,
            cover=switchboard.cover,
            catalogue=ground.catalogue,
            clock=clock,
        ),
        *ways_routes(
            guard=guard,
            ways=ways,
            enlisting=Enlisting(
                database=database,
                clock=clock,
                notify=switchboard.notify,
                doors=switchboard.doors,
            ),
            key=switchboard.vapid.public,
            next_shift=switchboard.next_shift,
            clock=clock,
        ),
        *course_routes(guard=guard, database=database, clock=clock),
        *drill_routes(guard=guard, drills=switchboard.drills, clock=clock),
    ]
