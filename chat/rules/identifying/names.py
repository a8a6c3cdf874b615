"""Names: somebody's full name, where they work, and what they are called elsewhere."""

from collections.abc import Iterator

import re2

from chat.rules.identifying.detail import Detail, place
from chat.rules.identifying.vocabulary import is_given_name, is_ordinary, is_pseudonym

_TITLE = r"(?:(?:mr|mrs|ms|miss|dr|prof|pastor|rev|sister|mnr|mev)\.?[ ])?"
_PART = r"[A-Za-z][A-Za-z'’\-]+"
_PARTICLE = r"(?:(?:van|von|de|du|der|den|la|le|da|dos|di|bin|ibn|al|el|st|mc|mac|o|ter|ten|janse|abu)[ ])"
_FULL = rf"(?P<first>{_PART})(?P<middle>(?:[ ](?:[A-Za-z]\.?|{_PART}))??)[ ](?P<particle>(?i:{_PARTICLE}{{0,3}}))(?P<last>{_PART})"
_CALLED = re2.compile(
    r"(?i:\b(?:(?P<full>(?:full|real|legal|actual|whole|government|birth|proper|true|maiden|volle|regte)[ ])"
    r"(?:names?|naam)|(?:my|his|her|their|your|our|sponsor'?s|dealer'?s|husband'?s|wife'?s|boss'?s|ex'?s|"
    r"dad'?s|mom'?s|mum'?s|guy'?s|counsell?or'?s|whose|surname and)[ ](?:\w+[ ])?name|the name|name|my naam|mi nombre|"
    rf"igama lami)(?:'s|s|[ ]?[:=\-]|[ ](?:is|was|are|es|ngu))?[ ]+{_TITLE})(?:ngu)?{_FULL}"
)
_I_AM = re2.compile(
    r"(?i:\b(?:i'?m|i am|i’m|im|this is|call me|they call me|people call me|known as|ek is|soy|me llamo|yo soy|ngingu|"
    r"signed|regards|sincerely|yours|(?:facebook|fb|messenger|linkedin)(?:[ ](?:as|is|under|name))*|ask for|find me as|under the name)"
    rf"[ ,]+(?:called[ ]|named[ ])?{_TITLE}){_FULL}"
)
_SURNAME = re2.compile(
    rf"(?i:\b(?:surname|last name|family name|van is|my van)(?:'s|[ ](?:is|was))[ ]+)({_PART}(?:[ ](?-i:[A-Z])[a-z]+)?)"
)
_HERE = re2.compile(
    rf"(?:^|[.!?][ ]|(?i:\b(?:hi|hey|hello|it'?s|morning|evening)[ ,]+)){_FULL}[ ](?i:here|speaking)\b"
)
_WORK = re2.compile(
    r"(?i:\b(?:(?:i|we)[ ](?:work|teach|nurse|drive|preach|practi[sc]e|lecture|am employed|cook)|i'?m (?:a|an|the|one of the)(?:[ ]\w+){1,3}"
    r"|im (?:a|an|the)(?:[ ]\w+){1,3}|my (?:job|work|office|school|practice|parish|boss|employer) is)[ ](?:nights |days |shifts )?(?:at|for|in|of|with)[ ](?:the[ ])?)"
    r"(?P<place>(?:[A-Z][A-Za-z'’\-]+[ ]){1,3}(?:Primary|Secondary|High|School|College|Academy|Hospital|Clinic|Church|Depot|Pharmacy|Parish|"
    r"University|Station|Mine|Prison|Creche|Nursery|Branch|Laerskool|Hoërskool|Practice|Surgery|Hospice|Barracks|Municipality|Council)(?:[ ](?:School|Hospital|Branch))?)\b"
)
_GATE = re2.compile(
    r"(?i)\b(?:name|names|naam|nombre|igama|i'?m|i’m|i am|im|this is|call me|known as|ek is|soy|llamo|ngingu|"
    r"signed|regards|sincerely|yours|facebook|fb|messenger|linkedin|ask for|find me|under the|surname|my van|here|speaking|work|teach|nurse|"
    r"drive|lecture|my boss|my job|my school|employed|preach)\b"
)
_STOPS = frozenset(
    """and but from an the i im i'm is was in on at so he she they we you my your not im ive it
    to of for or who with just because here addict alcoholic na aa by also too lol haha x xx
    as this that if when it's its then there am are has have had be been do did does me u
    will can could would what where how why all any some no yes""".split()
)


def names(cased: str) -> Iterator[Detail]:
    """Return the full names that a text says somebody has, and telling workplaces."""
    if not _GATE.search(cased):
        return
    for found in _CALLED.finditer(cased):
        if _is_name(found, named=True, full=bool(found["full"])):
            yield _name(cased, place(found, "first")[0], place(found, "last")[1])
    for pattern in (_I_AM, _HERE):
        for found in pattern.finditer(cased):
            if _is_name(found, named=False, full=False):
                yield _name(cased, place(found, "first")[0], place(found, "last")[1])
    for found in _SURNAME.finditer(cased):
        if not is_ordinary(found.group(1).lower()):
            yield Detail("name", *found.span(1))
    for found in _WORK.finditer(cased):
        yield Detail("work", *place(found, "place"))


_BETWEEN = r"[ _.\-]{0,2}"


def other_names(folded: str, own: tuple[str, ...]) -> Iterator[Detail]:
    """Return where a text says what the same device is called in another room."""
    for name in own:
        words = [re2.escape(word) for word in name.lower().split()]
        if words:
            pattern = re2.compile(r"\b" + _BETWEEN.join(words) + r"\b")
            for found in pattern.finditer(folded):
                yield Detail("name", *found.span())


def _is_name(found: "re2._Match[str]", *, named: bool, full: bool) -> bool:
    """Tell whether two words after "I'm" or "my name is" are somebody's full name."""
    first, last = found["first"], found["last"]
    if last.lower() in _STOPS or first.lower() in _STOPS:
        return False
    capital = first[0].isupper() and last[0].isupper()
    ordinary = is_ordinary(last.lower()), is_ordinary(first.lower())
    known = is_given_name(first.lower())
    if is_pseudonym(first.lower()) and is_pseudonym(last.lower()):
        return False
    if full:
        return not any(ordinary) or (capital and not all(ordinary))
    if named:
        return (capital and not ordinary[0] and (known or not ordinary[1])) or (
            known and not ordinary[0]
        )
    if not capital:
        return False
    return not ordinary[0] and (known or not ordinary[1]) and not first.isupper()


def _name(cased: str, start: int, end: int) -> Detail:
    """Return the name with a further surname behind it."""
    more = _FURTHER.match(cased[end : end + 40])
    if more and not is_ordinary(more.group(1).lower()):
        end += more.end()
    return Detail("name", start, end)


_FURTHER = re2.compile(r"[ -]([A-Z][a-z'’\-]+)\b")
