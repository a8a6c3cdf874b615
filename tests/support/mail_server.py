"""A mail server of a test's own, which takes mail or refuses it."""

import asyncio
import email
import email.policy
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from typing import Any, Self, cast

with warnings.catch_warnings():
    # It is older than what it runs on, and says so at every turn.
    warnings.simplefilter("ignore")
    from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session


class MailServer:
    """Keeps what it is given."""

    def __init__(self, password: str = "") -> None:
        self._password = password.encode()
        self.port = 0
        self.mails: list[EmailMessage] = []
        self.to: list[str] = []
        self.refuses_recipient = ""
        self.refuses_mail = ""

    @classmethod
    @asynccontextmanager
    async def open(cls, password: str = "") -> AsyncIterator[Self]:
        """Serve until the caller leaves."""
        server = cls(password)
        loop = asyncio.get_running_loop()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            listening = await loop.create_server(
                lambda: SMTP(
                    server,
                    hostname="mail.example",
                    authenticator=server._authenticate,
                    auth_required=bool(password),
                    auth_require_tls=False,
                    loop=loop,
                ),
                "127.0.0.1",
                0,
            )
            server.port = listening.sockets[0].getsockname()[1]
            try:
                yield server
            finally:
                listening.close()
                await listening.wait_closed()

    @property
    def url(self) -> str:
        """Return its SMTP_URL."""
        return f"smtp://127.0.0.1:{self.port}"

    def _authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _how: str, by: Any
    ) -> AuthResult:
        right = by.password == self._password
        return AuthResult(success=right, handled=False)

    async def handle_RCPT(  # noqa: N802 - so it is called
        self, _server: SMTP, _session: Session, envelope: Envelope, to: str, _o: object
    ) -> str:
        if self.refuses_recipient:
            return self.refuses_recipient
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - so it is called
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        if self.refuses_mail:
            return self.refuses_mail
        content = cast("bytes", envelope.content)
        policy = email.policy.default
        self.mails.append(email.message_from_bytes(content, policy=policy))
        self.to += envelope.rcpt_tos
        return "250 OK"
