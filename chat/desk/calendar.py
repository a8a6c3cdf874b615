"""The calendar of one peer's shifts, for whoever has the secret link to it."""

import re
from datetime import timedelta
from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from chat.desk.guard import Guard
from chat.oncall.calendar import feed
from chat.oncall.cover import Cover
from chat.oncall.duty import Duty
from chat.oncall.hours import Hours
from chat.oncall.stages import PeerId

AHEAD: Final = timedelta(days=60)

_SECRET: Final = re.compile(r"[\w-]{43}", re.ASCII)
_HEADERS: Final = {
    "cache-control": "private, max-age=600",
    "content-disposition": 'inline; filename="on-call.ics"',
}


class CalendarFeed:
    """Shifts as any calendar reads them; nobody need sign in."""

    def __init__(self, *, duty: Duty, cover: Cover) -> None:
        self._duty = duty
        self._cover = cover

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
        shifts = ahead.book.rota.shifts(Hours(ahead.now, ahead.now + AHEAD))
        calendar = feed(peer, shifts, ahead.now)
        return Response(calendar, media_type="text/calendar", headers=_HEADERS)

    async def _whose(self, secret: str) -> PeerId | None:
        if not _SECRET.fullmatch(secret):
            return None
        return await self._duty.whose_link(secret)
