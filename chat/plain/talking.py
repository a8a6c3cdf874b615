"""The plain page: press, write, read and be called back, on a page without any script.

It is for phones that run none, and for the seconds before a script has come. What it
does goes the way of everything else: the same needs, the same screening, the same talk.
"""

import secrets
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, cast

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from chat.calling import Call, Calling
from chat.clock import Clock
from chat.desk.frame import number, said
from chat.desk.templates import page
from chat.errors import ChatError, Unavailable
from chat.identity import Identity
from chat.model import Handle, RoomName
from chat.oncall.needs import Needs
from chat.pacing import Pacing
from chat.plain.keepsake import COOKIE, PATH, Keepsakes, is_marked, mark
from chat.plain.lines import Country
from chat.plain.spoken import Spoken, spoken
from chat.plain.visit import Visit, form_of
from chat.plain.words import NOTHING, WISHES, refusal, shown
from chat.requests import MOST_NEED_CHARACTERS, CallBack, Raise, Say, Withdraw
from chat.rooms import Rooms
from chat.session import House, Session
from chat.speaking import Speaking
from chat.text import MAX_CHARACTERS

WAITING_SECONDS: Final = 8
TALKING_SECONDS: Final = 5
"""How often the page comes anew, while there is something to wait for."""

HOURS: Final = (1, 2, 4, 8, 12, 24, 48)
"""After how many hours one can be called back: no phone is asked for its time zone."""

_COUNTRY: Final = "country"
_A_YEAR: Final = 365 * 24 * 3600
_LATEST: Final = 2**53 - 1
_ID_BYTES: Final = 8
_NOWHERE: Final = cast("House", None)
"""A session without a line is in no house."""


