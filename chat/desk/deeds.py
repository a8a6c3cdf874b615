"""Deeds: what somebody does about a case, and decides about what others did."""

from collections.abc import Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from chat.cases import Cases
from chat.casework.refusals import NoSuchCase, UnknownAct
from chat.desk.case import NOTHING_KEPT, ONE, Table, to
from chat.desk.choices import asked
from chat.desk.frame import go, number, said
from chat.desk.guard import Endpoint, Guard, post
from chat.desk.replies import words_of
from chat.errors import ChatError
from chat.signing.sittings import Deskmate

_DECISIONS: Final = {"yes": True, "no": False}


class Deeds:
    """The forms of one case's page that change something."""

    def __init__(self, *, cases: Cases, table: Table) -> None:
        self._cases = cases
        self._table = table

    def routes(self, guard: Guard) -> list[BaseRoute]:
        """Return the routes of the forms."""
        doings: Mapping[str, tuple[Endpoint, str]] = {
            "act": (self.act, "act"),
            "undo": (self.undo, "undo"),
            "decide": (self.decide, "appeals"),
            "second": (self.second, "second"),
        }
        return [
            post(f"{ONE}/{path}", guard.page(self._table.found(doing), verb))
            for path, (doing, verb) in doings.items()
        ]

    async def act(self, request: Request, me: Deskmate) -> Response:
        """Act on a case; of two who do so at once one is told who was quicker."""
        id_, kept = request.path_params["id"], await _kept(request)
        try:
            act = asked(
                message=kept["message"],
                member=kept["member"],
                reason=kept["reason"],
                note=kept["note"],
                words=kept["words"],
            )
            await self._cases.act(id_, me.id, act)
        except NoSuchCase:
            raise
        except ChatError as error:
            return await self._table.refused(request, me, error, kept)
        return go(to(id_, did="act"))

    async def undo(self, request: Request, me: Deskmate) -> Response:
        """Take back what was done."""
        id_ = request.path_params["id"]
        await self._cases.undo(id_, me.id, number(await request.form(), "event"))
        return go(to(id_, did="undo"))

    async def decide(self, request: Request, me: Deskmate) -> Response:
        """Decide on an appeal."""
        id_, form = request.path_params["id"], await request.form()
        upheld, words = said(form, "upheld"), said(form, "words")
        try:
            if upheld not in _DECISIONS:
                raise UnknownAct
            await self._cases.decide(id_, me.id, _DECISIONS[upheld], words)
        except NoSuchCase:
            raise
        except ChatError as error:
            kept = {**NOTHING_KEPT, "words": words}
            return await self._table.refused(request, me, error, kept)
        return go(to(id_, did="decide"))

    async def second(self, request: Request, me: Deskmate) -> Response:
        """Be the second pair of eyes."""
        id_, form = request.path_params["id"], await request.form()
        await self._cases.second(id_, me.id, said(form, "agrees") == "yes")
        return go(to(id_, did="second"))


async def _kept(request: Request) -> Mapping[str, str]:
    """Return what was filled in, to be there still if it could not be done.

    Without scripts, ready-made words are put in here.
    """
    form = await request.form()
    kept = {name: said(form, name) for name in NOTHING_KEPT}
    return kept | {"words": kept["words"] or words_of(kept["canned"])}
