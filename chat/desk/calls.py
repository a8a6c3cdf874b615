"""The calls page: who needs somebody now, and when one can be called oneself."""

from collections.abc import Awaitable, Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from chat.clock import Clock
from chat.desk.board import Board, View
from chat.desk.callrows import BLANK, LISTS
from chat.desk.frame import go, number, said, show, sorry, ticked
from chat.desk.guard import Endpoint, Guard
from chat.desk.myshift import NOTICES, At, MyShift, follows, my_shift, notices
from chat.desk.wording import count
from chat.errors import ChatError
from chat.oncall.audiences import Standby
from chat.oncall.duty import Duty
from chat.oncall.needs import Needs
from chat.oncall.plan import Plan
from chat.oncall.refusals import BadTerms, NeedTaken, NoSuchNeed, NotReady
from chat.oncall.shifts import Shift
from chat.oncall.stages import PeerId
from chat.oncall.ways import Ways
from chat.roles import may
from chat.signing.sittings import Deskmate
from chat.store.alerts import CALLS
from chat.store.ways import Sent

HERE: Final = "/staff/calls"
ONE: Final = f"{HERE}/{{id}}"
_ELSEWHERE: Final = {"gap": "/staff/coverage", "swap": "/staff/rota"}
"""Where an alert leads that is about no need, by its kind."""
HOURS: Final = (1, 2, 4)
TICKS: Final = ("rested", "steady", "private")
"""What one asks oneself before a shift; that one did is all that is kept."""


class Calls:
    """The page on which peers are called, and answer."""

    def __init__(
        self,
        *,
        board: Board,
        needs: Needs,
        duty: Duty,
        ways: Ways,
        plan: Plan,
        clock: Clock,
    ) -> None:
        self._board = board
        self._needs = needs
        self._duty = duty
        self._ways = ways
        self._plan = plan
        self._clock = clock

    def routes(self, guard: Guard) -> list[BaseRoute]:
        """Return the page's routes."""
        forms: Mapping[str, Endpoint] = {
            f"{HERE}/duty": self.go_on,
            f"{HERE}/off": self.go_off,
            f"{HERE}/check-in": self.check_in,
            f"{HERE}/check-out": self.check_out,
            f"{ONE}/accept": self.accept,
        }
        return [
            Route(HERE, guard.page(self.show, "calls")),
            Route(f"{HERE}.json", guard.page(self.show_json, "calls")),
            Route(f"{HERE}/standing.json", guard.page(self.standing, "calls")),
            *(
                Route(path, guard.page(form, "calls"), methods=["POST"])
                for path, form in forms.items()
            ),
        ]

    # Who needs somebody ---------------------------------------------------------------

    async def show(self, request: Request, me: Deskmate) -> Response:
        """Show who needs somebody; whoever looks has opened what calls them."""
        note = NOTES.get(said(request.query_params, "did"), "")
        if id_ := said(request.query_params, "alert", 64):
            alert = await self._ways.opened(id_, me.id)
            if alert and alert.kind in _ELSEWHERE:
                return go(_ELSEWHERE[alert.kind])
            note = await self._about(alert, me) or note
        await self._board.opened(me)
        return await self._show(me, note=note)

    async def _about(self, alert: Sent | None, me: Deskmate) -> str:
        """Return what there is to say to whoever followed an alert."""
        if alert is None:
            return ""
        if alert.kind in CALLS:
            return await self._too_late(alert.need_id, me)
        return _REACHED if alert.kind in _TRIES else ""

    async def _too_late(self, need_id: str, me: Deskmate) -> str:
        """Return what is said where somebody else came before them."""
        try:
            need = (await self._needs.known(need_id)).need
        except NoSuchNeed:
            return _OVER
        if need.is_calling or me.id in need.helpers:
            return ""
        return _WITH_SOMEBODY if need.is_open else _OVER

    async def _show(
        self, me: Deskmate, *, note: str = "", bad: str = "", status: int = 200
    ) -> Response:
        view, now = await self._board.view(me), self._clock.now()
        lists = view.reader.lists(view.needs, now)
        return show(
            "calls", me, "Calls", status,
            note=bad or note, note_is_bad=bool(bad), lists=lists, blank=BLANK,
            calm="Nobody is waiting." if view.reader.ready else "",
            ended=note == NOTES["ended"],
            shift=await self._shift(view, now), notices=NOTICES, noticed=notices(view),
            hours=HOURS, mates=team(view), coordinates=view.reader.coordinates,
            noted=[(At.of(n.at), n.text) for n in view.notes],
        )  # fmt: skip

    async def show_json(self, request: Request, me: Deskmate) -> Response:
        """Give the page's script the same rows; whoever sees them has opened them."""
        if said(request.query_params, "seen"):
            await self._board.opened(me)
        view, now = await self._board.view(me), self._clock.now()
        lists = view.reader.lists(view.needs, now)
        rows = {name: [row._asdict() for row in lists[name]] for name in LISTS}
        mates = [mate._asdict() for mate in team(view)]
        return JSONResponse({"lists": rows, "notices": notices(view), "mates": mates})

    async def standing(self, _request: Request, me: Deskmate) -> Response:
        """Tell any page by what one is called now, and what of it one has opened."""
        calls = [
            {"need": each.need_id, "alert": each.id, "opened": bool(each.opened_at)}
            for each in await self._board.called(me)
        ]
        return JSONResponse({"calls": calls})

    async def accept(self, request: Request, me: Deskmate) -> Response:
        """Come; of many who do, one has it, and the others are thanked."""
        id_ = request.path_params["id"]
        if not (may(me.role, "coordinate") or await self._duty.ready(me.id)):
            return await self._show(me, bad=_REFUSALS["not_ready"], status=403)
        try:
            await self._needs.accept(id_, PeerId(me.id))
        except NeedTaken:
            return _taken(me)
        except ChatError as error:
            return await self._refused(me, error)
        return go(f"/staff/talks/{id_}")

    # My shift -------------------------------------------------------------------------

    async def go_on(self, request: Request, me: Deskmate) -> Response:
        """Be called without a shift, for some hours, or for some hours more."""
        form = await request.form()
        hours, after = number(form, "hours"), number(form, "after")
        if hours not in HOURS:
            return await self._show(me, bad=_REFUSALS["bad_terms"], status=400)
        terms, more = await self._duty.of(me.id), timedelta(hours=hours)
        until = terms.on_duty_longer(more, after, self._clock.now())
        return await self._do(me, self._duty.go_on(me.id, until), "on")

    async def go_off(self, _request: Request, me: Deskmate) -> Response:
        """Be called no more, unless one is on shift."""
        return await self._do(me, self._duty.go_off(me.id), "off")

    async def check_in(self, request: Request, me: Deskmate) -> Response:
        """Begin a shift, having looked at oneself first."""
        form = await request.form()
        if not all(ticked(form, tick) for tick in TICKS):
            return await self._show(me, bad=_NOT_WELL, status=400)
        return await self._do(me, self._arrive(PeerId(me.id)), "in")

    async def _arrive(self, peer: PeerId) -> None:
        await self._duty.check_in(peer)
        # Whoever let the shift go by mistake says in this way that they are there.
        await self._plan.return_to(peer)

    async def check_out(self, request: Request, me: Deskmate) -> Response:
        """End a shift; the rest of it is nobody's. Go where it can be put down.

        A shift that follows at once stays, unless that is let go as well.
        """
        both = ticked(await request.form(), "next")
        ahead = await self._follows(me) if both else None
        within = ahead.hours.starts - self._clock.now() if ahead else timedelta()
        await self._plan.let_go(PeerId(me.id), within=within)
        await self._duty.check_out(me.id)
        if await self._follows(me):
            return go(f"{HERE}?did=out#shift")
        return go("/staff/me?did=out#offload")

    async def _follows(self, me: Deskmate) -> Shift | None:
        rota = (await self._plan.book()).rota
        return follows(rota, PeerId(me.id), self._clock.now())

    async def _do(self, me: Deskmate, doing: Awaitable[object], did: str) -> Response:
        try:
            await doing
        except (NotReady, BadTerms) as error:
            return await self._refused(me, error)
        return go(f"{HERE}?did={did}")

    async def _refused(self, me: Deskmate, error: ChatError) -> Response:
        """Show how it stands, with why nothing was changed."""
        status = 404 if error.code == "no_such_need" else 409
        bad = _REFUSALS.get(error.code, _REFUSALS[""])
        return await self._show(me, bad=bad, status=status)

    async def _shift(self, view: View, now: datetime) -> MyShift:
        return my_shift(view, (await self._plan.book()).rota, now)


