"""How we reach you: one's devices, address and phone, and whether alerts arrive."""

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from chat.clock import Clock
from chat.desk.confirming import Confirming, capped
from chat.desk.frame import go, said, show
from chat.desk.guard import Endpoint, Guard
from chat.desk.wording import ago
from chat.oncall.coverage import SOON
from chat.oncall.enlisting import LONGEST_LABEL, Enlisting
from chat.oncall.refusals import BadWay
from chat.oncall.ways import Reach, Ways
from chat.roles import may
from chat.signing.sittings import Deskmate
from chat.store.instants import kept
from chat.store.ways import Way

HERE: Final = "/staff/ways"

_KINDS: Final = {"push": "This device", "email": "Mail", "webhook": "Your phone"}
_NOTES: Final = {
    "push": "This device is set up. A test is on its way to it.",
    "email": "We sent a first mail. Open the link in it, and the address is set up.",
    "webhook": "Kept. Send yourself a test now.",
    "test": "A test is on its way.",
    "remove": "Removed. Nothing goes there any more.",
}

_BETWEEN_SHIFTS: Final = (
    "Nothing has reached you lately, as is usual between two shifts. "
    "We try your ways before the next one begins."
)

NextShift = Callable[[str], Awaitable[datetime | None]]
"""Returns when somebody's shift begins that is on, or in the next three days."""


class Row(NamedTuple):
    """A way as its peer sees it."""

    id: str
    kind: str
    label: str
    state: str
    """`good`, `old`, `waiting` or `bad`."""
    words: str
    mark: str
    """By which a browser knows itself, if it is one."""
    can_test: bool
    likely: bool
    """It has worked lately enough for the shifts ahead."""


class Standing(NamedTuple):
    """Whether somebody can be reached, in words."""

    reachable: bool
    alarm: bool
    words: str


class Mate(NamedTuple):
    """Whether a colleague can be reached, as a coordinator sees it."""

    name: str
    state: str
    words: str


