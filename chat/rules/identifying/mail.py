"""Mail: e-mail addresses, written or spoken."""

from collections.abc import Iterator

import re2

from chat.rules.identifying.allowed import is_allowed_site
from chat.rules.identifying.detail import Detail, Search, each
from chat.rules.identifying.wording import one_of

PROVIDERS = one_of(
    "gmail googlemail g_?-?mail yahoo ymail hotmail outlook icloud protonmail proton",
    "live msn aol webmail mweb telkomsa vodamail vodacom iafrica absamail rediffmail",
    "gmx yandex zoho btinternet bigpond optusnet comcast verizon tutanota tuta",
    "fastmail rocketmail eircom ntlworld virginmedia talktalk sky xtra mail",
)
_PLAIN = re2.compile(
    r"[a-z0-9._%+'\-]{1,64}(?:@|[ ]{1,2}@[ ]{1,2})"
    r"[a-z0-9\-]{1,63}(?:\.[a-z0-9\-]{1,63}){0,5}\.[a-z]{2,24}\b"
)
_OPEN, _SHUT = r"\s*[(\[{<*_\-]+\s*", r"\s*[)\]}>*_\-]+\s*"
_AT = rf"(?:{_OPEN}(?:at|@|a){_SHUT}|\s+at\s+|\s*@\s*|\s+aatt?\s+|\s+by\s+)"
_DOT = rf"(?:{_OPEN}(?:dot|\.|d0t|punto){_SHUT}|\s+(?:dot|punto|punt)\s+|\s?\.\s?)"
_JOIN = rf"(?:{_OPEN}(?:dot|\.){_SHUT}|\s+(?:dot|underscore|dash|hyphen|plus)\s+|\.)"
_PART = r"[a-z0-9_+\-]+"
_LOCAL = rf"(?:(?:\b[a-z0-9]\s){{2,}})?{_PART}(?:{_JOIN}{_PART})*(?:\s(?:\d{{1,4}}\b))?"
_TLD = one_of(
    "com net org co za uk au in ie me io info edu ac us ca nz de fr es nl ch ru pm",
    "gov mail be ng ke",
)
_SPOKEN = re2.compile(
    rf"\b{_LOCAL}(?P<at>{_AT})(?P<host>{_PART}(?:{_DOT}{_PART})*?)"
    rf"(?P<dot>{_DOT})(?P<tld>{_TLD}(?:{_DOT}{_TLD})?)\b"
)
_UNDOTTED = re2.compile(
    rf"\b(?P<local>{_LOCAL})(?P<at>{_AT}|\s+){PROVIDERS}"
    r"(?P<com>\s+(?:dot\s+)?(?:com|me|net|org|co\s+(?:za|uk|in))\b|\b)"
)
_ANY_DOT = re2.compile(_DOT)
_PROVIDER = re2.compile(PROVIDERS)
_ABOUT_MAIL = re2.compile(
    r"\b(?:e-?mails?|mail|inbox|reach|contact|write|send|epos|correo)\b"
)
_ACCOUNT = re2.compile(r"[._\d]|\b(?:dot|underscore|dash)\b")
_SPACED = re2.compile(r"(?:\b[a-z0-9._\-][ ]){2,}@(?:[ ][a-z0-9._\-]){5,}")
_GLUED = re2.compile(
    rf"\b[a-z0-9._\-]{{2,40}}at(?:{PROVIDERS})dot(?:com|net|org|me|co(?:dot)?(?:za|uk))\b"
)
_GATE = re2.compile(rf"@|\bat\b|at\w+dot|{_OPEN}(?:at|a){_SHUT}|\b{PROVIDERS}\b")
_DOTS = (".", "dot", "d0t", "punt")
"""One of them is in every address but those whose provider's name says it all."""

PATTERNS = (_SPOKEN, _UNDOTTED, _GLUED)

_NOT_ACCOUNTS_WORDS = """
    my on in the by to via a an or and is me use using check from his her our your
    new old send with for of gmail yahoo hotmail outlook i
"""
_NOT_ACCOUNTS = frozenset(_NOT_ACCOUNTS_WORDS.split())


def mail(folded: str, search: Search) -> Iterator[Detail]:
    """Return the e-mail addresses in a text, but those of official sites."""
    dotted = any(map(folded.__contains__, _DOTS))
    if not (dotted or "@" in folded or search.may_find((_UNDOTTED, _GLUED))):
        return
    if not _GATE.search(folded):
        return
    if "@" in folded:
        yield from _with_sign(folded)
    for found in search.each(_GLUED, folded):
        yield Detail("mail", *found.span())
    for found in search.each(_SPOKEN, folded) if dotted else ():
        if _is_spoken(found["at"], found["dot"], found["host"], found["tld"]):
            yield Detail("mail", *found.span())
    yield from _undotted(folded, search)


def _with_sign(folded: str) -> Iterator[Detail]:
    for found in each(_PLAIN, folded):
        if not is_allowed_site(found.group().rpartition("@")[2].strip()):
            yield Detail("mail", *found.span())
    for found in each(_SPACED, folded):
        yield Detail("mail", *found.span())


def _is_spoken(at: str, dot: str, host: str, tld: str) -> bool:
    """Tell whether somebody spells out an address, rather than being at some place."""
    dotted = _spelled_out(dot)
    if is_allowed_site(_spelled_out(host) + dotted + _spelled_out(tld)):
        return False
    if at.strip() not in ("at", "by"):
        return dot.strip() != "." or dot == "." or bool(_PROVIDER.fullmatch(host))
    return dot.strip() != "." or bool(_PROVIDER.fullmatch(host))


def _spelled_out(words: str) -> str:
    written: str = _ANY_DOT.sub(".", words)
    return written


def _undotted(folded: str, search: Search) -> Iterator[Detail]:
    for found in search.each(_UNDOTTED, folded):
        local, at = found["local"], found["at"].strip()
        about_mail = bool(_ABOUT_MAIL.search(folded))
        if local in _NOT_ACCOUNTS:
            continue
        clearly = "@" in at or bool(found["com"].strip()) or at not in ("", "at", "by")
        account = bool(_ACCOUNT.search(local))
        # Two of three: an `at`, talk of mail, and a word that looks like an account.
        if clearly or (at == "at") + account + about_mail > 1:
            yield Detail("mail", *found.span())