class Teammate(NamedTuple):
    """Somebody who could be called: who it is, how so, and whether it would work."""

    id: str
    name: str
    kind: str
    reach: str


def team(view: View) -> list[Teammate]:
    """Return who could be called, to whoever coordinates."""
    if not view.reader.coordinates:
        return []
    return [
        Teammate(mate.id, mate.name, _kind(mate.standby), _reach(mate.standby))
        for mate in view.mates
        if mate.at_work or mate.standby.coordinator
    ]


def _kind(one: Standby) -> str:
    if one.on_shift:
        return "on shift"
    if one.backup:
        return "on shift as backup"
    if one.on_duty:
        return "can take it"
    where = "in their quiet hours" if one.is_asleep else "on the last step"
    return f"coordinator, {where}"


def _reach(one: Standby) -> str:
    talks = f", in {count(one.talks, 'talk', 'talks')}" if one.talks else ""
    return ("can be reached" if one.reachable else "cannot be reached") + talks


def _taken(me: Deskmate) -> Response:
    return sorry(
        me, 409, "Taken, thank you",
        "Somebody else is with them already. That you came counts: stay near, if you "
        "can. The next one may be yours.",
        (HERE, "Back to the calls"),
    )  # fmt: skip


NOTES: Final = {
    "on": "Thank you. You may be called from now on.",
    "off": "You are called no more, unless you have a shift. Rest well.",
    "in": "Good to have you here. Go gently.",
    "out": "Thank you for being here. What was left of that shift is for the others. "
    "Your next one is still yours.",
    "ended": (
        "The talk is over. Take a breath, and something to drink, before the next one."
    ),
    "let_go": "They are not left alone. It was right to say so.",
    "left": "You sit in no more. Thank you for having been there.",
    "declined": "They stay with whom they have. Nobody minds.",
}

_TRIES: Final = ("canary", "test")
_REACHED: Final = "Thank you. Now we know that we can reach you."
_WITH_SOMEBODY: Final = "Somebody is with them already. That you came counts."
_OVER: Final = "They do not need anybody any more. That you came counts."

_NOT_WELL: Final = (
    "If one of the three is not so, this is a time to rest, and not to be called. "
    "Nobody asks why. If you have a shift now, you can let it go below."
)

_REFUSALS: Final = {
    "": "That could not be done. Nothing was changed.",
    "not_ready": "Do the course first, please: it takes most people under an hour.",
    "need_over": "They do not need anybody any more. Thank you for coming.",
    "no_such_need": "That need is not there.",
    "bad_terms": "That is not possible: choose 1, 2 or 4 hours.",
}
