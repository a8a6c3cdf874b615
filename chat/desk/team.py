"""The team: who is in it, who is asked to join, and who may come in no more."""

from datetime import UTC, datetime
from functools import partial
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from chat.desk.frame import said, show
from chat.desk.guard import Guard, post
from chat.roles import Role
from chat.signing.sittings import Deskmate
from chat.staff import LastOfTheTeam, Mate, NobodyOfThatName, Staff, link

TEAM: Final = "/staff/team"

_ONLY_ONE = "They stay: nobody else could invite anybody."
_NOBODY = "Nobody of the team goes by that desk name."


class TeamPages:
    """The page on which coordinators see to who is in the team."""

    def __init__(self, *, guard: Guard, staff: Staff) -> None:
        self._guard = guard
        self._staff = staff

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        page, proved = self._guard.page, partial(self._guard.page, proved=TEAM)
        return [
            Route(TEAM, page(self._page, "staff")),
            post(f"{TEAM}/invite", proved(self._invite, "staff")),
            post(f"{TEAM}/disable", proved(self._disable, "staff")),
        ]

    async def _page(
        self, _request: Request, me: Deskmate, *, refused: str = "", invited: str = ""
    ) -> Response:
        team = await self._staff.team()
        return show(
            "team",
            me,
            "Team",
            403 if refused else 200,
            mates=[(mate, _since(mate)) for mate in team if mate.disabled_at is None],
            gone=[
                (mate, _since(mate)) for mate in team if mate.disabled_at is not None
            ],
            roles=[(str(role), str(role)) for role in Role],
            proved=self._guard.stepped_up(me),
            refused=refused,
            invited=invited,
        )

    async def _invite(self, request: Request, me: Deskmate) -> Response:
        role = said(await request.form(), "role")
        if role not in set(Role):
            return RedirectResponse(TEAM, 303)
        invitation = await self._staff.invite(Role(role), me.id)
        invited = link(self._guard.door(request), invitation)
        return await self._page(request, me, invited=invited)

    async def _disable(self, request: Request, me: Deskmate) -> Response:
        try:
            await self._staff.disable(said(await request.form(), "desk_name"), me.id)
        except NobodyOfThatName:
            return await self._page(request, me, refused=_NOBODY)
        except LastOfTheTeam:
            return await self._page(request, me, refused=_ONLY_ONE)
        return RedirectResponse(TEAM, 303)


def _since(mate: Mate) -> str:
    """Return the day from which somebody was there, or no longer was."""
    moment = mate.created_at if mate.disabled_at is None else mate.disabled_at
    return datetime.fromtimestamp(moment, UTC).date().isoformat()
