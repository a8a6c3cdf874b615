"""Numbers: bank cards, and the numbers on documents that belong to one person."""

import string
from collections.abc import Iterator

import re2

from chat.rules.identifying import checksums
from chat.rules.identifying.detail import Detail, Search
from chat.rules.identifying.runs import Run
from chat.rules.identifying.wording import one_of

_CARD_WORD = re2.compile(
    r"\b"
    + one_of(
        "cards? visa master_?card amex american_express debit credit cc kaart tarjeta",
        "capitec fnb absa nedbank",
    )
    + r"\b"
)
_CARD = re2.compile(
    r"[2-6]\d{3}[ .\-]?(?:\d{4}[ .\-]?\d{4}[ .\-]?\d{1,7}|\d{6}[ .\-]?\d{5})"
)
_SECURITY_CODE = re2.compile(
    r"\b(?:cvv2?|cvc2?)(?:[ ]?(?:code|number|no|is|[:=#]))*[ ]?(\d{3,4})\b"
)
_AADHAAR = re2.compile(r"[2-9]\d{3}[ \-]?\d{4}[ \-]?\d{4}")
_SSN = re2.compile(r"[0-8]\d{2}[\- ]\d{2}[\- ]\d{4}")
_NO_SSN = ("000", "666")
_CPF = re2.compile(r"\d{3}\.\d{3}\.\d{3}-\d{2}")
_TFN_WEIGHTS = (1, 4, 3, 7, 5, 8, 6, 9, 10)
_TFN = re2.compile(r"\d{3} \d{3} \d{3}")
_TFN_WORD = re2.compile(r"\b(?:tfn|tax|ato)\b")
_LARGEST_DAY = {"02": 29, "04": 30, "06": 30, "09": 30, "11": 30}

_ALONE = one_of(
    "passport paspoort pasaporte ssn social_security social_insurance aadhaar aadhar",
    "adhaar adhar tfn tax_file nhs medicare iban ppsn? cpf dni nie curp rfc pan_card",
    "bvn nino ni_number national_insurance id_number identity_number id_no id_nr",
    "id_book id-nommer id_nommer id_card medical_aid driver'?s?_licen[cs]e drivers",
    "licen[cs]e_plate account number_plate nommerplaat prison_number prisoner_number",
    "inmate persal sassa uif permit voter_id ration_card abha green_card visa_grant",
    "case_number saps_case cas docket acct parole offender asylum refugee sort_code",
    "sort",
)
"""What a number behind it belongs to, with or without the word `number`."""

_ONLY_NAMED = one_of(
    "id identity ni pan sin nin case account acc acct hospital patient folder file",
    "membership member policy licen[cs]e registration reg badge service force",
    "employee staff student tax bank pension welfare benefit claim insurance prison",
    "booking",
)
"""What has a number behind it only when somebody says so: `id is`, `case no`."""

_SAYS_NUMBER = r"(?:number|numbers|no|nr|num|nommer|numero|is|es|was|card|[:#=.])"
_WRITTEN = (
    r"((?:[a-z]{1,3}[ \-/]|[a-z]{0,6})\d[\da-z]*"
    r"(?:[ \-/.][\da-z]*\d[\da-z]*)*(?:[ \-]?[a-z]\b)?)"
)
_NAMED = re2.compile(
    rf"(?:\b{_ALONE}\b(?:'s)?(?:[ ]?{_SAYS_NUMBER})*|"
    rf"\b{_ONLY_NAMED}\b(?:[ ]?{_SAYS_NUMBER})+)[ ]{{0,2}}{_WRITTEN}"
)
_PLATE = re2.compile(
    r"\b(?:number plate|licen[cs]e plate|rego?|car reg|nommerplaat)"
    r"(?:[ ](?:no|number|is|are)|[:#])*[ ]"
    r"([a-z]{1,3}[ \-]?\d{1,3}[ \-]?(?:\d{1,3}|[a-z]{1,3})"
    r"(?:[ ](?:gp|wp|ec|nw|zn|mp|fs|nc)\b)?)"
)
_NOT_OF_A_PERSON = re2.compile(
    r"\b(?:meeting|zoom|webinar|room|group|step|session|apple|caller)[ ]$"
)
_LEAST_DIGITS = 5
_COUNTS = re2.compile(
    r"^[ ]?(?:days?|weeks?|months?|years?|hours?|mg|ml|people|times|%)\b"
)

