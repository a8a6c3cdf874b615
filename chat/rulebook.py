"""The rulebook: which rules act, how often they were right, and the house's phrases."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chat.clock import Clock
from chat.model import Action
from chat.rules.house import LONGEST, SHORTEST
from chat.screening import NEVER_SILENT
from chat.store import audit
from chat.store.database import Database
from chat.store.schema import phrases, rule_counts, rule_modes

MODES: Final = ("live", "shadow", "off")
"""A rule acts, or is only counted, or is not asked."""

DAYS: Final = 30
"""How far back a rule's precision looks."""

DAY_SECONDS: Final = 86_400

_NOT_SET_HERE: Final = ("spam.recent.",)


class BadPhrase(ValueError):
    """A phrase cannot be watched for; the message says why, in plain words."""


class NoSuchPhrase(LookupError):
    """There is no phrase of that number."""


class RuleLine(NamedTuple):
    """One rule, how it is set, and how it did lately."""

    rule: str
    mode: str = "live"
    fired: int = 0
    shadow: int = 0
    wrong: int = 0

    @property
    def precision(self) -> float | None:
        """The share that was not called wrong; none while it has not fired."""
        if not self.fired:
            return None
        return max(0.0, 1 - self.wrong / self.fired)


@dataclass(frozen=True, slots=True)
class HousePhrase:
    """A phrase of the house, and who added it."""

    id: int
    rule: str
    words: str
    action: Action
    mode: str
    by: str


class Rulebook:
    """Modes, counts and phrases, as the database keeps them."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def rules(self) -> Sequence[RuleLine]:
        """Return every rule that is set or was counted, by its id.

        Raises:
            StoreDown: If the database does not answer.

        """
        since = self._today() - DAYS
        async with self._database.read() as tx:
            modes = await _modes(tx)
            counts = await _counts(tx, since)
        names = sorted({*modes, *counts})
        return [
            RuleLine(name, modes.get(name, "live"), *counts.get(name, (0, 0, 0)))
            for name in names
        ]

    async def modes(self) -> Mapping[str, str]:
        """Return how each rule is set that is not simply live.

        Raises:
            StoreDown: If the database does not answer.

        """
        async with self._database.read() as tx:
            return {
                rule: mode
                for rule, mode in (await _modes(tx)).items()
                if mode != "live"
            }

    async def set_mode(self, rule: str, mode: str, *, by: str) -> None:
        """Let a rule act, only be counted, or rest.

        Raises:
            ValueError: If there is no such mode, or the rule must act.
            StoreDown: If the database does not answer.

        """
        if mode not in MODES or (mode != "live" and must_act(rule)):
            raise ValueError(mode)
        now = self._clock.seconds()
        async with self._database.begin() as tx:
            await tx.execute(delete(rule_modes).filter_by(rule=rule))
            await tx.execute(
                insert(rule_modes).values(rule=rule, mode=mode, by=by, at=now)
            )
            await audit.record(
                tx, at=now, actor=by, verb="rule", subject=rule, detail=mode
            )

    async def count(self, fired: Mapping[str, int], shadow: Mapping[str, int]) -> None:
        """Add how often each rule fired, live and in shadow, since the last call.

        Raises:
            StoreDown: If the database does not answer.

        """
        today = self._today()
        async with self._database.begin() as tx:
            for rule in sorted({*fired, *shadow}):
                await _add(tx, rule, today, fired.get(rule, 0), shadow.get(rule, 0))

    async def phrases(self) -> Sequence[HousePhrase]:
        """Return the house's phrases, in the order in which they were added.

        Raises:
            StoreDown: If the database does not answer.

        """
        async with self._database.read() as tx:
            rows = await tx.execute(select(phrases).order_by(phrases.c.id))
            return [_phrase(row) for row in rows]

    async def add(self, words: str, action: Action, *, by: str) -> None:
        """Watch for a phrase, in shadow: it is counted, and does nothing yet.

        Raises:
            BadPhrase: If it is too short, too long, or there already.
            StoreDown: If the database does not answer.

        """
        words = checked(words)
        now, rule = self._clock.seconds(), rule_of(words)
        async with self._database.begin() as tx:
            if (await tx.execute(select(phrases).filter_by(rule=rule))).first():
                raise BadPhrase("The house watches for that phrase already.")
            await tx.execute(
                insert(phrases).values(
                    rule=rule, phrase=words, action=int(action),
                    mode="shadow", by=by, at=now,
                )
            )  # fmt: skip
            await audit.record(
                tx, at=now, actor=by, verb="phrase added", subject=rule, detail=words
            )

    async def set_phrase(self, id_: int, mode: str, *, by: str) -> None:
        """Let a phrase act, only be counted, or rest.

        Raises:
            ValueError: If there is no such mode.
            NoSuchPhrase: If there is no such phrase.
            StoreDown: If the database does not answer.

        """
        if mode not in MODES:
            raise ValueError(mode)
        now = self._clock.seconds()
        async with self._database.begin() as tx:
            kept = (await tx.execute(select(phrases).filter_by(id=id_))).first()
            if kept is None:
                raise NoSuchPhrase(id_)
            await tx.execute(update(phrases).filter_by(id=id_).values(mode=mode))
            await audit.record(
                tx, at=now, actor=by, verb="phrase", subject=kept.rule, detail=mode
            )

    def _today(self) -> int:
        return self._clock.seconds() // DAY_SECONDS


def must_act(rule: str) -> bool:
    """Tell whether a rule cannot be set.

    Somebody's life may hang on it; or it looks for floods, which `FLOOD_GUARD` decides.
    """
    return rule.startswith((*NEVER_SILENT, *_NOT_SET_HERE))


def checked(words: str) -> str:
    """Return a phrase as it is kept.

    Raises:
        BadPhrase: If it is too short or too long to watch for.

    """
    words = " ".join(words.lower().split())
    if not SHORTEST <= len(words) <= LONGEST:
        raise BadPhrase(f"A phrase has {SHORTEST} to {LONGEST} characters.")
    return words


def rule_of(words: str) -> str:
    """Return the id by which a phrase is counted."""
    return f"house.{'-'.join(words.split())}"


def _phrase(row: Row[tuple[object, ...]]) -> HousePhrase:
    action = Action(row.action)
    return HousePhrase(row.id, row.rule, row.phrase, action, row.mode, row.by)


async def _modes(tx: AsyncConnection) -> dict[str, str]:
    rows = await tx.execute(select(rule_modes.c.rule, rule_modes.c.mode))
    return {row.rule: row.mode for row in rows}


async def _counts(tx: AsyncConnection, since: int) -> dict[str, tuple[int, int, int]]:
    counted = rule_counts.c
    sums = (func.sum(each) for each in (counted.fired, counted.shadow, counted.wrong))
    asked = select(counted.rule, *sums).where(counted.day >= since)
    rows = await tx.execute(asked.group_by(counted.rule))
    return {
        rule: (int(fired), int(shadow), int(wrong))
        for rule, fired, shadow, wrong in rows
    }


async def _add(
    tx: AsyncConnection, rule: str, day: int, fired: int, shadow: int
) -> None:
    added = {
        "fired": rule_counts.c.fired + fired,
        "shadow": rule_counts.c.shadow + shadow,
    }
    done = await tx.execute(
        update(rule_counts).filter_by(rule=rule, day=day).values(added)
    )
    if not done.rowcount:
        await tx.execute(
            insert(rule_counts).values(
                rule=rule, day=day, fired=fired, shadow=shadow, wrong=0
            )
        )
