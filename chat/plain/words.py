"""What the plain page says about a need: the truth, in plain words, as with script."""

from typing import Final, NamedTuple

from chat.asides import NeedNews
from chat.errors import ChatError, TooFast
from chat.identity import name_of
from chat.oncall.stays import Stay

WISHES: Final = {
    "": "I do not know",
    "listen": "Somebody who listens",
    "think": "Think it through with me",
    "distract": "Take my mind off it",
    "information": "Information",
}
"""What would help, by its code."""

_CALLING: Final = ("raised", "offered")
_WITH_PEER: Final = ("accepted", "talking")

_MISSED: Final = (
    "You did not check in, so we are asking a peer to come. You can say no."
)
_GONE: Final = {
    "silent": "The peer who was with you has gone quiet.",
    "let_go": "The peer who was with you had to go.",
}
_THE_NEXT: Final = "We are asking the next one. They can read what you wrote."
_ROUND_AGAIN: Final = "We have asked everybody once, and are asking again."
_LATE: Final = (
    "This takes longer than it should. Please use a help line meanwhile. We keep "
    "trying."
)
_THE_LINES: Final = (
    "Please use one of these lines, if you can. You can write to us meanwhile."
)
_THANKS: Final = (
    "Thank you for talking with us. It is not easy. You can press again any time."
)
_ENDS: Final = {
    "withdrew": "That is all right. The button is here whenever you want it, and "
    "nobody asks why.",
    "accepted_and_spoke": _THANKS,
    "handed_over": _THANKS,
}
_AGAIN: Final = "You can press again any time."

_REFUSALS: Final = {
    "bad_text": "That has characters which cannot be sent, or nothing at all.",
    "text_too_long": "That is too long for one message.",
    "blocked": "That cannot be said here. You can say it in other words.",
    "need_over": "This talk is over. You can press again any time.",
    "no_such_need": "There is no talk just now. You can press again any time.",
    "no_such_room": "There is no talk just now. You can press again any time.",
    "bad_call_back": "That time is over, or more than a week away. Please choose "
    "another.",
}
_NOT_NOW: Final = (
    "That could not be done just now. Please use a help line if you can, and try "
    "again in a minute."
)


class Shown(NamedTuple):
    """How it stands with a need, for a page."""

    headline: str
    story: tuple[str, ...]
    numbers: str
    calling: bool
    with_peer: bool
    promised: bool
    nobody: bool
    """Whether the help lines come first."""

    @property
    def open(self) -> bool:
        """Whether something is going on."""
        return self.calling or self.with_peer


class Watched(NamedTuple):
    """By when somebody will have said that they are there, for a page."""

    words: str
    minutes: int
    soon: bool


SOON_SECONDS: Final = 120

NOTHING: Final = Shown("Do you need to talk?", (), "", False, False, False, False)
STAYING: Final = NOTHING._replace(
    headline="Stay with me",
    story=(
        "If we do not hear from you in time, we call a peer for you. Closing this page "
        "does not stop that.",
    ),
)
"""How it stands with whoever checks in, and has no need."""


def shown(news: NeedNews | None, now: int) -> Shown:
    """Return how it stands with a need; None: there is none."""
    if news is None or not news.state:
        return NOTHING
    calling, with_peer = news.state in _CALLING, news.state in _WITH_PEER
    promised = not (calling or with_peer) and bool(news.call_back_at)
    if calling:
        headline, story = _headline_calling(news), _story_calling(news)
    elif with_peer:
        headline, story = "Somebody is with you.", _story_with_peer(news)
    elif promised:
        headline, story = "We will call again.", _story_promised(news, now)
    else:
        headline, story = "This talk is over.", (_ENDS.get(news.why, _AGAIN),)
    return Shown(
        headline=headline,
        story=tuple(filter(None, story)),
        numbers=_numbers(news) if calling else "",
        calling=calling,
        with_peer=with_peer,
        promised=promised,
        nobody=calling and news.nobody,
    )


def _headline_calling(news: NeedNews) -> str:
    if news.nobody:
        return "None of us can be reached just now. We keep trying."
    return "We are finding someone for you."


def _story_calling(news: NeedNews) -> tuple[str, ...]:
    missed, gone = _MISSED if news.missed else "", _GONE.get(news.why, "")
    if news.nobody:
        return missed, gone, _THE_LINES
    late = _LATE if news.late else ""
    if gone:
        return f"{gone} {_THE_NEXT}", late
    return missed, _ROUND_AGAIN if news.round > 1 else "", late


def watched(stay: Stay | None, now: int) -> Watched | None:
    """Return by when a check-in is due; None: none is awaited."""
    if stay is None:
        return None
    left = stay.due - now
    minutes = -(-left // 60)
    words = f"Check in within {minutes} minute{'' if minutes == 1 else 's'}."
    if left <= 0:
        words = "Please check in now. If you do not, we call a peer for you."
    return Watched(words, stay.minutes, left < SOON_SECONDS)


def _story_with_peer(news: NeedNews) -> tuple[str, ...]:
    name, *others = [name_of(who) for who in news.peers] or ["A peer"]
    if news.state == "talking":
        first = f"{name} is a peer, and is here for you."
    elif news.why == "handed":
        first = f"{name} is a peer, and takes over. They can read what you wrote."
    else:
        first = f"{name} is a peer, and will write in a moment."
    return first, _beside(others)


def _beside(others: list[str]) -> str:
    if not others:
        return ""
    return f"{' and '.join(others)} {'sits' if len(others) == 1 else 'sit'} in."


def _story_promised(news: NeedNews, now: int) -> tuple[str, ...]:
    return (
        f"We call a peer for you {after(news.call_back_at - now)}. Come back to this "
        "page then: we cannot ring you. If you cannot wait, press again.",
    )


def _numbers(news: NeedNews) -> str:
    """Return "3 peers alerted · 1 has opened it · next step in 40 s"."""
    parts = ["Looking for who is awake"] if not news.alerted and not news.nobody else []
    if news.alerted:
        parts = [f"{news.alerted} peer{'' if news.alerted == 1 else 's'} alerted"]
    if news.opened:
        parts.append(f"{news.opened} {'has' if news.opened == 1 else 'have'} opened it")
    if news.next_in > 0:
        parts.append(f"next step in {news.next_in} s")
    elif news.next_in == 0 and not news.late:
        parts.append("next step now")
    told = " · ".join(parts)
    return told[:1].upper() + told[1:]


def after(seconds: int) -> str:
    """Return when something comes, without knowing what time it is over there."""
    minutes = max(1, round(seconds / 60))
    if minutes < 100:
        return f"in {minutes} minute{'' if minutes == 1 else 's'}"
    hours = round(minutes / 60)
    return f"in about {hours} hours"


def refusal(error: ChatError) -> str:
    """Return why something did not work."""
    if isinstance(error, TooFast):
        seconds = -int(-error.wait // 1)
        told = f"{seconds} second{'' if seconds == 1 else 's'}"
        return f"A little slower, please. Try again in {told}."
    return _REFUSALS.get(error.code, _NOT_NOW)


def status_of(error: ChatError) -> int:
    """Return what HTTP calls it: too fast, refused, or not possible now."""
    if isinstance(error, TooFast):
        return 429
    return 422 if error.code in _REFUSALS else 503