_LETTERED = re2.compile(
    # United Kingdom, India (PAN), Spain (NIE and DNI), Ireland
    r"\b(?:[a-ceghj-prstw-z][a-ceghj-nprstw-z][ \-]?(?:\d{2}[ \-]?){3}[a-d]|"
    r"[a-z]{3}[abcfghljpt][a-z]\d{4}[a-z]|[xyz][ \-]?\d{7}[ \-]?[a-z]|\d{8}[ \-]?[a-z]|"
    r"\d{7}[a-w][a-ix]?)\b"
)
_LEAST_LETTERED = 4
"""The digits of the shortest of them."""

_DNI = re2.compile(r"([xyz]?)[ \-]?(\d{7,8})[ \-]?([a-z])")
_PPS = re2.compile(r"(\d{7})([a-w])([a-ix]?)")
_IBAN = re2.compile(
    r"\b[a-z]{2}\d{2}(?:[ \-]?[a-z0-9]{4}){2,7}(?:[ \-]?[a-z0-9]{1,3})?\b"
)


PATTERNS = (_NAMED, _PLATE, _SECURITY_CODE, _LETTERED, _IBAN)


def number(run: Run) -> Detail | None:
    """Return the run as a card's or a document's number, or None if it is neither."""
    if _is_card(run):
        return Detail("card", run.start, run.end)
    if _is_document(run):
        return Detail("id", run.start, run.end)
    return None


def named_numbers(folded: str, search: Search) -> Iterator[Detail]:
    """Return the numbers that are called a document's, or have the letters of one."""
    for found in search.each(_NAMED, folded):
        if _belongs_to_a_person(found.group(1), folded, *found.span()):
            yield Detail("id", *found.span(1))
    for found in search.each(_PLATE, folded):
        yield Detail("id", *found.span(1))
    for found in search.each(_SECURITY_CODE, folded):
        yield Detail("card", *found.span(1))
    lettered = sum(map(folded.count, string.digits)) >= _LEAST_LETTERED
    for found in search.each(_LETTERED, folded) if lettered else ():
        if _is_lettered(found.group()):
            yield Detail("id", *found.span())
    yield from _accounts(folded, search)


def _is_card(run: Run) -> bool:
    digits = run.digits
    if not 12 <= len(digits) <= 19 or _is_south_african(digits):
        return False
    if _CARD_WORD.search(run.before + " " + run.after):
        return True
    shaped = len(digits) >= 13 and _CARD.fullmatch(run.text)
    return bool(shaped) and "+" not in run.text and checksums.luhn(digits)


def _is_document(run: Run) -> bool:
    digits = run.digits
    if _is_south_african(digits):
        return True
    if _CPF.fullmatch(run.text) and checksums.cpf(digits):
        return True
    if _AADHAAR.fullmatch(run.text) and checksums.verhoeff(digits):
        return True
    if _SSN.fullmatch(run.text) and digits[:3] not in _NO_SSN:
        return True
    tax = _TFN.fullmatch(run.text) and _TFN_WORD.search(run.before)
    return bool(tax) and checksums.weighted(digits, _TFN_WEIGHTS, 11)


def _is_south_african(digits: str) -> bool:
    """Tell whether the digits are a birthday, a counter and a check, as in ID books."""
    if len(digits) != 13 or digits[10] not in "012":
        return False
    month, day = digits[2:4], digits[4:6]
    if not "01" <= month <= "12" or not 1 <= int(day) <= _LARGEST_DAY.get(month, 31):
        return False
    return checksums.luhn(digits)


def _belongs_to_a_person(written: str, folded: str, start: int, end: int) -> bool:
    """Tell whether a named number is long enough for one and nothing of the house."""
    digits = sum(character.isdigit() for character in written)
    letters = sum(character.isalpha() for character in written)
    if digits < _LEAST_DIGITS and not (digits > 2 and digits + letters > 6):
        return False
    if _NOT_OF_A_PERSON.search(folded[max(0, start - 12) : start]):
        return False
    return not _COUNTS.match(folded[end : end + 12])


def _is_lettered(written: str) -> bool:
    """Tell whether the check letter is right, where a number of this shape has one."""
    spanish, irish = _DNI.fullmatch(written), _PPS.fullmatch(written)
    if not spanish and not irish:
        return True
    if spanish and checksums.dni(*spanish.groups()):
        return True
    return bool(irish) and checksums.pps(*irish.groups())


def _accounts(folded: str, search: Search) -> Iterator[Detail]:
    for found in search.each(_IBAN, folded):
        written = found.group()
        # A word that follows looks like four more characters of the number.
        while len(written) >= 15:
            if checksums.iban(written.replace(" ", "").replace("-", "")):
                yield Detail("id", found.start(), found.start() + len(written))
                break
            written = written.rpartition(" ")[0]
