"""Handles: what somebody is called elsewhere, on networks and messengers."""

from collections.abc import Iterator

import re2

from chat.rules.identifying.detail import Detail, place
from chat.rules.identifying.vocabulary import is_ordinary, is_pseudonym

# Names that mean nothing but the network, and names that are words of their own.
_PLATFORM = (
    r"insta|ig|instagram|instgram|snapchat|snap chat|tik[ ]?tok|telegram|tele|tg|discord|disc|"
    r"kik|wickr(?:[ ]me)?|threema|we[ ]?chat|skype|twitter|facebook|fb|messenger|reddit|onlyfans|"
    r"twitch|youtube|yt|linkedin|viber|bluesky|bsky|mastodon|grindr|bumble|venmo|cash[ ]?app|"
    r"paypal|element|zangi|pinterest|tumblr|x box|xbox|psn|gamertag|gamer tag|playstation|"
    r"whats[ ]?app|imessage|facetime|be[ ]?real|badoo|mxit|gmail|e?mail|google chat|hangouts|"
    r"vk|imo|qq|kakao[ ]?talk|soundcloud|vinted|strava|letterboxd|untappd|keybase|jabber|xmpp"
)
_WORDY = r"snap|sc|signal|line|session|wire|steam|x|matrix|teams|hinge|tinder|yubo|wizz|threads|zoom|status"
_NAMED = (
    r"(?:[ ](?:id|name|username|user name|user|handle|acc|account|tag|profile|page|addy|un|"
    r"contact|number))?"
)
_IS = r"(?:[ ]?(?::|=|-->?|->|→|~|\|)[ ]?|[ ]?-[ ]|[ ](?:is|as|under|name|called|it'?s|user)[ ](?:just |still |called )?|'s[ ]|[ ])"
_SIGN = (
    r"(?:underscore|under score|dot|dash|hyphen|point|period|number|hash|hashtag|at)"
)
_TOKEN = rf"(?:[@$]|live:)?[a-z0-9][a-z0-9._\-]{{1,40}}(?:#\d{{3,5}})?(?:(?:[ ]{_SIGN}[ ][a-z0-9._]+)+)?"
_AT_SPELLED = r"(?:at[ ])?"

_OF_PLATFORM = re2.compile(
    rf"\b(?P<own>(?:my|mine|our)[ ](?:\w+[ ])?)?(?:(?P<net>{_PLATFORM})|(?P<wordy>{_WORDY}))"
    rf"{_NAMED}(?P<is>{_IS}){_AT_SPELLED}(?P<handle>{_TOKEN})"
)
_SEEK = (
    r"(?:add|find|follow|dm|pm|message|msg|text|write|hit|hmu|look|search|ping|reach|catch|"
    r"contact|inbox|friend|request|chat|talk|join|hmu|voeg|volg|kry|soek|agregame|sigueme)"
)
_SOUGHT = re2.compile(
    rf"\b{_SEEK}[ ](?:for[ ])?(?:me|us|my \w+|him|her|them)?[ ]?(?:up|out|by|there)?[ ]?"
    rf"(?:on|at|in|via|over|through|to|op|en)[ ](?:my[ ])?(?:{_PLATFORM}|{_WORDY})"
    rf"(?:[ ]?[:,\-=][ ]?|[ ](?:as|under|at|by|name|user|it'?s|i'?m|im|with|is|-)[ ]|[ ])"
    rf"(?P<handle>{_TOKEN})"
)
_ON_PLATFORM = re2.compile(
    rf"(?P<handle>{_TOKEN})[ ](?:on|via|op|en)[ ](?:{_PLATFORM}|{_WORDY})\b"
)
_SAYS_WHO = re2.compile(
    r"\b(?:i'?m|i am|im|it'?s|its|add|find|follow|search|search for|look up|as|me|username|"
    r"user|handle|name|called|dm|message|msg|hmu|is)[ ](?:for |me |at |@ ?)?$"
)
_USERNAME = re2.compile(
    r"\b(?:(?:username|user name|gamertag|gamer tag|screen name|user id|my handle|my @|my at|"
    r"my tag|session id|threema id|wickr id|kik id)(?:'s|[ ](?:is|are|on \w+ is|everywhere is))?"
    r"(?:[ ]?[:=\-][ ]?|[ ])|(?:handle|socials|tag)(?:[ ](?:is|are)[ ]|[ ]?[:=][ ]?))"
    rf"(?P<handle>{_TOKEN})"
)
_MENTION = re2.compile(
    r"(?:^|[^a-z0-9@._])(@[ ]?[a-z0-9](?:[a-z0-9._\-]{0,38}[a-z0-9_])?)"
)
_TAGGED = re2.compile(r"\b[a-z0-9][a-z0-9._]{1,31}#\d{4}\b")
_REDDIT = re2.compile(r"(?:^|[^a-z0-9])(/?u/[a-z0-9_\-]{3,20})\b")
_SESSION = re2.compile(r"\b05[0-9a-f]{64}\b")
_MATRIX = re2.compile(r"@[a-z0-9._=\-]+:[a-z0-9.\-]+\.[a-z]{2,}")
_CONTACT = re2.compile(
    rf"\b(?:{_PLATFORM}|snap|signal|socials?|handle|username|add|follow|dm|dms|find|message|"
    r"msg|hmu|hit me|i'?m|mine|contact|reach|me at|me on|volg|page|profile|"
    r"account|join|send|pay|stream|channel)\b"
)
_GATE = re2.compile(
    rf"[@#]|\bu/|\b05[0-9a-f]{{20}}|\b(?:{_PLATFORM}|{_WORDY}|username|user name|handle|"
    r"gamertag|screen name|user id|socials|tag)\b"
)
_NEAR = 40
_SPELLED = re2.compile(rf"[ ]{_SIGN}[ ]")
_TRAILING = "._-"
_CLOSED = re2.compile(
    r"^(?:[ ]*$|[ ]*[,.!?;)\n]|[ ]+(?:if|and|so|please|pls|plz|for|when|anytime|there|add|lol|x+|"
    r"or|thanks|ok|okay|hmu|come|i|we|you|u|to|but|same|its|it'?s|msg|message|dm)\b|[^a-z0-9 ])"
)
_ASSIGNS = (":", "=", ">", "→")


