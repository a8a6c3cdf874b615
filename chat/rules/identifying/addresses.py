"""Addresses: where somebody can be found, down to the door."""

from collections.abc import Iterator

import re2

from chat.rules.identifying.detail import Detail, Search, each
from chat.rules.identifying.vocabulary import PLACES
from chat.rules.identifying.wording import one_of

# Kinds of street that mean a street wherever a number and a name stand before them, and
# kinds that are other words too and need capitals or talk of living there.
_SURE = one_of(
    "street str straat road rd avenue ave av boulevard blvd crescent cres laan weg",
    "rylaan singel steeg terrace close highway hwy parade esplanade mews gardens",
    "grove gate nagar marg chowk colony enclave lane ln drive dr court ct place pl",
    "square sq",
)
_LOOSE = one_of(
    "st way park hill view walk rise row cross green quay parkway pkwy circle cir",
    "loop bend trail path heights main ridge villas? cottages estate village mall",
    "circuit cct pde track wynd vale bay point mount crossing alley passage avenida",
    "meander link end fields common hof plein pad strip boardwalk hills",
)
_BUILDING = one_of(
    "apartments? society towers? mansions? residency flats house buildings? complex",
    r"nagar vihar layout (?:sector|phase|zone|extension|ext)_\d+",
)
_DOOR = one_of(
    "flat unit apt apartment suite room block door house plot erf shop no number nr",
    "villa cottage bungalow hostel shack stand site lot level floor tower wing h_no",
    "house_no flat_no d_no huis woonstel kamer",
)
_UNIT = (
    rf"(?:{_DOOR}\.?[ ]?(?:no\.?[ ]?)?#?[a-z]?-?\d{{1,5}}[a-z]?|"
    r"\d{1,2}(?:st|nd|rd|th)[ ]floor|(?:block|wing|tower|flat|unit)[ ][a-z]\b)"
)
_NUMBER = r"\d{1,5}[a-z]?(?:[ ]?[/\-][ ]?\d{1,5}[a-z]?)?"
_WORD = r"(?:(?:st|mt|ste|dr)\.|[a-z][a-z'\x{2019}\-]*|\d{1,3}(?:st|nd|rd|th))"
_CAPITAL = r"(?-i:[A-Z])[a-zA-Z'\x{2019}\-]+"
_SIDE = rf"(?:[ ]{one_of('north south east west n s e w nw ne sw se')}\b)?"
_INSIDE = (
    rf"(?:[ ]*,?[ ]*{one_of('apt apartment unit flat suite ste # no floor block room')}"
    r"\.?[ ]?#?[a-z]?\-?\d{1,5}[a-z]?\b|[ ]*,[ ]*\d{1,2}(?:st|nd|rd|th)[ ]floor\b)?"
)
_STREET = re2.compile(
    rf"(?i)\b(?P<unit>{_UNIT}[ ]*,?[ ]*(?:of[ ])?(?:(?:{_CAPITAL}[ ]){{0,2}}"
    rf"{_CAPITAL},[ ]*)?)?"
    rf"{_NUMBER},?[ ]+(?P<name>(?:{_WORD}[ ]+){{1,4}}?)"
    rf"(?P<kind>(?P<sure>{_SURE})|{_LOOSE}|{_BUILDING})\b\.?{_SIDE}{_INSIDE}"
)

_LONGEST_FIRST = sorted(sorted(PLACES), key=len, reverse=True)
_PLACE = f"(?:{'|'.join(map(re2.escape, _LONGEST_FIRST))})"

