"""One's own account: passkeys, recovery codes, and where one is signed in."""

from functools import partial
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from chat.desk.frame import said, show
from chat.desk.guard import Guard, post
from chat.desk.signing_in import LONGEST_FIELD
from chat.passkeys import BadPasskey
from chat.signing.sittings import Deskmate
from chat.staff import LastOfTheTeam, Staff

ACCOUNT: Final = "/staff/account"

_NOT_MADE = "No passkey was made. Please try again."
_ONLY_WAY = "It stays: it is the only way in that you have."


class AccountPages:
    """The pages on which somebody of the room team sees to their own account."""

    def __init__(self, *, guard: Guard, staff: Staff) -> None:
        self._guard = guard
        self._staff = staff

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        page, proved = self._guard.page, partial(self._guard.page, proved=ACCOUNT)
        return [
            Route(ACCOUNT, page(self._page, "desk")),
            post(f"{ACCOUNT}/passkeys", proved(self._add, "desk")),
            post(f"{ACCOUNT}/passkeys/remove", proved(self._remove, "desk")),
            post(f"{ACCOUNT}/recovery", proved(self._renew, "desk")),
        ]

    async def _page(
        self,
        request: Request,
        me: Deskmate,
        refused: str = "",
        codes: list[str] | None = None,
    ) -> Response:
        own, site = await self._staff.own(me), self._guard.site(request)
        proved = self._guard.stepped_up(me)
        return show(
            "account",
            me,
            "",
            403 if refused else 200,
            own=own,
            proved=proved,
            asked=self._staff.asked_for_passkey(me, site, own)
            if site and proved
            else None,
            has_site=site is not None,
            codes=codes or [],
            refused=refused,
        )

    async def _add(self, request: Request, me: Deskmate) -> Response:
        form = await request.form()
        answer = said(form, "credential", LONGEST_FIELD)
        try:
            site = self._guard.sure_site(request)
            await self._staff.add_passkey(me, site, answer, said(form, "name", 40))
        except BadPasskey:
            return await self._page(request, me, _NOT_MADE)
        return RedirectResponse(ACCOUNT, 303)

    async def _remove(self, request: Request, me: Deskmate) -> Response:
        try:
            id_ = bytes.fromhex(said(await request.form(), "id"))
            await self._staff.remove_passkey(me, id_)
        except ValueError:
            return RedirectResponse(ACCOUNT, 303)
        except LastOfTheTeam:
            return await self._page(request, me, _ONLY_WAY)
        return RedirectResponse(ACCOUNT, 303)

    async def _renew(self, request: Request, me: Deskmate) -> Response:
        if not (await self._staff.own(me)).has_password:
            return RedirectResponse(ACCOUNT, 303)
        codes = await self._staff.new_recovery_codes(me)
        return await self._page(request, me, codes=codes)
