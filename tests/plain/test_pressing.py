"""What is said with the press: passed on where it can be, and it never stops a need."""

import re

import httpx2
import pytest

from chat.oncall.asking import SHARES
from chat.plain.pressing import Told, fit
from chat.requests import MOST_NEED_CHARACTERS, MOST_SHARES
from tests.plain.conftest import Porch, words_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

SMALL = 10_000


async def test_what_somebody_has_lived_through_goes_with_the_press(
    porch: Porch, phone: httpx2.AsyncClient
):
    await phone.post("/talk", data={"shares": ["alcohol", "grief"]})

    assert (await porch.need_of(phone)).told.shares == ("alcohol", "grief")


async def test_everything_can_be_ticked_that_can_be_with_script(
    phone: httpx2.AsyncClient,
):
    page = await phone.get("/talk")

    assert re.findall(r'name="shares" value="(\w+)"', page.text) == list(SHARES)
    assert page.text.index("I need to talk</button>") < page.text.index("shares")


async def test_while_a_peer_is_called_more_can_be_said(
    porch: Porch, phone: httpx2.AsyncClient
):
    shown = await phone.post("/talk", data={"words": "bad night"})
    assert 'href="/talk/more"' in shown.text
    assert len((await phone.get("/talk/more")).content) < SMALL

    page = await phone.post("/talk/more", data={"wish": "listen", "shares": "faith"})

    told = (await porch.need_of(phone)).told
    assert (told.words, told.wish, told.shares) == ("bad night", "listen", ("faith",))
    assert "Whoever comes will see it." in words_of(page)
    assert page.headers["refresh"] == "8; url=/talk"


async def test_to_say_more_raises_nothing_for_whoever_is_all_right_by_now(
    porch: Porch, phone: httpx2.AsyncClient
):
    await phone.post("/talk")
    await phone.post("/talk/over")
    before = await porch.count()

    page = await phone.post("/talk/more", data={"words": "from an old page"})

    assert page.url.path == "/talk"
    assert "This talk is over." in words_of(page)
    assert await porch.count() == before
    assert (await phone.get("/talk/more")).url.path == "/talk"


@pytest.mark.parametrize("path", ["/talk", "/talk/more"])
async def test_what_nobody_can_have_ticked_is_refused_and_the_need_is_raised(
    porch: Porch, phone: httpx2.AsyncClient, path: str
):
    if path != "/talk":
        await phone.post("/talk")
    form = {"words": "bad night", "shares": ["grief", "champagne"]}
    page = await phone.post(path, data=form)

    assert page.status_code == 422
    assert "We do not know one of these. Please choose again." in words_of(page)
    assert "bad night</textarea>" in page.text
    assert 'value="grief" checked' in page.text
    told = (await porch.need_of(phone)).told
    assert (told.words, told.shares) == ("bad night", ())


async def test_more_than_are_of_use_are_asked_back(
    porch: Porch, phone: httpx2.AsyncClient
):
    page = await phone.post("/talk", data={"shares": list(SHARES)[: MOST_SHARES + 1]})

    assert f"{MOST_SHARES} are enough" in words_of(page)
    assert (await porch.need_of(phone)).told.shares == ()

    await phone.post("/talk/more", data={"shares": list(SHARES)[:MOST_SHARES]})

    assert (await porch.need_of(phone)).told.shares == tuple(SHARES)[:MOST_SHARES]


def told(words: str = "", wish: str = "", shares: tuple[str, ...] = ()) -> Told:
    return Told(words, wish, shares)


async def test_what_is_right_is_passed_on_beside_what_is_not():
    passed, amiss = fit(told("x" * (MOST_NEED_CHARACTERS + 1), "listen", ("man",)))

    assert passed == told("", "listen", ("man",))
    assert "200 characters are enough" in amiss


async def test_the_same_is_not_said_twice():
    passed, amiss = fit(told("", "champagne", ("champagne",)))

    assert passed == told()
    assert amiss == "We do not know one of these. Please choose again."


async def test_nothing_is_wrong_with_nothing():
    assert fit(told()) == (told(), "")
