"""Signing in: by passkey, or by password and code; proving it again; signing out."""

from collections.abc import Container
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from chat.desk import templates
from chat.desk.frame import said, show
from chat.desk.guard import COOKIE, HOME, SIGN_IN, STEP_UP, Guard, post, way
from chat.errors import ChatError
from chat.roles import may
from chat.signing.guesses import TooManyGuesses
from chat.signing.proofs import SIGN_IN as TO_SIGN_IN
from chat.signing.proofs import NotYou, Proofs
from chat.signing.sittings import Deskmate, Sittings
from chat.staff import Own, Staff
from chat.store.staff import Account

LONGEST_FIELD: Final = 8000
"""A passkey's answer is the longest that a form brings."""

_OWN_PAGE = "/staff/me"


class SigningIn:
    """The pages of who comes and who goes."""

    def __init__(
        self,
        *,
        guard: Guard,
        proofs: Proofs,
        staff: Staff,
        sittings: Sittings,
        trusted: Container[str],
    ) -> None:
        self._guard = guard
        self._proofs = proofs
        self._staff = staff
        self._sittings = sittings
        self._trusted = trusted

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        to_all, to_me = self._guard.open, self._guard.page
        return [
            Route(SIGN_IN, to_all(self._ask)),
            post(SIGN_IN, to_all(self._by_password)),
            post(f"{SIGN_IN}/passkey", to_all(self._by_passkey)),
            Route(STEP_UP, to_me(self._ask_again, "desk")),
            post(STEP_UP, to_me(self._again_by_password, "desk")),
            post(f"{STEP_UP}/passkey", to_me(self._again_by_passkey, "desk")),
            post("/staff/sign-out", to_me(self._sign_out, "desk")),
            post(
                "/staff/sign-out/everywhere", to_me(self._sign_out_everywhere, "desk")
            ),
        ]

    # Signing in -----------------------------------------------------------------------

    async def _ask(self, request: Request) -> Response:
        return self._form(request, request.query_params.get("next"))

    def _form(
        self, request: Request, next_: str | None, refusal: ChatError | None = None
    ) -> Response:
        site = self._guard.site(request)
        answer = templates.page(
            "sign_in",
            _status(refusal),
            asked=self._proofs.asked(site) if site else None,
            next=way(next_),
            refused=_words(refusal),
        )
        return _with_pause(answer, refusal)

    async def _by_password(self, request: Request) -> Response:
        form = await request.form()
        try:
            account = await self._proofs.by_password(
                said(form, "desk_name"),
                _secret(form.get("password")),
                said(form, "code"),
                self._address(request),
            )
            return await self._seat(request, account, said(form, "next"))
        except (NotYou, TooManyGuesses) as refusal:
            return self._form(request, said(form, "next"), refusal)

    async def _by_passkey(self, request: Request) -> Response:
        form = await request.form()
        try:
            account = await self._shown(request, TO_SIGN_IN)
            return await self._seat(request, account, said(form, "next"))
        except (NotYou, TooManyGuesses) as refusal:
            return self._form(request, said(form, "next"), refusal)

    async def _shown(self, request: Request, purpose: str) -> Account:
        site, form = self._guard.site(request), await request.form()
        if site is None:
            raise NotYou
        answer = said(form, "credential", LONGEST_FIELD)
        return await self._proofs.by_passkey(
            site, answer, self._address(request), purpose
        )

    async def _seat(self, request: Request, account: Account, next_: str) -> Response:
        """Sign somebody in with a new token; the one that this browser had ends."""
        if before := await self._guard.who(request):
            await self._sittings.end(before)
        return seated(await self._staff.seat(account), home(account, next_))

    # Proving it once more -------------------------------------------------------------

    async def _ask_again(self, request: Request, me: Deskmate) -> Response:
        return await self._form_again(request, me, request.query_params.get("next"))

    async def _form_again(
        self,
        request: Request,
        me: Deskmate,
        next_: str | None,
        refusal: ChatError | None = None,
    ) -> Response:
        site, own = self._guard.site(request), await self._staff.own(me)
        asked = self._proofs.asked(site, _purpose(me), _ids(own)) if site else None
        answer = show(
            "sign_in_again",
            me,
            "",
            _status(refusal),
            asked=asked if own.passkeys else None,
            has_password=own.has_password,
            next=way(next_),
            refused=_words(refusal),
        )
        return _with_pause(answer, refusal)

    async def _again_by_password(self, request: Request, me: Deskmate) -> Response:
        form = await request.form()
        try:
            account = await self._proofs.by_password(
                me.desk_name,
                _secret(form.get("password")),
                said(form, "code"),
                self._address(request),
            )
            return await self._proved(me, account, said(form, "next"))
        except (NotYou, TooManyGuesses) as refusal:
            return await self._form_again(request, me, said(form, "next"), refusal)

    async def _again_by_passkey(self, request: Request, me: Deskmate) -> Response:
        form = await request.form()
        try:
            account = await self._shown(request, _purpose(me))
            return await self._proved(me, account, said(form, "next"))
        except (NotYou, TooManyGuesses) as refusal:
            return await self._form_again(request, me, said(form, "next"), refusal)

    async def _proved(self, me: Deskmate, account: Account, next_: str) -> Response:
        if account.id != me.id:
            raise NotYou
        await self._sittings.prove(me)
        return RedirectResponse(way(next_), 303)

    # Signing out ----------------------------------------------------------------------

    async def _sign_out(self, _request: Request, me: Deskmate) -> Response:
        await self._sittings.end(me)
        return _stood_up()

    async def _sign_out_everywhere(self, _request: Request, me: Deskmate) -> Response:
        await self._sittings.end_all(me.id)
        return _stood_up()

    def _address(self, request: Request) -> str:
        """Return where a request comes from; a proxy's own address says nothing."""
        host = request.client.host if request.client else ""
        return "" if host in self._trusted else host


def seated(token: str, next_: str) -> Response:
    """Return the way on for somebody who has just signed in."""
    answer = RedirectResponse(next_, 303)
    answer.set_cookie(
        COOKIE, token, secure=True, httponly=True, samesite="strict", path="/"
    )
    return answer


def home(account: Account, next_: str = "") -> str:
    """Return where somebody goes first: where they wanted to, or where they may."""
    if way(next_) == HOME and not may(account.role, "cases"):
        return _OWN_PAGE
    return way(next_)


def _stood_up() -> Response:
    answer = RedirectResponse(SIGN_IN, 303)
    answer.delete_cookie(
        COOKIE, secure=True, httponly=True, samesite="strict", path="/"
    )
    return answer


def _purpose(me: Deskmate) -> str:
    return f"step up {me.sitting.ref}"


def _ids(own: Own) -> list[bytes]:
    return [each.passkey.id for each in own.passkeys]


def _secret(value: object) -> str:
    """Return a password as it was typed, spaces and all."""
    return value if isinstance(value, str) else ""


def _status(refusal: ChatError | None) -> int:
    if refusal is None:
        return 200
    return 429 if isinstance(refusal, TooManyGuesses) else 403


def _words(refusal: ChatError | None) -> str:
    if refusal is None:
        return ""
    if isinstance(refusal, TooManyGuesses):
        seconds = max(1, round(refusal.wait))
        return (
            f"That was tried too often. Please wait {seconds} seconds, then try again."
        )
    return (
        "That did not fit. Please check all of it; a code works once, and its time "
        "must be that of your phone."
    )


def _with_pause(answer: Response, refusal: ChatError | None) -> Response:
    if refusal is not None and refusal.wait:
        answer.headers["retry-after"] = str(max(1, round(refusal.wait)))
    return answer
