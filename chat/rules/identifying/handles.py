"""Handles: what somebody is called elsewhere, on networks and messengers."""

from collections.abc import Iterator

import re2

from chat.rules.identifying.detail import Detail, Search, each, place
from chat.rules.identifying.vocabulary import is_ordinary, is_pseudonym
from chat.rules.identifying.wording import one_of

# Names that mean nothing but a network, and names that are words of their own.
NETWORKS = one_of(
    "insta ig instagram instgram snapchat snap_chat tik_?tok telegram tele tg discord",
    "disc kik wickr(?:_me)? threema we_?chat skype twitter facebook fb messenger",
    "reddit onlyfans twitch youtube yt linkedin viber bluesky bsky mastodon grindr",
    "bumble venmo cash_?app paypal element zangi pinterest tumblr x_?box psn gamertag",
    "gamer_tag playstation vk imo whats_?app imessage facetime be_?real badoo mxit",
    "gmail google_chat hangouts qq roblox fortnite minecraft bigo likee",
    "houseparty cash_?tag kakao_?talk soundcloud vinted strava letterboxd untappd",
    "keybase jabber xmpp",
)
_WORDY = one_of(
    "snap sc signal line session wire steam x matrix teams hinge tinder yubo wizz",
    "threads zoom status",
)
_NETWORK = rf"(?:{NETWORKS}|{_WORDY})"
_CALLED = one_of(
    "id name username user_name user handle acc account tag profile page addy contact",
    "number channel",
)
_IS = (
    r"(?:[ ]?(?::|=|-->?|->|→|~|\|)[ ]?|[ ]?-[ ]|"
    r"[ ](?:is|as|under|name|called|it'?s|user)[ ](?:just |still |called )?|'s[ ]|[ ])"
)
_SIGN = one_of(
    "underscore under_score dot dash hyphen point period number hash hashtag at",
)
_COUNT = r"(?:zero|one|two|three|four|five|six|seven|eight|nine|ten|\w+ty|\w+teen|\d+)"
_TOKEN = (
    r"(?:[@$]|live:)?[a-z0-9][a-z0-9._\-]{1,40}(?:#\d{3,5})?"
    rf"(?:(?:[ ]{_SIGN}[ ][a-z0-9._]+)+(?:[ ]{_COUNT})*)?"
)
_HANDLE = rf"(?P<handle>{_TOKEN})"

_OF_NETWORK = re2.compile(
    rf"\b(?P<own>(?:my|mine|our)[ ](?:\w+[ ])?)?(?:(?P<net>{NETWORKS})|{_WORDY})"
    rf"(?:[ ]me)?(?P<named>(?:[ ]{_CALLED})?)(?P<is>{_IS})(?:at[ ])?{_HANDLE}"
)
_SEEK = one_of(
    "add find follow dm pm message msg text write hit hmu look search ping reach",
    "catch contact inbox friend request chat talk join voeg volg kry soek agregame",
    "sigueme",
)
_SOUGHT = re2.compile(
    rf"\b{_SEEK}[ ](?:for[ ])?(?:me|us|my \w+|him|her|them)?[ ]?"
    rf"(?:up|out|by|there)?[ ]?(?:on|at|in|via|over|through|to|op|en)[ ]"
    rf"(?:my[ ])?{_NETWORK}"
    rf"(?:[ ]?[:,\-=][ ]?|"
    rf"[ ](?:as|under|at|by|name|user|it'?s|i'?m|im|with|is|-)[ ]|[ ]){_HANDLE}"
)
_HERE_I_AM = re2.compile(
    rf"\bon[ ](?:my[ ])?{_NETWORK},?[ ]"
    rf"(?:i'?m|i am|it'?s|as|under|my name is)[ ]{_HANDLE}"
)
_ADD = re2.compile(
    r"\b(?:add|follow|find|search|dm|hmu|message)[ ]"
    r"(?P<handle>[a-z0-9][a-z0-9._\-]{2,40})"
)
_ON_NETWORK = re2.compile(rf"{_HANDLE}[ ](?:on|via|op|en)[ ]{_NETWORK}\b")
_IS_MINE = re2.compile(
    rf"{_HANDLE}(?:'s| is|,) (?:my|mine on|me on|also my) {_NETWORK}\b"
)
_SAYS_WHO = re2.compile(
    r"\b"
    + one_of(
        "i'?m i_am im it'?s add find follow search look_up look_for as me username",
        "user handle name called dm message msg hmu is",
    )
    + r"[ ](?:for |me |at |@ ?)?$"
)
_USERNAME = re2.compile(
    r"\b(?:"
    + one_of(
        "user_?name gamer_?tag screen_name user_id my_handle my_@ my_at my_tag",
        "session_id threema_id wickr_id kik_id",
    )
    + r"(?:'s|[ ](?:is|are|on (?:\w+ ){1,3}is|everywhere is))?(?:[ ]?[:=\-][ ]?|[ ])|"
    rf"(?:handle|socials|tag)(?:[ ](?:is|are)[ ]|[ ]?[:=][ ]?)){_HANDLE}"
)
_MENTION = re2.compile(
    r"(?:^|[^a-z0-9@._])(@[ ]?[a-z0-9](?:[a-z0-9._\-]{0,38}[a-z0-9_])?)"
)
_ACCOUNT = re2.compile(
    r"[a-z0-9.\-]*[a-z0-9]_[a-z0-9_.\-]+|[a-z]{2,}\.[a-z.]{2,}|[a-z]{2,}\d{2,}|"
    r"[a-z]{3,}\.\d{2,}"
)
"""A name as accounts are; a lone digit, or an `@` for an `a`, is only leetspeak."""

