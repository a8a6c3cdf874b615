"""Addresses: where somebody can be found, down to the door."""

from collections.abc import Iterator
from importlib.resources import files

import re2

from chat.rules.identifying.detail import Detail

# Kinds of street that mean a street wherever a number and a name stand before them, and
# kinds that are other words too and need capitals or talk of living there.
_SURE = (
    r"street|str|road|rd|avenue|ave|av|boulevard|blvd|crescent|cres|straat|laan|weg|rylaan|"
    r"singel|steeg|terrace|close|highway|hwy|parade|esplanade|mews|gardens|grove|gate|nagar|"
    r"marg|chowk|colony|enclave|lane|ln|drive|dr|court|ct|place|pl|square|sq"
)
_LOOSE = (
    r"st|way|park|hill|view|walk|rise|row|cross|green|quay|parkway|pkwy|circle|cir|loop|"
    r"bend|trail|path|heights|main|ridge|villas?|cottages|estate|village|mall|"
    r"circuit|cct|pde|track|wynd|vale|bay|point|mount|crossing|alley|passage|avenida|"
    r"meander|link|end|fields|common|hof|plein|pad"
)
_UNIT = (
    r"(?:(?:flat|unit|apt|apartment|suite|room|block|door|house|plot|erf|shop|no|number|nr|"
    r"villa|cottage|bungalow|hostel|shack|stand|site|lot|level|floor|tower|wing|h no|house no|"
    r"flat no|d no)\.?[ ]?(?:no\.?[ ]?)?#?[a-z]?[\-]?\d{1,5}[a-z]?)"
)
_NUMBER = r"\d{1,5}[a-z]?(?:[ ]?[/\-][ ]?\d{1,5}[a-z]?)?"
_WORD = r"(?:(?:st|mt|ste|dr)\.|[a-z][a-z'’\-]*|\d{1,3}(?:st|nd|rd|th))"
_AFTER_TYPE = (
    r"(?:[ ](?:north|south|east|west|n|s|e|w|nw|ne|sw|se|ext(?:ension)?[ ]?\d*)\b)?"
    r"(?:[ ]*,?[ ]*(?:apt|apartment|unit|flat|suite|ste|#|no|floor|block|room)\.?[ ]?#?[a-z]?\-?\d{1,5}[a-z]?\b)?"
)
_STREET = re2.compile(
    rf"(?i)\b(?P<unit>{_UNIT}[ ]*,?[ ]*(?:of[ ])?)?(?P<number>{_NUMBER}),?[ ]+"
    rf"(?P<name>(?:{_WORD}[ ]+){{1,4}}?)(?:(?P<sure>{_SURE})|(?P<loose>{_LOOSE}))\b\.?{_AFTER_TYPE}"
)
_NAMED_UNIT = re2.compile(
    rf"(?i)\b(?P<unit>{_UNIT}|(?-i:[A-Z])-?\d{{1,4}})[ ]*,[ ]*"
    rf"(?P<name>(?:{_WORD}[ ,]+){{1,7}}?)(?:{_SURE}|{_LOOSE}|apartments?|society|towers?|mansions?|residency|"
    rf"court|flats|house|buildings?|complex|sector[ ]\d+|phase[ ]\d+)\b\.?"
)
_TURNED = re2.compile(
    r"(?i)\b(?:\d{1,5}[a-z]?,?[ ][a-z\-]{3,}(?:straat|weg|laan|rylaan|singel|strasse|plein|steeg)\b|(?:[a-z\-]{3,}(?:straat|weg|laan|rylaan|singel|strasse|straße|plein|steeg)|"
    r"(?:calle|carrera|avenida|avda|av|rua|via|viale|piazza|paseo|plaza|ulica|c/)"
    rf"(?:[ ](?:de|del|la|las|los|da|do|dos|di|della|dei)){{0,2}}(?:[ ]{_WORD}){{1,3}}),?[ ]"
    r"(?:no\.?[ ]|nr\.?[ ]|#[ ]?|n[º°][ ]?)?\d{1,5}[a-z]?\b)"
)
_FRENCH = re2.compile(
    rf"(?i)\b\d{{1,4}}(?:[ ]?bis)?,?[ ](?:rue|avenue|boulevard|chemin|impasse|place|allee|quai)"
    rf"[ ](?:(?:de|du|des|la|le|les|d')[ ]?){{0,2}}{_WORD}(?:[ ](?-i:[A-Z])[a-z\-]+){{0,2}}"
)
_BOX = re2.compile(
    r"(?i)\b(?:p\.?[ ]?o\.?[ ]?box|posbus|private bag|privaatsak|gpo box)[ ]?[a-z]?\-?[ ]?\d{1,6}\b"
)
_WHAT_3_WORDS = re2.compile(
    r"(?i)(?:///[ ]?|\b(?:what ?3 ?words|what three words|w3w)(?:[ ](?:is|address))?[ :=]*(?:///)?[ ]?)"
    r"([a-z]{3,}\.[a-z]{3,}\.[a-z]{3,})"
)
_PLUS_CODE = re2.compile(
    r"(?-i:\b[23456789CFGHJMPQRVWX]{4,8}\+[23456789CFGHJMPQRVWX]{2,3}\b)"
)
_ON_EARTH = re2.compile(r"-?\d{1,2}\.\d{4,}[ ]?[,;][ ]?-?\d{1,3}\.\d{4,}")

