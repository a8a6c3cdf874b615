"""Names: somebody's full name, where they work, and what they are called elsewhere."""

from collections.abc import Callable, Iterable, Iterator

import re2

from chat.rules.identifying.detail import Detail, Search, each, place
from chat.rules.identifying.vocabulary import (
    is_given_name,
    is_ordinary,
    is_place,
    is_pseudonym,
    is_surname,
)
from chat.rules.identifying.wording import one_of
from chat.words import FIRST_WORDS, SECOND_WORDS

_TITLE = rf"(?:{one_of('mr mrs ms miss dr prof pastor rev sister mnr mev')}\.?[ ])?"
_PARTICLE = (
    one_of(
        "van von de du der den la le da dos di bin ibn al el st mc o ter ten janse",
        "abu",
    )
    + "[ ]"
)


def _full(part: str) -> str:
    """Return a pattern for a full name whose parts are as given."""
    return (
        rf"(?P<first>{part})(?P<middle>[ ](?:[A-Za-z]\.?|{part}))??[ ]"
        rf"(?i:{_PARTICLE}){{0,3}}(?P<last>{part})"
    )


_ANY_CASE = _full(r"[A-Za-z][A-Za-z'\x{2019}\-]+")
_CAPITAL = _full(r"[A-Z][A-Za-z'\x{2019}\-]+")

_REAL = one_of(
    "full real legal actual whole government birth proper true maiden married volle",
    "regte",
)
_WHOSE = one_of(
    "my his her their your our sponsor'?s dealer'?s husband'?s wife'?s boss'?s ex'?s",
    "dad'?s mom'?s mum'?s guy'?s counsell?or'?s whose",
)
_CALLED = re2.compile(
    rf"(?i:\b(?:(?P<real>{_REAL}[ ])(?:names?|naam)|{_WHOSE}[ ](?:\w+[ ])?name|"
    r"(?:the[ ])?name|my naam|mi nombre|igama lami|legally)"
    r"(?:'s|s|[ ]?[:=\-]|[ ](?:is|was|are|es|ngu|i'?m|i am))?"
    rf"[ ]+{_TITLE})(?:ngu)?{_ANY_CASE}"
)
_I_AM_WORDS = one_of(
    "i'?m i_am im go_by calls?_me outing_(?:him|her|them) this_is call_me",
    "they_call_me people_call_me known_as ek_is soy me_llamo yo_soy ngingu signed",
    "regards sincerely yours ask_for find_me_as under_the_name",
    "(?:facebook|fb|messenger|linkedin)(?:_(?:me|as|is|under|name|-))*",
)
_I_AM = re2.compile(
    rf"(?i:\b{_I_AM_WORDS}[ ,:]+(?:called[ ]|named[ ])?{_TITLE}){_CAPITAL}"
)
_RELATION = one_of(
    "husband wife boss ex partner boyfriend girlfriend bf gf dad father mom mum",
    "mother son daughter sponsor sponsee dealer plug doctor counsell?or therapist",
    "brother sister friend manager pastor neighbou?r landlord uncle aunt cousin",
    "teacher supervisor fiance",
)
_MY_OWN = re2.compile(
    rf"(?i:\b(?:my|her|his|our)[ ](?:\w+[ ])?{_RELATION},?[ ]"
    rf"(?:is |was |called |named )?{_TITLE}){_CAPITAL}"
)
_QUIETLY = re2.compile(
    rf"(?i:\b(?:i'?m|i am|im|this is|ek is|soy)[ ]){_ANY_CASE}"
    rf"(?i:[ ]*(?:[,.!;]|$)|[ ](?:and i|from|here|by the way|btw)\b)"
)
_HERE = re2.compile(
    rf"(?:^|[.!?,][ ]|(?i:\b{one_of('hi hey hello it.?s morning evening all')}[ ,]+))"
    rf"{_CAPITAL}[ ](?i:here|speaking)\b"
)
_SURNAME = re2.compile(
    rf"(?i:\b{one_of('surname last_name family_name my_van')}(?:'s|[ ](?:is|was))[ ]+)"
    r"([A-Za-z][A-Za-z'\-]+(?:[ ][A-Z][a-z]+)?)"
)
_FURTHER = re2.compile(r"[ \-]([A-Z][A-Za-z'\x{2019}\-]+)\b")

