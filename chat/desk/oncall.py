"""The pages of the rota: planning, cover, being on call and calendars, in one list."""

from starlette.routing import BaseRoute

from chat.catalogue import Catalogue
from chat.clock import Clock
from chat.desk.calendar import CalendarFeed
from chat.desk.coverage import CoveragePage
from chat.desk.duty import DutyPage
from chat.desk.guard import Guard
from chat.desk.rota import RotaPage
from chat.oncall.cover import Cover
from chat.oncall.duty import Duty
from chat.oncall.plan import Plan


def rota_routes(
    *,
    guard: Guard,
    plan: Plan,
    duty: Duty,
    cover: Cover,
    catalogue: Catalogue,
    clock: Clock,
) -> list[BaseRoute]:
    """Return the routes of all pages of the rota, and of what members are told."""
    return [
        *RotaPage(plan=plan, cover=cover).routes(guard),
        *CoveragePage(cover=cover, catalogue=catalogue).routes(guard),
        *DutyPage(guard=guard, duty=duty, cover=cover, clock=clock).routes(),
        *CalendarFeed(duty=duty, cover=cover).routes(guard),
    ]
