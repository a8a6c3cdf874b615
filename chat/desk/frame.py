"""The frame of a staff page: who sits there, where they can go, what they may do."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from starlette.datastructures import FormData, QueryParams, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from chat.desk.templates import page
from chat.roles import VERBS, Role, may
from chat.signing.sittings import Deskmate

PLACES: Final = (
    ("Queue", "/staff", "cases"),
    ("Calls", "/staff/calls", "calls"),
    ("Rooms", "/staff/rooms", "rooms"),
    ("Rules", "/staff/rules", "rules"),
    ("Numbers", "/staff/numbers", "numbers"),
    ("Team", "/staff/team", "staff"),
    ("You", "/staff/me", "desk"),
)
"""Where there is something to do, and what one has to be allowed to do there."""

ON_CALL: Final = (
    ("Calls", "/staff/calls"),
    ("Rota", "/staff/rota"),
    ("Cover", "/staff/coverage"),
    ("Reach me", "/staff/ways"),
    ("Course", "/staff/course"),
)
"""The places of being on call: a row of their own, below, for those with others."""

Places = Sequence[tuple[str, str]]


_MORE_THAN_ANY: Final = 2**53
_LONGEST: Final = 100_000


def show(
    name: str, me: Deskmate, here: str, status: int = 200, **values: Any
) -> Response:
    """Return a page for somebody of the room team."""
    return page(
        name,
        status,
        me=me,
        here=here,
        places=places(me.role),
        beside=beside(me.role, here),
        can=can(me.role),
        **values,
    )


def sorry(
    me: Deskmate,
    status: int,
    title: str,
    words: str,
    way: tuple[str, str] | None = None,
) -> Response:
    """Return a page that says why there is nothing else, and a way on."""
    return show("sorry", me, "", status, title=title, words=words, way=way)


def places(role: Role) -> Places:
    """Return where somebody can go.

    To a peer, who is on call and nothing else, all of that lies open; to the others it
    is one place among many.
    """
    found = [(name, address) for name, address, verb in PLACES if may(role, verb)]
    return found if may(role, "cases") else [*ON_CALL, *found[1:]]


def beside(role: Role, here: str) -> Places:
    """Return where else somebody can go from a place of being on call."""
    within = any(name == here for name, _ in ON_CALL)
    return ON_CALL if within and may(role, "cases") else ()


def can(role: Role) -> Mapping[str, bool]:
    """Return what somebody may do, for templates: `can.undo`."""
    return {verb: may(role, verb) for verb in VERBS}


def go(address: str) -> Response:
    """Return the way to a page after something was changed."""
    return RedirectResponse(address, 303)


def said(values: FormData | QueryParams, name: str, longest: int = _LONGEST) -> str:
    """Return what a form says in one field; nothing where that is too long, or a file.

    A browser ends lines with two characters; what is kept has one.
    """
    value = values.get(name, "")
    if isinstance(value, UploadFile):
        return ""
    value = value.replace("\r\n", "\n").strip()
    return value if len(value) <= longest and "\0" not in value else ""


def number(values: FormData | QueryParams, name: str) -> int:
    """Return the number in one field; 0 where there is none."""
    text = said(values, name, 18)
    return int(text) if text.isascii() and text.isdigit() else 0


def path_number(request: Request) -> int:
    """Return the number in a path; 0, which nothing has, where no database knows it."""
    found: int = request.path_params["id"]
    return found if found < _MORE_THAN_ANY else 0


def ticked(values: FormData, name: str) -> bool:
    """Tell whether a box was ticked."""
    return said(values, name) == "yes"
