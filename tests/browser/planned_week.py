"""A week that is planned, with everything on it that a rota can have."""

from datetime import date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import insert

from chat.app import Service
from chat.oncall.hours import Hours
from chat.oncall.stages import PeerId
from chat.roles import Role
from chat.store import peers, staff
from chat.store.instants import kept
from chat.store.oncall import needs

BIRCH: Final = "birch"
WREN, OTTER, HERON, SWIFT = map(PeerId, ("wren", "otter", "heron", "swift"))
FINCH: Final = PeerId("finch")
"""Has no shift of her own, and so can stand in for anybody."""
HOUR: Final = timedelta(hours=1)
LINES: Final = (
    # From, to, on which days, and whose turns they are.
    ("08:00", "13:00", (1, 2, 4, 5, 6), ((OTTER,),)),
    ("12:00", "18:00", range(5), ((SWIFT,),)),
    ("18:00", "23:00", range(7), ((WREN, OTTER), (WREN, SWIFT))),
    ("19:00", "23:00", (4, 5, 6), ((PeerId(BIRCH),),)),
    ("23:00", "05:00", (0, 2, 4), ((HERON,),)),
    ("23:00", "05:00", (1, 5), ((WREN,),)),
)
FOR_WOMEN: Final = (("08:00", "13:00", (0, 3), ((OTTER,),)),)


async def fill(service: Service) -> None:
    """Have a team, its shifts, an override, an offer, closed hours, and past needs."""
    await service.backroom.database.migrate()
    await _team(service)
    plan, now = service.switchboard.plan, service.clock.now()
    await plan.set_zone(BIRCH, "Africa/Johannesburg")
    since = date.fromordinal(now.date().toordinal() - 7)
    for starts, ends, days, turns in LINES + FOR_WOMEN:
        wall: dict[str, Any] = {
            "starts": time.fromisoformat(starts),
            "ends": time.fromisoformat(ends),
            "tags": ("women",) if days == FOR_WOMEN[0][2] else (),
        }
        for day in days:
            await plan.add_weekly(BIRCH, weekday=day, turns=turns, since=since, **wall)
    await plan.close(BIRCH, 6, time(5), time(8))
    await _changes(service)
    await _needs(service)


async def _team(service: Service) -> None:
    now = kept(service.clock.now())
    async with service.backroom.database.begin() as tx:
        for name in (BIRCH, WREN, OTTER, HERON, SWIFT, FINCH):
            role = Role.COORDINATOR if name == BIRCH else Role.PEER
            await staff.add(tx, staff.Account(name, name.title(), role, now // 1000))
            # All can be reached but one.
            known = {} if name == HERON else {"page_seen_at": now}
            await peers.keep(tx, name, ready_at=now, languages=["en"], **known)


async def _changes(service: Service) -> None:
    plan, now = service.switchboard.plan, service.clock.now()
    week = (await plan.book()).rota.shifts(Hours(now + 24 * HOUR, now + 96 * HOUR))
    mine = [shift.hours for shift in week if shift.peer == WREN]
    await plan.override(BIRCH, WREN, FINCH, mine[0])
    await plan.offer_swap(WREN, mine[1])


async def _needs(service: Service) -> None:
    """Have had more needs at night than by day."""
    now = service.clock.now().replace(minute=10)
    evening = [now - HOUR * back for back in range(24, 24 * 28) if _late(now, back)]
    same: dict[str, Any] = {"shares": [], "tags": [], "joined": [], "went_silent": []}
    rows = [
        {
            "id": f"{at:%Y%m%d%H}-{each}", **same, "raised_at": kept(at),
            "climb_due": 0, "rank": 0, "state": "ended", "ended_at": kept(at),
        }
        for at in evening
        for each in range(2)
    ]  # fmt: skip
    async with service.backroom.database.begin() as tx:
        await tx.execute(insert(needs), rows)


def _late(now: datetime, back: int) -> bool:
    return (now - HOUR * back).hour in {19, 20, 21}
