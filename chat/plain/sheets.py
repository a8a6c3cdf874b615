"""Sheets: the plain pages themselves, made of what there is to show."""

import secrets
from collections.abc import Callable, Sequence
from typing import Final

from starlette.responses import RedirectResponse, Response

from chat.desk.frame import said
from chat.desk.templates import page
from chat.oncall.asking import SHARES
from chat.plain.keepsake import COOKIE, PATH, Keepsakes, mark
from chat.plain.lines import Country
from chat.plain.spoken import Spoken
from chat.plain.visit import Visit, ticked
from chat.plain.words import WISHES, Watched
from chat.requests import MOST_NEED_CHARACTERS, STAYS
from chat.text import MAX_CHARACTERS

HOURS: Final = (1, 2, 4, 8, 12, 24, 48)
"""After how many hours one can be called back: no phone is asked for its time zone."""

TOO_MANY: Final = (
    "Many people near you press this button just now. Please try again in a minute, "
    "and use a help line if you can."
)
NO_COOKIES: Final = (
    "This page cannot know you again: your browser keeps no cookies for it. Please "
    "allow them, or use a help line."
)
_ONCE_MORE: Final = "Please press once more, so that we know it is you."
_COUNTRY: Final = "country"
_A_YEAR: Final = 365 * 24 * 3600
_ID_BYTES: Final = 8

Again = Callable[[Visit, str, int], Response]
"""Returns a page on which one can try once more, with what was wrong and its status."""


class Sheets:
    """The pages, each in the country that its reader chose."""

    def __init__(self, keepsakes: Keepsakes, countries: Sequence[Country]) -> None:
        self._keepsakes = keepsakes
        self._countries = {country.code: country for country in countries}

    def sheet(
        self, name: str, visit: Visit, status: int = 200, **values: object
    ) -> Response:
        """Return a page by its template's name."""
        code = visit.request.cookies.get(_COUNTRY, "")
        return page(
            name, status, mark=mark(visit.secret),
            countries=list(self._countries.values()),
            country=self._countries.get(code), **values,
        )  # fmt: skip

    def start(self, visit: Visit, note: str = "", status: int = 200) -> Response:
        """Return the page with the button, and what was written on it before."""
        return self._asking("plain_start", visit, status, note)

    def more(self, visit: Visit, note: str = "", status: int = 200) -> Response:
        """Return the page on which more can be said, while a peer is called."""
        return self._asking("plain_more", visit, status, note)

    def _asking(self, name: str, visit: Visit, status: int, note: str) -> Response:
        return self.sheet(
            name, visit, status, note=note, words=said(visit.form, "words"),
            wish=said(visit.form, "wish", 20), wishes=WISHES,
            chosen=ticked(visit.form, "shares"), shares=SHARES,
            longest=MOST_NEED_CHARACTERS, lines_first=bool(note),
        )  # fmt: skip

    def stay(self, visit: Visit, note: str = "", status: int = 200) -> Response:
        """Return the page on which one chooses how often to check in."""
        choices = tuple(filter(None, STAYS))
        return self.sheet("plain_stay", visit, status, note=note, choices=choices)

    def later(self, visit: Visit, note: str = "", status: int = 200) -> Response:
        """Return the page on which one chooses when to be called back."""
        return self.sheet("plain_later", visit, status, note=note, hours=HOURS)

    def once_more(self, visit: Visit, again: Again) -> Response:
        """Ask whoever presses on a page that may be anybody's to press on ours."""
        if visit.secret is None:
            visit.secret = self._keepsakes.new(visit.request)
        return again(visit, _ONCE_MORE, 200)

    def writing(
        self,
        visit: Visit,
        latest: Sequence[Spoken],
        watch: Watched | None,
        text: str = "",
        note: str = "",
        status: int = 200,
    ) -> Response:
        """Return the page to write on, which does not come anew by itself."""
        return self.sheet(
            "plain_write", visit, status, note=note,
            latest=latest[:4][::-1], watch=watch, text=text,
            id=secrets.token_hex(_ID_BYTES), longest=MAX_CHARACTERS,
        )  # fmt: skip

    def country_of(self, visit: Visit) -> str:
        """Return the country that is chosen with this request, if one is."""
        return said(visit.request.query_params, _COUNTRY, 2)

    def in_country(self, code: str) -> Response:
        """Remember the country, if there is one of that code."""
        answer = go(PATH)
        if code in self._countries or code == "XX":
            answer.set_cookie(
                _COUNTRY, code, max_age=_A_YEAR, path=PATH, httponly=True,
                samesite="strict",
            )  # fmt: skip
        return answer


def go(address: str, status: int = 303) -> Response:
    """Return what sends a browser on, so that going back sends nothing again."""
    return RedirectResponse(address, status, headers={"cache-control": "no-store"})


def forgotten() -> Response:
    """Return what takes all that we put on a phone off it again."""
    answer = go(PATH)
    for name in (COOKIE, _COUNTRY):
        answer.delete_cookie(name, path=PATH, httponly=True, samesite="strict")
    return answer


def id_of(text: str) -> bytes:
    """Return a message's own id, by which a form that is sent twice says it once."""
    try:
        brought = bytes.fromhex(text)
    except ValueError:
        brought = b""
    return brought if len(brought) == _ID_BYTES else secrets.token_bytes(_ID_BYTES)
