"""Pressing: "I need to talk", and what may be said with it, without any script."""

from typing import Final, NamedTuple

from starlette.responses import Response

from chat.desk.frame import said
from chat.errors import BadText, TextTooLong
from chat.oncall import asking
from chat.oncall.asking import SHARES
from chat.plain.asker import Asker
from chat.plain.keepsake import PATH, Keepsakes
from chat.plain.sheets import NO_COOKIES, TOO_MANY, Sheets, go
from chat.plain.visit import Visit, ticked
from chat.plain.words import WISHES
from chat.requests import MOST_NEED_CHARACTERS, MOST_SHARES, Raise

_BAD_WORDS: Final = "Your few words have characters which cannot be sent."
_LONG_WORDS: Final = (
    f"Your few words are too many: {MOST_NEED_CHARACTERS} characters are enough."
)
_UNKNOWN: Final = "We do not know one of these. Please choose again."
_TOO_MANY_SHARES: Final = f"{MOST_SHARES} are enough for now. Please take some back."
_CALLING: Final = ("raised", "offered")
_ENDED: Final = ("", "ended")
_KNOWN: Final = "known"
_HEARD: Final = "That you need to talk has reached us."


class Told(NamedTuple):
    """What somebody says with their press."""

    words: str
    wish: str
    shares: tuple[str, ...]


_NOTHING: Final = Told("", "", ())


class Pressing:
    """Raises a need, and adds to one that is open."""

    def __init__(self, *, asker: Asker, keepsakes: Keepsakes, sheets: Sheets) -> None:
        self._asker = asker
        self._keepsakes = keepsakes
        self._sheets = sheets

    async def press(self, visit: Visit) -> Response:
        """Raise a need; one that is open can be told more, and stays the same."""
        if visit.secret is None:
            return self._know(visit)
        state = await self._state(visit)
        if state in _CALLING and _told(visit) == _NOTHING:
            return go(f"{PATH}?came")
        return await self._raise(visit, visit.secret, state, "came")

    def _know(self, visit: Visit) -> Response:
        """Give a phone its secret; it sends the same press again, by itself, with it.

        A second tap makes a browser forget the first, and both are one need by that.
        Nobody is called for a phone that keeps no secret: it could not have the talk.
        """
        if visit.asks(_KNOWN):
            return self._sheets.start(visit, note=NO_COOKIES)
        visit.secret = self._keepsakes.new(visit.request)
        if visit.secret is None:
            return self._sheets.start(visit, note=TOO_MANY, status=429)
        return go(f"{PATH}?{_KNOWN}", 307)

    async def more(self, visit: Visit) -> Response:
        """Show what more can be said, while a peer is called."""
        called = await self._state(visit) in _CALLING
        return self._sheets.more(visit) if called else go(PATH)

    async def add(self, visit: Visit) -> Response:
        """Say more about a need that is open; nobody raises another by that."""
        state = await self._state(visit)
        if visit.secret is None or state not in _CALLING:
            return go(PATH)
        return await self._raise(visit, visit.secret, state, "told")

    async def _state(self, visit: Visit) -> str:
        news = await self._asker.news(visit)
        return news.state if news else ""

    async def _raise(
        self, visit: Visit, secret: bytes, state: str, then: str
    ) -> Response:
        """Raise it, whatever is wrong with what is said: that goes out in any case."""
        told, amiss = fit(_told(visit))
        words, wish, shares = told
        call = Raise(0, "", words, wish, ",".join(shares), visit.language)
        if state in _ENDED:
            await self._asker.call_somebody(secret, call)
        else:
            await self._asker.ask(secret, call)
        if amiss:
            return self._sheets.more(visit, note=f"{_HEARD} {amiss}", status=422)
        return go(f"{PATH}?{then}")


def fit(told: Told) -> tuple[Told, str]:
    """Return what of it can be passed on, and what is wrong with the rest."""
    words, bad_words = _fit_words(told.words)
    wish, bad_wish = (told.wish, "") if told.wish in WISHES else ("", _UNKNOWN)
    shares, bad_shares = _fit_shares(told.shares)
    amiss = dict.fromkeys(filter(None, (bad_words, bad_wish, bad_shares)))
    return Told(words, wish, shares), " ".join(amiss)


def _fit_words(words: str) -> tuple[str, str]:
    try:
        return asking.words(words), ""
    except BadText:
        return "", _BAD_WORDS
    except TextTooLong:
        return "", _LONG_WORDS


def _fit_shares(shares: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    if any(share not in SHARES for share in shares):
        return (), _UNKNOWN
    return ((), _TOO_MANY_SHARES) if len(shares) > MOST_SHARES else (shares, "")


def _told(visit: Visit) -> Told:
    return Told(
        said(visit.form, "words"),
        said(visit.form, "wish", 20),
        ticked(visit.form, "shares"),
    )
