"""The asker: what a page without script asks of the house, in the name of its phone."""

from typing import Final, cast

from chat.asides import NeedNews
from chat.calling import Call, Calling
from chat.identity import Identity
from chat.oncall.needs import Needs
from chat.oncall.stays import Stay, Stays
from chat.pacing import Pacing
from chat.plain.visit import Visit
from chat.requests import Raise
from chat.session import House, Session

_NOWHERE: Final = cast("House", None)
"""A session without a line is in no house."""


class Asker:
    """Asks as a page with script would, one request at a time.

    Anything here may raise `StoreDown`.
    """

    def __init__(
        self,
        *,
        needs: Needs,
        stays: Stays,
        calling: Calling,
        identity: Identity,
        pacing: Pacing,
    ) -> None:
        self._needs = needs
        self._stays = stays
        self._calling = calling
        self._identity = identity
        self._pacing = pacing

    def session(self, secret: bytes) -> Session:
        """Return a session that has no line: what is told to it goes nowhere."""
        session = Session(_NOWHERE, None)
        identity = self._identity
        session.greeted(secret, identity.device(secret), identity.handle(secret))
        return session

    async def ask(self, secret: bytes, call: Call) -> None:
        """Ask about a need or a check-in.

        Raises:
            TooFast: If that phone asks too often.
            ChatError: If it is refused.

        """
        session = self.session(secret)
        self._pacing.may(session, self._pacing.calls)
        await self._calling.to(session, call)

    async def call_somebody(self, secret: bytes, call: Raise) -> None:
        """Raise a need for whoever has none, however much they asked for before.

        How often one can take it back keeps its pace.
        """
        await self._calling.to(self.session(secret), call)

    async def news(self, visit: Visit) -> NeedNews | None:
        """Return how it stands with the need of whoever visits; None: there is none."""
        if visit.secret is None:
            return None
        return await self._needs.news(self._identity.handle(visit.secret))

    async def stay(self, visit: Visit) -> Stay | None:
        """Return the check-in that is awaited of whoever visits, if one is."""
        if visit.secret is None:
            return None
        return await self._stays.of(self._identity.handle(visit.secret))
