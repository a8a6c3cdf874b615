"""The plain page, put together: its routes."""

from collections.abc import Awaitable, Callable

from starlette.datastructures import Headers
from starlette.routing import BaseRoute

from chat.calling import Calling
from chat.clock import Clock
from chat.identity import Identity
from chat.oncall.needs import Needs
from chat.oncall.stays import Stays
from chat.pacing import Pacing
from chat.plain.asker import Asker
from chat.plain.keepsake import Keepsakes
from chat.plain.lines import read
from chat.plain.pressing import Pressing
from chat.plain.sheets import Sheets
from chat.plain.standing import Standing
from chat.plain.staying import Staying
from chat.plain.talking import PlainTalk
from chat.rooms import Rooms
from chat.settings import Settings
from chat.speaking import Speaking


def plain_routes(
    *,
    needs: Needs,
    stays: Stays,
    calling: Calling,
    speaking: Speaking,
    rooms: Rooms,
    identity: Identity,
    settings: Settings,
    clock: Clock,
    is_from_us: Callable[[Headers], bool],
    hours: Callable[[], Awaitable[str]],
    trusted: frozenset[str],
) -> list[BaseRoute]:
    """Return the routes of the plain talk; `hours` tells when somebody usually is here.

    Raises:
        BadLines: If there are no help lines to show.

    """
    pacing = Pacing(settings=settings, clock=clock)
    asker = Asker(
        needs=needs, stays=stays, calling=calling, identity=identity, pacing=pacing
    )
    keepsakes = Keepsakes(identity=identity, clock=clock, trusted=trusted)
    sheets = Sheets(keepsakes, read())
    return PlainTalk(
        asker=asker,
        pressing=Pressing(asker=asker, keepsakes=keepsakes, sheets=sheets),
        staying=Staying(asker=asker, keepsakes=keepsakes, sheets=sheets),
        standing=Standing(
            asker=asker,
            rooms=rooms,
            identity=identity,
            pacing=pacing,
            sheets=sheets,
            hours=hours,
            clock=clock,
        ),
        speaking=speaking,
        identity=identity,
        pacing=pacing,
        keepsakes=keepsakes,
        sheets=sheets,
        is_from_us=is_from_us,
        clock=clock,
    ).routes()
