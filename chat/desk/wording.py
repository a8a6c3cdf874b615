"""Wording: how long ago, how grave and from where, in the words of staff pages."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from chat.model import Grade
from chat.oncall.promises import Promise
from chat.oncall.terms import LANGUAGES

GRADES: Final = {
    Grade.NONE: "",
    Grade.LOW: "low",
    Grade.MEDIUM: "medium",
    Grade.HIGH: "high",
    Grade.IMMINENT: "imminent",
}

SOURCES: Final = {
    "rule": "seen by a rule",
    "report": "reported by a member",
    "unanswered": "nobody answered",
    "bell": "a member rang for you",
}

ROOMS_NAMED: Final = 3
"""Of many rooms that nobody is there for, how many are named."""

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def ago(seconds: float) -> str:
    """Return how long ago something was; `ago.js` says it in the same words."""
    if seconds < _MINUTE:
        return "just now"
    if seconds < _HOUR:
        return f"{int(seconds // _MINUTE)} min"
    if seconds < _DAY:
        minutes = int(seconds % _HOUR // _MINUTE)
        return f"{int(seconds // _HOUR)} h" + (f" {minutes} min" if minutes else "")
    days = int(seconds // _DAY)
    return "1 day" if days == 1 else f"{days} days"


def moment(at: int, now: int) -> str:
    """Return a moment in UTC: of this day its time, of another its date."""
    form = "%H:%M" if now - at < _DAY else "%d %b"
    return datetime.fromtimestamp(at, UTC).strftime(form)


def time_of_day(at: int) -> str:
    """Return the time of a moment, in UTC."""
    return datetime.fromtimestamp(at, UTC).strftime("%H:%M")


def unchanged(told: str) -> str:
    """Return what was amiss as a sentence, and that nothing came of it."""
    end = "" if told.endswith("?") else "."
    return f"{told[:1].upper()}{told[1:]}{end} Nothing was changed."


def listed(names: list[str]) -> str:
    """Return names as one says them: `Birch, Fern and Moss`."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def count(number: int, one: str, many: str) -> str:
    """Return a number with its noun: `1 case`, `3 cases`."""
    return f"{number} {one if number == 1 else many}"


CATEGORIES: Final = {
    "suicide": "Speaks of suicide",
    "overdose": "An overdose, maybe",
    "domestic_violence": "Violence at home",
    "third_party_risk": "Somebody else may be in danger",
    "self_harm": "Speaks of hurting themselves",
    "minor": "May be under 18",
    "medical": "Dangerous withdrawal, or another medical danger",
    "encourage_harm": "Tells somebody to harm themselves",
    "threat": "Threatens somebody",
    "grooming": "May be preying on somebody",
    "doxxing": "Gives away who somebody is",
    "hate": "Against people for what they are",
    "abuse": "Harsh to somebody",
    "sexual": "Sexual talk",
    "methods": "How to use, or how to harm",
    "drug_sale": "Offers drugs",
    "drug_sourcing": "Asks where to get drugs",
    "promo_vice": "Promotes drink, bets or the like",
    "brokering": "Sells treatment places",
    "scam": "A scam, maybe",
    "proselytising": "Preaches one way for everybody",
    "spam": "Spam",
    "link": "A link",
    "pii": "Personal details",
    "house": "Words that this house watches for",
}
"""Why a message is shown to the room team, the gravest first."""

REPORTS: Final = {
    "risk_to_self": "somebody may be in danger",
    "harassment": "harassment",
    "sourcing": "buying or selling",
    "identity": "somebody can be recognised",
    "predatory": "private contact, maybe predatory",
    "spam": "spam",
    "other": "something else",
}
"""What members report a message for."""


def why(
    source: str, categories: Iterable[str], reasons: Iterable[str], rules: Iterable[str]
) -> str:
    """Return in one line why a case is there."""
    found = [words for key, words in CATEGORIES.items() if key in set(categories)]
    if any(rule.endswith(".broken") for rule in rules):
        found.append("A check could not be made")
    if reported := [REPORTS.get(reason, reason) for reason in reasons]:
        found.append(f"Reported: {', '.join(reported)}")
    if found:
        return "; ".join(
            [found[0], *(each[0].lower() + each[1:] for each in found[1:])]
        )
    return _PLAIN.get(source, "Something for you to look at")


_PLAIN: Final = {
    "bell": "A member asks for one of you",
    "unanswered": "Nobody has answered yet",
}


def whom(promise: Promise) -> str:
    """Return for whom a promise is: `for Coffee room and First days, in Afrikaans`."""
    spoken = promise.wanted.language
    language = LANGUAGES.get(spoken, spoken)
    parts = (_for_rooms(promise), language and f"in {language}")
    return ", ".join(filter(None, parts))


def _for_rooms(promise: Promise) -> str:
    rooms, others = list(promise.rooms), list(promise.others)
    if not rooms:
        return ""
    if len(rooms) <= ROOMS_NAMED:
        return f"for {listed(rooms)}"
    if 0 < len(others) <= ROOMS_NAMED:
        return f"for all but {listed(others)}"
    more = len(rooms) - ROOMS_NAMED
    return f"for {listed([*rooms[:ROOMS_NAMED], f'{more} more'])}"
