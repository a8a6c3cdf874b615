"""The escalation policy: whom to call after how long, read from a file.

A mistake in the file stops the service at its start, with the place named, and never
shows itself to somebody who needs to talk.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final, NamedTuple, NoReturn

from chat.errors import Amiss

OUR_POLICY: Final = Path(__file__).with_name("policy.toml")

MOST_STEPS: Final = 20
LONGEST_SECONDS: Final = 3600
"""Longer than an hour no round takes: somebody waits."""
LEAST_REPEAT_SECONDS: Final = 10
"""A shorter pause would ring in every pocket without end."""

_NO_WAIT: Final = timedelta(0)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class Audience(StrEnum):
    """Whom a step calls, the nearest first."""

    ON_SHIFT = "on_shift"
    """Whoever is on shift for the room's tags."""
    BACKUP = "backup"
    """Whoever is on shift as their backup."""
    ON_DUTY = "on_duty"
    """Everyone on duty, whatever their rooms."""
    COORDINATOR = "coordinator"


class BadPolicy(Amiss):
    """The policy cannot be used; the message is one line that says where."""


@dataclass(frozen=True, slots=True)
class Step:
    """One call: when it comes in its round, and for whom."""

    after: timedelta
    whom: tuple[Audience, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """The steps of a round, in their order, and the pause before the next round.

    Made by `read`, or in a test; the steps are at least one and none comes before the
    one before it.
    """

    steps: tuple[Step, ...]
    repeat_after: timedelta

    def wait_after(self, step: int) -> timedelta:
        """Return how long after a step the next one of its round comes."""
        following = self.steps[step + 1 :]
        return following[0].after - self.steps[step].after if following else _NO_WAIT

    @property
    def longest_wait(self) -> timedelta:
        """The longest that nothing happens to a need that nobody has accepted."""
        waits = (self.wait_after(step) for step in range(len(self.steps)))
        return max(self.repeat_after, *waits)


def load(path: Path | None = None) -> Policy:
    """Read the policy from a file, or ours when none is given.

    Raises:
        BadPolicy: If the file cannot be read, or anything in it is not as it must be.

    """
    path = path or OUR_POLICY
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise BadPolicy(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise BadPolicy(f"{path.name}, line {line}: not UTF-8") from error
    return read(text, path.name)


def read(text: str, file: str = "policy") -> Policy:
    """Return the policy that a text describes.

    Raises:
        BadPolicy: If anything in it is not as it must be.

    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadPolicy(f"{file}: not TOML: {error}") from error
    return _policy(_Place(file, ""), table)


class _Place(NamedTuple):
    """Where in the file something is."""

    file: str
    step: str

    def fail(self, problem: str) -> NoReturn:
        # A problem may quote the file, and must stay on one line.
        raise BadPolicy(f"{self.file}{self.step}: {_CONTROL.sub('?', problem)}")

    def seconds(self, table: Mapping[str, object], key: str) -> int:
        value = table[key]
        if isinstance(value, bool) or not isinstance(value, int):
            self.fail(f"{key} must be a whole number of seconds")
        if value < 0:
            self.fail(f"{key} is negative")
        if value > LONGEST_SECONDS:
            self.fail(f"{key} is longer than {LONGEST_SECONDS} seconds")
        return value

    def check_keys(self, table: Mapping[str, object], wanted: tuple[str, ...]) -> None:
        for key in table:
            if key not in wanted:
                self.fail(f'unknown key "{key}"')
        for key in wanted:
            if key not in table:
                self.fail(f"{key} is missing")


def _policy(place: _Place, table: dict[str, object]) -> Policy:
    if not table.get("step"):
        place.fail("a policy without steps calls nobody: each begins with [[step]]")
    place.check_keys(table, ("repeat_after_seconds", "step"))
    repeat_after = place.seconds(table, "repeat_after_seconds")
    if repeat_after < LEAST_REPEAT_SECONDS:
        place.fail(f"repeat_after_seconds is less than {LEAST_REPEAT_SECONDS}")
    return Policy(_steps(place.file, table["step"]), timedelta(seconds=repeat_after))


def _steps(file: str, tables: object) -> tuple[Step, ...]:
    if not isinstance(tables, list) or len(tables) > MOST_STEPS:
        _Place(file, "").fail(f"step must be 1 to {MOST_STEPS} times [[step]]")
    steps: list[Step] = []
    for number, table in enumerate(tables, 1):
        place = _Place(file, f", step {number}")
        step = _step(place, table)
        _check_order(place, steps, step)
        steps.append(step)
    return tuple(steps)


def _step(place: _Place, table: object) -> Step:
    if not isinstance(table, dict):
        place.fail("must be [[step]]")
    place.check_keys(table, ("after_seconds", "whom"))
    after = place.seconds(table, "after_seconds")
    return Step(timedelta(seconds=after), _audiences(place, table["whom"]))


def _audiences(place: _Place, whom: object) -> tuple[Audience, ...]:
    names = [whom] if isinstance(whom, str) else whom
    if not isinstance(names, list) or not names:
        place.fail("whom must be an audience, or a list of them")
    for name in names:
        if name not in list(Audience):
            place.fail(f'unknown audience "{name}": one of {", ".join(Audience)}')
    return tuple(audience for audience in Audience if audience in names)


def _check_order(place: _Place, before: list[Step], step: Step) -> None:
    if not before and step.after:
        place.fail("after_seconds of the first step must be 0: somebody waits")
    if before and step.after < before[-1].after:
        place.fail("after_seconds is less than that of the step before")
