"""Numbers: how long people wait, and how right the rules are; no person in them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from chat.carers import Carers
from chat.casework.case import Queue
from chat.clock import Clock
from chat.desk.frame import show
from chat.desk.wording import ago, count
from chat.rulebook import DAY_SECONDS, DAYS, Rulebook, RuleLine
from chat.signing.sittings import Deskmate
from chat.store import numbers as store
from chat.store.database import Database
from chat.store.numbers import Open, Wait

FEWEST: Final = 3
"""Of fewer people, or cases, a sum would be somebody's own."""

TOO_FEW: Final = "too few to show"
_NONE: Final = "none"
QUEUES: Final = {
    Queue.URGENT: "Urgent",
    Queue.HELD: "Held",
    Queue.REPORTED: "Reported",
    Queue.APPEALS: "Appeals",
}


class Figure(NamedTuple):
    """One number, and what is to be known with it."""

    name: str
    value: str
    more: str = ""


class Waiting(NamedTuple):
    """What stands in one queue now."""

    name: str
    open: int
    oldest: str


class Hour(NamedTuple):
    """How it is at one hour of the day."""

    name: str
    cases: int
    median: str


class Wrong(NamedTuple):
    """A rule that was called wrong, and how often."""

    rule: str
    fired: int
    wrong_share: str


class Numbers:
    """The coordinator's page."""

    def __init__(
        self, *, database: Database, carers: Carers, rulebook: Rulebook, clock: Clock
    ) -> None:
        self._database = database
        self._carers = carers
        self._rulebook = rulebook
        self._clock = clock

    async def show(self, _: Request, me: Deskmate) -> Response:
        """Show the numbers of the last days."""
        now = self._clock.seconds()
        async with self._database.read() as tx:
            waits = await store.waits(tx, now - DAYS * DAY_SECONDS)
            waiting = await store.open_now(tx)
        hours = by_hour(waits)
        return show(
            "numbers", me, "Numbers",
            days=DAYS,
            figures=[*first_looks(waits), *load(await self._carers.loads())],
            queues=queues(waiting, now),
            hours=hours,
            most=max(1, *(hour.cases for hour in hours)),
            rules=wrong(await self._rulebook.rules()),
        )  # fmt: skip


def first_looks(waits: Sequence[Wait]) -> list[Figure]:
    """Return how long cases waited until somebody looked."""
    looked = _looked(waits)
    unseen = len(waits) - len(looked)
    return [
        Figure("Time to the first look, median", _within(looked, 50)),
        Figure("95 of 100 were seen within", _within(looked, 95)),
        Figure("Cases", str(len(waits)), f"{unseen} not looked at yet"),
    ]


def load(loads: Sequence[int]) -> list[Figure]:
    """Return what all of the team read in this shift together, if that is nobody's."""
    if len(loads) < FEWEST:
        return [
            Figure("Load of this shift", TOO_FEW, "fewer than 3 have read anything")
        ]
    people = count(len(loads), "person", "people")
    mean = sum(loads) / len(loads)
    return [
        Figure("Load of this shift", f"{mean:.0f} each", f"units, mean of {people}")
    ]


def queues(waiting: Iterable[Open], now: int) -> list[Waiting]:
    """Return what stands in each queue, and for how long."""
    opened: defaultdict[str, list[int]] = defaultdict(list)
    for case in waiting:
        opened[case.queue].append(case.opened_at)
    return [
        Waiting(name, len(opened[queue]), _oldest(opened[queue], now))
        for queue, name in QUEUES.items()
    ]


def _oldest(opened: Sequence[int], now: int) -> str:
    return ago(now - min(opened)) if opened else _NONE


def by_hour(waits: Iterable[Wait]) -> list[Hour]:
    """Return how it is at each hour of the day, in UTC."""
    hours: defaultdict[int, list[Wait]] = defaultdict(list)
    for wait in waits:
        hours[datetime.fromtimestamp(wait.opened_at, UTC).hour].append(wait)
    return [
        Hour(f"{hour:02}:00", len(hours[hour]), _median(hours[hour]))
        for hour in range(24)
    ]


def _median(waits: Sequence[Wait]) -> str:
    return _within(_looked(waits), 50) if waits else ""


def wrong(rules: Iterable[RuleLine]) -> list[Wrong]:
    """Return the rules that were called wrong, the worst first."""
    called = [rule for rule in rules if rule.wrong]
    called.sort(key=lambda rule: rule.precision or 0)
    return [Wrong(rule.rule, rule.fired, share_wrong(rule)) for rule in called]


def share_wrong(rule: RuleLine) -> str:
    """Return how much of what a rule did was called wrong."""
    right = rule.precision
    return _NONE if right is None else f"{round(100 * (1 - right))} %"


def _looked(waits: Iterable[Wait]) -> list[int]:
    return [
        wait.first_look_at - wait.opened_at
        for wait in waits
        if wait.first_look_at is not None
    ]


def _within(seconds: Sequence[int], percent: int) -> str:
    """Return the time within which so many of a hundred lie, if that is nobody's."""
    if len(seconds) < FEWEST:
        return TOO_FEW if seconds else _NONE
    # The nearest rank: a time that somebody really waited.
    rank = -(-len(seconds) * percent // 100)
    return brief(sorted(seconds)[rank - 1])


def brief(seconds: int) -> str:
    """Return a short time: `40 s`, `3 min`."""
    return f"{seconds} s" if seconds < 100 else ago(seconds)
