"""The plain page: see, write and be called back, on a page without any script.

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
from chat.errors import ChatError
from chat.identity import Identity
from chat.model import RoomName
from chat.pacing import Pacing
from chat.plain.asker import Asker
from chat.plain.keepsake import PATH, Keepsakes, is_marked
from chat.plain.pressing import Pressing
from chat.plain.sheets import HOURS, NO_COOKIES, Again, Sheets, forgotten, go, id_of
from chat.plain.standing import WAITING_SECONDS, Standing
from chat.plain.staying import Staying
from chat.plain.visit import Visit, form_of
from chat.plain.words import Shown, refusal, shown, status_of
from chat.requests import CallBack, Say, Withdraw
from chat.speaking import Speaking

_WHICH_TIME: Final = "Please choose one of these times."


class PlainTalk:
    """The pages at /talk."""

    def __init__(
        self,
        *,
        asker: Asker,
        pressing: Pressing,
        staying: Staying,
        standing: Standing,
        speaking: Speaking,
        identity: Identity,
        pacing: Pacing,
        keepsakes: Keepsakes,
        sheets: Sheets,
        is_from_us: Callable[[Headers], bool],
        clock: Clock,
    ) -> None:
        self._asker = asker
        self._pressing = pressing
        self._staying = staying
        self._standing = standing
        self._speaking = speaking
        self._identity = identity
        self._pacing = pacing
        self._keepsakes = keepsakes
        self._sheets = sheets
        self._is_from_us = is_from_us
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
            # A browser that is opened again asks for where a form was sent to.
            Route(f"{PATH}/{{_:path}}", self._page(self.back)),
        ]

    def _page(
        self,
        endpoint: Callable[[Visit], Awaitable[Response]],
        again: Again | None = None,
    ) -> Callable[[Request], Awaitable[Response]]:
        """Return a page that always says something useful, whatever goes wrong.

        `again` is the page on which to try once more; if none, it is the one that shows
        how it stands, or the one with the button.
        """

        async def served(request: Request) -> Response:
            visit = await self._visit(request)
            try:
                if request.method == "POST" and not visit.meant:
                    answer = self._sheets.once_more(visit, again or self._sheets.start)
                else:
                    answer = await endpoint(visit)
            except ChatError as error:
                answer = await self._refused(visit, again, error)
            if visit.secret is not None:
                self._keepsakes.put(request, answer, visit.secret)
            return answer

        return served

    async def _refused(
        self, visit: Visit, again: Again | None, error: ChatError
    ) -> Response:
        note, status = refusal(error), status_of(error)
        if again is not None:
            return again(visit, note, status)
        if visit.request.method == "POST" and visit.secret is not None:
            with suppress(ChatError):
                return await self._standing.page(visit, visit.secret, note, status)
        answer = self._sheets.start(visit, note, status)
        if visit.request.method == "GET":
            answer.headers["refresh"] = str(WAITING_SECONDS)
        return answer

    async def _visit(self, request: Request) -> Visit:
        secret, form = self._keepsakes.of(request), await form_of(request)
        meant = self._is_from_us(request.headers) or is_marked(form, secret)
        return Visit(request, form, secret, meant=meant)

    async def show(self, visit: Visit) -> Response:
        """Show how it stands, and what was said."""
        if code := self._sheets.country_of(visit):
            return self._sheets.in_country(code)
        if visit.secret is None:
            note = NO_COOKIES if visit.asks("came") else ""
            return self._sheets.start(visit, note=note)
        return await self._standing.page(visit, visit.secret)

    async def back(self, _visit: Visit) -> Response:
        """Lead to the page."""
        return go(PATH)

    async def is_open(self, visit: Visit) -> Response:
        """Tell a page with script, by a status alone, whether a talk goes on here."""
        how = await self._how(visit)
        headers = {"cache-control": "no-store"}
        return Response(status_code=200 if how.open else 204, headers=headers)

    async def compose(self, visit: Visit) -> Response:
        """Show where to write; this page stays as it is."""
        how = await self._how(visit)
        return await self._write(visit) if how.open or how.promised else go(PATH)

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
            return await self._write(visit, text, refusal(error), status_of(error))
        await self._staying.wrote(visit)
        return go(PATH)

    async def choose(self, visit: Visit) -> Response:
        """Show when one can be called back."""
        how = await self._how(visit)
        return self._sheets.later(visit) if how.calling else go(PATH)

    async def put_off(self, visit: Visit) -> Response:
        """Put the need off by as many hours as were chosen."""
        if visit.secret is None:
            return go(PATH)
        hours = number(visit.form, "hours")
        if hours not in HOURS:
            return self._sheets.later(visit, _WHICH_TIME, 422)
        at = self._clock.seconds() + hours * 3600
        await self._asker.ask(visit.secret, CallBack(0, at))
        return go(PATH)

    async def withdraw(self, visit: Visit) -> Response:
        """End the need, or the talk."""
        if visit.secret is not None:
            await self._asker.ask(visit.secret, Withdraw(0))
        return go(PATH)

    async def forget(self, visit: Visit) -> Response:
        """Leave nothing on the phone that tells that somebody was here."""
        await self._staying.stop(visit)
        visit.secret = None
        return forgotten()

    async def _how(self, visit: Visit) -> Shown:
        return shown(await self._asker.news(visit), self._clock.seconds())

    async def _write(
        self, visit: Visit, text: str = "", note: str = "", status: int = 200
    ) -> Response:
        news = await self._asker.news(visit)
        if visit.secret is None or news is None:
            return go(PATH)
        session, talk = self._asker.session(visit.secret), RoomName(news.talk)
        latest = await self._standing.spoken(session, talk)
        if latest is not None and news.state != "ended":
            await self._standing.is_seen(session, talk, still=True)
        watch = await self._standing.watch(visit)
        return self._sheets.writing(visit, latest or [], watch, text, note, status)
