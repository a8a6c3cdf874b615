"""Enrolling: from the link that invites somebody to their desk."""

from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from chat import credentials
from chat.desk import templates
from chat.desk.frame import said
from chat.desk.guard import Guard, post
from chat.desk.signing_in import LONGEST_FIELD, home, seated
from chat.errors import ChatError
from chat.passkeys import BadPasskey
from chat.signing.enrolments import (
    BadDeskName,
    DeskNameTaken,
    Enrolment,
    Enrolments,
    NoEnrolment,
    NoInvitation,
    WeakPassword,
)
from chat.signing.proofs import NotYou
from chat.staff import Staff

ENROL: Final = "/staff/enrol"
COOKIE: Final = "__Host-porchlight-enrol"

_WORDS: Final = {
    NoInvitation.code: "This invitation was used already, or is older than 72 hours. "
    "Please ask a coordinator for another.",
    BadDeskName.code: "A desk name has 2 to 32 letters and digits; it may have spaces, "
    "dots, hyphens and apostrophes inside. It must not be an address.",
    DeskNameTaken.code: "Somebody goes by that desk name, or did. Choose another.",
    NoEnrolment.code: "That took longer than half an hour. Please begin again with the "
    "link in your invitation.",
    BadPasskey.code: "No passkey was made. Please try again, or use a password.",
    NotYou.code: "The six digits did not fit. Please check the time of your phone, and "
    "type the ones that it shows now.",
}


class Enrolling:
    """The pages from an invitation to an account."""

    def __init__(self, *, guard: Guard, enrolments: Enrolments, staff: Staff) -> None:
        self._guard = guard
        self._enrolments = enrolments
        self._staff = staff

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        to_all = self._guard.open
        return [
            Route(ENROL, to_all(self._ask)),
            post(ENROL, to_all(self._begin)),
            Route(f"{ENROL}/passkey", to_all(self._passkey_form)),
            post(f"{ENROL}/passkey", to_all(self._by_passkey)),
            Route(f"{ENROL}/code", to_all(self._code_form)),
            post(f"{ENROL}/code", to_all(self._by_code)),
            Route(f"{ENROL}/secret.svg", to_all(self._picture)),
        ]

    async def _ask(self, request: Request) -> Response:
        return self._form(request)

    def _form(
        self,
        request: Request,
        refusal: ChatError | None = None,
        desk_name: str = "",
        invitation: str = "",
    ) -> Response:
        return templates.page(
            "enrol",
            403 if refusal else 200,
            may_passkey=self._guard.site(request) is not None,
            shortest=credentials.SHORTEST_PASSWORD,
            longest=credentials.LONGEST_PASSWORD,
            desk_name=desk_name,
            invitation=invitation,
            refused=_words(refusal),
        )

    async def _begin(self, request: Request) -> Response:
        form = await request.form()
        invitation, desk_name = said(form, "invitation", 200), said(form, "desk_name")
        typed = form.get("password")
        password = typed if isinstance(typed, str) else ""
        by = "code" if said(form, "by") == "password" else "passkey"
        try:
            token = await self._enrolments.begin(
                invitation, desk_name, password if by == "code" else None
            )
        except (NoInvitation, BadDeskName, DeskNameTaken, WeakPassword) as refusal:
            return self._form(request, refusal, desk_name, invitation)
        answer = RedirectResponse(f"{ENROL}/{by}", 303)
        answer.set_cookie(
            COOKIE, token, secure=True, httponly=True, samesite="strict", path="/"
        )
        return answer

    # By passkey -----------------------------------------------------------------------

    async def _passkey_form(
        self, request: Request, refusal: ChatError | None = None
    ) -> Response:
        site = self._guard.site(request)
        try:
            begun = await self._begun(request)
        except NoEnrolment as error:
            return self._form(request, error)
        return templates.page(
            "enrol_passkey",
            403 if refusal else 200,
            desk_name=begun.desk_name,
            asked=self._enrolments.asked(begun, site) if site else None,
            refused=_words(refusal),
        )

    async def _by_passkey(self, request: Request) -> Response:
        answer = said(await request.form(), "credential", LONGEST_FIELD)
        try:
            site = self._guard.sure_site(request)
            account = await self._enrolments.finish_with_passkey(
                request.cookies.get(COOKIE, ""), site, answer
            )
            return _done(seated(await self._staff.seat(account), home(account)))
        except BadPasskey as refusal:
            return await self._passkey_form(request, refusal)
        except (NoInvitation, NoEnrolment, DeskNameTaken, NotYou) as refusal:
            return self._form(request, refusal)

    # By password and code -------------------------------------------------------------

    async def _code_form(
        self, request: Request, refusal: ChatError | None = None
    ) -> Response:
        try:
            begun = await self._begun(request, with_password=True)
        except NoEnrolment as error:
            return self._form(request, error)
        secret = self._enrolments.secret_of(begun)
        return templates.page(
            "enrol_code",
            403 if refusal else 200,
            desk_name=begun.desk_name,
            secret=" ".join(secret[n : n + 4] for n in range(0, len(secret), 4)),
            refused=_words(refusal),
        )

    async def _picture(self, request: Request) -> Response:
        """Return the secret to scan; no browser and no proxy keeps it."""
        try:
            begun = await self._begun(request, with_password=True)
        except NoEnrolment:
            return Response(status_code=404)
        picture = credentials.picture_of(
            self._enrolments.secret_of(begun), begun.desk_name
        )
        return Response(picture, media_type="image/svg+xml")

    async def _by_code(self, request: Request) -> Response:
        code = said(await request.form(), "code")
        try:
            account, codes = await self._enrolments.finish_with_code(
                request.cookies.get(COOKIE, ""), code
            )
            token = await self._staff.seat(account)
        except NotYou as refusal:
            return await self._code_form(request, refusal)
        except (NoInvitation, NoEnrolment, DeskNameTaken) as refusal:
            return self._form(request, refusal)
        answer = templates.page("enrol_done", codes=codes, onward=home(account))
        for cookie in seated(token, "").headers.getlist("set-cookie"):
            answer.headers.append("set-cookie", cookie)
        return _done(answer)

    async def _begun(
        self, request: Request, *, with_password: bool = False
    ) -> Enrolment:
        begun = await self._enrolments.find(request.cookies.get(COOKIE, ""))
        if with_password and not begun.password_hash:
            raise NoEnrolment
        return begun


def _words(refusal: ChatError | None) -> str:
    if isinstance(refusal, WeakPassword):
        return refusal.why
    return _WORDS[refusal.code] if refusal else ""


def _done(answer: Response) -> Response:
    answer.delete_cookie(
        COOKIE, secure=True, httponly=True, samesite="strict", path="/"
    )
    return answer
