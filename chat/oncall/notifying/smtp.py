"""SMTP: the server that takes the house's mail, and why when it does not."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from typing import Final
from urllib.parse import unquote, urlsplit

import aiosmtplib

from chat.oncall.notify import ANSWER_SECONDS

_PORTS: Final = {"smtp": 587, "smtps": 465}
_FOR_GOOD: Final = 500
_NO_SIGNING_IN: Final = 502


class Refused(Exception):
    """The server refuses the house; `code` is what it answered."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code

    @property
    def for_good(self) -> bool:
        """Whether trying again would not help."""
        return self.code >= _FOR_GOOD


class AddressRefused(Refused):
    """The server refuses whom a mail is for."""


class Away(Exception):
    """The server does not answer, or breaks off; the message is an error's name."""


class Server:
    """Takes mail for the house."""

    def __init__(self, smtp_url: str, mail_from: str) -> None:
        url = urlsplit(smtp_url)
        self._host = url.hostname or ""
        self._port = url.port or _PORTS[url.scheme]
        self._tls = url.scheme == "smtps"
        self._name = unquote(url.username) if url.username else None
        self._password = unquote(url.password) if url.password else None
        self.domain = mail_from.partition("@")[2]
        """What the house calls itself there."""

    async def take(self, mail: EmailMessage) -> None:
        """Hand a mail over, within `ANSWER_SECONDS`.

        Raises:
            AddressRefused, Refused, Away: As they say.

        """
        async with self._signed_in() as client:
            await client.send_message(mail)

    async def greet(self) -> None:
        """Sign in, and send nothing.

        Raises:
            Refused, Away: As they say.

        """
        async with self._signed_in():
            pass

    @asynccontextmanager
    async def _signed_in(self) -> AsyncIterator[aiosmtplib.SMTP]:
        try:
            async with asyncio.timeout(ANSWER_SECONDS), self._client() as client:
                yield client
        except aiosmtplib.SMTPRecipientsRefused as error:
            code = min(each.code for each in error.recipients)
            raise AddressRefused(code) from error
        except aiosmtplib.SMTPResponseException as error:
            raise Refused(error.code) from error
        except aiosmtplib.SMTPNotSupported as error:
            raise Refused(_NO_SIGNING_IN) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            if type(error) is aiosmtplib.SMTPException:
                # Of that type and no other is that there is no STARTTLS to be had.
                raise Refused(_NO_SIGNING_IN) from error
            raise Away(type(error).__name__) from error

    @property
    def _must_be_sealed(self) -> bool:
        """Whether whoever is on the way could make us say a password in the clear."""
        here = self._host == "localhost" or self._host.startswith("127.")
        return not (self._tls or here or self._password is None)

    def _client(self) -> aiosmtplib.SMTP:
        return aiosmtplib.SMTP(
            hostname=self._host,
            port=self._port,
            username=self._name,
            password=self._password,
            use_tls=self._tls,
            start_tls=True if self._must_be_sealed else None,
            timeout=ANSWER_SECONDS,
            # Otherwise a name server is asked for this machine's name, which is told.
            local_hostname=self.domain,
        )