_NAMED_UNIT = re2.compile(
    rf"(?i)\b(?:{_UNIT}|(?-i:[A-Z])-?\d{{1,4}}|\d{{1,4}}-?(?-i:[A-Z]))[ ]*,[ ]*"
    rf"(?P<name>(?:(?:{_WORD}|\d{{1,4}})[ ,]+){{1,7}}?)"
    rf"(?:{_SURE}|{_LOOSE}|{_BUILDING}|{_PLACE})\b\.?"
)
_GLUED = rf"[a-z\-]{{3,}}{one_of('straat weg laan rylaan singel strasse plein steeg')}"
_KIND_FIRST = (
    one_of("calle carrera avenida avda av rua via viale piazza paseo plaza ulica")
    + rf"(?:[ ]{one_of('de del la las los da do dos di della dei')}){{0,2}}"
    + rf"(?:[ ]{_CAPITAL}){{1,3}}"
)
_TURNED = re2.compile(
    rf"(?i)\b(?:{_UNIT},?[ ]*)?(?:\d{{1,5}}[a-z]?[ ]{_GLUED}\b|"
    rf"(?:{_GLUED}|{_KIND_FIRST}),?[ ]"
    r"(?:no\.?[ ]|nr\.?[ ]|#[ ]?|n[º°][ ]?)?\d{1,5}[a-z]?(?:[ ]?#[ ]?\d+(?:-\d+)?)?\b|"
    r"(?:calle|carrera|cra|cl)[ ]\d{1,3}[a-z]?[ ]?#[ ]?\d+(?:[ ]?-[ ]?\d+)?\b)"
)
_FRENCH = re2.compile(
    r"(?i)\b\d{1,4}(?:[ ]?bis)?,?[ ]"
    + one_of("rue avenue boulevard chemin impasse allee quai")
    + rf"[ ](?:(?:de|du|des|la|le|les|d')[ ]?){{0,2}}{_WORD}(?:[ ]{_CAPITAL}){{0,2}}"
)
_BOX = re2.compile(
    r"(?i)\b(?:p\.?[ ]?o\.?[ ]?box|posbus|private bag|privaatsak|gpo box)"
    r"[ ]?[a-z]?\-?[ ]?\d{1,6}\b"
)

_WHAT_3_WORDS = re2.compile(
    r"(?i)(?:///[ ]?|\b(?:what ?3 ?words|what three words|w3w)(?:[ ](?:is|address))?"
    r"[ :=]*(?:///)?[ ]?)([a-z]{3,}\.[a-z]{3,}\.[a-z]{3,})"
)
_PLUS_CODE = re2.compile(
    r"\b[23456789CFGHJMPQRVWX]{4,8}\+[23456789CFGHJMPQRVWX]{2,3}\b"
)
_ON_EARTH = re2.compile(r"-?\d{1,2}\.\d{4,}[ ]?[,;][ ]?-?\d{1,3}\.\d{4,}")

# Of the United Kingdom, of Ireland and of Canada: these name a few doors each.
_OF_A_FEW_DOORS = (
    r"(?:[a-z]{1,2}\d[a-z\d]?[ ]?\d[abd-hjlnp-uw-z]{2}|"
    r"[ac-fhknprtv-y]\d[\dw][ ]?[0-9ac-fhknprtv-y]{4}|"
    r"[a-ceghj-nprstvxy]\d[a-z][ ]?\d[a-z]\d)"
)
_POSTCODE = (
    rf"(?:{_OF_A_FEW_DOORS}|(?-i:[A-Z]{{2,3}})[ ]\d{{4,5}}(?:-\d{{4}})?|"
    r"\d{4,6}|\d{3}[ ]\d{3}|dublin[ ]\d{1,2}|(?-i:[A-Z]{2,3}))"
)
_POSTCODE_ALONE = re2.compile(rf"(?i)\b{_OF_A_FEW_DOORS}\b")
_TAIL = re2.compile(
    r"(?i)(?:[ ]*[,\n][ ]*|[ ]+)"
    rf"(?:(?:[a-z\-]+[ ,]+){{0,2}}{_OF_A_FEW_DOORS}|{_POSTCODE}|"
    rf"(?:in |at |by )?{_PLACE}|{_CAPITAL}(?:[ ]{_CAPITAL}){{0,3}})\b"
)
_MOST_TAILS = 5
_NO_TAILS_WORDS = """
    I I'm Im Please And But So My The He She They We You It If Come Call Is This
    That Not No Near Next Text Just
"""
_NO_TAILS = frozenset(_NO_TAILS_WORDS.split())

_LIVES = re2.compile(
    r"(?i)\b"
    + one_of(
        "live lives living stay stays staying address adres address's i'?m_at i_am_at",
        "come_(?:to|over|round|by) (?:flat|house|home|place)_is at_mine pick_me_up",
        "over_at meet_(?:me_|us_)?at send_(?:it|them|him|help|someone)_to find_me_at",
        "based_at moved_to woon bly vivo_en post_?code zip deliver his her their your",
        "door we'?re_at works?_at currently_at hiding_at here_at",
    )
    + r"\b"
)
_SEEN_FIRST = one_of(
    "calle carrera avenida avda rua via viale piazza paseo plaza cra rue chemin",
    "impasse allee quai box posbus private_bag privaatsak w3w what_?3 what_three",
)
_GATE = re2.compile(
    rf"(?i)\d[a-z]?,?[ ]+.*\b(?:{_SURE}|{_LOOSE}|{_BUILDING})\b|"
    rf"\b{_SEEN_FIRST}\b|///|\d\.\d{{4}}|"
    r"(?:straat|weg|laan|singel|strasse|plein|steeg)\b|\+[23456789cfghjmpqrvwx]{2}|"
    rf"\b{_UNIT}|{_POSTCODE_ALONE.pattern[4:]}|\b(?:[a-z]-?\d{{1,4}}|\d{{1,4}}-?[a-z]),"
)

