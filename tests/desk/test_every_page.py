"""Every page of the desk, whoever wrote it: no way in without a sitting and a role."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from starlette.routing import Route

from chat.desk.guard import COOKIE
from chat.errors import StoreDown
from chat.roles import Role
from chat.store import staff
from chat.store.staff import Account
from tests.support.eventually import PATIENCE_SECONDS, eventually
from tests.support.service import House

OPEN = ("/staff/sign-in", "/staff/enrol", "/staff/confirm")
"""Where whoever is signed out has business."""

FOR_PEERS = (
    "/staff",
    "/staff/account",
    "/staff/calls",
    "/staff/calls.json",
    "/staff/course",
    "/staff/coverage",
    "/staff/duty",
    "/staff/me",
    "/staff/rota",
    "/staff/sign-out",
    "/staff/step-up",
    "/staff/talks",
    "/staff/ways",
    "/staff/ways.json",
)
"""What is everybody's own, with all that is below it; `/staff` alone without."""


def pages(house: House) -> list[tuple[str, str]]:
    """Return every page of the desk: (method, path)."""
    return [
        (method, _path(route.path))
        for route in house.service.staffroom.routes()
        # Members' hours and a peer's calendar are for whoever has their address.
        if isinstance(route, Route) and route.path.startswith("/staff")
        for method in sorted((route.methods or set()) - {"HEAD"})
    ]


def _path(pattern: str) -> str:
    return pattern.replace("{id:int}", "1").replace("{id}", "7f").replace("{", "x")


def is_below(path: str, roots: tuple[str, ...]) -> bool:
    return any(
        path == root or (root != "/staff" and path.startswith(f"{root}/"))
        for root in roots
    )


@pytest.fixture
async def browser(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(
        base_url=house.url, headers={"origin": house.url}, timeout=PATIENCE_SECONDS
    ) as browser:
        yield browser


async def sit(house: House, role: Role) -> dict[str, str]:
    """Sign somebody in; return the headers that their browser sends."""
    await eventually(lambda: is_kept(house, role))
    sittings = house.service.desk.guard._sittings
    token = await sittings.begin(str(role), str(role), role)
    me = await sittings.look(token, active=True)
    assert me is not None
    return {"cookie": f"{COOKIE}={token}", "x-csrf": me.csrf}


async def is_kept(house: House, role: Role) -> bool:
    """Keep somebody of a role; the tables may not be there yet."""
    try:
        async with house.service.backroom.database.begin() as tx:
            if await staff.account(tx, role) is None:
                await staff.add(tx, Account(str(role), str(role), role, 0))
            return True
    except StoreDown:
        return False


async def test_there_are_pages_to_look_at(house: House):
    assert len(pages(house)) > 30


async def test_whoever_is_signed_out_sees_none_and_changes_nothing(
    house: House, browser: httpx2.AsyncClient
):
    for method, path in pages(house):
        if is_below(path, OPEN):
            continue
        answer = await browser.request(method, path)
        if method == "GET":
            assert answer.status_code == 303, path
            assert answer.headers["location"].startswith("/staff/sign-in"), path
        else:
            assert answer.status_code == 401, path


async def test_another_page_changes_nothing(house: House, browser: httpx2.AsyncClient):
    mine = await sit(house, Role.COORDINATOR)
    for method, path in pages(house):
        if method != "GET":
            evil = {**mine, "origin": "https://evil.example"}
            answer = await browser.request(method, path, headers=evil)
            assert answer.status_code == 403, path


async def test_nothing_is_changed_without_the_sittings_token(
    house: House, browser: httpx2.AsyncClient
):
    mine = await sit(house, Role.COORDINATOR)
    del mine["x-csrf"]
    for method, path in pages(house):
        if method != "GET" and not is_below(path, OPEN):
            answer = await browser.request(method, path, headers=mine)
            assert answer.status_code == 403, path


async def test_a_peer_sees_their_own_pages_and_no_moderators(
    house: House, browser: httpx2.AsyncClient
):
    for method, path in pages(house):
        if is_below(path, OPEN) or is_below(path, FOR_PEERS):
            continue
        mine = await sit(house, Role.PEER)
        answer = await browser.request(method, path, headers=mine)
        assert answer.status_code == 403, f"{method} {path}"


async def test_no_page_stays_in_the_browser(house: House, browser: httpx2.AsyncClient):
    mine = await sit(house, Role.COORDINATOR)
    for method, path in pages(house):
        if method == "GET":
            answer = await browser.get(path, headers=mine)
            assert answer.headers["cache-control"] == "no-store", path
            assert answer.status_code < 500, path
