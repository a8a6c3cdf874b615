"""Somebody of the room team, as the service's own code sees them."""

from typing import Self

from chat.app import Service
from chat.casework.case import Queue
from chat.casework.casebook import CaseLine
from chat.casework.ladder import Act
from chat.roles import Role
from chat.store import staff
from tests.support.eventually import eventually


class Moderator:
    """A moderator who needs no page to act."""

    def __init__(self, service: Service, id_: str) -> None:
        self._service = service
        self._cases = service.backroom.cases
        self.id = id_

    @classmethod
    async def on_duty(cls, service: Service, desk_name: str = "Lantern") -> Self:
        """Give somebody a place at the desk."""
        await service.backroom.database.migrate()
        async with service.backroom.database.begin() as tx:
            await staff.add(
                tx, staff.Account(desk_name.lower(), desk_name, Role.MODERATOR, 0)
            )
        return cls(service, desk_name.lower())

    async def sees(self, queue: str) -> CaseLine:
        """Wait for the one case of a queue."""
        (line,) = await eventually(lambda: self._cases.lines(queue))
        return line

    async def reporters(self, queue: str) -> int:
        """Return how many reported what the one case of a queue is about."""
        case = await self._cases.case((await self.sees(queue)).id)
        return len(case.state.reporters)

    async def sees_nothing(self) -> bool:
        """Tell whether no case waits anywhere, once all that waits was taken in."""
        await self._service.backroom.flagged.round()
        queues = [await self._cases.lines(queue) for queue in Queue]
        return not any(queues)

    async def acts(
        self,
        case: str,
        kind: str,
        words: str = "",
        *,
        hours: int = 0,
        message: str = "",
    ) -> int:
        """Claim a case and act on it."""
        await self._cases.claim(case, self.id)
        act = Act.asked(kind, "harassment", words=words, hours=hours, message=message)
        return await self._cases.act(case, self.id, act)
