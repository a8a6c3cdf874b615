"""Screening as this house has it: which rules are in force, and how often they fire."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from chat.model import Flag, Message, Verdict
from chat.moderation import RULES, Concern, Rule, screen
from chat.rules import pattern
from chat.rules.canonical import Text
from chat.rules.house import Phrase, house
from chat.rules.spam.recent import Recent

LIVE, SHADOW = "live", "shadow"
SAMPLES = (
    "good morning, day 12 here, call me on 082 555 0177 or at me@example.org",
    "i k1ll time at 12 Some Street, see example.org/x and tell @somebody",
)
"""Words that make every rule look twice."""

NEVER_SILENT = ("crisis.",)
"""Rules that somebody's life may hang on act, whatever is set."""


class Screening:
    """Judges messages by the rules in force; rules in shadow are only counted."""

    def __init__(self, recent: Recent | None) -> None:
        self._recent = recent
        self._modes: Mapping[str, str] = {}
        self._fired: Counter[str] = Counter()
        self._shadow: Counter[str] = Counter()
        self._rules = self._in_force(())

    def learn(self, modes: Mapping[str, str], phrases: Sequence[Phrase]) -> None:
        """Know how each rule is set that is not live, and the house's phrases."""
        self._modes = {
            rule: mode
            for rule, mode in modes.items()
            if mode != LIVE and not rule.startswith(NEVER_SILENT)
        }
        self._rules = self._in_force(phrases)

    def _in_force(self, phrases: Sequence[Phrase]) -> list[Concern]:
        concerns = [*RULES, Concern("house", house(phrases), "house")]
        return [
            replace(concern, rule=self._as_set(concern.rule)) for concern in concerns
        ]

    def _as_set(self, rule: Rule) -> Rule:
        def act(text: Text) -> Iterable[Flag]:
            return [flag for flag in rule(text) if self._acts(flag)]

        return act

    def _acts(self, flag: Flag) -> bool:
        mode = self._modes.get(flag.rule, LIVE)
        if mode == SHADOW:
            self._shadow[flag.rule] += 1
        return mode == LIVE

    def warm_up(self) -> None:
        """Have what rules make for themselves at the first message made now."""
        # Of no words at all nothing is asked but that every rule is there: what they
        # look for is then put together once, and not once for each of them.
        for sample in ("", *SAMPLES):
            screen(Message(sample), None, RULES)

    def making(self) -> Iterator[object]:
        """Make what no message needed yet, a little at each step."""
        return pattern.making()

    def screen(self, message: Message) -> Verdict:
        """Return what is to become of a message, and take note of it."""
        verdict = screen(message, self._recent, self._rules)
        self._fired.update({flag.rule for flag in verdict.flags})
        return verdict

    def counted(self) -> tuple[Counter[str], Counter[str]]:
        """Return how often each rule fired, and in shadow, since the last call."""
        counted = self._fired, self._shadow
        self._fired, self._shadow = Counter(), Counter()
        return counted

    def count_again(self, fired: Counter[str], shadow: Counter[str]) -> None:
        """Take back counts that could not be kept."""
        self._fired += fired
        self._shadow += shadow
