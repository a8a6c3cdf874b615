"""The rota's page: one's own shifts, the week ahead, and changing any of it."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, NamedTuple

from starlette.datastructures import FormData, QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from chat.desk import rotaform, week
from chat.desk.frame import go, said, show, ticked
from chat.desk.guard import Guard
from chat.desk.lines import closings, overrides, swaps, weeklies
from chat.desk.wall import WEEKDAYS, Wall
from chat.desk.wording import unchanged
from chat.errors import ChatError
from chat.oncall.cover import Ahead, Cover
from chat.oncall.plan import Plan
from chat.oncall.refusals import NotReady, NotYourShift, NotYourSwap, RotaMistake
from chat.oncall.stages import PeerId
from chat.oncall.swaps import Stage, SwapId
from chat.oncall.weekly import LineId
from chat.signing.sittings import Deskmate

ADDRESS: Final = "/staff/rota"
_HERE: Final = "Rota"

Doing = Callable[[FormData, Deskmate, Ahead], Awaitable[str | None]]
"""Does what a form asks for; returns the id of the hours that are one's own by it."""


class Mistake(NamedTuple):
    """What cannot be, and where it was typed; nothing: all is well."""

    form: str = ""
    field: str = ""
    told: str = ""


WELL: Final = Mistake()


class RotaPage:
    """The page on which the team plans its hours."""

    def __init__(self, *, plan: Plan, cover: Cover) -> None:
        self._plan = plan
        self._cover = cover

    def routes(self, guard: Guard) -> list[BaseRoute]:
        """Return the page's routes."""
        all_may: dict[str, Doing] = {
            "take": self._take,
            "tonight": self._tonight,
            "give-back": self._give_back,
            "offer": self._offer,
            "swap": self._swap,
            "withdraw": self._withdraw,
        }
        coordinators: dict[str, Doing] = {
            "weekly": self._weekly,
            "once": self._once,
            "override": self._override,
            "stop": self._stop,
            "remove": self._remove,
            "close": self._close,
            "zone": self._zone,
        }
        return [
            Route(ADDRESS, guard.page(self.show, "calls")),
            *(self._route(guard, *each, "calls") for each in all_may.items()),
            *(self._route(guard, *each, "coordinate") for each in coordinators.items()),
        ]

    def _route(self, guard: Guard, form: str, doing: Doing, verb: str) -> BaseRoute:
        async def change(request: Request, me: Deskmate) -> Response:
            return await self._change(form, doing, await request.form(), me)

        return Route(f"{ADDRESS}/{form}", guard.page(change, verb), methods=["POST"])

    # Showing --------------------------------------------------------------------------

    async def show(self, request: Request, me: Deskmate) -> Response:
        """Show one's own shifts, and then everybody's."""
        ahead = await self._cover.ahead()
        return self._show(me, ahead, did=_done(request.query_params, me, ahead))

    def _show(
        self,
        me: Deskmate,
        ahead: Ahead,
        mistake: Mistake = WELL,
        typed: Mapping[str, Any] | None = None,
        did: str = "",
    ) -> Response:
        book, wall = ahead.book, Wall(ahead.zone, ahead.now)
        names = {mate.id: mate.desk_name for mate in ahead.mates}
        offers = (swap for swap in book.swaps if swap.stage is Stage.OFFERED)
        mine = [swap.hours for swap in offers if swap.peer == me.id]
        ready = any(mate.id == me.id and mate.terms.ready for mate in ahead.mates)
        return show(
            "rota", me, _HERE, 400 if mistake.told else 200,
            did=did, mistake=mistake, typed=typed or {}, zone=wall.zone, ready=ready,
            own=week.own(book, wall, names, me.id, mine),
            days=week.days(ahead, wall, names, me.id),
            swaps=swaps(book, wall, names, me.id),
            weekly=weeklies(book, names), closed=closings(book),
            overrides=overrides(book, wall, names),
            weekdays=list(enumerate(WEEKDAYS)), today=wall.today.isoformat(),
            team=[(mate.id, _with_state(mate.desk_name, mate.terms.ready))
                  for mate in ahead.mates],
        )  # fmt: skip

    # Changing -------------------------------------------------------------------------

    async def _change(
        self, form: str, doing: Doing, values: FormData, me: Deskmate
    ) -> Response:
        ahead = await self._cover.ahead()
        try:
            taken = await doing(values, me, ahead)
        except RotaMistake as error:
            mistake = Mistake(form, error.field, _named(error.told, ahead))
        except (NotReady, NotYourShift, NotYourSwap) as error:
            mistake = Mistake(form, "", _refused(error))
        else:
            return go(f"{ADDRESS}?did={form}{f'&id={taken}' if taken else ''}")
        return self._show(me, ahead, mistake, dict(values))

    async def _take(self, form: FormData, me: Deskmate, _ahead: Ahead) -> str:
        return await self._plan.take_hours(PeerId(me.id), rotaform.moments(form))

    async def _tonight(self, form: FormData, me: Deskmate, ahead: Ahead) -> str:
        starts, ends = (rotaform.time_of(form, name) for name in ("starts", "ends"))
        hours = ahead.book.rota.tonight(starts, ends, ahead.now)
        return await self._plan.take_hours(PeerId(me.id), hours)

    async def _give_back(self, form: FormData, me: Deskmate, _ahead: Ahead) -> None:
        await self._plan.give_back(PeerId(me.id), LineId(said(form, "id", 64)))

    async def _offer(self, form: FormData, me: Deskmate, _ahead: Ahead) -> None:
        to = rotaform.peer_if_any(form, "to")
        await self._plan.offer_swap(PeerId(me.id), rotaform.moments(form), to)

    async def _swap(self, form: FormData, me: Deskmate, _ahead: Ahead) -> str:
        id_ = SwapId(said(form, "id", 64))
        await self._plan.take_swap(PeerId(me.id), id_)
        return id_

    async def _withdraw(self, form: FormData, me: Deskmate, _ahead: Ahead) -> None:
        await self._plan.withdraw_swap(PeerId(me.id), SwapId(said(form, "id", 64)))

    async def _weekly(self, form: FormData, me: Deskmate, ahead: Ahead) -> None:
        ids = {mate.desk_name.casefold(): mate.id for mate in ahead.mates}
        await self._plan.add_weekly(
            me.id,
            weekday=rotaform.weekday_of(form),
            starts=rotaform.time_of(form, "starts"),
            ends=rotaform.time_of(form, "ends"),
            turns=rotaform.turns_of(form, ids),
            since=rotaform.day_of(form, "since"),
            until=rotaform.day_if_any(form, "until"),
            **_kind(form),
        )

    async def _once(self, form: FormData, me: Deskmate, ahead: Ahead) -> None:
        hours = rotaform.hours_of_day(form, ahead.zone)
        peer = PeerId(said(form, "peer", 64))
        await self._plan.add_temporary(me.id, peer, hours, **_kind(form))

    async def _override(self, form: FormData, me: Deskmate, ahead: Ahead) -> None:
        hours = rotaform.hours_between(form, ahead.zone)
        to = rotaform.peer_if_any(form, "to")
        await self._plan.override(me.id, PeerId(said(form, "peer", 64)), to, hours)

    async def _stop(self, form: FormData, me: Deskmate, _ahead: Ahead) -> None:
        until = rotaform.day_of(form, "until")
        await self._plan.stop(me.id, LineId(said(form, "id", 64)), until)

    async def _remove(self, form: FormData, me: Deskmate, _ahead: Ahead) -> None:
        await self._plan.remove(me.id, LineId(said(form, "id", 64)))

    async def _close(self, form: FormData, me: Deskmate, _ahead: Ahead) -> None:
        starts, ends = (rotaform.time_of(form, name) for name in ("starts", "ends"))
        await self._plan.close(me.id, rotaform.weekday_of(form), starts, ends)

    async def _zone(self, form: FormData, me: Deskmate, _ahead: Ahead) -> None:
        await self._plan.set_zone(me.id, said(form, "zone", 64))