_TAGGED = re2.compile(r"\b[a-z0-9][a-z0-9._]{1,31}#\d{4}\b")
_REDDIT = re2.compile(r"(?:^|[^a-z0-9])(/?u/[a-z0-9_\-]{3,20})\b")
_SESSION = re2.compile(r"\b05[0-9a-f]{64}\b")
_MATRIX = re2.compile(r"@[a-z0-9._=\-]+:[a-z0-9.\-]+\.[a-z]{2,}")
_CONTACT = re2.compile(
    rf"\b(?:{NETWORKS}|"
    + one_of(
        "snap signal socials? handle username add follow dm dms find message msg hmu",
        "hit_me i'?m mine contact reach me_at me_on volg page profile account join",
        "send pay stream channel",
    )
    + r")\b"
)
_GATE = re2.compile(
    rf"[@#]|\bu/|\b05[0-9a-f]{{20}}|\b(?:{_NETWORK}|user_?name|user name|handle|"
    r"gamertag|screen name|user id|socials|tag|add|follow|find|search|dm|hmu|message)\b"
)
_SIGNS = ("@", "#", "u/")
PATTERNS = (
    *(_OF_NETWORK, _SOUGHT, _USERNAME, _HERE_I_AM),
    *(_IS_MINE, _ADD, _ON_NETWORK, _SESSION),
)
"""What gives a name away without such a sign."""

_NEAR = 40
_SPELLED = re2.compile(rf"[ ]{_SIGN}[ ]")
_TRAILING = "._-"
_MEASURED = re2.compile(
    r"\d+(?:[.,]\d+)?(?:[a-z]{1,3}|years?|days?|hours?|weeks?|months?|mins?)|covid-?19|24x7|"
    r"[a-z]{2}\d"
)
_CLOSED = re2.compile(
    r"^(?:[ ]*$|[ ]*[,.!?;)\n]|[ ]+"
    + one_of(
        "if and so please pls plz for when anytime there add lol x+ or thanks ok okay",
        "hmu come i we you u to but same it'?s msg message dm",
    )
    + r"\b|[^a-z0-9 ])"
)
_NAMING = ("id", "name", "username", "user name", "user", "handle", "tag")
_ASSIGNS = (":", "=", ">", "→")
_SAYS_IS = ("is", "as", "'s", "under", "name", "user", "called")


def handles(folded: str, search: Search) -> Iterator[Detail]:
    """Return the names on networks and messengers that a text gives away."""
    signed = any(map(folded.__contains__, _SIGNS))
    if not (signed or search.may_find(PATTERNS)) or not _GATE.search(folded):
        return
    yield from _given_away(folded, search)
    yield from _on_networks(folded, search)
    for found in search.each(_SESSION, folded):
        yield Detail("handle", *found.span())
    if signed:
        yield from _mentions(folded)
        yield from _marked(folded)


def _given_away(folded: str, search: Search) -> Iterator[Detail]:
    for found in search.each(_OF_NETWORK, folded):
        if _is_given_away(found, _rest(folded, found)):
            yield _detail(found)
    for pattern in (_SOUGHT, _USERNAME, _HERE_I_AM):
        for found in search.each(pattern, folded):
            if _is_account(found["handle"], _rest(folded, found)):
                yield _detail(found)


