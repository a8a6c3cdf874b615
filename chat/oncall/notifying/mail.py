"""Mail: an alert to a peer's address, with nothing in it but a link."""

import asyncio
import logging
from collections.abc import Iterable, Mapping
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Final
from urllib.parse import unquote, urlsplit

import aiosmtplib

from chat.clock import Clock
from chat.oncall.notify import ANSWER_SECONDS, Failed, Note, Outcome, words_by_link

CONFIRM: Final = "confirm"
"""The kind of the first mail to an address."""

_PORTS: Final = {"smtp": 587, "smtps": 465}
_PAGES: Final[Mapping[str, str]] = {CONFIRM: "/staff/confirm"}
_CALLS: Final = "/staff/calls"

_FOR_GOOD: Final = 500
"""From here on a server's code means that trying again does not help."""
_NO_SIGNING_IN: Final = 502

_ADDRESS_REFUSED: Final = "The mail server does not take mail for this address."
_WE_REFUSED: Final = (
    "The mail server does not take mail from this house. Whoever runs it is told."
)

logger = logging.getLogger(__name__)


class Mail:
    """Reaches peers at their mail addresses."""

    kind = "email"

    def __init__(
        self,
        *,
        smtp_url: str,
        mail_from: str,
        public_url: str,
        clock: Clock,
        failed: Failed,
    ) -> None:
        """Send by a server, from an address, with links into the house."""
        url = urlsplit(smtp_url)
        self._server = url.hostname or ""
        self._port = url.port or _PORTS[url.scheme]
        self._tls = url.scheme == "smtps"
        self._name = unquote(url.username) if url.username else None
        self._password = unquote(url.password) if url.password else None
        self._from = mail_from
        self._public_url = public_url.rstrip("/")
        self._clock = clock
        self._failed = failed

    async def send(self, note: Note) -> Outcome:
        """Hand a mail to the server."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._hand_over(self._mail(note))
        except aiosmtplib.SMTPRecipientsRefused as error:
            return await self._refused(note, [each.code for each in error.recipients])
        except aiosmtplib.SMTPResponseException as error:
            return await self._are_refused(note, error.code)
        except aiosmtplib.SMTPNotSupported:
            return await self._are_refused(note, _NO_SIGNING_IN)
        except (aiosmtplib.SMTPException, OSError):
            return Outcome.LATER
        return Outcome.SENT

    async def _hand_over(self, mail: EmailMessage) -> None:
        await aiosmtplib.send(
            mail,
            hostname=self._server,
            port=self._port,
            username=self._name,
            password=self._password,
            use_tls=self._tls,
            timeout=ANSWER_SECONDS,
            # Otherwise a name server is asked for this machine's name, which is told.
            local_hostname=self._domain,
        )

    async def _refused(self, note: Note, codes: Iterable[int]) -> Outcome:
        """Tell an address that is refused for now from one that is for good."""
        if min(codes) < _FOR_GOOD:
            return Outcome.LATER
        await self._failed(note.way_id, _ADDRESS_REFUSED)
        return Outcome.NO

    async def _are_refused(self, note: Note, code: int) -> Outcome:
        """Say so to whoever runs the house: no peer can do anything about it."""
        # Not what the server says: it may quote an address.
        logger.warning("the mail server refuses this house", extra={"code": code})
        if code < _FOR_GOOD:
            return Outcome.LATER
        await self._failed(note.way_id, _WE_REFUSED)
        return Outcome.AMISS

    def _mail(self, note: Note) -> EmailMessage:
        mail = EmailMessage()
        words = words_by_link(note.kind)
        mail["Subject"] = f"Porchlight: {words[0].lower()}{words[1:]}"
        mail["From"] = f"Porchlight <{self._from}>"
        mail["To"] = note.address["to"]
        mail["Date"] = format_datetime(self._clock.now())
        mail["Message-ID"] = make_msgid(domain=self._domain)
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(f"{words}.\n\n{self._link(note)}\n")
        return mail

    def _link(self, note: Note) -> str:
        page = _PAGES.get(note.kind, _CALLS)
        return f"{self._public_url}{page}?alert={note.id}"

    @property
    def _domain(self) -> str:
        return self._from.partition("@")[2]
