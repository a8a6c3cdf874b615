"""Identifying: personal details, which are masked before anyone else reads them."""

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain, islice
from typing import NamedTuple

from chat.model import Action, Flag
from chat.rules.canonical import Text
from chat.rules.identifying.addresses import PATTERNS as _OF_ADDRESSES
from chat.rules.identifying.addresses import addresses
from chat.rules.identifying.allowed import is_help_line
from chat.rules.identifying.detail import Crowded, Detail, Search, Sought
from chat.rules.identifying.handles import PATTERNS as _OF_HANDLES
from chat.rules.identifying.handles import handles
from chat.rules.identifying.links import PATTERNS as _OF_LINKS
from chat.rules.identifying.links import links
from chat.rules.identifying.mail import PATTERNS as _OF_MAIL
from chat.rules.identifying.mail import mail
from chat.rules.identifying.names import EVERY_PATTERN as _OF_NAMES
from chat.rules.identifying.names import names, other_names
from chat.rules.identifying.numbers import PATTERNS as _OF_NUMBERS
from chat.rules.identifying.numbers import named_numbers, number
from chat.rules.identifying.phones import HOME, phone
from chat.rules.identifying.runs import PATTERNS as _OF_RUNS
from chat.rules.identifying.runs import Run, runs, spelled_runs


class _Kind(NamedTuple):
    category: str
    placeholder: str
    reason: str


_KINDS = {
    "mail": _Kind("pii", "[e-mail]", "An e-mail address"),
    "link": _Kind("link", "[link]", "A link that is not on the list of official sites"),
    "card": _Kind("pii", "[card number]", "The number of a bank card"),
    "id": _Kind("pii", "[ID number]", "A number that belongs to one person's document"),
    "phone": _Kind("pii", "[phone number]", "A telephone number that is no help line"),
    "address": _Kind("pii", "[address]", "An address where somebody can be found"),
    "handle": _Kind("pii", "[handle]", "What somebody is called on another network"),
    "name": _Kind("pii", "[name]", "A name by which somebody can be known"),
    "work": _Kind("pii", "[workplace]", "A workplace by which somebody can be known"),
}
"""What is masked; of two that cover the same characters, the earlier kind stands."""

_ORDER = {kind: place for place, kind in enumerate(_KINDS)}
_MOST = 24
"""Details that are masked one by one; with more, nothing would be left to read."""

_LONGEST = 60
"""Digits that may belong to one number or several; more are hidden unread."""


def identifying(text: Text) -> Iterable[Flag]:
    """Return a flag for every detail that could tell who somebody is."""
    try:
        details = _without_overlaps(_details(text))
    except Crowded:
        yield _unread(text)
        return
    for detail in details:
        start, end = text.folded.span(detail.start, detail.end)
        kind = _KINDS[detail.kind]
        yield Flag(
            rule=f"identifying.{detail.kind}",
            category=kind.category,
            reason=kind.reason,
            start=start,
            end=end,
            action=Action.MASK,
            placeholder=kind.placeholder,
        )


def _unread(text: Text) -> Flag:
    """Return a flag for a text that a human had better look at."""
    return Flag(
        rule="identifying.crowded",
        category="pii",
        reason="More numbers, names or links than anybody has to say in one message",
        start=0,
        end=len(text.original),
        action=Action.HOLD,
    )


@cache
def _sought() -> Sought:
    # Made when first asked for: whoever only imports this need not wait for it.
    every = (_OF_MAIL, _OF_LINKS, _OF_NUMBERS, _OF_RUNS)
    return Sought(chain(*every, _OF_ADDRESSES, _OF_HANDLES, _OF_NAMES))


def _details(text: Text) -> Iterator[Detail]:
    folded = text.folded.text
    search = _sought().within(folded)
    country = text.message.country.upper() or HOME
    cased = _cased(text)
    yield from mail(folded, search)
    yield from links(folded, search)
    yield from _numbers(folded, country, search)
    yield from addresses(cased, search)
    yield from handles(folded, search)
    yield from names(cased, search)
    yield from other_names(folded, text.message.names, search)


def _numbers(folded: str, country: str, search: Search) -> Iterator[Detail]:
    """Return the numbers of phones, cards and documents, whatever their digits are."""
    if any(map(folded.__contains__, "0123456789")):
        yield from named_numbers(folded, search)
        every = chain(runs(folded, search), spelled_runs(folded, search))
    else:
        every = chain(spelled_runs(folded, search))
    for run in every:
        detail = _judged(run, country, folded)
        if detail:
            yield detail


def _judged(run: Run, country: str, folded: str) -> Detail | None:
    """Return what a run of digits is, if it tells who somebody is."""
    if len(run.digits) > _LONGEST:
        return Detail("phone", run.start, run.end)
    if is_help_line(run, country, folded):
        return None
    return number(run) or phone(run, country, folded) or _several(run, country, folded)


def _several(run: Run, country: str, folded: str) -> Detail | None:
    """Return a run of several numbers in a row, if one of them is somebody's."""
    for part in run.parts(folded):
        detail = not is_help_line(part, country, folded) and phone(
            part, country, folded
        )
        if detail:
            return Detail("phone", run.start, run.end)
    return None


def _cased(text: Text) -> str:
    """Return the folded text with the capitals it was written with."""
    folded, at, original = text.folded.text, text.folded.at, text.original
    if folded == original:
        return folded
    capitals = [n for n, place in enumerate(at[:-1]) if original[place].isupper()]
    characters = list(folded)
    for n in capitals:
        # Very few letters have a capital of two characters, and those stay as they are.
        capital = characters[n].upper()
        characters[n] = capital if len(capital) == 1 else characters[n]
    return "".join(characters)


def _without_overlaps(details: Iterable[Detail]) -> list[Detail]:
    """Return the details with those that overlap joined to one."""
    kept: list[Detail] = []
    every = list(islice(details, _MOST + 1))
    if len(every) > _MOST:
        raise Crowded
    for detail in sorted(
        every, key=lambda one: (_ORDER[one.kind], one.start - one.end)
    ):
        over = [
            one for one in kept if one.start < detail.end and detail.start < one.end
        ]
        if over:
            detail = _joined(over, detail)
            kept = [one for one in kept if one not in over]
        kept.append(detail)
    return sorted(kept, key=lambda one: one.start)


def _joined(over: list[Detail], detail: Detail) -> Detail:
    """Return one detail in the place of all, of the kind that covers most."""
    every = [*over, detail]
    widest = max(every, key=lambda one: one.end - one.start)
    return Detail(
        widest.kind, min(one.start for one in every), max(one.end for one in every)
    )
