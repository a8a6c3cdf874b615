"""A talk's page: who it is with, what was said so far, and how it stands with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from secrets import token_hex
from typing import Any, Final, NamedTuple, cast

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from chat.clock import Clock
from chat.desk import warmth
from chat.desk.board import Board, View
from chat.desk.frame import said, show, sorry
from chat.desk.guard import Guard
from chat.desk.myshift import At
from chat.desk.talkwords import ELSEWHERE, ENDINGS, NOTES, REASONS, standing
from chat.errors import Unavailable
from chat.identity import name_of
from chat.listening import Listening
from chat.oncall.known import Known
from chat.oncall.need import Need
from chat.oncall.needs import Needs
from chat.oncall.refusals import NoSuchNeed
from chat.oncall.stages import NeedId, PeerId, State
from chat.protocol import SAID, TAKEN_BACK, unpack_value
from chat.signing.sittings import Deskmate
from chat.talkroom import talk_of
from chat.text import MAX_CHARACTERS

HERE: Final = "/staff/talks/{id}"
LINE_ID_BYTES: Final = 8

_LATEST: Final = 2**53
_GONE: Final = "Not here just now; they may come"


NO_MORE: Final[Mapping[str, object]] = {
    "mine": False, "ends": False, "peers": [], "seconds": None, "owed": "",
    "words": ELSEWHERE, "changed": "", "free": False,
}  # fmt: skip
"""How it stands with a talk that is none of one's own."""


class Line(NamedTuple):
    """Something that was said."""

    name: str
    at: At
    text: str
    mine: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """What somebody filled in, to be there still if it could not be done."""

    text: str = ""
    line_id: str = ""
    note: str = ""
    ending: str = ""
    open: str = ""
    """Which part of the page lies open."""


NOTHING_KEPT: Final = Kept()

_OPENS: Final = {"blocked": "company"}
"""Which part of the page may be wanted next, by what was done."""


class Talk:
    """Shows one talk to those who may see it."""

    def __init__(
        self, *, board: Board, needs: Needs, listening: Listening, clock: Clock
    ) -> None:
        self._board = board
        self._needs = needs
        self._listening = listening
        self._clock = clock

    def routes(self, guard: Guard) -> list[BaseRoute]:
        """Return the page's routes."""
        return [
            Route(f"{HERE}.json", guard.page(self.show_json, "calls")),
            Route(HERE, guard.page(self.show, "calls")),
        ]

    async def show(self, request: Request, me: Deskmate) -> Response:
        """Show the talk, and what one may do about it."""
        did = said(request.query_params, "did")
        kept = Kept(open=_OPENS.get(did, ""))
        return await self.page(request, me, note=NOTES.get(did, ""), kept=kept)

    async def page(
        self,
        request: Request,
        me: Deskmate,
        *,
        status: int = 200,
        note: str = "",
        bad: str = "",
        kept: Kept = NOTHING_KEPT,
    ) -> Response:
        """Return the page of a talk as it is now."""
        try:
            known = await self._needs.known(request.path_params["id"])
        except NoSuchNeed:
            return _no_such_talk(me)
        view, peer = await self._board.view(me), PeerId(me.id)
        helped = await self._needs.helped(known.need.id)
        is_there = _may_see(view, known.need, peer)
        if not is_there and peer not in helped:
            return _no_such_talk(me)
        need, mine = known.need, may_speak(known.need, peer)
        unwilling = await self._needs.blockers(known)
        return show(
            "talk", me, "Calls", status,
            need=self._facts(view, known, peer), mine=mine, note=bad or note,
            note_is_bad=bool(bad),
            words=standing(need, view.reader, helped=peer in helped),
            changed=changed(need) if is_there else "",
            peers=self._whos(need), open=kept.open,
            lines=await self._lines(known.need, peer), kept=kept.text,
            line_id=kept.line_id or token_hex(LINE_ID_BYTES),
            suggestions=warmth.suggestions(known.told.wish),
            safety=warmth.safety(need.grade), moment=warmth.MOMENT,
            peers_here=[(mate.id, mate.name) for mate in view.others()
                        if mate.id not in unwilling],
            endings=list(ENDINGS.items()), ending=kept.ending, kept_note=kept.note,
            most_note=MAX_CHARACTERS, report_reasons=list(REASONS.items()),
            was_mine=peer in helped and not need.has_faded(self._clock.now()),
            ends=may_end(need, peer, self._clock.now()),
        )  # fmt: skip

    async def show_json(self, request: Request, me: Deskmate) -> Response:
        """Give the page's script how it stands now.

        Whose talk it is no more is told no more than that; so is who guesses.
        """
        view, peer = await self._board.view(me), PeerId(me.id)
        try:
            known = await self._needs.known(request.path_params["id"])
        except NoSuchNeed:
            return JSONResponse(NO_MORE)
        if not _may_see(view, known.need, peer):
            return JSONResponse(NO_MORE)
        need, mine = known.need, may_speak(known.need, peer)
        return JSONResponse(
            {
                "mine": mine,
                "ends": may_end(need, peer, self._clock.now()),
                "peers": self._whos(need),
                "seconds": seconds_left(need, self._clock.now()) if mine else None,
                "owed": "first" if need.state is State.ACCEPTED else "answer",
                "words": standing(need, view.reader),
                "changed": changed(need),
                "free": view.reader.place(need) == "waiting",
            }
        )

    def _facts(self, view: View, known: Known, peer: PeerId) -> Mapping[str, object]:
        row, need = view.reader.row(known, self._clock.now()), known.need
        return {
            **row._asdict(),
            "talk": talk_of(need.id),
            "me": self._needs.who_of_peer(peer, need.id).hex(),
            "source": warmth.SOURCES.get(known.told.source, ""),
            "with_them": row.by if need.is_open and need.helpers != (peer,) else "",
            "gone": _GONE if need.is_open and not need.drill else "",
            "mine": need.is_open and need.peer == peer,
            "sits_in": need.is_open and peer in need.joined,
            "free": row.may_accept,
            "may_join": row.may_join and need.is_open,
        }

    def _whos(self, need: Need) -> list[str]:
        return [self._needs.who_of_peer(each, need.id).hex() for each in need.helpers]

    async def _lines(self, need: Need, peer: PeerId) -> list[Line]:
        """Return what was said so far, to those who may read it."""
        is_there = may_speak(need, peer) or peer in (*need.helpers, need.handing_to)
        if not is_there or need.has_faded(self._clock.now()):
            # Reading a talk that is gone would make it anew.
            return []
        try:
            page = await self._listening.earlier(need.id, _LATEST)
        except Unavailable:
            return []
        return lines(page.events, self._needs.who_of_peer(peer, need.id))

    async def last_of_member(self, id_: NeedId) -> int:
        """Return where the member said something last; 0: nowhere.

        Raises:
            Unavailable, StoreDown: As they say.

        """
        team = await self._needs.helped(id_)
        peers = {self._needs.who_of_peer(each, id_) for each in team}
        page = await self._listening.earlier(id_, _LATEST)
        said = [_read(frame) for frame in page.events]
        theirs = [each[2] for each in said if each[0] == SAID and each[4] not in peers]
        return int(max(theirs, default=0))


