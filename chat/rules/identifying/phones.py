"""Phones: numbers by which somebody can be called, of every country."""

import phonenumbers
import re2

from chat.rules.identifying.detail import Detail
from chat.rules.identifying.quantities import is_likely, is_plainly, without_unit
from chat.rules.identifying.runs import Run
from chat.rules.identifying.wording import one_of

HOME = "ZA"
"""Whose numbers are read without a country code when nobody said which."""

_NEIGHBOURS = ("US", "IN", "GB", "AU", "IE", "NZ")
"""Where else a number may belong that has no country code and no word about it."""

# A country's plan is read when first asked for, which takes longer than a message may.
for _region in (HOME, *_NEIGHBOURS):
    phonenumbers.PhoneMetadata.metadata_for_region(_region)

_FEWEST, _LEAST, _MOST = 5, 6, 15
"""The digits of a number: with "my number is" before it, with other words, at most."""

_TO_CALL = one_of(
    "call(?:ing|s|ed)? phon(?:e|es|ed|ing) ring dial text(?:ing|s|ed)? txt sms",
    "whats?_?app whatsap watsapp wapp msg message reach contacts? hit holler cell",
    "cellphone mobile mob answering messages? landline home_line tel telephone",
    "handphone line digits number nr num ph viber signal imo telegram ping buzz bell",
    "facetime skype sim burner number's bel skakel sel selfoon nommer foon tuis",
    "numero llamame llama celular telefono movil ucingo inombolo inamba shayela",
    "fonela",
)
_BEFORE = re2.compile(rf"\b{_TO_CALL}\b[^.!?\d]{{0,32}}[.]?[^.!?\d]{{0,3}}$")
_AFTER = re2.compile(
    r"^[\s,;:.!)\]\-\x{2013}]{0,4}(?:and |so |pls |please |but |just )*"
    + one_of(
        "that'?s_(?:me|my) is_(?:me|mine|my|on_whats_?app) it'?s_me my_ mine call",
        "phone ring text txt sms whats?_?app msg message dial anytime any_time hit_me",
        "holler give_me drop_me buzz on_(?:whats|signal|telegram) for_me ask_for",
        r"(?:if|when)_(?:you|u) bel_ skakel llama after_\w+ office mobile fax cell",
    )
)
_MINE_BEFORE = re2.compile(
    r"\b(?:(?:call|phone|ring|text|whatsapp|reach|message) me (?:on|at)|whatsapp|"
    r"my (?:number|cell|phone|mobile|line|whatsapp)(?: is|'s)?)[ :]*$"
)
_NAMES_IT = re2.compile(
    r"\bcall(?:ed|s|ing)?[ ](?:that|it|this|these|myself|ourselves)\b"
    r"[^.!?\d]{0,12}$"
)
_EXTENSION = re2.compile(r"[ ]?(?:x|ext\.?|extension)[ ]?\d{1,5}\b")
_OWN_THINGS = one_of(
    "number cell cellphone mobile phone landline line digits whatsapp house home",
    "sponsor mom mum dad friend wife husband",
)
_OWN_BEFORE = re2.compile(
    rf"\b(?:(?:my|his|her|our)(?: \w+)? {_OWN_THINGS}|(?:me|us) (?:on|at)|mine|"
    r"i'?m on|(?:call|phone|text|ring|reach|message) me)\b[^.!?\n\d]{0,24}$"
)
_OWN_AFTER = re2.compile(
    r"^[\s,;:.!)\-]{0,4}(?:that'?s (?:me|my)|is (?:me|mine|my)|it'?s me|my |mine|"
    r"(?:call|phone|text|ask for|hit|ring|whats? ?app) me)\b"
)
_COUNTED = [
    "0123456789",
    "12345678910",
    "12345678910111213",
    "9876543210",
    "10987654321",
]
_AMERICAN = re2.compile(
    r"(?:1[ .\-])?[(\[]?[2-9]\d{2}[)\]]?[ .\-\x{2013}]{0,3}"
    r"[2-9]\d{2}[ .\-\x{2013}]{1,3}\d{4}"
)


def phone(run: Run, country: str, folded: str) -> Detail | None:
    """Return the run as a number that somebody answers, or None if it is none."""
    counted = without_unit(run, folded)
    if counted is None or is_plainly(counted):
        return None
    if (
        _is_international(counted)
        or _is_called(counted)
        or _is_shaped(counted, country)
    ):
        inside = _EXTENSION.match(folded[counted.end : counted.end + 12])
        return Detail(
            "phone", counted.start, counted.end + (inside.end() if inside else 0)
        )
    return None


def is_own(run: Run) -> bool:
    """Tell whether somebody says that the number is theirs."""
    return bool(_OWN_BEFORE.search(run.before) or _OWN_AFTER.search(run.after))


def _is_sequence(run: Run) -> bool:
    """Tell whether somebody counts aloud."""
    aloud = run.spelled or max(map(len, run.groups)) < 3
    return aloud and any(run.digits in counted for counted in _COUNTED)


def _is_international(run: Run) -> bool:
    if "+" in run.text[:2] or run.before.rstrip().endswith(("+", "plus")):
        digits = run.digits
    elif run.digits.startswith("00") and len(run.digits) > 10:
        digits = run.digits[2:]
    else:
        return False
    known = any(
        int(digits[:n]) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE for n in (1, 2, 3)
    )
    return known and 7 <= len(digits) <= _MOST + 1


def _is_called(run: Run) -> bool:
    """Tell whether the words around the run say that it can be called."""
    if len(run.digits) == _FEWEST:
        return bool(_MINE_BEFORE.search(run.before))
    if not _LEAST <= len(run.digits) <= _MOST:
        return False
    if run.before.endswith("*") or len(run.digits) == _LEAST == len(run.text):
        return False
    if _AFTER.search(run.after):
        return True
    return bool(_BEFORE.search(run.before)) and not _NAMES_IT.search(run.before)


def _is_shaped(run: Run, country: str) -> bool:
    """Tell whether the run can only be a number to call, whatever is said around it."""
    digits = len(run.digits)
    if is_likely(run) or not 7 <= digits <= _MOST or _is_sequence(run):
        return False
    if run.alone:
        return len(set(run.digits)) > 2
    if run.spelled:
        return digits >= 9 or run.digits[0] == "0"
    if run.digits[0] == "0" and 9 <= digits <= 12:
        return True
    if _AMERICAN.fullmatch(run.text):
        return True
    told = max(map(len, run.groups), default=digits) > 2
    return digits >= 8 and told and _is_valid(run.digits, country)


def _is_valid(digits: str, country: str) -> bool:
    regions = _NEIGHBOURS if len(digits) in (10, 11) else ()
    if len(digits) > 10 and number_type(f"+{digits}", "ZZ") is not None:
        code = str(phonenumbers.country_code_for_region(country))
        if code != "0" and digits.startswith(code):
            return True
    home = digits[0] == "0" or phonenumbers.ndd_prefix_for_region(country, True) != "0"
    return any(
        number_type(digits, region) is not None
        for region in ((country, *regions) if home else regions)
    )


def number_type(digits: str, region: str) -> int | None:
    """Return what kind of number the digits are in a country, or None if none there."""
    try:
        number = phonenumbers.parse(digits, region)
    except phonenumbers.NumberParseException:
        return None
    kind: int = phonenumbers.number_type(number)
    return None if kind == phonenumbers.PhoneNumberType.UNKNOWN else kind
