"""Whatever is pressed twice, too fast or on an old page: it stands as it does."""

import httpx2
import pytest

from chat.pacing import CALLS_PER_MINUTE
from tests.plain.conftest import Porch, words_of

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_pressing_again_is_the_same_need(porch: Porch, phone: httpx2.AsyncClient):
    await phone.post("/talk")
    await phone.post("/talk", data={"words": "still here"})

    assert (await porch.need_of(phone)).told.words == "still here"


async def test_a_form_that_is_sent_twice_says_it_once(
    porch: Porch, phone: httpx2.AsyncClient
):
    await phone.post("/talk")
    form = {"text": "only once", "id": "00112233445566aa"}
    await phone.post("/talk/write", data=form)
    page = await phone.post("/talk/write", data=form)

    assert words_of(page).count("only once") == 1


async def test_a_time_that_is_sent_twice_is_the_same_promise(
    phone: httpx2.AsyncClient,
):
    await phone.post("/talk")
    await phone.post("/talk/later", data={"hours": "4"})
    page = await phone.post("/talk/later", data={"hours": "4"})

    assert page.status_code == 200
    assert "We call a peer for you in about 4 hours" in words_of(page)


@pytest.mark.parametrize("path", ["/talk/write", "/talk/later", "/talk/more"])
async def test_going_back_to_a_page_of_a_talk_that_is_over_shows_that_it_is(
    phone: httpx2.AsyncClient, path: str
):
    await phone.post("/talk")
    await phone.post("/talk/over")

    page = await phone.get(path)

    assert page.url.path == "/talk"
    assert "This talk is over." in words_of(page)


@pytest.mark.parametrize("path", ["/talk/over", "/talk/forget", "/talk/", "/talk/x"])
async def test_an_address_that_only_forms_have_leads_to_the_page(
    phone: httpx2.AsyncClient, path: str
):
    page = await phone.get(path)

    assert page.url.path == "/talk"
    assert page.status_code == 200


async def test_whoever_taps_many_times_sees_the_same_page(
    porch: Porch, phone: httpx2.AsyncClient
):
    await phone.post("/talk")
    known = await porch.need_of(phone)

    taps = [
        await phone.post("/talk", follow_redirects=False)
        for _ in range(CALLS_PER_MINUTE)
    ]

    assert {tap.headers.get("location") for tap in taps} == {"/talk?came"}
    assert "Write" in words_of(await phone.get("/talk"))
    assert (await porch.need_of(phone)).need.id == known.need.id


async def test_two_taps_before_the_page_comes_are_one_need(
    porch: Porch, phone: httpx2.AsyncClient
):
    before = await porch.count()
    # With the second tap a browser waits no more for what the first is answered.
    await phone.post("/talk", follow_redirects=False)
    phone.cookies.clear()

    await phone.post("/talk")

    assert await porch.count() == before + 1
    assert (await porch.need_of(phone)).need.is_open


async def test_whoever_asks_too_fast_still_sees_how_it_stands(
    phone: httpx2.AsyncClient,
):
    page = await phone.post("/talk")
    while page.status_code == 200:
        page = await phone.post("/talk/later", data={"hours": "1"})

    assert page.status_code == 429
    told = words_of(page)
    assert "We will call again." in told
    assert "A little slower, please." in told
    assert "Do you need to talk?" not in told


async def test_nobody_who_needs_somebody_asks_too_often(
    porch: Porch, phone: httpx2.AsyncClient
):
    await phone.post("/talk")
    while (await phone.post("/talk/over")).status_code == 200:
        pass

    page = await phone.post("/talk")

    assert page.status_code == 200
    assert (await porch.need_of(phone)).need.is_open
