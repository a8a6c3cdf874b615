"""The calendar of one peer's shifts, for whoever has the secret link to it."""

import asyncio
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from chat.desk.guard import Guard
from chat.oncall.calendar import feed
from chat.oncall.cover import Ahead, Cover
from chat.oncall.duty import Duty
from chat.oncall.hours import Hours
from chat.oncall.rotabook import Rotabook
from chat.oncall.shifts import Shift
from chat.oncall.stages import PeerId

AHEAD: Final = timedelta(days=60)
FRESH: Final = timedelta(minutes=1)
"""For how long shifts are not worked out again, unless the plan was changed."""

_SECRET: Final = re.compile(r"[\w-]{43}", re.ASCII)
_HEADERS: Final = {
    "cache-control": "private, max-age=600",
    "content-disposition": 'inline; filename="on-call.ics"',
}


class WorkedOut(NamedTuple):
    """Everybody's shifts, of which plan and when."""

    book: Rotabook
    at: datetime
    shifts: Sequence[Shift]


class CalendarFeed:
    """Shifts as any calendar reads them; nobody need sign in."""

    def __init__(self, *, duty: Duty, cover: Cover) -> None:
        self._duty = duty
        self._cover = cover
        self._known: WorkedOut | None = None
        self._alone = asyncio.Lock()

    def routes(self, guard: Guard) -> list[BaseRoute]:
        """Return the feed's route."""
        return [Route("/calendar/{secret}.ics", guard.open(self.show))]

    async def show(self, request: Request) -> Response:
        """Return somebody's shifts; a link that leads nowhere is no page at all."""
        peer = await self._whose(request.path_params["secret"])
        # To work shifts out is dear, and anybody at all may ask.
        if peer is None:
            return PlainTextResponse("There is nothing here.", 404)
        ahead = await self._cover.ahead()
        calendar = feed(peer, await self._shifts(ahead), ahead.now)
        return Response(calendar, media_type="text/calendar", headers=_HEADERS)

    async def _shifts(self, ahead: Ahead) -> Sequence[Shift]:
        """Return all shifts ahead; whoever has a link may ask as often as they like."""
        async with self._alone:
            if self._known is None or not _is_fresh(self._known, ahead):
                span = Hours(ahead.now, ahead.now + AHEAD)
                # Up to a second's work, which must not keep anybody's line waiting.
                shifts = await asyncio.to_thread(ahead.book.rota.shifts, span)
                self._known = WorkedOut(ahead.book, ahead.now, shifts)
            return self._known.shifts

    async def _whose(self, secret: str) -> PeerId | None:
        if not _SECRET.fullmatch(secret):
            return None
        return await self._duty.whose_link(secret)


def _is_fresh(known: WorkedOut, ahead: Ahead) -> bool:
    return known.book is ahead.book and abs(ahead.now - known.at) < FRESH
