"""Talk deeds: what a peer does in a talk, and about it, by the forms of its page."""

from collections.abc import Mapping
from secrets import token_bytes
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from chat import text
from chat.casework.refusals import UnknownReason
from chat.desk.board import Board
from chat.desk.frame import go, said
from chat.desk.guard import Endpoint, Guard
from chat.desk.talk import HERE, LINE_ID_BYTES, Kept, Talk
from chat.desk.talkwords import REASONS, refusal
from chat.errors import ChatError, Gone, StoreDown
from chat.identity import Identity
from chat.listening import Listening
from chat.oncall.favours import Favours
from chat.oncall.needs import Needs
from chat.oncall.refusals import NobodyToHandTo, NotYourNeed
from chat.oncall.stages import NeedId, PeerId
from chat.requests import Say
from chat.signing.sittings import Deskmate
from chat.talkroom import talk_of

CALLS: Final = "/staff/calls"


class TalkDeeds:
    """The forms of a talk's page."""

    def __init__(
        self,
        *,
        talk: Talk,
        board: Board,
        needs: Needs,
        favours: Favours,
        listening: Listening,
        identity: Identity,
    ) -> None:
        self._talk = talk
        self._board = board
        self._needs = needs
        self._favours = favours
        self._listening = listening
        self._identity = identity

    def routes(self, guard: Guard) -> list[BaseRoute]:
        """Return the routes of the forms."""
        forms: Mapping[str, Endpoint] = {
            "say": self.say,
            "hand": self.hand,
            "take-over": self.take_over,
            "decline": self.decline,
            "join": self.join,
            "company": self.company,
            "leave": self.leave,
            "let-go": self.let_go,
            "end": self.end,
            "note": self.note,
            "block": self.block,
            "report": self.report,
        }
        return [
            Route(
                f"{HERE}/{path}",
                guard.page(self._plainly(form), "calls"),
                methods=["POST"],
            )
            for path, form in forms.items()
        ]

    def _plainly(self, doing: Endpoint) -> Endpoint:
        """Return a doing that says plainly why it could not be done."""

        async def plainly(request: Request, me: Deskmate) -> Response:
            try:
                return await doing(request, me)
            except StoreDown:
                raise
            except ChatError as error:
                return await self._refused(request, me, error)

        return plainly

    async def _refused(
        self, request: Request, me: Deskmate, error: ChatError
    ) -> Response:
        """Show the talk as it is, with why nothing was changed, and what was meant."""
        form = await request.form()
        kept = Kept(
            said(form, "text"),
            said(form, "id", 2 * LINE_ID_BYTES),
            said(form, "note"),
            said(form, "ending"),
            _OPEN.get(request.url.path.rpartition("/")[2], ""),
        )
        return await self._talk.page(
            request, me, status=409, bad=refusal(error), kept=kept
        )

    async def say(self, request: Request, me: Deskmate) -> Response:
        """Say a line, where no script does it."""
        form, id_, peer = await request.form(), _id(request), PeerId(me.id)
        room, line = talk_of(id_), _bytes_of(said(form, "id", 2 * LINE_ID_BYTES))
        member = self._identity.peer(peer, room, 0)
        words = Say(0, room, line, said(form, "text"), 0)
        await self._listening.say(peer, member, id_, words)
        return _back(id_, "said")

    async def hand(self, request: Request, me: Deskmate) -> Response:
        """Ask another to take over, who can be reached and would."""
        id_, to = _id(request), said(await request.form(), "to", 64)
        view, known = await self._board.view(me), await self._needs.known(id_)
        others = {mate.id for mate in view.others()}
        if to not in others - await self._needs.blockers(known):
            raise NobodyToHandTo
        await self._needs.hand(id_, PeerId(me.id), PeerId(to))
        await self._favours.take_over(PeerId(to))
        return _back(id_, "asked")

    async def take_over(self, request: Request, me: Deskmate) -> Response:
        """Say yes to taking over."""
        id_ = _id(request)
        await self._needs.take_over(id_, PeerId(me.id))
        return _back(id_, "over")

    async def decline(self, request: Request, me: Deskmate) -> Response:
        """Say no to taking over."""
        await self._needs.decline(_id(request), PeerId(me.id))
        return go(f"{CALLS}?did=declined")

    async def join(self, request: Request, me: Deskmate) -> Response:
        """Sit in, as a coordinator or because company is asked for."""
        id_, view = _id(request), await self._board.view(me)
        need = (await self._needs.known(id_)).need
        if view.reader.place(need) not in ("others", "mine"):
            raise NotYourNeed
        await self._needs.join(id_, PeerId(me.id))
        return _back(id_, "joined")

    async def company(self, request: Request, me: Deskmate) -> Response:
        """Let others know that one would like somebody to sit in."""
        id_, view = _id(request), await self._board.view(me)
        known = await self._needs.known(id_)
        awake = (mate for mate in view.mates if not mate.standby.is_asleep)
        whom = [mate.id for mate in awake if mate.standby.coordinator]
        await self._favours.company(known.need, PeerId(me.id), whom)
        await self._needs.told(known)
        return _back(id_, "company")

    async def leave(self, request: Request, me: Deskmate) -> Response:
        """Sit in no more."""
        await self._needs.leave(_id(request), PeerId(me.id))
        return go(f"{CALLS}?did=left")

    async def let_go(self, request: Request, me: Deskmate) -> Response:
        """Give the need back, to be called for again."""
        await self._needs.let_go(_id(request), PeerId(me.id))
        return go(f"{CALLS}?did=let_go")

    async def end(self, request: Request, me: Deskmate) -> Response:
        """End the talk, and keep what one notes for oneself."""
        id_, form, peer = _id(request), await request.form(), PeerId(me.id)
        note = said(form, "note")
        if note:
            text.check(note)
        await self._needs.finish(id_, peer, said(form, "ending", 40))
        if note:
            await self._needs.note(id_, peer, note)
        return go(f"{CALLS}?did=ended")

    async def note(self, request: Request, me: Deskmate) -> Response:
        """Keep what one notes for oneself, however the talk ended."""
        id_, note = _id(request), said(await request.form(), "note")
        await self._needs.note(id_, PeerId(me.id), note)
        return _back(id_, "noted")

    async def block(self, request: Request, me: Deskmate) -> Response:
        """Be called about this person no more."""
        id_ = _id(request)
        await self._needs.block(id_, PeerId(me.id))
        return _back(id_, "blocked")

    async def report(self, request: Request, me: Deskmate) -> Response:
        """Show the room team what the member said last."""
        id_, peer = _id(request), PeerId(me.id)
        reason = said(await request.form(), "reason", 40)
        if reason not in REASONS:
            raise UnknownReason
        await self._listening.see_helped(peer, id_)
        target = await self._talk.last_of_member(id_)
        if not target:
            raise Gone
        await self._listening.report(peer, id_, target, reason)
        return _back(id_, "reported")


_OPEN: Final = {
    "hand": "company", "company": "company", "let-go": "company", "end": "end",
    "leave": "company", "note": "end",
    "block": "guard", "report": "guard",
}  # fmt: skip
"""Which part of the page a form is in."""


def _id(request: Request) -> NeedId:
    return NeedId(request.path_params["id"])


def _bytes_of(line: str) -> bytes:
    try:
        id_ = bytes.fromhex(line)
    except ValueError:
        id_ = b""
    return id_ if len(id_) == LINE_ID_BYTES else token_bytes(LINE_ID_BYTES)


def _back(id_: NeedId, did: str) -> Response:
    return go(f"/staff/talks/{id_}?did={did}")
