"""The cover's page: the week at a glance, the gaps ahead, and who can be reached."""

from collections.abc import Container, Iterable, Sequence
from typing import Final, NamedTuple

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from chat.catalogue import Catalogue
from chat.desk.frame import said, show
from chat.desk.guard import Guard
from chat.desk.wall import Wall
from chat.desk.week import Piece, pieces
from chat.desk.wording import count, listed, whom
from chat.oncall.cover import Ahead, Cover
from chat.oncall.coverage import ANYBODY, Cell, Gap, Wanted
from chat.oncall.holes import by_day
from chat.oncall.honest import told
from chat.oncall.picture import picture, summary, table
from chat.oncall.stages import PeerId
from chat.oncall.team import Mate
from chat.oncall.terms import LANGUAGES
from chat.roles import may
from chat.signing.sittings import Deskmate

_HERE: Final = "Cover"
_HONEST: Final = {"cache-control": "public, max-age=60"}


class GapLine(NamedTuple):
    """A gap ahead, or what of it lies in one day."""

    words: str
    why: str
    pieces: tuple[Piece, ...]


class Standing(NamedTuple):
    """How somebody of the team stands, for coordinators."""

    name: str
    reachable: bool
    likely: bool
    ready: bool
    on_shift: bool


class CoveragePage:
    """The page that shows how the days ahead are covered."""

    def __init__(self, *, cover: Cover, catalogue: Catalogue) -> None:
        self._cover = cover
        self._tags = sorted({tag for room in catalogue.rooms for tag in room.tags})

    def routes(self, guard: Guard) -> list[BaseRoute]:
        """Return the page's routes, and that of what members are told."""
        return [
            Route("/staff/coverage", guard.page(self.show, "calls")),
            Route("/hours.json", guard.open(self.honest)),
        ]

    async def honest(self, _request: Request) -> Response:
        """Tell members when they may count on somebody."""
        return JSONResponse(dict(await self._cover.honest()), headers=_HONEST)

    async def show(self, request: Request, me: Deskmate) -> Response:
        """Show the week for a room tag and a language."""
        ahead = await self._cover.ahead()
        spoken = _spoken(ahead)
        wanted = self._wanted(request, spoken)
        cells = ahead.cells(wanted)
        here = {shift.peer for shift in ahead.book.rota.on_shift(ahead.now)}
        standings = [_standing(mate, here) for mate in ahead.mates]
        return show(
            "coverage", me, _HERE,
            zone=ahead.zone, wanted=wanted,
            # Made of numbers, names of days and escaped words alone.
            picture=Markup(picture(cells, _title(wanted))),  # noqa: S704
            summary=summary(cells), table=table(cells),
            tags=[("", "Every room"), *((tag, tag) for tag in self._tags)],
            languages=[("", "Any language"),
                       *((code, LANGUAGES.get(code, code)) for code in spoken)],
            gaps=gap_lines(ahead, wanted, me.id),
            alone=ahead.alone, ready=_is_ready(me, ahead.mates),
            told=_told(ahead, cells if wanted == Wanted() else None),
            standings=standings if may(me.role, "coordinate") else None,
            unreachable=listed([each.name for each in standings
                                if each.on_shift and not each.reachable]),
        )  # fmt: skip

    def _wanted(self, request: Request, spoken: Iterable[str]) -> Wanted:
        query = request.query_params
        tag, language = said(query, "tag", 64), said(query, "language", 8)
        return Wanted(
            (tag,) if tag in self._tags else None,
            language if language in spoken else "",
        )


def _spoken(ahead: Ahead) -> list[str]:
    """Return the languages that anybody speaks, or that a shift is for."""
    mates = {code for mate in ahead.mates for code in mate.terms.languages}
    rota = ahead.book.rota
    lines = {code for line in rota.weekly for code in line.languages}
    once = {code for line in rota.temporary for code in line.languages}
    return sorted(mates | lines | once)


def _title(wanted: Wanted) -> str:
    of = listed(list(wanted.tags or ["every room"]))
    language = LANGUAGES.get(wanted.language, wanted.language)
    return f"The week ahead for {of}" + (f", in {language}" if language else "")


def _standing(mate: Mate, on_shift: Container[PeerId | None]) -> Standing:
    on = mate.id in on_shift
    return Standing(mate.desk_name, mate.reachable, mate.likely, mate.terms.ready, on)


def _is_ready(me: Deskmate, mates: Iterable[Mate]) -> bool:
    return any(mate.id == me.id and mate.terms.ready for mate in mates)


def gap_lines(ahead: Ahead, wanted: Wanted, me: str) -> Sequence[GapLine]:
    """Return the gaps ahead, each day's by itself, the nearest first.

    Where everybody is asked about, those for some rooms or a language are among them;
    hours of these may be taken by whoever would fill them.
    """
    wall = Wall(ahead.zone, ahead.now)
    gaps = [(gap, "", True) for gap in ahead.gaps(wanted)]
    if wanted == ANYBODY:
        gaps += [
            (gap, f" {whom(promise)}", ahead.could_fill(me, gap.hours, promise.wanted))
            for gap, promise in ahead.lacks()
        ]
    return [
        GapLine(wall.span(part), _why(gap, for_), pieces(part, wall) if may else ())
        for gap, for_, may in sorted(gaps)
        for part in by_day(gap.hours, wall.zone)
    ]


def _why(gap: Gap, for_: str) -> str:
    if not gap.rostered:
        return f"nobody yet{for_}"
    who = count(gap.rostered, "peer", "peers")
    return f"{who} rostered{for_}, who cannot be reached"


def _told(ahead: Ahead, cells: Sequence[Cell] | None) -> str:
    return told(ahead.honest(ahead.cells(ANYBODY) if cells is None else cells))
