"""A house in which somebody needs to talk: needs on a test's own database and clock."""

from hashlib import blake2b
from itertools import count
from typing import Any, cast

from sqlalchemy import insert, select

from chat import protocol
from chat.asides import NeedNews
from chat.model import Grade, Handle, MemberId, RoomName
from chat.oncall import policy
from chat.oncall.needs import NEED_CHANGED, Known, Needs, Raised
from chat.oncall.stages import NeedId, PeerId
from chat.roles import Role
from chat.store.database import Database
from chat.store.oncall import alerts, need_notes, needs
from chat.store.schema import METADATA, staff
from chat.talkroom import talk_of
from tests.support.clock import FakeClock

COFFEE = RoomName("coffee")
WREN, OTTER, HERON = PeerId("wren-id"), PeerId("otter-id"), PeerId("heron-id")

_numbers = count(1)


def a_handle() -> Handle:
    """Return a device that nobody has seen before."""
    return Handle(next(_numbers).to_bytes(16))


def seal(handle: Handle, peer: PeerId) -> bytes:
    return blake2b(handle + peer.encode(), digest_size=16).digest()


async def drill(database: Database, house: Needs) -> NeedId:
    """Raise a need that nobody has; return its id."""
    async with database.claim() as tx:
        known = await house.ledger.drill(tx)
    await house.told(known)
    return known.need.id


async def news_of(house: Needs, id_: NeedId) -> NeedNews:
    """Return what the member of a need is told about it."""
    news = await house.news((await house.known(id_)).told.handle)
    assert news is not None
    assert news.talk == talk_of(id_)
    return news


async def notes(database: Database, id_: str, peer: PeerId) -> list[str]:
    """Return what a peer noted about a need, in order."""
    asked = select(need_notes).filter_by(need_id=id_, staff_id=peer)
    async with database.read() as tx:
        rows = (await tx.execute(asked.order_by(need_notes.c.id))).all()
    return [row.text for row in rows]


class NeedsHouse:
    """Needs as one process has them, and whatever was rung for."""

    def __init__(self, database: Database, clock: FakeClock) -> None:
        self.database = database
        self.clock = clock
        self.rung: list[tuple[Any, ...]] = []
        """The frames that staff pages were sent."""
        self.news: list[tuple[str, Handle]] = []
        """The needs that all processes were told of, and whose they are."""
        self.woken = 0
        self.needs = Needs(
            database=database,
            clock=clock,
            policy=policy.load(),
            ring=self._ring,
            changed=self._changed,
            seal=seal,
            tags_of=lambda room: (f"of-{room}",),
        )
        self.needs.wake = self._wake
        self.needs.who_of_peer = lambda peer, id_: f"{peer[:2]}{id_[:3]}".encode()

    def another(self) -> "NeedsHouse":
        """Return the same service as another process has it, on its own connections."""
        return NeedsHouse(self.database, self.clock)

    async def _ring(self, frame: bytes) -> None:
        self.rung.append(cast("tuple[Any, ...]", protocol.unpack_value(frame)))

    async def _changed(self, news: bytes) -> None:
        assert news.startswith(NEED_CHANGED)
        id_, handle = cast(
            "tuple[Any, ...]", protocol.unpack_value(news[len(NEED_CHANGED) :])
        )
        self.news.append((id_, handle))

    def _wake(self) -> None:
        self.woken += 1

    async def press(self, handle: Handle | None = None, **told: Any) -> Raised:
        """Have somebody in the coffee room say that they need to talk."""
        facts: dict[str, Any] = {
            "handle": handle or a_handle(),
            "room": COFFEE,
            "member": MemberId(b"m" * 16),
            "who": b"whowh",
            "source": "pressed",
        }
        return await self.needs.raise_(**{**facts, **told})

    async def pressed(self, grade: Grade = Grade.NONE) -> NeedId:
        """Return the id of a need that has just been raised."""
        return (await self.press(grade=grade)).id

    async def drill(self) -> NeedId:
        """Return the id of a need that nobody has."""
        return await drill(self.database, self.needs)

    async def talk(self, peer: PeerId = WREN) -> Known:
        """Return a need whose peer has said a first line."""
        id_ = await self.pressed()
        await self.needs.accept(id_, peer)
        return await self.needs.spoke(id_, peer)

    async def team(self, *peers: PeerId, role: Role = Role.PEER) -> None:
        """Have some people on the team."""
        async with self.database.begin() as tx:
            for peer in peers:
                row: dict[str, Any] = {"id": peer, "desk_name": peer, "role": str(role)}
                row |= {"recovery": [], "created_at": 0}
                await tx.execute(insert(staff).values(row))

    async def alert(self, id_: NeedId, peer: PeerId, **columns: Any) -> None:
        """Have a peer's phone called about a need, as the worker does."""
        made = int(self.clock.now().timestamp() * 1000)
        row: dict[str, Any] = {
            "id": f"alert-{next(_numbers)}",
            "kind": "need",
            "need_id": id_,
            "staff_id": peer,
            "way_id": "phone",
            "way": "push",
            "made_at": made,
            "state": "sent",
            "sent_at": made,
        }
        async with self.database.begin() as tx:
            await tx.execute(insert(alerts).values({**row, **columns}))

    async def of_handle(self, handle: Handle) -> Known | None:
        """Return the need of a device that is open or promised."""
        async with self.database.claim() as tx:
            return await self.needs.ledger.locked_of(tx, handle)

    async def row(self, id_: NeedId) -> Any:
        """Return a need as the store has it."""
        async with self.database.read() as tx:
            return (await tx.execute(select(needs).filter_by(id=id_))).one()

    async def kinds(self, id_: NeedId) -> list[str]:
        """Return the kinds of what happened to a need, in order."""
        return [event.kind for event in await self.needs.events(id_)]

    async def dump(self) -> str:
        """Return all that every table holds, as text."""
        async with self.database.read() as tx:
            tables = METADATA.sorted_tables
            held = [(await tx.execute(select(table))).all() for table in tables]
        return repr([sorted(map(repr, rows)) for rows in held])
