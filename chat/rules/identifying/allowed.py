"""Allowed: help lines and official sites, which stay readable."""

import tomllib
from collections.abc import Iterable, Mapping
from importlib.resources import files

import phonenumbers
import re2

from chat.rules.identifying.phones import is_own, number_type
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

_FREE = {phonenumbers.PhoneNumberType.TOLL_FREE}
_SHARED = {
    phonenumbers.PhoneNumberType.SHARED_COST,
    phonenumbers.PhoneNumberType.UAN,
    *_FREE,
}
"""Kinds of numbers that only bodies have: free for whoever calls, or nearly."""

_FREE_STARTS = one_of(
    r"080[08] 086[0-2] 084[345] 03[034]\d 0508 1[38]\d\d 000",
    "8(?:00|88|77|66|55|44|33|22)",
)
"""How numbers of those kinds begin somewhere, to ask phonenumbers about few."""

_MAY_BE_FREE = re2.compile(rf"(?:27|44|353|1|61|64|91)?{_FREE_STARTS}\d+")
_ELSEWHERE = ("ZA", "GB", "US", "AU", "IN", "IE")

_HELP = re2.compile(
    r"\b"
    + one_of(
        "help_?-?lines? hot_?-?lines? life_?-?lines? warm_?-?lines? quit_?-?line",
        "text_?-?line crisis samaritans? child_?-?line kids_?-?help emergency",
        "emergencies ambulance poisons? sadag aasra i-?call befrienders suicide shout",
        "samhsa trevor aware beyond_?blue headspace mens_?line 1800_?respect 13_?yarn",
        "blue_?knot pieta al-?anon nar-?anon alateen",
        "(?:gamblers|narcotics|alcoholics|cocaine|overeaters)_anonymous gamcare",
        r"gambl\w+_(?:help|support)\w* drink_?line frank papyrus calm gbv rape abuse",
        "violence women'?s_aid refuge never_use_alone switchboard toll_?-?free",
        "veterans free_?-?phone free_call 24/7 24_?h(?:ou)?rs? day_or_night police",
        "saps clinic nhs",
        "(?:aa|na|ca|ga|oa)(?:_(?:south_africa|sa|uk|gb|ireland|india|australia|nz|canada|usa))?",
        r"(?:'s)?_(?:help|line|number|office)\w*",
        "(?:support|helping|counsell?ing|advice|info|national|mental_health|addiction|drug|",
        r"alcohol|substance)_(?:\w+_)?lines? tele-?manas vandrevala hulplyn krisis",
        "noodgeval nood linea_de linea_nacional emergencias? sanca famsa",
        "citizens_advice",
    )
    + r"\b"
)
_LINE_BEFORE = re2.compile(
    r"\b"
    + one_of(
        "help_?-?line hot_?-?line life_?-?line child_?-?line warm_?-?line hulplyn",
        "(?:rape_)?crisis(?:_(?:text_)?(?:line|cent(?:er|re)|team))? esperanza",
        "samaritans sadag aasra icall vandrevala tele-?manas al-?anon",
        "(?:gamblers|narcotics|alcoholics|cocaine)_anonymous",
    )
    + r"\b[^.!?\n\d]{0,26}$"
)
_LINE_AFTER = re2.compile(
    r"^[ ,(\-]{0,3}(?:is )?(?:a |an |the |our |\w+ )?"
    r"(?:crisis|help|hot|suicide|support)[ ]?-?lines?\b"
)
_SHORT = 6
_USSD_AFTER = re2.compile(r"^[ *\d]*#")
_WORD_AFTER = re2.compile(r"^-[a-z]{4,}\b")


def is_help_line(run: Run, country: str, folded: str) -> bool:
    """Tell whether the run is a line anybody may call, rather than somebody's own."""
    digits = run.digits
    if digits in _NUMBERS or digits.removeprefix("00") in _NUMBERS:
        return True
    if run.before.endswith("*") and _USSD_AFTER.search(run.after):
        return True
    if is_own(run):
        return False
    return _is_free(run, country, folded) or _is_named(run, folded)


def is_allowed_site(host: str) -> bool:
    """Tell whether the host is one of the official or health sites, or under one."""
    parts = host.strip(".").removeprefix("www.").split(".")
    return any(".".join(parts[place:]) in _SITES for place in range(len(parts)))


def _is_free(run: Run, country: str, folded: str) -> bool:
    """Tell whether calling the run costs nothing, so that it is no one person's."""
    digits = run.digits.removeprefix("1") if len(run.digits) == 11 else run.digits
    if len(digits) < 7 or not _MAY_BE_FREE.fullmatch(digits):
        return bool(
            _WORD_AFTER.search(run.after) and run.digits[:4] in ("1800", "1888")
        )
    regions = dict.fromkeys((country, *_ELSEWHERE))
    # Elsewhere a number that begins like a shared one may be somebody's mobile.
    sure = digits.startswith("13") or bool(_HELP.search(folded))
    kinds = _SHARED if sure else _FREE
    return any(number_type(run.digits, region) in kinds for region in regions)


def _is_named(run: Run, folded: str) -> bool:
    """Tell whether the run is called a help line by the words before it."""
    if _LINE_BEFORE.search(run.before) or _LINE_AFTER.search(run.after):
        return True
    short = len(run.digits) <= _SHORT and run.text.replace(" ", "").isdigit()
    return short and bool(_HELP.search(folded))