def _on_networks(folded: str, search: Search) -> Iterator[Detail]:
    for found in search.each(_IS_MINE, folded):
        if _is_made(found["handle"]) or not is_ordinary(found["handle"]):
            yield _detail(found)
    for found in search.each(_ADD, folded):
        if _ACCOUNT.fullmatch(found["handle"]) and _is_made(found["handle"]):
            yield _detail(found)
    for found in search.each(_ON_NETWORK, folded):
        before = folded[max(0, found.start() - 24) : found.start()]
        if _is_made(found["handle"]) or _is_own(found["handle"], before):
            yield _detail(found)


def _rest(folded: str, found: "re2._Match[str]") -> str:
    return folded[found.end() : found.end() + 16]


def _is_given_away(found: "re2._Match[str]", rest: str) -> bool:
    """Tell whether what follows a network's name is an account there, not a remark."""
    handle, link = found["handle"], found["is"].strip()
    named = found["named"].strip() in _NAMING
    own = named or bool(found["own"])
    sure = own or bool(found["net"])
    assigned = any(sign in link for sign in _ASSIGNS)
    if _is_made(handle) and _ACCOUNT.fullmatch(handle.lstrip("@$")):
        return True
    if _is_made(handle):
        return sure or assigned or link in _SAYS_IS or bool(_SPELLED.search(handle))
    if not (own or assigned or (sure and link in ("as", "under", "name", "user"))):
        return False
    if assigned and sure and _has_letter(handle) and not is_ordinary(handle):
        return True
    return _is_account(handle, rest)


def _is_account(written: str, rest: str) -> bool:
    handle = written.rstrip(_TRAILING)
    if _is_made(handle):
        return True
    if len(handle) < 4 or not _has_letter(handle) or is_ordinary(handle):
        return False
    return bool(_CLOSED.match(rest))


def _is_own(handle: str, before: str) -> bool:
    said = _SAYS_WHO.search(before) and _has_letter(handle)
    return bool(said) and len(handle) > 3 and not is_ordinary(handle)


def _is_made(handle: str) -> bool:
    """Tell whether a word has signs inside as only accounts have."""
    name = handle.strip("$@._-")
    if not _has_letter(name):
        return False
    if _SPELLED.search(name) or "#" in name or "_" in name or handle[0] in "$@":
        return True
    letters = sum(character.isalpha() for character in name)
    if letters >= 2 and any(character.isdigit() for character in name):
        return not _MEASURED.fullmatch(name)
    parts = name.split(".")
    if len(parts) < 2 or letters < 5 or any(len(part) < 2 for part in parts):
        return False
    return not all(map(is_ordinary, parts))


def _has_letter(handle: str) -> bool:
    return any(character.isalpha() for character in handle)


def _mentions(folded: str) -> Iterator[Detail]:
    for found in each(_MENTION, folded):
        start, end = found.span(1)
        name = folded[start + 1 : end].lstrip()
        if not _has_letter(name) or _is_of_the_house(name):
            continue
        near = folded[start + 1] != " " and _is_contact(name, folded, start, end)
        if near or _ACCOUNT.fullmatch(name):
            yield Detail("handle", start, end)


def _is_contact(name: str, folded: str, start: int, end: int) -> bool:
    """Tell whether a plain @name is a way to find somebody, not a member spoken to."""
    if len(name) < 4 or not name.isalpha() or is_ordinary(name):
        return False
    return bool(_CONTACT.search(folded[max(0, start - _NEAR) : end + _NEAR]))


def _is_of_the_house(name: str) -> bool:
    """Tell whether a name is made as pseudonyms are: members may be addressed."""
    words = [
        word for word in name.replace("-", "_").replace(".", "_").split("_") if word
    ]
    return all(is_pseudonym(word) for word in words)


def _marked(folded: str) -> Iterator[Detail]:
    for pattern in (_TAGGED, _MATRIX):
        for found in each(pattern, folded):
            yield Detail("handle", *found.span())
    for found in each(_REDDIT, folded):
        yield Detail("handle", *found.span(1))


def _detail(found: "re2._Match[str]") -> Detail:
    start, _ = place(found, "handle")
    return Detail("handle", start, start + len(found["handle"].rstrip(_TRAILING)))
