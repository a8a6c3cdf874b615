"""You on call: ready or not, on which terms, and the link to one's calendar."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from chat.clock import Clock
from chat.desk.frame import go, number, said, show
from chat.desk.guard import Endpoint, Guard
from chat.desk.rota import WELL, Mistake
from chat.desk.wall import Wall
from chat.desk.wording import unchanged
from chat.oncall.asking import SHARES
from chat.oncall.cover import Ahead, Cover
from chat.oncall.duty import Duty
from chat.oncall.hours import Hours
from chat.oncall.refusals import NotReady, RotaMistake
from chat.oncall.terms import LANGUAGES, MOST_TALKS, Terms, quiet_hours
from chat.signing.sittings import Deskmate

ADDRESS: Final = "/staff/duty"
_HERE: Final = "Calls"
LONGEST: Final = 12
_HOURS: Final = (1, 2, 3, 4, 6, 8, 12)
_SOON: Final = timedelta(hours=24)


class DutyPage:
    """The page on which somebody says when and how they may be called."""

    def __init__(self, *, guard: Guard, duty: Duty, cover: Cover, clock: Clock) -> None:
        self._guard = guard
        self._duty = duty
        self._cover = cover
        self._clock = clock

    def routes(self) -> list[BaseRoute]:
        """Return the page's routes."""
        guard = self._guard
        forms: Mapping[str, Endpoint] = {
            "": self.set,
            "/on": self.go_on,
            "/off": self.go_off,
            "/calendar": self.new_link,
            "/calendar/forget": self.forget_link,
        }
        return [
            Route(ADDRESS, guard.page(self.show, "calls")),
            *(
                Route(f"{ADDRESS}{path}", guard.page(each, "calls"), methods=["POST"])
                for path, each in forms.items()
            ),
        ]

    async def show(self, request: Request, me: Deskmate) -> Response:
        """Show how somebody may be called."""
        did = _DID.get(said(request.query_params, "did"), "")
        return await self._show(me, did=did)

    async def _show(
        self,
        me: Deskmate,
        mistake: Mistake = WELL,
        typed: FormData | None = None,
        *,
        did: str = "",
        link: str = "",
    ) -> Response:
        terms = await self._duty.of(me.id)
        ahead = await self._cover.ahead()
        wall = Wall(ahead.zone, ahead.now)
        mine = _mine(ahead, me)
        return show(
            "duty", me, _HERE, 400 if mistake.told else 200,
            did=did, mistake=mistake, typed=dict(typed or {}), link=link, terms=terms,
            chosen=_chosen(terms, typed), shares=SHARES.items(),
            languages=LANGUAGES.items(), hours=_HOURS, talks=range(1, MOST_TALKS + 1),
            quiet=_quiet(terms, ahead.zone), now=_now(terms, mine, wall),
            checked_in=terms.checked_in(ahead.now),
            on_shift=any(hours.covers(ahead.now) for hours in mine),
            on_duty=terms.on_duty(ahead.now), zone=ahead.zone,
        )  # fmt: skip

    async def set(self, request: Request, me: Deskmate) -> Response:
        """Keep on which terms somebody may be called."""
        form = await request.form()
        try:
            await self._duty.set(
                me.id,
                capacity=number(form, "capacity"),
                quiet=quiet_hours(
                    said(form, "zone", 64),
                    said(form, "quiet_starts", 8),
                    said(form, "quiet_ends", 8),
                ),
                shares=[str(each) for each in form.getlist("shares")],
                languages=[str(each) for each in form.getlist("languages")],
            )
        except RotaMistake as error:
            mistake = Mistake("terms", error.field, unchanged(error.told))
            return await self._show(me, mistake, form)
        return go(f"{ADDRESS}?did=set")

    async def go_on(self, request: Request, me: Deskmate) -> Response:
        """Have somebody called from now on, without a shift."""
        hours = number(await request.form(), "hours")
        until = self._clock.now() + timedelta(hours=min(hours, LONGEST + 1))
        try:
            await self._duty.go_on(me.id, until)
        except RotaMistake as error:
            return await self._show(me, Mistake("on", "hours", unchanged(error.told)))
        except NotReady:
            return await self._show(me, Mistake("on", "", _NOT_READY))
        return go(f"{ADDRESS}?did=on")

    async def go_off(self, _request: Request, me: Deskmate) -> Response:
        """Have somebody called no more, unless they are on shift."""
        await self._duty.go_off(me.id)
        return go(f"{ADDRESS}?did=off")

    async def new_link(self, request: Request, me: Deskmate) -> Response:
        """Show a new link to somebody's calendar, once."""
        secret = await self._duty.new_link(me.id)
        link = f"{self._guard.here(request)}/calendar/{secret}.ics"
        return await self._show(me, link=link)

    async def forget_link(self, _request: Request, me: Deskmate) -> Response:
        """Let the link to somebody's calendar lead nowhere."""
        await self._duty.forget_link(me.id)
        return go(f"{ADDRESS}?did=forgotten")


def _chosen(terms: Terms, typed: FormData | None) -> Mapping[str, Any]:
    """Return which boxes are ticked: as they are kept, or as they were typed."""
    if typed is None:
        return {"shares": terms.shares, "languages": terms.languages}
    return {name: typed.getlist(name) for name in ("shares", "languages")}


def _quiet(terms: Terms, zone: str) -> Mapping[str, str]:
    if terms.quiet is None:
        return {"zone": zone, "starts": "", "ends": ""}
    return {
        "zone": terms.quiet.zone,
        "starts": f"{terms.quiet.starts:%H:%M}",
        "ends": f"{terms.quiet.ends:%H:%M}",
    }


def _mine(ahead: Ahead, me: Deskmate) -> list[Hours]:
    """Return when somebody is on shift, soon."""
    shifts = ahead.book.rota.shifts(Hours(ahead.now, ahead.now + _SOON))
    return [shift.hours for shift in shifts if shift.peer == me.id]


def _now(terms: Terms, mine: list[Hours], wall: Wall) -> str:
    """Return in a sentence whether somebody is called now, or when they will be."""
    if mine and mine[0].covers(wall.now):
        return f"You are on shift: {wall.hours(mine[0])}."
    if terms.on_duty_until is not None and terms.on_duty(wall.now):
        until = wall.hours(Hours(wall.now, terms.on_duty_until))
        return f"You can take it: {until}."
    if mine:
        return f"You are not called now. Your next shift: {wall.span(mine[0])}."
    return "You are not called now, and have no shift within a day."


_NOT_READY: Final = "Do the short course first, please. Nothing was changed."

_DID: Final = {
    "set": "Kept.",
    "on": "Thank you. You are called from now on.",
    "off": "You are called no more, unless you have a shift.",
    "forgotten": "The link leads nowhere now.",
}