def _done(asked: QueryParams, me: Deskmate, ahead: Ahead) -> str:
    """Return what is said of what was done: of hours that were taken, which."""
    hours = week.taken(ahead.book, said(asked, "id", 64), me.id)
    if hours is None:
        return _DID.get(said(asked, "did"), "")
    wall = Wall(ahead.zone, ahead.now)
    return f"They are yours: {wall.from_to(hours)}. Thank you."


def _kind(form: FormData) -> dict[str, Any]:
    """Return what a shift is for."""
    return {
        "backup": ticked(form, "backup"),
        "tags": rotaform.words(said(form, "tags")),
        "languages": rotaform.words(said(form, "languages").lower()),
    }


def _named(told: str, ahead: Ahead) -> str:
    """Return what is told of a mistake, with names for ids."""
    for mate in ahead.mates:
        told = told.replace(mate.id, mate.desk_name)
    return unchanged(told)


def _with_state(name: str, ready: bool) -> str:
    return name if ready else f"{name} (course not done)"


def _refused(error: ChatError) -> str:
    return _REFUSED[error.code]


_REFUSED: Final = {
    "not_ready": "Do the short course first, please: then these hours can be yours.",
    "not_your_shift": "That shift is somebody else's. Nothing was changed.",
    "not_your_swap": "That is offered by, or to, somebody else. Nothing was changed.",
}

_DID: Final = {
    "give-back": "Given back. The others will be told of the gap.",
    "offer": "It is offered. Until somebody takes it, the shift is still yours.",
    "withdraw": "It is offered no more, and stays yours.",
    "weekly": "The line is in the rota.",
    "once": "The shift is in the rota.",
    "override": "Done: the rota shows who stands in for whom.",
    "stop": "The line ends on that day.",
    "remove": "It is in the rota no more.",
    "close": "These hours are closed: nobody is warned of them.",
    "zone": "The rota is in that zone's hours now.",
}
