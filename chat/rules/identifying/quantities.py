"""Quantities: digits that say how much, when or which page, and identify nobody."""

import re2

from chat.rules.identifying.runs import Run
from chat.rules.identifying.wording import one_of

_LONGEST = 48
"""Characters of a run; nobody groups a quantity over more."""

_CURRENCY_BEFORE = re2.compile(
    r"(?:[$£€₹¥₦]|&#|\b(?:r|zar|usd|aud|gbp|eur|inr|rs|ksh|kes|ngn|bwp|rands?|rupees)\.?)"
    r"[ ]?[(]?$"
)
_UNITS = one_of(
    "rands? bucks dollars? usd zar pounds? quid euros? rupees lakhs? crores? k grand",
    "mg mcg ug ml mls cl l g gs grams? kg kgs kilos? lbs? oz km kms miles? m mi cm mm",
    "ft hours? hrs? h days? weeks? wks? months? mths? years? yrs? mins? minutes",
    "seconds secs? steps likes views followers subs subscribers members people",
    "calories cals? kcal kj times x points? pts pages words metres meters bpm am pm",
    "percent tablets? pills tabs units? iu gb mb million billion ah degrees dagen dae",
    "jaar jare ure uur weke maande dias anos horas meses izinsuku iminyaka",
)
_UNIT_AFTER = re2.compile(rf"[ ]?(?:%|°|{_UNITS}\b)")
_NAMED_BEFORE = re2.compile(
    r"(?:\b"
    + one_of(
        "pages? pg pp steps? chapters? verses? psalms? room bus train flight route",
        "day days scores? scored bp order invoice tracking version isbn lotto serial",
        "level meeting zoom webinar passcode password pin otp barcode article section",
        "act form model ticket case_of iso population budget weigh(?:s|ed)? odds",
        "between from about around over under nearly almost approximately took owe",
        "owed earn earned paid pay spent lost won cost costs got",
    )
    + r"(?:[ ](?:id|code|number|no|nr|num|was|were|is|me|like|a|the|of))*\.?|#)[ :#=]*$"
)
_SAYS_CODE = re2.compile(
    r"\b(?:meeting|zoom|webinar|passcode|password|pin|otp|tracking|order|invoice|isbn|"
    r"flight|parcel|reference|ref)(?:[ ](?:id|code|number|no|nr|num|is))*[ :#=]*$"
)
_DATE = re2.compile(
    r"(?P<a>\d{1,4})(?P<by>[/.\-\x{2013} ])[ ]?(?P<b>\d{1,2})"
    r"(?P<by2>[/.\-\x{2013} ])[ ]?(?P<c>\d{1,4})(?:[ ]+\d{1,2})?"
)
_YEARS = re2.compile(r"(?:(?:19|20)\d\d)(?:[ ./\-\x{2013}~]{1,3}(?:19|20)?\d\d)+")
_THOUSANDS = re2.compile(r"[1-9]\d{0,2}(?:[ .\x{a0}\x{202f}]\d{3})+")
_ROUND = re2.compile(r"[1-9]\d{0,2}(?:[ .\x{a0}\x{202f}]\d{3})*[ .\x{a0}\x{202f}]?000")
_RANGE = re2.compile(
    r"[1-9]\d{0,4}(?:[./]\d{1,3})?[ ]?[-\x{2013}/][ ]?[1-9]\d{0,4}(?:\.\d+)?"
)
_FRACTION = re2.compile(r"\d{1,3}/\d{1,3}")
_DECIMAL = re2.compile(r"\d+\.\d+")
_LONE = re2.compile(r"[1-9]\d{4,5}")
_CLOCK_BEFORE = re2.compile(r"\d:$")
_CLOCK_AFTER = re2.compile(r":\d")


def is_plainly(run: Run) -> bool:
    """Tell whether the run is a date, a price or the like, whatever else is said."""
    if len(run.text) > _LONGEST:
        return False
    if _CURRENCY_BEFORE.search(run.before) or _SAYS_CODE.search(run.before):
        return True
    shaped = any(shape.fullmatch(run.text) for shape in (_ROUND, _YEARS, _FRACTION))
    return shaped or is_date(run)


def is_likely(run: Run) -> bool:
    """Tell whether the run is a quantity unless somebody calls it a number to call."""
    if len(run.text) > _LONGEST:
        return False
    if any(
        shape.fullmatch(run.text) for shape in (_THOUSANDS, _RANGE, _DECIMAL, _LONE)
    ):
        return True
    return bool(_NAMED_BEFORE.search(run.before) or _CLOCK_BEFORE.search(run.before))


def is_date(run: Run) -> bool:
    """Tell whether the run is a day, with or without the hour that follows it."""
    found = _DATE.fullmatch(run.text)
    if not found or found["by"] != found["by2"]:
        return False
    first, second, third = found["a"], found["b"], found["c"]
    if len(first) == 4:
        return len(third) <= 2 and _is_day(second, third) and first[:2] in ("19", "20")
    if len(first) > 2 or len(third) not in (2, 4) or not _is_day(first, second):
        return False
    if len(third) == 4:
        return third[:2] in ("19", "20")
    return found["by"] in "/." or bool(_CLOCK_AFTER.match(run.after))


def without_unit(run: Run, folded: str) -> Run | None:
    """Return the run without a last group that counts something, if any is left."""
    if not _UNIT_AFTER.match(run.after):
        return run
    head = run.text.rstrip("0123456789").rstrip(" ")
    return run.cut(run.start, run.start + len(head), folded) if head else None


def _is_day(first: str, second: str) -> bool:
    one, other = sorted((int(first), int(second)))
    return 1 <= one <= 12 and other <= 31
