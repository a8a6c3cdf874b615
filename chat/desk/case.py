"""One case on the table: reading it, claiming it, and saying something about it."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from chat.carers import Carers
from chat.cases import Cases
from chat.casework import casebook
from chat.casework.case import Status
from chat.casework.casebook import Case
from chat.casework.dossier import Dossier
from chat.casework.ladder import MOST_NOTE, MOST_WORDS, REASONS
from chat.casework.refusals import CaseTaken, NoSuchCase
from chat.catalogue import Catalogue
from chat.clock import Clock
from chat.desk import reading
from chat.desk.choices import choices
from chat.desk.frame import go, number, said, show, sorry
from chat.desk.guard import Endpoint, Guard
from chat.desk.refusing import refusal
from chat.desk.replies import REPLIES
from chat.desk.story import news, story
from chat.desk.wording import GRADES, SOURCES, ago, why
from chat.errors import ChatError
from chat.signing.sittings import Deskmate
from chat.store.database import Database
from chat.talkroom import called

ONE: Final = "/staff/cases/{id}"
NOTHING_KEPT: Final[Mapping[str, str]] = dict.fromkeys(
    ("member", "message", "reason", "canned", "words", "note"), ""
)


class Table:
    """The page of one case."""

    def __init__(
        self,
        *,
        cases: Cases,
        database: Database,
        carers: Carers,
        catalogue: Catalogue,
        guard: Guard,
        clock: Clock,
    ) -> None:
        self._cases = cases
        self._database = database
        self._carers = carers
        self._rooms = {str(room.slug): room.name for room in catalogue.rooms}
        self._guard = guard
        self._clock = clock

    def routes(self) -> list[BaseRoute]:
        """Return the page's routes."""
        page = self._guard.page
        doings: Mapping[str, tuple[Endpoint, str]] = {
            "claim": (self.claim, "cases"),
            "let-go": (self.let_go, "cases"),
            "reveal": (self.reveal, "reveal"),
            "note": (self.note, "cases"),
            "wrong-flag": (self.wrong_flag, "act"),
        }
        return [
            Route(f"{ONE}.json", page(self.show_json, "cases")),
            Route(ONE, page(self.found(self.show), "cases")),
            *(
                Route(f"{ONE}/{path}", page(self.found(doing), verb), methods=["POST"])
                for path, (doing, verb) in doings.items()
            ),
        ]

    def found(self, doing: Endpoint) -> Endpoint:
        """Return a doing that says plainly why it could not be done."""

        async def plainly(request: Request, me: Deskmate) -> Response:
            try:
                return await doing(request, me)
            except NoSuchCase:
                return sorry(
                    me, 404, "There is no such case",
                    "It may be a slip of the address.", ("/staff", "To the queue"),
                )  # fmt: skip
            except ChatError as error:
                return await self.refused(request, me, error)

        return plainly

    async def refused(
        self,
        request: Request,
        me: Deskmate,
        error: ChatError,
        kept: Mapping[str, str] = NOTHING_KEPT,
    ) -> Response:
        """Show the case as it is, with why nothing was changed."""
        status = 409 if isinstance(error, CaseTaken) else 400
        case = await self._cases.case(request.path_params["id"])
        bad = refusal(error, case)
        return await self.page(request, me, status=status, bad=bad, kept=kept)

    async def show(self, request: Request, me: Deskmate) -> Response:
        """Show a case; whoever looks is seen by the others."""
        await self._cases.looking(request.path_params["id"], me.id)
        note = _NOTES.get(said(request.query_params, "did"), "")
        return await self.page(request, me, note=note)

    async def page(
        self,
        request: Request,
        me: Deskmate,
        *,
        status: int = 200,
        note: str = "",
        bad: str = "",
        kept: Mapping[str, str] = NOTHING_KEPT,
    ) -> Response:
        """Return the page of a case as it is now."""
        async with self._database.read() as tx:
            dossier = await Dossier.open(
                tx, request.path_params["id"], self._clock.seconds()
            )
            revealed = await casebook.read_again(dossier, me.id)
        case = await self._cases.case(dossier.id)
        wishes = await self._carers.wishes(me.id)
        proved = self._guard.stepped_up(me)
        return show(
            "case", me, "Queue", status,
            case=self._facts(case, me), note=bad or note, note_is_bad=bool(bad),
            reasons=reading.reasons(case), gist=reading.gist(case),
            lines=reading.lines(revealed, case, number(request.query_params, "open")),
            steps=reading.steps(case, len(revealed), proved=proved),
            reveal_reasons=reading.REVEAL_REASONS,
            reveal_reason=reading.last_reason(case, me.id),
            who=reading.face(case.who), gone=case.forgotten, blur=wishes.blur,
            story=story(case, me.id, self._clock.seconds()), choices=choices(case, me),
            reason_codes=list(REASONS.items()), replies=REPLIES, kept=kept,
            most_words=MOST_WORDS, most_note=MOST_NOTE,
        )  # fmt: skip

    def _facts(self, case: Case, me: Deskmate) -> Mapping[str, object]:
        state, room = case.state, called(case.room, self._rooms)
        mine = state.claimed_by == me.id
        return {
            "id": case.id,
            "title": why(case.source, state.categories, state.reasons, state.rules),
            "grade": GRADES[state.grade],
            "room": room,
            "source": SOURCES.get(case.source, ""),
            "opened_at": state.opened_at,
            "age": ago(self._clock.seconds() - state.opened_at),
            "queue": state.queue or str(Status.RESOLVED),
            "free": state.status is Status.OPEN,
            "mine": mine,
            "others": bool(state.claimed_by) and not mine,
            "resolved": state.status is Status.RESOLVED,
            **news(case, me),
        }

    async def show_json(self, request: Request, me: Deskmate) -> Response:
        """Give the page's script what may have changed."""
        try:
            case = await self._cases.case(request.path_params["id"])
        except NoSuchCase:
            return JSONResponse({}, 404)
        return JSONResponse(news(case, me))

    async def claim(self, request: Request, me: Deskmate) -> Response:
        """Take a case."""
        id_ = request.path_params["id"]
        await self._cases.claim(id_, me.id)
        return go(to(id_, did="claim"))

    async def let_go(self, request: Request, me: Deskmate) -> Response:
        """Leave a case to others."""
        await self._cases.let_go(request.path_params["id"], me.id)
        return go("/staff")

    async def reveal(self, request: Request, me: Deskmate) -> Response:
        """Show more of what was said; that somebody read it is recorded."""
        id_, form = request.path_params["id"], await request.form()
        reason = reading.reason_words(said(form, "reason"))
        case = await self._cases.case(id_)
        upto, shown = min(number(form, "upto"), case.steps), await self._shown(id_, me)
        if reading.needs_proof(case, shown, upto) and not self._guard.stepped_up(me):
            return self._guard.ask_again(f"/staff/cases/{id_}")
        await self._cases.reveal(id_, me.id, reason, upto)
        return go(to(id_, open=str(upto) if upto == shown + 1 else ""))

    async def _shown(self, id_: str, me: Deskmate) -> int:
        async with self._database.read() as tx:
            dossier = await Dossier.open(tx, id_, self._clock.seconds())
            return len(await casebook.read_again(dossier, me.id))

    async def note(self, request: Request, me: Deskmate) -> Response:
        """Leave a note for the team."""
        id_, form = request.path_params["id"], await request.form()
        await self._cases.note(id_, me.id, said(form, "note"))
        return go(to(id_, did="note"))

    async def wrong_flag(self, request: Request, me: Deskmate) -> Response:
        """Say that a rule should not have fired."""
        id_, form = request.path_params["id"], await request.form()
        await self._cases.wrong_flag(id_, me.id, said(form, "rule"))
        return go(to(id_, did="wrong"))


_NOTES: Final = {
    "claim": "It is yours, for as long as you look at it.",
    "note": "Your note is with the case.",
    "wrong": "Thank you. That is counted for the rule.",
    "act": "Done. Thank you.",
    "undo": "It is undone, and the case is open again.",
    "decide": "Decided. The member is told.",
    "second": "Thank you for looking.",
}


def to(id_: str, **query: str) -> str:
    """Return where a case is shown."""
    asked = urlencode({key: value for key, value in query.items() if value})
    return f"/staff/cases/{id_}" + (f"?{asked}" if asked else "")
