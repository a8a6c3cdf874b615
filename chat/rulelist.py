"""The list of rules: what each looks for and what it does, whether or not it fired.

It is read from the files in which the rules stand; their patterns are not made for it.
"""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final, NamedTuple

from chat.model import Action, Grade

_FOLDERS: Final = ("abuse", "crisis", "predatory", "sourcing", "spam")
_TABLES: Final = ("rule", "rules", "mixes")


class Listed(NamedTuple):
    """A rule as it is listed."""

    rule: str
    action: Action
    """The most that it does to a message."""
    looks_for: str

    @property
    def kind(self) -> str:
        """What it is for: the first word of its id."""
        return self.rule.partition(".")[0]


@cache
def every_rule() -> Mapping[str, Listed]:
    """Return every rule of the house but its own phrases, by id, sorted.

    It reads files the first time, which is nothing to do while others wait.
    """
    found: dict[str, Listed] = {}
    for each in (*_written(), *_MADE):
        known = found.get(each.rule, each)
        action = max(known.action, each.action)
        found[each.rule] = known._replace(action=action)
    return dict(sorted(found.items()))


def _written() -> Iterator[Listed]:
    """Yield the rules that stand in files, some more than once."""
    for folder in _FOLDERS:
        pages = sorted(files(f"chat.rules.{folder}").iterdir(), key=lambda p: p.name)
        for page in pages:
            if page.name.endswith(".toml"):
                yield from _on(tomllib.loads(page.read_text("utf-8")))


def _on(page: Mapping[str, Any]) -> Iterator[Listed]:
    for each in (rule for name in _TABLES for rule in page.get(name, ())):
        if "id" in each:
            yield Listed(each["id"], Action[each["action"].upper()], each["reason"])
        else:
            # Who is in danger is heard, whatever they say.
            yield Listed(f"crisis.{each['name']}", Action.ALLOW, _graded(each))


def _graded(rule: Mapping[str, Any]) -> str:
    grade = Grade[rule["grade"].upper()]
    return f"{rule['reason']} ({grade.name.lower()})" if grade else rule["reason"]


_MADE: Final = (
    Listed("crisis.eased", Action.ALLOW, "danger denied, past, quoted or a joke"),
    Listed("identifying.address", Action.MASK, "an address where somebody is found"),
    Listed("identifying.card", Action.MASK, "the number of a bank card"),
    Listed("identifying.crowded", Action.HOLD, "more details than anybody has to give"),
    Listed("identifying.handle", Action.MASK, "a name on another network"),
    Listed("identifying.id", Action.MASK, "the number of somebody's document"),
    Listed("identifying.link", Action.MASK, "a link that is on no list of good sites"),
    Listed("identifying.mail", Action.MASK, "an e-mail address"),
    Listed("identifying.name", Action.MASK, "somebody's full name"),
    Listed("identifying.phone", Action.MASK, "a number that is no help line"),
    Listed("identifying.work", Action.MASK, "where somebody works"),
    Listed("linear.abuse", Action.HOLD, "sounds like abuse, to the small model"),
    Listed("linear.crisis", Action.ALLOW, "sounds like danger, to the small model"),
    Listed("linear.solicitation", Action.HOLD, "sounds like drugs, to the small model"),
    Listed("linear.spam", Action.HOLD, "sounds like advertising, to the small model"),
    Listed("spam.recent.alike", Action.HOLD, "many say nearly the same at once"),
    Listed("spam.recent.hurry", Action.BLOCK, "more than a room can read"),
    Listed("spam.recent.repeat", Action.BLOCK, "the same again and again"),
    Listed("spam.wall", Action.BLOCK, "fills the room with the same"),
)
"""The rules that are code and stand in no file."""