class WaysPage:
    """The page on which peers say how they are reached."""

    def __init__(
        self,
        *,
        ways: Ways,
        enlisting: Enlisting,
        key: str,
        next_shift: NextShift,
        clock: Clock,
    ) -> None:
        """Have browsers subscribe by a key."""
        self._ways = ways
        self._enlisting = enlisting
        self._key = key
        self._next_shift = next_shift
        self._clock = clock

    def routes(self, guard: Guard) -> list[BaseRoute]:
        """Return the routes for those who have signed in."""

        def post(path: str, endpoint: Endpoint) -> BaseRoute:
            return Route(path, guard.page(endpoint, "calls"), methods=["POST"])

        return [
            Route(HERE, guard.page(self.show, "calls")),
            Route(f"{HERE}.json", guard.page(self.rows, "calls")),
            post(f"{HERE}/push", self.add_push),
            post(f"{HERE}/email", self.add_email),
            post(f"{HERE}/webhook", self.add_webhook),
            post(f"{HERE}/test", self.test),
            post(f"{HERE}/remove", self.remove),
        ]

    async def show(self, request: Request, me: Deskmate) -> Response:
        """Show how somebody is reached."""
        return await self._show(me, note=_NOTES.get(said(request.query_params, "did")))

    async def _show(
        self,
        me: Deskmate,
        *,
        note: str | None = None,
        refused: BadWay | None = None,
        entered: str = "",
    ) -> Response:
        rows = await self._rows(me)
        return show(
            "ways", me, "Reach me", 400 if refused else 200,
            note=note, refused=refused, entered=entered, rows=rows, kinds=_KINDS,
            standing=await self._standing(me, rows),
            has=self._enlisting.kinds, key=self._key, longest=LONGEST_LABEL,
            hours=int(self._ways.reachable.total_seconds() // 3600),
            testing=await self._enlisting.is_testing(me.id),
            team=await self._team(me),
        )  # fmt: skip

    async def rows(self, _request: Request, me: Deskmate) -> Response:
        """Return the state of each way, for the page's script."""
        rows = await self._rows(me)
        told = [{"id": r.id, "state": r.state, "words": r.words} for r in rows]
        testing = await self._enlisting.is_testing(me.id)
        return JSONResponse({"ways": told, "testing": testing})

    async def _rows(self, me: Deskmate) -> list[Row]:
        return [self._row(way) for way in await self._ways.of(me.id)]

    def _row(self, way: Way) -> Row:
        now = self._clock.now()
        likely = self._ways.is_likely(way, now)
        state, words = _state(
            way, kept(now), works=self._ways.works(way, now), likely=likely
        )
        mark = _mark(way.address["endpoint"]) if way.kind == "push" else ""
        return Row(
            way.id, way.kind, way.label, state, words, mark, way.is_usable, likely
        )

    async def _team(self, me: Deskmate) -> list[Mate]:
        """Return how everybody is reached, to whoever runs the team."""
        if not may(me.role, "staff"):
            return []
        return [_mate(each) for each in await self._ways.everybody()]

    async def _standing(self, me: Deskmate, rows: Sequence[Row]) -> Standing:
        if any(row.state == "good" for row in rows):
            return Standing(
                True, False, "We can reach you, also when no page of ours is open."
            )
        begins = await self._next_shift(me.id)
        if begins and not _may_wait(begins - self._clock.now(), rows):
            return Standing(
                False, True, "You are on the rota, but we cannot reach you."
            )
        if begins:
            return Standing(False, False, _BETWEEN_SHIFTS)
        return Standing(
            False, False, "We cannot reach you yet, except by a page that is open."
        )

    # What one changes -----------------------------------------------------------------

    async def add_push(self, request: Request, me: Deskmate) -> Response:
        """Keep the browser that asks, and send it a test."""
        told = _object(await capped(request)) if _is_of_a_script(request) else {}
        label, was = str(told.get("label", "")), str(told.get("was", ""))
        subscription = told.get("subscription")
        try:
            proof = await self._enlisting.add_push(me.id, subscription, label, was)
        except BadWay as error:
            return JSONResponse({"told": error.told}, 400)
        return JSONResponse({"proof": proof})

    async def add_email(self, request: Request, me: Deskmate) -> Response:
        """Send a first mail to an address."""
        to = said(await request.form(), "to", 300)
        try:
            await self._enlisting.add_email(me.id, to)
        except BadWay as error:
            return await self._show(me, refused=error, entered=to)
        return go(f"{HERE}?did=email")

    async def add_webhook(self, request: Request, me: Deskmate) -> Response:
        """Have the operator's bridge ring somebody."""
        label = said(await request.form(), "label", LONGEST_LABEL)
        try:
            await self._enlisting.add_webhook(me.id, label)
        except BadWay as error:
            return await self._show(me, refused=error)
        return go(f"{HERE}?did=webhook")

    async def test(self, request: Request, me: Deskmate) -> Response:
        """Send a test by one way."""
        try:
            await self._enlisting.test(me.id, said(await request.form(), "id", 64))
        except BadWay as error:
            return await self._show(me, refused=error)
        return go(f"{HERE}?did=test")

    async def remove(self, request: Request, me: Deskmate) -> Response:
        """Forget a way."""
        try:
            await self._enlisting.remove(me.id, said(await request.form(), "id", 64))
        except BadWay as error:
            return await self._show(me, refused=error)
        return go(f"{HERE}?did=remove")


def ways_routes(
    *,
    guard: Guard,
    ways: Ways,
    enlisting: Enlisting,
    key: str,
    next_shift: NextShift,
    clock: Clock,
) -> list[BaseRoute]:
    """Return the routes of being reached; those below `/staff/confirm` are open.

    `key` is what browsers subscribe with.
    """
    page = WaysPage(
        ways=ways, enlisting=enlisting, key=key, next_shift=next_shift, clock=clock
    )
    confirming = Confirming(guard=guard, ways=ways, enlisting=enlisting, key=key)
    return [*page.routes(guard), *confirming.routes()]


def _may_wait(ahead: timedelta, rows: Sequence[Row]) -> bool:
    """Tell whether what is silent now has worked, and will be tried before a shift."""
    return ahead > SOON and any(row.likely for row in rows)


def _state(way: Way, now: int, *, works: bool, likely: bool) -> tuple[str, str]:
    """Return how it stands with a way."""
    if way.failed_at is not None:
        return "bad", way.why
    if way.confirmed_at is None:
        if way.kind == "email":
            return "waiting", "Not used yet: open the link in our first mail."
        return "waiting", "Nothing has arrived here yet."
    since = ago((now - way.confirmed_at) / 1000)
    when = since if since == "just now" else f"{since} ago"
    if works:
        return "good", f"Works: an alert arrived {when}."
    then = "We try it before your next shift." if likely else "Please send a test."
    return "old", f"An alert last arrived {when}. {then}"


def _mate(each: Reach) -> Mate:
    """Return whether a colleague can be reached; where is nobody else's business."""
    failures = [way.why for way in each.ways if way.failed_at is not None]
    if each.reachable:
        but = f" One way does not work: {failures[0]}" if failures else ""
        return Mate(each.name, "good", f"Can be reached.{but}")
    if failures:
        return Mate(each.name, "bad", failures[0])
    if each.likely:
        return Mate(each.name, "waiting", "Was reached in the last two weeks.")
    if each.ways:
        return Mate(each.name, "old", "Nothing has arrived there lately.")
    return Mate(each.name, "waiting", "Has set up no way yet.")


def _mark(endpoint: str) -> str:
    return hashlib.sha256(endpoint.encode()).hexdigest()[:16]


def _is_of_a_script(request: Request) -> bool:
    """Tell whether what is sent is JSON; a form has been read for its token by now."""
    return request.headers.get("content-type", "").startswith("application/json")


def _object(body: bytes) -> Mapping[str, object]:
    """Return what a script sent; nothing where it is no object."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
