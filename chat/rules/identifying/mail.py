"""Mail: e-mail addresses, written or spoken."""

from collections.abc import Iterator

import re2

from chat.rules.identifying.allowed import is_allowed_site
from chat.rules.identifying.detail import Detail, each

PROVIDERS = (
    r"gmail|googlemail|g-mail|g mail|yahoo|ymail|hotmail|outlook|icloud|protonmail|proton|"
    r"live|msn|aol|webmail|mweb|telkomsa|vodamail|vodacom|iafrica|absamail|rediffmail|gmx|"
    r"yandex|zoho|btinternet|bigpond|optusnet|comcast|verizon|tutanota|tuta|fastmail|"
    r"rocketmail|eircom|ntlworld|virginmedia|talktalk|sky|xtra|mail"
)
_PLAIN = re2.compile(
    r"[a-z0-9._%+'\-]{1,64}(?:@|[ ]{1,2}@[ ]{1,2})[a-z0-9\-]+(?:\.[a-z0-9\-]+)*\.[a-z]{2,24}\b"
)
_AT = r"(?:\s*[(\[{<*_]+\s*(?:at|@|a)\s*[)\]}>*_]+\s*|\s+at\s+|\s*@\s*|\s+aatt?\s+|\s+by\s+)"
_DOT = r"(?:\s*[(\[{<*_]+\s*(?:dot|\.|d0t|punto)\s*[)\]}>*_]+\s*|\s+(?:dot|punto|punt)\s+|\s?\.\s?)"
_PART = r"[a-z0-9_+\-]+"
_JOIN = r"(?:\s*[(\[{<*_]+\s*(?:dot|\.)\s*[)\]}>*_]+\s*|\s+(?:dot|underscore|dash|hyphen|plus)\s+|\.)"
_LOCAL = rf"(?:(?:\b[a-z0-9]\s){{2,}})?{_PART}(?:{_JOIN}{_PART})*(?:\s(?:\d{{1,4}}\b))?"
_TLD = r"(?:com|net|org|co|za|uk|au|in|ie|me|io|info|edu|ac|us|ca|nz|de|fr|es|nl|ch|ru|pm|gov|mail|be|ng|ke)"
_SPOKEN = re2.compile(
    rf"\b(?P<local>{_LOCAL})(?P<at>{_AT})(?P<host>{_PART}(?:{_DOT}{_PART})*?)"
    rf"(?P<dot>{_DOT})(?P<tld>{_TLD}(?:{_DOT}{_TLD})?)\b"
)
_UNDOTTED = re2.compile(
    rf"\b(?P<local>{_LOCAL})(?P<at>{_AT}|\s+)(?:{PROVIDERS})(?P<com>\s+(?:dot\s+)?(?:com|me|net|org|co\s+(?:za|uk|in))\b|\b)"
)
_PROVIDER = re2.compile(rf"(?:{PROVIDERS})")
_ABOUT_MAIL = re2.compile(
    r"\b(?:e-?mails?|mail|inbox|reach|contact|write|send|epos|correo)\b"
)
_ACCOUNT = re2.compile(r"[._\d]|\b(?:dot|underscore|dash)\b")
_SPACED = re2.compile(r"(?:\b[a-z0-9._\-][ ]){2,}@(?:[ ][a-z0-9._\-]){5,}")
_GATE = re2.compile(rf"@|\bat\b|[(\[{{<*_]\s*(?:at|a)\s*[)\]}}>*_]|\b(?:{PROVIDERS})\b")
_NOT_ACCOUNTS_WORDS = """
    my on in the by to via a an or and is me use using check from his her our your
    new old send with for of gmail yahoo hotmail outlook i
"""
_NOT_ACCOUNTS = frozenset(_NOT_ACCOUNTS_WORDS.split())


def mail(folded: str) -> Iterator[Detail]:
    """Return the e-mail addresses in a text, but those of official sites."""
    if not _GATE.search(folded):
        return
    for found in each(_PLAIN, folded):
        if not is_allowed_site(found.group().rpartition("@")[2].strip()):
            yield Detail("mail", *found.span())
    for found in each(_SPACED, folded):
        yield Detail("mail", *found.span())
    for found in each(_SPOKEN, folded):
        if _is_spoken(found["at"], found["dot"], found["host"], found["tld"]):
            yield Detail("mail", *found.span())
    yield from _undotted(folded)


def _is_spoken(at: str, dot: str, host: str, tld: str) -> bool:
    """Tell whether somebody spells out an address, rather than being at some place."""
    dotted = _spelled_out(dot)
    if is_allowed_site(_spelled_out(host) + dotted + _spelled_out(tld)):
        return False
    if at.strip() not in ("at", "by"):
        return dot.strip() != "." or dot == "." or bool(_PROVIDER.fullmatch(host))
    return dot.strip() != "." or bool(_PROVIDER.fullmatch(host))


def _spelled_out(words: str) -> str:
    return _ANY_DOT.sub(".", words)


_ANY_DOT = re2.compile(_DOT)


def _undotted(folded: str) -> Iterator[Detail]:
    about_mail = bool(_ABOUT_MAIL.search(folded))
    for found in each(_UNDOTTED, folded):
        local, at = found["local"], found["at"].strip()
        if local in _NOT_ACCOUNTS:
            continue
        clearly = "@" in at or bool(found["com"].strip()) or at not in ("", "at", "by")
        account = bool(_ACCOUNT.search(local))
        if (
            clearly
            or (at == "at" and (account or about_mail))
            or (account and about_mail)
        ):
            yield Detail("mail", *found.span())
