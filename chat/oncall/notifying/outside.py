"""Outside: calls of other machines over HTTP, which lead nowhere but where they say."""

from collections.abc import Callable, Mapping
from socket import AddressFamily
from typing import Final

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from chat.oncall.notify import ANSWER_SECONDS, Outcome
from chat.oncall.notifying.doors import is_outside

_MOST_AT_ONCE: Final = 64


class LeadsInside(OSError):
    """A name leads to an address within somebody's network."""


class Resolver(AbstractResolver):
    """Looks names up, and knows no address inside except of names that may have one.

    What it answers is what is connected to, so a name that first leads outside and then
    inside is no way around it.
    """

    def __init__(self, may_be_inside: Callable[[str], bool]) -> None:
        self._names = aiohttp.ThreadedResolver()
        self._may_be_inside = may_be_inside

    async def resolve(
        self, host: str, port: int = 0, family: AddressFamily = AddressFamily.AF_INET
    ) -> list[ResolveResult]:
        """Return the addresses of a name that may be called.

        Raises:
            LeadsInside: If there are none but those.

        """
        found = await self._names.resolve(host, port, family)
        if not self._may_be_inside(host.lower()):
            found = [each for each in found if is_outside(each["host"])]
            if not found:
                raise LeadsInside(host)
        return found

    async def close(self) -> None:
        """Let go of it."""
        await self._names.close()


class Outside:
    """The one way out, for notifiers that call by HTTP."""

    def __init__(self, may_be_inside: Callable[[str], bool]) -> None:
        self._may_be_inside = may_be_inside
        self._session: aiohttp.ClientSession | None = None

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """Post something, and return the status: no redirect is followed.

        Raises:
            aiohttp.ClientError, OSError: If there is no answer in time; TimeoutError
                is an OSError.
            LeadsInside: If the name leads to where nothing is sent.

        """
        try:
            async with self._opened().post(
                url, data=body, headers=dict(headers), allow_redirects=False
            ) as answer:
                return answer.status
        except aiohttp.ClientConnectorDNSError as error:
            if isinstance(error.os_error, LeadsInside):
                raise error.os_error from error
            raise

    def _opened(self) -> aiohttp.ClientSession:
        # Made here and not before: it belongs to the loop that runs.
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    resolver=Resolver(self._may_be_inside), limit=_MOST_AT_ONCE
                ),
                timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session

    async def aclose(self) -> None:
        """Let go of every connection."""
        if self._session is not None:
            await self._session.close()


def outcome_of(status: int) -> Outcome:
    """Return what a status says about an alert."""
    if 200 <= status < 300:
        return Outcome.SENT
    if status in (404, 410):
        return Outcome.GONE
    if status in (408, 425, 429) or status >= 500:
        return Outcome.LATER
    return Outcome.NO