def _may_see(view: View, need: Need, peer: PeerId) -> bool:
    """Tell whether somebody may know how it stands with a need."""
    had_it = peer in need.helpers or peer in need.went_silent
    return had_it or (need.is_open and bool(view.reader.place(need)))


def may_speak(need: Need, peer: PeerId) -> bool:
    """Tell whether somebody may say something in a talk.

    Whoever fell silent has it again by that, unless another was quicker.
    """
    silent = need.is_calling and peer in need.went_silent
    return need.is_open and (silent or peer in need.helpers)


def may_end(need: Need, peer: PeerId, now: datetime) -> bool:
    """Tell whether somebody may end a talk, or say why it is over."""
    return peer in need.helpers and (need.is_open or need.lacks_reason(now))


def lines(frames: Sequence[bytes], me: bytes) -> list[Line]:
    """Return what was said and not taken back, in order."""
    found: dict[int, Line] = {}
    for frame in frames:
        kind, _room, position, at, *rest = _read(frame)
        if kind == SAID:
            mine = rest[0] == me
            who = "You" if mine else name_of(rest[0])
            when = At.of(datetime.fromtimestamp(at, UTC))
            found[position] = Line(who, when, rest[1], mine)
        elif kind == TAKEN_BACK:
            found.pop(rest[0], None)
    return list(found.values())


def _read(frame: bytes) -> Sequence[Any]:
    return cast("Sequence[Any]", unpack_value(frame))


def seconds_left(need: Need, now: datetime) -> int | None:
    """Return how long its peer may take over a line; None: nothing is owed."""
    ends = need.lease_ends
    return None if ends is None else max(0, int((ends - now).total_seconds()))


def changed(need: Need) -> str:
    """Return what is another when the page is not as it stands any more."""
    people = (need.peer, *need.joined, need.handing_to)
    return "/".join((*(each or "" for each in people), need.end or ""))


def _no_such_talk(me: Deskmate) -> Response:
    return sorry(
        me, 404, "There is no such talk",
        "It may be over, or with somebody else.", ("/staff/calls", "To the calls"),
    )  # fmt: skip
