"""Mail: an alert to a peer's address, with nothing in it but a link."""

import logging
from collections.abc import Mapping
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Final

from chat.clock import Clock
from chat.oncall.notify import Failed, Note, Outcome, words_by_link
from chat.oncall.notifying.smtp import AddressRefused, Away, Refused, Server

CONFIRM: Final = "confirm"
"""The kind of the first mail to an address."""

_PAGES: Final[Mapping[str, str]] = {CONFIRM: "/staff/confirm"}
_CALLS: Final = "/staff/calls"

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
        self._server = Server(smtp_url, mail_from)
        self._from = mail_from
        self._public_url = public_url.rstrip("/")
        self._clock = clock
        self._failed = failed

    async def send(self, note: Note) -> Outcome:
        """Hand a mail to the server."""
        try:
            await self._server.take(self._mail(note))
        except AddressRefused as error:
            return await self._refused(note, error)
        except Refused as error:
            return await self._are_refused(note, error)
        except Away:
            return Outcome.LATER
        return Outcome.SENT

    async def _refused(self, note: Note, error: AddressRefused) -> Outcome:
        """Tell an address that is refused for now from one that is for good."""
        if not error.for_good:
            return Outcome.LATER
        await self._failed(note, _ADDRESS_REFUSED)
        return Outcome.NO

    async def _are_refused(self, note: Note, error: Refused) -> Outcome:
        """Say so to whoever runs the house: no peer can do anything about it."""
        # Not what the server says: it may quote an address.
        logger.warning("the mail server refuses this house", extra={"code": error.code})
        if not error.for_good:
            return Outcome.LATER
        await self._failed(note, _WE_REFUSED)
        return Outcome.AMISS

    def _mail(self, note: Note) -> EmailMessage:
        mail = EmailMessage()
        words = words_by_link(note.kind)
        mail["Subject"] = f"Porchlight: {words[0].lower()}{words[1:]}"
        mail["From"] = f"Porchlight <{self._from}>"
        mail["To"] = note.address["to"]
        mail["Date"] = format_datetime(self._clock.now())
        mail["Message-ID"] = make_msgid(domain=self._server.domain)
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(f"{words}.\n\n{self._link(note)}\n")
        return mail

    def _link(self, note: Note) -> str:
        page = _PAGES.get(note.kind, _CALLS)
        return f"{self._public_url}{page}?alert={note.id}"