_WORKS = one_of(
    "(?:i|we)_(?:work|teach|nurse|drive|preach|practi[sc]e|lecture|am_employed|cook)",
    r"i'?m_(?:an?|the|one_of_the)(?:_\w+){1,3}",
    "my_(?:job|work|office|school|practice|parish|boss|employer)_is",
)
_INSTITUTION = one_of(
    "Primary Secondary High School College Academy Hospital Clinic Church Depot",
    "Pharmacy Parish University Station Mine Prison Creche Nursery Branch Laerskool",
    "Practice Surgery Hospice Barracks Municipality Council",
)
_WORK = re2.compile(
    rf"(?i:\b{_WORKS}[ ](?:nights |days |shifts )?(?:at|for|in|of|with)[ ](?:the[ ])?)"
    rf"(?P<place>(?:[A-Z][A-Za-z'\-]+[ ]){{1,3}}{_INSTITUTION}"
    r"(?:[ ](?:School|Hospital|Branch))?)\b"
)
_GATE = re2.compile(
    r"(?i)\b"
    + one_of(
        "go_by calls?_me outing_(?:him|her|them) names? naam nombre igama i'?m i_am",
        "im this_is call_me known_as ek_is soy llamo ngingu signed regards sincerely",
        "yours facebook fb messenger linkedin ask_for find_me under_the surname",
        "my_van here speaking work teach nurse drive lecture (?:my|her|his|our)",
        "my_job my_school employed preach legally",
    )
    + r"\b"
)
_STOPS_WORDS = """
    and but from an the i im i'm is was in on at so he she they we you my your not
    im ive it to of for or who with just because here addict alcoholic na aa by also
    too lol haha x xx as this that if when it's its then there am are has have had
    be been do did does me u will can could would mr mrs ms sir captain what where
    how why all any some no yes
"""
_STOPS = frozenset(_STOPS_WORDS.split())
_BETWEEN = r"[ _.\-]{0,2}"

_PSEUDONYM = re2.compile(
    r"\b"
    + _BETWEEN.join(
        one_of(" ".join(them).lower()) for them in (FIRST_WORDS, SECOND_WORDS)
    )
    + r"\b"
)
_WITH_CAPITALS = (_I_AM, _HERE, _MY_OWN)
PATTERNS = (_CALLED, *_WITH_CAPITALS, _QUIETLY, _SURNAME, _WORK)
EVERY_PATTERN = (*PATTERNS, _PSEUDONYM)


def names(cased: str, search: Search) -> Iterator[Detail]:
    """Return the full names that a text says somebody has, and telling workplaces."""
    if not search.may_find(PATTERNS) or not _GATE.search(cased):
        return
    yield from _full_names(cased, search)
    for found in search.each(_SURNAME, cased):
        if not is_ordinary(found.group(1).lower()):
            yield Detail("name", *found.span(1))
    for found in search.each(_WORK, cased):
        yield Detail("work", *place(found, "place"))


def _full_names(cased: str, search: Search) -> Iterator[Detail]:
    for found in search.each(_CALLED, cased):
        if _is_called(found["first"], found["last"], real=bool(found["real"])):
            yield _name(cased, found)
    for pattern in _WITH_CAPITALS if cased != cased.lower() else ():
        for found in search.each(pattern, cased):
            if _is_somebody(found["first"], found["last"]):
                yield _name(cased, found)
    for found in search.each(_QUIETLY, cased):
        if is_given_name(found["first"]) and _is_quiet(found):
            yield _name(cased, found)


def other_names(
    folded: str, own: Callable[[], Iterable[str]], search: Search
) -> Iterator[Detail]:
    """Return where a text says what the same device is called in another room."""
    # Hardly anybody says anyone's pseudonym, and a device has one for every room.
    for name in own() if any(search.each(_PSEUDONYM, folded)) else ():
        words = name.lower().split()
        if words and all(word in folded for word in words):
            parts = map(re2.escape, words)
            pattern = re2.compile(r"\b" + _BETWEEN.join(parts) + r"\b")
            for found in each(pattern, folded):
                yield Detail("name", *found.span())


def _is_called(first: str, last: str, *, real: bool) -> bool:
    """Tell whether the words after "my name is" are a first and a last name."""
    if _is_no_name(first, last):
        return False
    known = is_given_name(first.lower())
    plain_first, plain_last = is_ordinary(first.lower()), is_ordinary(last.lower())
    if known and not plain_first and is_surname(last.lower()):
        return first[0].isupper() and last[0].isupper()
    capital = first[0].isupper() and last[0].isupper()
    if real and capital:
        return not (plain_first and plain_last)
    return not plain_last and (known or (not plain_first and (capital or real)))


def _is_somebody(first: str, last: str) -> bool:
    """Tell whether the capitals after "I'm" are a name rather than a feeling."""
    if _is_no_name(first, last) or first.isupper():
        return False
    if is_ordinary(last.lower()):
        known = is_given_name(first.lower()) and not is_ordinary(first.lower())
        return known and is_surname(last.lower())
    return is_given_name(first.lower()) or not is_ordinary(first.lower())


def _is_quiet(found: "re2._Match[str]") -> bool:
    """Tell whether the small letters after "im" are a name: more doubt, more care."""
    first, last = found["first"], found["last"]
    if _is_no_name(first, last) or found["middle"] or len(last) < 4:
        return False
    return last.islower() and not is_ordinary(first) and not is_ordinary(last)


def _is_no_name(first: str, last: str) -> bool:
    first, last = first.lower(), last.lower()
    if first in _STOPS or last in _STOPS:
        return True
    return is_place(f"{first} {last}") or (is_pseudonym(first) and is_pseudonym(last))


def _name(cased: str, found: "re2._Match[str]") -> Detail:
    """Return the name with a further surname behind it."""
    start, end = place(found, "first")[0], place(found, "last")[1]
    more = _FURTHER.match(cased[end : end + 40])
    if more and not is_ordinary(more.group(1).lower()):
        end += more.end()
    return Detail("name", start, end)