def handles(folded: str) -> Iterator[Detail]:
    """Return the names on networks and messengers that a text gives away."""
    if not _GATE.search(folded):
        return
    for found in _OF_PLATFORM.finditer(folded):
        if _is_given_away(
            found["handle"],
            found["is"],
            bool(found["own"] or found["net"]),
            bool(found["own"]),
            folded[found.end() :],
        ):
            yield _detail(found["handle"], *place(found, "handle"))
    for pattern in (_SOUGHT, _USERNAME):
        for found in pattern.finditer(folded):
            if _is_account(found["handle"], folded[found.end() :]):
                yield _detail(found["handle"], *place(found, "handle"))
    for found in _ON_PLATFORM.finditer(folded):
        if _is_own(found["handle"], folded[max(0, found.start() - 24) : found.start()]):
            yield _detail(found["handle"], *place(found, "handle"))
    yield from _mentions(folded)
    yield from _marked(folded)


def _is_given_away(handle: str, link: str, sure: bool, own: bool, rest: str) -> bool:
    """Tell whether what follows a network's name is an account there, not a remark."""
    assigned = any(sign in link for sign in _ASSIGNS)
    if assigned and not is_ordinary(handle):
        return sure or own or _looks_made(handle) or bool(_CLOSED.match(rest))
    if _looks_made(handle):
        return sure or own or assigned or "is" in link or "as" in link or "@" in handle
    if not (
        own or assigned or (sure and link.strip() in ("as", "under", "name", "user"))
    ):
        return False
    return _is_account(handle, rest)


def _is_account(handle: str, rest: str) -> bool:
    if _looks_made(handle):
        return True
    return len(handle) > 3 and not is_ordinary(handle) and bool(_CLOSED.match(rest))


def _is_own(handle: str, before: str) -> bool:
    said = bool(_SAYS_WHO.search(before))
    return (
        (said or not before.strip())
        and _looks_made(handle)
        or (said and len(handle) > 3 and not is_ordinary(handle))
    )


def _looks_made(handle: str) -> bool:
    """Tell whether a word has signs inside as only accounts have."""
    name = handle.strip("$@._-")
    if _SPELLED.search(name) or "#" in name or "_" in name or handle[0] in "$@":
        return True
    letters = sum(character.isalpha() for character in name)
    numbers = sum(character.isdigit() for character in name)
    if letters >= 2 and numbers:
        return not _MEASURED.fullmatch(name)
    parts = name.split(".")
    return len(parts) > 1 and all(len(part) > 1 for part in parts) and letters > 4


_MEASURED = re2.compile(
    r"\d+(?:[.,]\d+)?(?:[a-z]{1,3}|years?|days?|hours?|weeks?|months?|mins?)|covid-?19|24x7|[a-z]{2}\d"
)


def _mentions(folded: str) -> Iterator[Detail]:
    for found in _MENTION.finditer(folded):
        start, end = found.span(1)
        name = folded[start + 1 : end].lstrip()
        around = folded[max(0, start - _NEAR) : end + _NEAR]
        made = any(c in "0123456789_." for c in name) and any(c.isalpha() for c in name)
        seated = folded[start + 1] == " " and not made
        if seated or name.isdigit() or _is_of_the_house(name):
            continue
        if made or (_CONTACT.search(around) and not is_ordinary(name)):
            yield Detail("handle", start, end)


def _is_of_the_house(name: str) -> bool:
    """Tell whether a name is made as pseudonyms are, so that members can be addressed."""
    words = [
        word for word in name.replace("-", "_").replace(".", "_").split("_") if word
    ]
    return all(is_pseudonym(word) for word in words)


def _marked(folded: str) -> Iterator[Detail]:
    for pattern in (_TAGGED, _SESSION, _MATRIX):
        for found in pattern.finditer(folded):
            yield Detail("handle", *found.span())
    for found in _REDDIT.finditer(folded):
        yield Detail("handle", *found.span(1))


def _detail(handle: str, start: int, end: int) -> Detail:
    return Detail("handle", start, end - (len(handle) - len(handle.rstrip(_TRAILING))))