_SIGNS = ("///", "what", "w3w", "+")
_SIGNED = (_WHAT_3_WORDS, _PLUS_CODE)
"""One of the signs is in each place that is named so."""

PATTERNS = (
    *(_STREET, _NAMED_UNIT, _TURNED, _FRENCH, _BOX),
    *(_ON_EARTH, _POSTCODE_ALONE),
)

_NEVER_IN_NAMES_WORDS = """
    a an and are as at be been but by can cant did do for from get got had has have
    he her his i if im in into is it its just me minutes minute mins more my not now
    of off on one or our out over she so some than that the their them then there
    they this times to too two under up us was we went were what when where which
    who with years yrs year second day days weeks week months month hours hour hrs
    steps step miles mile people meters metres km kms percent different other every
    each like about after before since until down because while mg ml clean sober
    lives long bad good hard rough nights night blocks houses cars guys women men
    kids blokes girls boys dollars bucks rand old ago late early last next first way
    floor
"""
_NEVER_IN_NAMES = frozenset(_NEVER_IN_NAMES_WORDS.split())
_NEVER_AT_HOME = _NEVER_IN_NAMES - frozenset(
    ["the", "old", "long", "first", "second", "good"]
)
_CLEAR_IN_SMALL_WORDS = """
    street road rd avenue ave straat laan crescent boulevard
"""
_CLEAR_IN_SMALL = frozenset(_CLEAR_IN_SMALL_WORDS.split())


def addresses(cased: str, search: Search) -> Iterator[Detail]:
    """Return the addresses in a text, from the door to the town behind it."""
    signed = any(map(cased.lower().__contains__, _SIGNS))
    if not (signed or search.may_find(PATTERNS)) or not _GATE.search(cased):
        return
    yield from _streets(cased, search)
    for pattern in (_TURNED, _FRENCH, _BOX):
        for found in search.each(pattern, cased):
            yield _with_town(cased, *found.span())
    for pattern in _SIGNED if signed else ():
        for found in each(pattern, cased):
            yield Detail("address", *found.span())
    yield from _points(cased, search)


def _streets(cased: str, search: Search) -> Iterator[Detail]:
    for found in search.each(_STREET, cased):
        home = bool(found["unit"]) or _lives(cased, found.start())
        if _is_street(found["name"], found["sure"], found["kind"], home=home):
            yield _with_town(cased, *found.span())
    for found in search.each(_NAMED_UNIT, cased):
        if _is_capital(found["name"]) or _lives(cased, found.start()):
            yield _with_town(cased, *found.span())


def _points(cased: str, search: Search) -> Iterator[Detail]:
    for found in search.each(_ON_EARTH, cased):
        yield Detail("address", *found.span())
    for found in search.each(_POSTCODE_ALONE, cased):
        written = found.group()
        if len(written) > 5 and (written.isupper() or _lives(cased, found.start())):
            yield Detail("address", *found.span())


def _is_street(name: str, sure: str | None, kind: str, *, home: bool) -> bool:
    """Tell whether the words between a number and a kind of street are its name."""
    first, *rest = name.lower().split()
    if any(word in _NEVER_IN_NAMES for word in rest):
        return False
    capital = _is_capital(name)
    if capital and not rest and name.strip() == "MG":  # many an Indian town has one
        return True
    if first in (_NEVER_AT_HOME if capital or home else _NEVER_IN_NAMES):
        return False
    if home or (capital and (sure or kind.istitle())):
        return True
    return not capital and kind.lower() in _CLEAR_IN_SMALL and len(rest) < 2


def _is_capital(name: str) -> bool:
    words = name.replace(",", " ").split()
    return all(word[0].isupper() or word[0].isdigit() for word in words)


def _lives(cased: str, start: int) -> bool:
    """Tell whether the words before are about where somebody is."""
    return bool(_LIVES.search(cased[max(0, start - 40) : start]))


def _with_town(cased: str, start: int, end: int) -> Detail:
    """Return the address together with the suburb, town and code that follow it."""
    for _ in range(_MOST_TAILS):
        more = _TAIL.match(cased[end : end + 60])
        if not more or more.group().strip(" ,\n").split()[0] in _NO_TAILS:
            break
        end += more.end()
    return Detail("address", start, end)
