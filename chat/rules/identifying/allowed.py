"""Allowed: help lines and official sites, which stay readable."""

import tomllib
from collections.abc import Iterable, Mapping
from importlib.resources import files

import phonenumbers
import re2

from chat.rules.identifying.phones import number_type, personal
from chat.rules.identifying.runs import Run
from chat.rules.identifying.wording import one_of

_LISTS = tomllib.loads(
    files("chat.rules.identifying").joinpath("allowed.toml").read_text("utf-8")
)


def _with_country_codes(numbers: Mapping[str, Iterable[str]]) -> Iterable[str]:
    for country, digits in numbers.items():
        code = str(phonenumbers.country_code_for_region(country))
        for number in digits:
            yield from (number, code + number.removeprefix("0"))
            if code == "1" or country == "ZA":
                yield "0" + number


_NUMBERS = frozenset((*_with_country_codes(_LISTS["numbers"]), *_LISTS["short"]))
_SITES = frozenset(site for kind in _LISTS["sites"].values() for site in kind)

_FREE = {
    phonenumbers.PhoneNumberType.TOLL_FREE,
    phonenumbers.PhoneNumberType.SHARED_COST,
    phonenumbers.PhoneNumberType.UAN,
}
_FREE_STARTS = one_of(
    r"080 08[04567] 086 03[034] 0508 1[38]\d\d 8(?:00|88|77|66|55|44|33|22) 000 900"
)
"""How numbers of those kinds begin somewhere, to ask phonenumbers about few."""

_MAY_BE_FREE = re2.compile(rf"(?:27|44|353|1|61|64|91)?{_FREE_STARTS}\d+")
_ELSEWHERE = ("ZA", "GB", "US", "AU", "IN", "IE")

_HELP = re2.compile(
    r"\b(?:help[ \-]?lines?|hot[ \-]?lines?|life[ \-]?lines?|warm[ \-]?lines?|quit[ \-]?line|"
    r"text[ \-]?line|crisis|samaritans?|child[ \-]?line|kids[ \-]?help|emergency|emergencies|"
    r"ambulance|poisons?|sadag|aasra|icall|i-call|befrienders|suicide|shout|samhsa|trevor|"
    r"beyond[ ]?blue|headspace|mens[ ]?line|1800[ ]?respect|13[ ]?yarn|blue[ ]?knot|pieta|"
    r"aware|al-?anon|nar-?anon|alateen|(?:gamblers|narcotics|alcoholics|cocaine|overeaters)"
    r"[ ]anonymous|gamcare|gambl\w+[ ](?:help|support)\w*|drink[ ]?line|frank|papyrus|calm|"
    r"gbv|rape|abuse|violence|women'?s aid|refuge|never use alone|switchboard|toll[ \-]?free|"
    r"free[ \-]?phone|free call|24/7|24[ ]?h(?:ou)?rs?|day or night|police|saps|clinic|"
    r"(?:aa|na|ca|ga|oa)(?:[ ](?:south africa|sa|uk|gb|ireland|india|australia|nz|canada|"
    r"usa))?(?:'s)?[ ](?:help|line|number|office)\w*|(?:support|helping|counsell?ing|advice|"
    r"info|national|mental health|addiction|drug|alcohol|substance)[ ](?:\w+[ ])?lines?|"
    r"lifeline's|tele-?manas|vandrevala|nhs|hulplyn|krisis|noodgeval|nood|linea de|"
    r"linea nacional|emergencias?|crisistext|sanca|famsa|turn2us|citizens advice|veterans)\b"
)
_LINE_BEFORE = re2.compile(
    r"\b(?:help[ \-]?line|hot[ \-]?line|life[ \-]?line|(?:rape )?crisis(?:[ ](?:text )?(?:line|cent(?:er|re)|team))?|esperanza|hulplyn|"
    r"child[ \-]?line|warm[ \-]?line|samaritans|sadag|aasra|icall|vandrevala|tele-?manas|"
    r"al-?anon|(?:gamblers|narcotics|alcoholics|cocaine)[ ]anonymous)\b[^.!?\n\d]{0,26}$"
)
_LINE_AFTER = re2.compile(
    r"^[ ,(\-]{0,3}(?:is )?(?:a |an |the |our |\w+ )?(?:crisis|help|hot|suicide|support)[ ]?-?lines?\b"
)
_SHORT = 6
_USSD_AFTER = re2.compile(r"^[ *\d]*#")
_WORD_AFTER = re2.compile(r"^-[a-z]{4,}\b")
_HOST_OF_MAIL_OR_SITE = re2.compile(r"[a-z0-9\-.]+")


def is_help_line(run: Run, country: str, folded: str) -> bool:
    """Tell whether the run is a line anybody may call, rather than somebody's own."""
    digits = run.digits
    if digits in _NUMBERS or digits.removeprefix("00") in _NUMBERS:
        return True
    if run.before.endswith("*") and _USSD_AFTER.search(run.after):
        return True
    if personal(run):
        return False
    return _is_free(run, country) or _is_named(run, folded)


def is_allowed_site(host: str) -> bool:
    """Tell whether the host is one of the official or health sites, or under one."""
    parts = host.strip(".").removeprefix("www.").split(".")
    return any(".".join(parts[place:]) in _SITES for place in range(len(parts)))


def _is_free(run: Run, country: str) -> bool:
    digits = run.digits.removeprefix("1") if len(run.digits) == 11 else run.digits
    if len(digits) < 7 or not _MAY_BE_FREE.fullmatch(digits):
        return bool(
            _WORD_AFTER.search(run.after) and run.digits[:4] in ("1800", "1888")
        )
    regions = dict.fromkeys((country, *_ELSEWHERE))
    return any(number_type(run.digits, region) in _FREE for region in regions)


def _is_named(run: Run, folded: str) -> bool:
    """Tell whether the run is called a help line by the words before it."""
    if _LINE_BEFORE.search(run.before) or _LINE_AFTER.search(run.after):
        return True
    short = len(run.digits) <= _SHORT and run.text.replace(" ", "").isdigit()
    return short and bool(_HELP.search(folded))
