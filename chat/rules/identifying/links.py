"""Links: addresses of sites and invitations to elsewhere, written or spoken."""

from collections.abc import Iterator

import re2

from chat.rules.identifying.allowed import is_allowed_site
from chat.rules.identifying.detail import Detail, Search
from chat.rules.identifying.vocabulary import is_ordinary
from chat.rules.identifying.wording import one_of

_SURE_ENDINGS = """
    com net org info biz gle io gg ly tv cc edu gov mil int xyz icu app dev ai co eu
    asia mobi za uk au nz ie ca ng ke zw bw gh ug tz zm mu ru cn jp kr br pt pl nl
    se dk fi cz gr hu ro ch bg fr de es lk pk bd ph sg hk tw th vn ae il tr ua kz mx
    cl pe ar uy cy lt lv ee si sk hr rs lu mt cat africa joburg capetown durban
    london nyc sydney melbourne
"""
_NAMING_ENDINGS = """
    online site store shop blog live club link vip bet casino poker loan loans
    website web click xxx porn cam dating lgbt ninja guru agency digital studio
    academy foundation ngo ltd inc llc network clinic
"""
_WORD_ENDINGS = """
    me us in it is am so to at be my id no la as by one men best love na top pro
    world life care help support chat space news group team page run win fun today
    email game games money cash health church city community social center sex date
    party bar pub beer wine rocks cool lol wtf zone media coach fit yoga buzz sh st
    ws fm im
"""
_SURE = frozenset(_SURE_ENDINGS.split())
_WORDS = frozenset(_WORD_ENDINGS.split())
"""Endings of sites that are words too: a full stop without a space looks the same."""

_ANY = one_of(_SURE_ENDINGS, _NAMING_ENDINGS, _WORD_ENDINGS)

_SCHEME = re2.compile(r"\b(?:https?|hxxps?|ftp)[ ]?[:;][ ]?/{1,2}[ ]?\S+")
_WWW_DOT = r"(?:[ ]?\.[ ]?|[ ]dot[ ])"
_WWW = re2.compile(
    rf"\b(?:www|w[ ]w[ ]w)\d?{_WWW_DOT}[a-z0-9\-]+(?:{_WWW_DOT}[a-z0-9\-]{{2,}}){{0,6}}"
    r"(?:[:/?#]\S*)?"
)
_BARE = re2.compile(
    r"(?P<host>(?:[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?\.){1,6}"
    rf"(?P<tld>{_ANY}))\b(?P<path>[:/?#]\S*)?"
)
_DOT = r"(?:[ ]?[(\[{<][ ]?(?:dot|\.)[ ]?[)\]}>][ ]?|[ ]+dot[ ]+|[ ]?\.[ ]?)"
_SLASH = r"(?:[ ]?/[ ]?|[ ](?:forward )?(?:slash|stroke)[ ])"
_SPOKEN = re2.compile(
    rf"\b(?P<host>[a-z0-9\-]+(?:{_DOT}[a-z0-9\-]+){{0,4}}?(?P<dot>{_DOT})(?P<tld>{_ANY})"
    rf"(?:{_DOT}(?:za|uk|au|nz|in|ng|ke))?)\b"
    rf"(?P<path>(?:{_SLASH}[a-z0-9_\-]+){{0,6}})"
)
_INVITE = re2.compile(
    r"\b(?:discord[ ]?gg|t[ ]me|wa[ ]me|bit[ ]ly|chat[ ]whatsapp[ ]com)"
    r"[ ]?(?:/|slash )[ ]?\S+"
)
_SPACED = re2.compile(
    r"(?:\b[a-z0-9][ ]){3,}\.[ ](?:c[ ]o[ ]m|n[ ]e[ ]t|o[ ]r[ ]g|g[ ]g|m[ ]e|l[ ]y)\b"
    r"(?:[ ]?/[ ]?\S+)?"
)
_ANY_DOT = re2.compile(_DOT)
_GATE = re2.compile(
    r"\.[a-z]|[(\[{<][ ]?(?:dot|\.)|\bdot\b|[ ]\.[ ]|://|hxxp|"
    r"\b(?:gg|me|ly|com)[ ]?(?:/|slash)"
)
_SIGNS = (".", "dot", "/", "hxxp", "slash")
"""One of them is in every link, however it is written."""

PATTERNS = (_SCHEME, _WWW, _INVITE, _SPACED, _BARE, _SPOKEN)

_TRAILING = ".,!?;:)\"'*_]}>"
_NUMBERED = re2.compile(r"[a-z]-[a-z]|[a-z]{3,}\d+$")
_GOES_ON = re2.compile(r"\.[a-z]")
_HOST_ENDS = re2.compile(r"[/?#\s\\]")


def links(folded: str, search: Search) -> Iterator[Detail]:
    """Return the links in a text, but those to official sites."""
    if not any(map(folded.__contains__, _SIGNS)) or not _GATE.search(folded):
        return
    for pattern in (_SCHEME, _WWW, _INVITE, _SPACED):
        for found in search.each(pattern, folded):
            if not is_allowed_site(_host(found.group())):
                yield _detail(folded, *found.span())
    yield from _bare(folded, search)
    for found in search.each(_SPOKEN, folded):
        if _is_spoken(found["host"], found["dot"], found["tld"], found["path"]):
            yield _detail(folded, *found.span())


def _detail(folded: str, start: int, end: int) -> Detail:
    return Detail("link", start, start + len(folded[start:end].rstrip(_TRAILING)))


def _host(link: str) -> str:
    """Return whose site a link leads to: not what stands before an @, nor a port."""
    after = _ANY_DOT.sub(".", link.split("//")[-1].lstrip())
    host: str = _HOST_ENDS.split(after)[0]
    return host.rpartition("@")[2].partition(":")[0]


def _bare(folded: str, search: Search) -> Iterator[Detail]:
    for found in search.each(_BARE, folded):
        host, path = found["host"], found["path"] or ""
        before = folded[max(0, found.start() - 1) : found.start()]
        after = folded[found.end() : found.end() + 2]
        if (before and before in "@._-/:") or (not path and _GOES_ON.match(after)):
            continue
        if not is_allowed_site(host) and _is_bare(host, found["tld"], path):
            yield _detail(folded, *found.span())


def _is_bare(host: str, tld: str, path: str) -> bool:
    """Tell whether words with full stops between them are a site."""
    if len(path) > 1:
        return True
    label = host[: -len(tld) - 1].rpartition(".")[2]
    if tld in _SURE:
        return len(label) > 1
    numbered = bool(_NUMBERED.search(label))
    if tld in _WORDS:
        return numbered
    return numbered or (len(label) > 1 and not is_ordinary(label))


def _is_spoken(host: str, dot: str, tld: str, path: str) -> bool:
    if dot == "." or is_allowed_site(_ANY_DOT.sub(".", host)):
        return False
    if dot.strip() == ".":
        return tld in ("com", "net", "org", "gg", "io", "ly") or bool(path)
    return True