_PLACES = "|".join(
    re2.escape(place)
    for line in files("chat.rules.identifying")
    .joinpath("places.txt")
    .read_text("utf-8")
    .splitlines()
    for place in sorted(line.split("|"), key=len, reverse=True)
)
_POSTCODE = (
    r"(?:[a-z]{1,2}\d[a-z\d]?[ ]?\d[abd-hjlnp-uw-z]{2}|(?-i:[A-Z]{2,3})[ ]\d{4,5}(?:-\d{4})?|"
    r"[ac-fhknprtv-y]\d[\dw][ ]?[0-9ac-fhknprtv-y]{4}|[a-z]\d[a-z][ ]?\d[a-z]\d|\d{4,6}|\d{3}[ ]\d{3}|"
    r"dublin[ ]\d{1,2}|(?-i:[A-Z]{2,3}\b))"
)
_CAPITAL = r"[A-Z][a-zA-Z'’\-]+"
_TAIL = re2.compile(
    rf"(?:[ ]*[,\n][ ]*|[ ]+)(?:(?i:{_POSTCODE})|(?i:(?:in |at |by )?(?:{_PLACES}))|"
    rf"{_CAPITAL}(?:[ ]{_CAPITAL}){{0,3}})\b"
)
_POSTCODE_ALONE = re2.compile(
    r"(?i)\b(?:[a-z]{1,2}\d[a-z\d]?[ ]?\d[abd-hjlnp-uw-z]{2}|"
    r"[ac-fhknprtv-y]\d[\dw][ ]?[0-9ac-fhknprtv-y]{4}|[a-ceghj-nprstvxy]\d[a-z][ ]?\d[a-z]\d)\b"
)
_LIVES = re2.compile(
    r"(?i)\b(?:live|lives|living|stay|stays|staying|address|adres|i'?m at|im at|i am at|come (?:to|over|round|by)|"
    r"flat is|house is|home is|place is|at mine|pick me up|meet (?:me|us)? ?at|send (?:it|them|help|someone) to|"
    r"find me at|over at|based at|moved to|woon|bly|vivo en|postcode|post code|zip|deliver|address's|"
    r"his|her|their|your|we'?re at|works? at|currently at|hiding at|here at|door)\b"
)
_GATE = re2.compile(
    rf"(?i)\d[a-z]?,?[ ]+.*\b(?:{_SURE}|{_LOOSE})\b|\b(?:calle|carrera|avenida|avda|rua|via|viale|piazza|paseo|plaza|c/|rue|chemin|"
    r"impasse|allee|quai|box|posbus|private bag|privaatsak|w3w|what ?3|what three)\b|///|\d\.\d{4}|"
    rf"(?:straat|weg|laan|singel|strasse|plein|steeg),?[ ]|\+[23456789cfghjmpqrvwx]{{2}}|{_UNIT}|"
    r"\b[a-z]{1,2}\d[a-z\d]?[ ]?\d[a-z]{2}\b|\b[a-z]\d[\dwa-z][ ]?[0-9a-z]{3,4}\b|\b[a-z]-?\d{1,4},"
)
_NEVER_IN_NAMES = frozenset(
    """a an and are as at be been but by can cant did do for from get got had has have he her his
    i if im in into is it its just me minutes mins more my not now of off on one or our out
    over she so some than that the their them then there they this times to too two under up
    us was we went were what when where which who with years minute second yrs year days day weeks week
    months month hours hour hrs steps step miles mile people meters metres km kms percent
    different other every each like about after before since until down because while mg ml
    clean sober lives long bad good hard rough nights night blocks houses cars guys women men
    kids blokes girls boys dollars bucks rand old ago late early last next first second""".split()
)
_FIRST_NEVER = _NEVER_IN_NAMES - {
    "the",
    "old",
    "long",
    "first",
    "second",
    "good",
    "blocks",
    "lives",
}
_LOOSE_TAIL_STOPS = frozenset(
    "I I'm Im Please And But So My The He She They We You It If Come Call Is This That Not No "
    "Near Next Text Apt Just".split()
)
_MOST_TAILS = 5