class PlainTalk:
    """The pages at /talk."""

    def __init__(
        self,
        *,
        needs: Needs,
        calling: Calling,
        speaking: Speaking,
        rooms: Rooms,
        identity: Identity,
        pacing: Pacing,
        keepsakes: Keepsakes,
        countries: Sequence[Country],
        is_from_us: Callable[[Headers], bool],
        clock: Clock,
    ) -> None:
        self._needs = needs
        self._calling = calling
        self._speaking = speaking
        self._rooms = rooms
        self._identity = identity
        self._pacing = pacing
        self._keepsakes = keepsakes
        self._countries = {country.code: country for country in countries}
        self._is_from_us = is_from_us
        self._clock = clock

    def routes(self) -> list[BaseRoute]:
        """Return the pages' routes."""
        return [
            Route(PATH, self._page(self.show)),
            Route(PATH, self._page(self.press), methods=["POST"]),
            Route(f"{PATH}/write", self._page(self.compose)),
            Route(f"{PATH}/write", self._page(self.say), methods=["POST"]),
            Route(f"{PATH}/later", self._page(self.choose)),
            Route(f"{PATH}/later", self._page(self.put_off), methods=["POST"]),
            Route(f"{PATH}/over", self._page(self.withdraw), methods=["POST"]),
            Route(f"{PATH}/forget", self._page(self.forget), methods=["POST"]),
        ]

    def _page(
        self, endpoint: Callable[[Visit], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        """Return a page that always says something useful, whatever goes wrong."""

        async def served(request: Request) -> Response:
            visit = await self._visit(request)
            try:
                if request.method == "POST" and not visit.meant:
                    answer = self._once_more(visit)
                else:
                    answer = await endpoint(visit)
            except ChatError as error:
                answer = self._start(visit, error=error)
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

    # What somebody does.

    async def show(self, visit: Visit) -> Response:
        """Show how it stands, and what was said."""
        if code := said(visit.request.query_params, _COUNTRY, 2):
            return self._in_country(code)
        if visit.secret is None:
            came = "came" in visit.request.query_params
            return self._start(visit, note=_NO_COOKIES if came else "")
        session = self._session(visit.secret)
        self._pacing.may(session, self._pacing.joins)
        news = await self._needs.news(session.handle)
        how = shown(news, self._clock.seconds())
        if news is None or how is NOTHING:
            return self._start(visit)
        lines = await self._spoken(session, RoomName(news.talk))
        still = "still" in visit.request.query_params
        answer = self._plain("plain_shown", visit, how=how, spoken=lines, still=still)
        if not still and (how.open or how.promised):
            seconds = TALKING_SECONDS if how.with_peer else WAITING_SECONDS
            answer.headers["refresh"] = str(seconds)
        return answer

    async def press(self, visit: Visit) -> Response:
        """Raise a need, or press again with more words."""
        if visit.secret is None:
            visit.secret = self._keepsakes.new(visit.request)
        if visit.secret is None:
            return self._start(visit, note=_TOO_MANY, status=429)
        words = said(visit.form, "words")
        wish = said(visit.form, "wish", 20)
        language = visit.request.headers.get("accept-language", "")[:8]
        raised = Raise(0, "", words, wish if wish in WISHES else "", "", language)
        await self._ask(visit.secret, raised)
        return _go(f"{PATH}?came")

    async def compose(self, visit: Visit) -> Response:
        """Show where to write; this page stays as it is."""
        return await self._compose(visit)

    async def say(self, visit: Visit) -> Response:
        """Say something in the talk."""
        talk = await self._talk(visit)
        if visit.secret is None or talk is None:
            return _go(PATH)
        session, text = self._session(visit.secret), said(visit.form, "text")
        member = self._identity.member(visit.secret, talk, 0)
        wait = self._pacing.wait(session, self._pacing.says)
        try:
            message = Say(0, talk, _id(said(visit.form, "id", 16)), text, 0)
            await self._speaking.say(session, member, message, wait)
        except ChatError as error:
            return await self._compose(visit, text=text, error=error)
        return _go(PATH)

    async def choose(self, visit: Visit) -> Response:
        """Show when one can be called back."""
        return self._plain("plain_later", visit, hours=HOURS)

    async def put_off(self, visit: Visit) -> Response:
        """Put the need off by as many hours as were chosen."""
        hours = number(visit.form, "hours")
        if visit.secret is not None and hours in HOURS:
            at = self._clock.seconds() + hours * 3600
            await self._ask(visit.secret, CallBack(0, at))
        return _go(PATH)

    async def withdraw(self, visit: Visit) -> Response:
        """End the need, or the talk."""
        if visit.secret is not None:
            await self._ask(visit.secret, Withdraw(0))
        return _go(PATH)

    async def forget(self, visit: Visit) -> Response:
        """Leave nothing on the phone by which the talk could be opened again."""
        visit.secret = None
        answer = _go(PATH)
        answer.delete_cookie(COOKIE, path=PATH, httponly=True, samesite="strict")
        return answer

    async def _ask(self, secret: bytes, call: Call) -> None:
        session = self._session(secret)
        self._pacing.may(session, self._pacing.calls)
        await self._calling.to(session, call)

    def _session(self, secret: bytes) -> Session:
        """Return a session that has no line: what is told to it goes nowhere."""
        session = Session(_NOWHERE, None)
        identity = self._identity
        session.greeted(secret, identity.device(secret), identity.handle(secret))
        return session

    async def _talk(self, visit: Visit) -> RoomName | None:
        if visit.secret is None:
            return None
        handle: Handle = self._identity.handle(visit.secret)
        known = await self._needs.news(handle)
        return RoomName(known.talk) if known else None

    async def _spoken(self, session: Session, talk: RoomName) -> list[Spoken] | None:
        """Return what was said, the latest first; None: it cannot be read just now."""
        me = self._identity.member(session.secret, talk, 0)
        try:
            found = await self._rooms.earlier(talk, _LATEST)
        except Unavailable:
            return None
        return spoken(found.events, me.who)

    # What is shown.

    async def _compose(
        self, visit: Visit, text: str = "", error: ChatError | None = None
    ) -> Response:
        talk = await self._talk(visit)
        if visit.secret is None or talk is None:
            return _go(PATH)
        latest = await self._spoken(self._session(visit.secret), talk) or []
        return self._plain(
            "plain_write", visit, 200 if error is None else 422,
            latest=latest[:4][::-1], text=text, id=secrets.token_hex(_ID_BYTES),
            longest=MAX_CHARACTERS, note=refusal(error) if error else "",
        )  # fmt: skip

    def _once_more(self, visit: Visit) -> Response:
        """Ask whoever presses on a page that may be anybody's to press on ours."""
        if visit.secret is None:
            visit.secret = self._keepsakes.new(visit.request)
        return self._start(visit, note=_ONCE_MORE)

    def _start(
        self,
        visit: Visit,
        note: str = "",
        status: int = 200,
        error: ChatError | None = None,
    ) -> Response:
        if error is not None:
            note, status = refusal(error), 503
        return self._plain(
            "plain_start", visit, status, note=note, words=said(visit.form, "words"),
            wish=said(visit.form, "wish", 20), wishes=WISHES,
            longest=MOST_NEED_CHARACTERS, lines_first=bool(note),
        )  # fmt: skip

    def _plain(
        self, name: str, visit: Visit, status: int = 200, **values: object
    ) -> Response:
        code = visit.request.cookies.get(_COUNTRY, "")
        return page(
            name, status, mark=mark(visit.secret),
            countries=list(self._countries.values()),
            country=self._countries.get(code), **values,
        )  # fmt: skip

    def _in_country(self, code: str) -> Response:
        answer = _go(PATH)
        if code in self._countries or code == "XX":
            answer.set_cookie(
                _COUNTRY, code, max_age=_A_YEAR, path=PATH, httponly=True,
                samesite="strict",
            )  # fmt: skip
        return answer


_TOO_MANY: Final = (
    "Many people near you press this button just now. Please try again in a minute, "
    "and use a help line if you can."
)
_ONCE_MORE: Final = "Please press once more, so that we know it is you."
_NO_COOKIES: Final = (
    "This page cannot know you again: your browser keeps no cookies for it. Please "
    "allow them, or use a help line."
)


def _id(text: str) -> bytes:
    """Return a message's own id, by which a form that is sent twice says it once."""
    try:
        brought = bytes.fromhex(text)
    except ValueError:
        brought = b""
    return brought if len(brought) == _ID_BYTES else secrets.token_bytes(_ID_BYTES)


def _go(address: str) -> Response:
    return RedirectResponse(address, 303, headers={"cache-control": "no-store"})
