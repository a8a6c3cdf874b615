"""Standing: how it stands with a need and a check-in, on the plain page."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from starlette.responses import Response

from chat.clock import Clock
from chat.errors import NameTaken, Unavailable
from chat.identity import Identity
from chat.model import RoomName
from chat.pacing import Pacing
from chat.plain.asker import Asker
from chat.plain.keepsake import PATH
from chat.plain.sheets import Sheets
from chat.plain.spoken import Spoken, spoken
from chat.plain.visit import Visit
from chat.plain.words import NOTHING, STAYING, Shown, Watched, shown, watched
from chat.presence import LEAVE_SECONDS
from chat.rooms import Rooms
from chat.session import Session
from chat.standing import LEASE_SECONDS

WAITING_SECONDS: Final = 8
TALKING_SECONDS: Final = 5
STAYING_SECONDS: Final = 30
"""How often the page comes anew, while there is something to wait for."""

_TOLD: Final = "Thank you. Whoever comes will see it."
_LATEST: Final = 2**53 - 1


class Standing:
    """Knows how it stands with whoever visits, and what was said."""

    def __init__(
        self,
        *,
        asker: Asker,
        rooms: Rooms,
        identity: Identity,
        pacing: Pacing,
        sheets: Sheets,
        hours: Callable[[], Awaitable[str]],
        clock: Clock,
    ) -> None:
        self._asker = asker
        self._rooms = rooms
        self._identity = identity
        self._pacing = pacing
        self._sheets = sheets
        self._hours = hours
        self._clock = clock

    async def page(
        self, visit: Visit, secret: bytes, note: str = "", status: int = 200
    ) -> Response:
        """Return the page that shows it; the one with the button, if there is nothing.

        Raises:
            TooFast: If that phone asks too often.
            StoreDown: If nobody knows it now.

        """
        session = self._asker.session(secret)
        self._pacing.may(session, self._pacing.joins)
        news, watch = await self._asker.news(visit), await self.watch(visit)
        how = shown(news, self._clock.seconds())
        if news is None or how is NOTHING:
            if watch is None:
                return self._sheets.start(visit, note, status)
            return await self._shown(visit, STAYING, watch, [], note, status)
        talk = RoomName(news.talk)
        lines = await self.spoken(session, talk)
        if how.open and lines is not None:
            await self.is_seen(session, talk, still=visit.asks("still"))
        return await self._shown(visit, how, watch, lines, note, status)

    async def _shown(
        self,
        visit: Visit,
        how: Shown,
        watch: Watched | None,
        lines: list[Spoken] | None,
        note: str,
        status: int,
    ) -> Response:
        """Return a page that looks again while something may change."""
        still, told = visit.asks("still"), visit.asks("told")
        seconds = _seconds(how, watch)
        answer = self._sheets.sheet(
            "plain_shown", visit, status, how=how, watch=watch, spoken=lines,
            note=note or (_TOLD if told else ""), still=still, seconds=seconds,
            hours=await self._hours() if how.nobody else "",
        )  # fmt: skip
        if seconds and not still:
            # What was noted once is not noted again; and no form is sent again.
            once = note or told
            answer.headers["refresh"] = (
                f"{seconds}; url={PATH}" if once else f"{seconds}"
            )
        return answer

    async def watch(self, visit: Visit) -> Watched | None:
        """Return by when whoever visits will have checked in, if they do."""
        return watched(await self._asker.stay(visit), self._clock.seconds())

    async def spoken(self, session: Session, talk: RoomName) -> list[Spoken] | None:
        """Return what was said, the latest first; None: it cannot be read just now."""
        me = self._identity.member(session.secret, talk, 0)
        try:
            found = await self._rooms.earlier(talk, _LATEST)
        except Unavailable:
            return None
        return spoken(found.events, me.who)

    async def is_seen(self, session: Session, talk: RoomName, *, still: bool) -> None:
        """Let whoever comes see that they are there, for as long as they may look."""
        member = self._identity.member(session.secret, talk, 0)
        seconds = LEASE_SECONDS if still else LEAVE_SECONDS
        with suppress(NameTaken, Unavailable):
            await self._rooms.glance(talk, member, seconds)


def _seconds(how: Shown, watch: Watched | None) -> int:
    """Return after how many seconds a page comes anew; 0: there is nothing to wait for.

    An old phone on a small plan waits through a night.
    """
    if how.open:
        return TALKING_SECONDS if how.with_peer else WAITING_SECONDS
    return STAYING_SECONDS if how.promised or watch else 0
