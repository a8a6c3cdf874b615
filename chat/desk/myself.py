"""One's own page: what should not come to one, this shift, and a note at its end."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from chat.carers import LONGEST_NOTE, BadNote, Carers, Note
from chat.clock import Clock
from chat.desk.frame import go, path_number, said, show, ticked
from chat.desk.guard import Guard, post
from chat.desk.wording import moment, time_of_day
from chat.oncall.duty import Duty
from chat.oncall.plan import Plan
from chat.oncall.stages import PeerId
from chat.roles import may
from chat.signing.sittings import Deskmate
from chat.wellbeing import (
    PLENTY,
    TONIGHT,
    TOPICS,
    Exposure,
    rests_until,
    this_shift,
)

ACCOUNT: Final = (("Your passkeys, password and codes", "/staff/account"),)


class Shift(NamedTuple):
    """How much somebody has read, and what that means, kindly."""

    units: int
    plenty: int
    words: str
    rest: str


class NoteLine(NamedTuple):
    """A note as its reader sees it."""

    id: int
    by: str
    at: str
    text: str


class Myself:
    """The page that is one's own."""

    def __init__(self, *, carers: Carers, plan: Plan, duty: Duty, clock: Clock) -> None:
        self._carers = carers
        self._plan = plan
        self._duty = duty
        self._clock = clock

    def routes(self, guard: Guard) -> list[BaseRoute]:
        """Return the page's routes."""
        return [
            Route("/staff/me", guard.page(self.show, "desk")),
            post("/staff/me", guard.page(self.wish, "desk")),
            post("/staff/me/tonight", guard.page(self.tonight, "desk")),
            post("/staff/me/offload", guard.page(self.put_down, "desk")),
            post("/staff/me/notes/{id:int}", guard.page(self.heard, "desk")),
        ]

    async def show(self, request: Request, me: Deskmate) -> Response:
        """Show how somebody wants their desk, and what they have borne."""
        return await self._show(me, note=_note(said(request.query_params, "did"), me))

    async def _show(
        self, me: Deskmate, *, note: str | None = None, bad: str = "", kept: str = ""
    ) -> Response:
        now = self._clock.now()
        wishes = await self._carers.wishes(me.id)
        colleagues = await self._carers.colleagues(me.id)
        return show(
            "myself", me, "You", 400 if bad else 200,
            note=bad or note, note_is_bad=bool(bad), kept=kept,
            wishes=wishes, away=wishes.is_away(now),
            shift=shift(await self._carers.exposures(me.id), now),
            topics=[
                (topic, words, topic in wishes.opt_outs)
                for topic, (words, _) in TOPICS.items()
            ],
            notes=[note_line(each, now) for each in await self._carers.notes(me.id)],
            colleagues=[("", "Nobody"), *colleagues.items()],
            partner=colleagues.get(wishes.partner, ""),
            longest=LONGEST_NOTE, account=ACCOUNT,
        )  # fmt: skip

    async def wish(self, request: Request, me: Deskmate) -> Response:
        """Keep how somebody wants their desk."""
        form = await request.form()
        await self._carers.wish(
            me.id,
            opt_outs=[str(topic) for topic in form.getlist("topic")],
            blur=ticked(form, "blur"),
            hotkeys=ticked(form, "hotkeys"),
            partner=said(form, "partner"),
        )
        return go("/staff/me?did=wish")

    async def tonight(self, request: Request, me: Deskmate) -> Response:
        """Let nothing come to somebody for this night, or again."""
        away = ticked(await request.form(), "away")
        await self._carers.not_tonight(me.id, away=away)
        if away:
            await self._plan.let_go(PeerId(me.id), within=TONIGHT)
            await self._duty.go_off(me.id)
        else:
            await self._plan.return_to(PeerId(me.id), within=TONIGHT)
        return go(f"/staff/me?did={'away' if away else 'back'}")

    async def put_down(self, request: Request, me: Deskmate) -> Response:
        """Leave a note for one's partner."""
        text = said(await request.form(), "text")
        try:
            await self._carers.put_down(me.id, text)
        except BadNote as error:
            return await self._show(me, bad=str(error), kept=text)
        return go("/staff/me?did=offload")

    async def heard(self, request: Request, me: Deskmate) -> Response:
        """Delete a note that was for whoever asks; nobody else's is touched."""
        await self._carers.heard(me.id, path_number(request))
        return go("/staff/me?did=heard")


_NOTES: Final = {
    "wish": "Kept. Nobody else sees it.",
    "away": "Not tonight, then. No case is offered to you. Rest well.",
    "away_from_calls": "Not tonight, then. No case is offered to you, and you have no "
    "shift: your hours of the next twelve are for the others. Rest well.",
    "out": "Thank you for being here. Your shift is over; what was left of it is for "
    "the others. If you did not mean that, say under Calls that you are here.",
    "back": "Good to have you back.",
    "offload": "It is with your partner now, and nobody else reads it. Go gently.",
    "heard": "The note is gone.",
}


_STILL_LAST: Final = " As a coordinator you are still called where nobody else comes."


def _note(did: str, me: Deskmate) -> str | None:
    """Return what is said of what was done."""
    if did != "away" or not may(me.role, "calls"):
        return _NOTES.get(did)
    last = _STILL_LAST if may(me.role, "coordinate") else ""
    return _NOTES["away_from_calls"] + last


def shift(exposures: Sequence[Exposure], now: datetime) -> Shift:
    """Return how much somebody has read in this shift, in kind words."""
    units = this_shift(exposures, now)
    rest = rests_until(exposures, now)
    return Shift(
        min(units, PLENTY),
        PLENTY,
        _weighed(units),
        f"Your pause lasts until {time_of_day(int(rest.timestamp()))} UTC: the next "
        "urgent case goes to others first, if anybody else is here."
        if rest
        else "",
    )


def _weighed(units: int) -> str:
    if not units:
        return "You have read nothing yet in this shift."
    if units < PLENTY // 2:
        return f"You have read {units} units so far. That is fine for one shift."
    if units < PLENTY:
        return f"You have read {units} units. A walk would do good about now."
    return (
        f"You have read {units} units. That is enough for anybody: hand over, please."
    )


def note_line(note: Note, now: datetime) -> NoteLine:
    """Return a note as its reader sees it."""
    return NoteLine(note.id, note.by, moment(note.at, int(now.timestamp())), note.text)
