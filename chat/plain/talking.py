"""The plain page: see, write, read and be called back, on a page without any script.

It is for phones that run none, and for the seconds before a script has come. What it
does goes the way of everything else: the same needs, the same screening, the same talk.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from chat.clock import Clock
from chat.desk.frame import number, said
from chat.errors import ChatError, NameTaken, Unavailable
from chat.identity import Identity
from chat.model import RoomName
from chat.pacing import Pacing
from chat.plain.asker import Asker
from chat.plain.keepsake import COOKIE, PATH, Keepsakes, is_marked
from chat.plain.pressing import Pressing
from chat.plain.sheets import HOURS, NO_COOKIES, Again, Sheets, go, id_of
from chat.plain.spoken import Spoken, spoken
from chat.plain.staying import Staying
from chat.plain.visit import Visit, form_of
from chat.plain.words import NOTHING, STAYING, Shown, Watched, shown, watched
from chat.presence import LEAVE_SECONDS
from chat.requests import CallBack, Say, Withdraw
from chat.rooms import Rooms
from chat.session import Session
from chat.speaking import Speaking
from chat.standing import LEASE_SECONDS

WAITING_SECONDS: Final = 8
TALKING_SECONDS: Final = 5
STAYING_SECONDS: Final = 30
"""How often the page comes anew, while there is something to wait for."""

_LATEST: Final = 2**53 - 1


class PlainTalk:
    """The pages at /talk."""

    def __init__(
        self,
        *,
        asker: Asker,
        pressing: Pressing,
        staying: Staying,
        speaking: Speaking,
        rooms: Rooms,
        identity: Identity,
        pacing: Pacing,
        keepsakes: Keepsakes,
        sheets: Sheets,
        is_from_us: Callable[[Headers], bool],
        hours: Callable[[], Awaitable[str]],
        clock: Clock,
    ) -> None:
        self._asker = asker
        self._pressing = pressing
        self._staying = staying
        self._speaking = speaking
        self._rooms = rooms
        self._identity = identity
        self._pacing = pacing
        self._keepsakes = keepsakes
        self._sheets = sheets
        self._is_from_us = is_from_us
        self._hours = hours
        self._clock = clock

    def routes(self) -> list[BaseRoute]:
        """Return the pages' routes."""
        press, stay, again = self._pressing, self._staying, self._sheets.stay
        return [
            Route(PATH, self._page(self.show)),
            Route(PATH, self._page(press.press), methods=["POST"]),
            Route(f"{PATH}/more", self._page(press.more)),
            Route(f"{PATH}/more", self._page(press.add), methods=["POST"]),
            Route(f"{PATH}/stay", self._page(stay.choose, again)),
            Route(f"{PATH}/stay", self._page(stay.stay, again), methods=["POST"]),
            Route(f"{PATH}/open", self._page(self.is_open)),
            Route(f"{PATH}/write", self._page(self.compose)),
            Route(f"{PATH}/write", self._page(self.say), methods=["POST"]),
            Route(f"{PATH}/later", self._page(self.choose)),
            Route(f"{PATH}/later", self._page(self.put_off), methods=["POST"]),
            Route(f"{PATH}/over", self._page(self.withdraw), methods=["POST"]),
            Route(f"{PATH}/forget", self._page(self.forget), methods=["POST"]),
        ]

    def _page(
        self,
        endpoint: Callable[[Visit], Awaitable[Response]],
        again: Again | None = None,
    ) -> Callable[[Request], Awaitable[Response]]:
        """Return a page that always says something useful, whatever goes wrong.

        `again` is the page on which to try once more; the one with the button, if none.
        """
        again = again or self._sheets.start

        async def served(request: Request) -> Response:
            visit = await self._visit(request)
            try:
                if request.method == "POST" and not visit.meant:
                    answer = self._sheets.once_more(visit, again)
                else:
                    answer = await endpoint(visit)
            except ChatError as error:
                answer = again(visit, error=error)
                if request.method == "GET":
                    answer.headers["refresh"] = str(WAITING_SECONDS)
            if visit.secret is not None:
                self._keepsakes.put(request, answer, visit.secret)
            return answer

        return served

    async def _visit(self, request: Request) -> Visit:
        secret, form = self._keepsakes.of(request), await form_of(request)
        meant = self._is_from_us(request.headers) or is_marked(form, secret)
        return Visit(request, form, secret, meant=meant)

    async def show(self, visit: Visit) -> Response:
        """Show how it stands, and what was said."""
        if code := self._sheets.country_of(visit):
            return self._sheets.in_country(code)
        if visit.secret is None:
            came = "came" in visit.request.query_params
            return self._sheets.start(visit, note=NO_COOKIES if came else "")
        session = self._asker.session(visit.secret)
        self._pacing.may(session, self._pacing.joins)
        news, watch = await self._asker.news(visit), await self._watch(visit)
        how = shown(news, self._clock.seconds())
        if news is None or how is NOTHING:
            return self._stays(visit, watch)
        lines = await self._spoken(session, RoomName(news.talk))
        if how.open and lines is not None:
            still = "still" in visit.request.query_params
            await self._is_seen(session, RoomName(news.talk), still=still)
        hours = await self._hours() if how.nobody else ""
        return self._shown(visit, how, watch, lines, hours)

    def _stays(self, visit: Visit, watch: Watched | None) -> Response:
        """Show that a check-in is awaited; if none is, there is only the button."""
        if watch is None:
            return self._sheets.start(visit)
        return self._shown(visit, STAYING, watch, [], "")

    def _shown(
        self,
        visit: Visit,
        how: Shown,
        watch: Watched | None,
        lines: list[Spoken] | None,
        hours: str,
    ) -> Response:
        """Return how it stands, on a page that looks again while that may change."""
        still = "still" in visit.request.query_params
        told = "told" in visit.request.query_params
        seconds = _seconds(how, watch)
        answer = self._sheets.sheet(
            "plain_shown", visit, how=how, watch=watch, spoken=lines, hours=hours,
            still=still, told=told, seconds=seconds,
        )  # fmt: skip
        if seconds and not still:
            anew = f"{seconds}; url={PATH}" if told else f"{seconds}"
            answer.headers["refresh"] = anew
        return answer

    async def is_open(self, visit: Visit) -> Response:
        """Tell a page with script, by a status alone, whether a talk goes on here."""
        how = shown(await self._asker.news(visit), self._clock.seconds())
        headers = {"cache-control": "no-store"}
        return Response(status_code=200 if how.open else 204, headers=headers)

    async def compose(self, visit: Visit) -> Response:
        """Show where to write; this page stays as it is."""
        return await self._write(visit)

    async def say(self, visit: Visit) -> Response:
        """Say something in the talk."""
        news = await self._asker.news(visit)
        if visit.secret is None or news is None:
            return go(PATH)
        talk = RoomName(news.talk)
        session, text = self._asker.session(visit.secret), said(visit.form, "text")
        member = self._identity.member(visit.secret, talk, 0)
        wait = self._pacing.wait(session, self._pacing.says)
        try:
            message = Say(0, talk, id_of(said(visit.form, "id", 16)), text, 0)
            await self._speaking.say(session, member, message, wait)
        except ChatError as error:
            return await self._write(visit, text=text, error=error)
        await self._staying.wrote(visit)
        return go(PATH)

    async def choose(self, visit: Visit) -> Response:
        """Show when one can be called back."""
        return self._sheets.sheet("plain_later", visit, hours=HOURS)

    async def put_off(self, visit: Visit) -> Response:
        """Put the need off by as many hours as were chosen."""
        hours = number(visit.form, "hours")
        if visit.secret is not None and hours in HOURS:
            at = self._clock.seconds() + hours * 3600
            await self._asker.ask(visit.secret, CallBack(0, at))
        return go(PATH)

    async def withdraw(self, visit: Visit) -> Response:
        """End the need, or the talk."""
        if visit.secret is not None:
            await self._asker.ask(visit.secret, Withdraw(0))
        return go(PATH)

    async def forget(self, visit: Visit) -> Response:
        """Leave nothing on the phone by which the talk could be opened again."""
        await self._staying.stop(visit)
        visit.secret = None
        answer = go(PATH)
        answer.delete_cookie(COOKIE, path=PATH, httponly=True, samesite="strict")
        return answer

    async def _watch(self, visit: Visit) -> Watched | None:
        return watched(await self._asker.stay(visit), self._clock.seconds())

    async def _spoken(self, session: Session, talk: RoomName) -> list[Spoken] | None:
        """Return what was said, the latest first; None: it cannot be read just now."""
        me = self._identity.member(session.secret, talk, 0)
        try:
            found = await self._rooms.earlier(talk, _LATEST)
        except Unavailable:
            return None
        return spoken(found.events, me.who)

    async def _write(
        self, visit: Visit, text: str = "", error: ChatError | None = None
    ) -> Response:
        news = await self._asker.news(visit)
        if visit.secret is None or news is None:
            return go(PATH)
        session, talk = self._asker.session(visit.secret), RoomName(news.talk)
        latest = await self._spoken(session, talk)
        if latest is not None and news.state != "ended":
            await self._is_seen(session, talk, still=True)
        watch = await self._watch(visit)
        return self._sheets.writing(visit, latest or [], watch, text, error)

    async def _is_seen(self, session: Session, talk: RoomName, *, still: bool) -> None:
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