def addresses(cased: str) -> Iterator[Detail]:
    """Return the addresses in a text, from the door to the town behind it."""
    if not _GATE.search(cased):
        return
    for found in _STREET.finditer(cased):
        if _is_street(
            found["name"], found["sure"], found["unit"], cased, *found.span()
        ):
            yield _with_town(cased, *found.span())
    for found in _NAMED_UNIT.finditer(cased):
        if _is_capital(found["name"]) or _lives(cased, found.start()):
            yield _with_town(cased, *found.span())
    for pattern in (_TURNED, _FRENCH, _BOX):
        for found in pattern.finditer(cased):
            yield _with_town(cased, *found.span())
    yield from _points(cased)


def _points(cased: str) -> Iterator[Detail]:
    for found in _WHAT_3_WORDS.finditer(cased):
        yield Detail("address", *found.span())
    for pattern in (_PLUS_CODE, _ON_EARTH):
        for found in pattern.finditer(cased):
            yield Detail("address", *found.span())
    for found in _POSTCODE_ALONE.finditer(cased):
        written = found.group()
        if len(written) > 5 and (written.isupper() or _lives(cased, found.start())):
            yield Detail("address", *found.span())


def _is_street(
    name: str, sure: str | None, unit: str | None, cased: str, start: int, end: int
) -> bool:
    words = name.split()
    if any(word.lower() in _NEVER_IN_NAMES for word in words[1:]):
        return False
    capital = _is_capital(name)
    home = bool(unit) or _lives(cased, start)
    if words[0].lower() in (_FIRST_NEVER if capital or home else _NEVER_IN_NAMES):
        return False
    if home:
        return True
    kind = cased[start:end].rstrip(".").split()[-1]
    if capital:
        return bool(sure) or kind[0].isupper()
    return bool(sure) and sure.lower() in _SURELY_LOWER and len(words) <= 2


_SURELY_LOWER = (
    "street",
    "road",
    "rd",
    "avenue",
    "ave",
    "straat",
    "laan",
    "crescent",
    "boulevard",
)


def _is_capital(name: str) -> bool:
    return all(
        word[0].isupper() or word[0].isdigit()
        for word in name.replace(",", " ").split()
    )


def _lives(cased: str, start: int) -> bool:
    return bool(_LIVES.search(cased[max(0, start - 40) : start]))


def _with_town(cased: str, start: int, end: int) -> Detail:
    """Return the address together with the suburb, town and code that follow it."""
    for _ in range(_MOST_TAILS):
        more = _TAIL.match(cased[end : end + 60])
        if not more:
            break
        words = more.group().strip(" ,\n").split()
        if words[0] in _LOOSE_TAIL_STOPS:
            break
        end += more.end()
    return Detail("address", start, end)
