"""Staying: "stay with me" without script: say "I am here", or a peer is called."""

from contextlib import suppress
from typing import Final

from starlette.responses import Response

from chat.desk.frame import said
from chat.errors import ChatError
from chat.plain.asker import Asker
from chat.plain.keepsake import PATH, Keepsakes
from chat.plain.sheets import NO_COOKIES, TOO_MANY, Sheets, go
from chat.plain.visit import Visit
from chat.requests import STAYS, Stay

_MINUTES: Final = {str(minutes): minutes for minutes in STAYS}
_CHOOSE: Final = "Please choose 10, 20 or 30 minutes."


class Staying:
    """Begins check-ins, hears of them, and ends them."""

    def __init__(self, *, asker: Asker, keepsakes: Keepsakes, sheets: Sheets) -> None:
        self._asker = asker
        self._keepsakes = keepsakes
        self._sheets = sheets

    async def choose(self, visit: Visit) -> Response:
        """Show how often one can check in.

        Who comes here gets a secret at once. Nobody is called for a phone that could
        not say that it is there, since it keeps none.
        """
        if visit.secret is None:
            visit.secret = self._keepsakes.new(visit.request)
        if visit.secret is None:
            return self._sheets.stay(visit, note=TOO_MANY, status=429)
        return self._sheets.stay(visit)

    async def stay(self, visit: Visit) -> Response:
        """Begin, say "I am still here", or stop."""
        if visit.secret is None:
            return self._sheets.stay(visit, note=NO_COOKIES)
        minutes = _MINUTES.get(said(visit.form, "minutes", 2))
        if minutes is None:
            return self._sheets.stay(visit, note=_CHOOSE, status=422)
        await self._ask(visit, visit.secret, minutes)
        return go(PATH)

    async def wrote(self, visit: Visit) -> None:
        """Take what somebody wrote for "I am still here"."""
        with suppress(ChatError):
            stay = await self._asker.stay(visit)
            if stay is not None and visit.secret is not None:
                await self._ask(visit, visit.secret, stay.minutes)

    async def stop(self, visit: Visit) -> None:
        """Have nobody called any more for a phone that is about to forget who it is.

        Raises:
            ChatError: If that cannot be done; it had better not forget then.

        """
        if visit.secret is not None and await self._asker.stay(visit) is not None:
            await self._ask(visit, visit.secret, 0)

    async def _ask(self, visit: Visit, secret: bytes, minutes: int) -> None:
        await self._asker.ask(secret, Stay(0, "", minutes, visit.language))
