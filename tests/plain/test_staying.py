"""Stay with me, without script: whoever does not say "I am here" is called for."""

import re
from datetime import timedelta

import httpx2
import pytest

from chat.model import MemberId, RoomName
from chat.oncall.stays import Stay, Stays
from tests.plain.conftest import Porch, words_of
from tests.plain.test_page import NoEngine, writes
from tests.support.clock import FakeClock

pytestmark = pytest.mark.asyncio(loop_scope="module")

SMALL = 10_000


async def stay_of(porch: Porch, phone: httpx2.AsyncClient) -> Stay | None:
    """Return the check-in that is awaited of a phone."""
    secret = bytes.fromhex(phone.cookies["talk"])[:16]
    handle = porch.service.identity.handle(secret)
    return await porch.service.callroom.stays.of(handle)


async def begins(phone: httpx2.AsyncClient, minutes: str = "10") -> httpx2.Response:
    """Choose how often to check in, on its page."""
    await phone.get("/talk/stay")
    return await phone.post("/talk/stay", data={"minutes": minutes})


def stays_at(porch: Porch, minutes: int) -> Stays:
    """Return the check-ins as they are looked at so many minutes from now."""
    return Stays(
        database=porch.service.backroom.database,
        clock=FakeClock(porch.service.clock.now() + timedelta(minutes=minutes)),
        needs=porch.needs,
        changed=porch.service.backroom.doorbell.changed,
    )


async def pass_minutes(porch: Porch, minutes: int) -> None:
    """Have the worker look as if so many minutes had passed."""
    await stays_at(porch, minutes).round()


async def test_how_often_can_be_chosen_on_a_small_page(phone: httpx2.AsyncClient):
    assert 'href="/talk/stay"' in (await phone.get("/talk")).text

    page = await phone.get("/talk/stay")

    assert re.findall(r'name="minutes" value="(\d+)"', page.text) == ["10", "20", "30"]
    assert len(page.content) < SMALL
    assert "refresh" not in page.headers


async def test_the_page_says_by_when_to_check_in_and_looks_again_by_itself(
    porch: Porch, phone: httpx2.AsyncClient
):
    page = await begins(phone, "20")

    assert "Check in within 20 minutes." in words_of(page)
    assert page.url.path == "/talk"
    assert page.headers["refresh"] == "30"
    assert len(page.content) < SMALL
    stay = await stay_of(porch, phone)
    assert stay is not None
    assert stay.minutes == 20


async def test_the_button_stands_before_the_check_in(phone: httpx2.AsyncClient):
    page = words_of(await begins(phone))

    assert page.index("I need to talk now") < page.index("Check in within")


async def test_i_am_here_moves_the_next_check_in(
    porch: Porch, phone: httpx2.AsyncClient
):
    page = await begins(phone, "10")
    assert 'name="minutes" value="10">I am here' in page.text
    await begins(phone, "30")
    page = await phone.post("/talk/stay", data={"minutes": "10"})

    stay = await stay_of(porch, phone)
    assert stay is not None
    assert abs(stay.due - porch.service.clock.seconds() - 600) < 5
    assert "Check in within 10 minutes." in words_of(page)


async def test_it_can_be_stopped(porch: Porch, phone: httpx2.AsyncClient):
    await begins(phone)
    page = await phone.post("/talk/stay", data={"minutes": "0"})

    assert await stay_of(porch, phone) is None
    assert "Do you need to talk?" in words_of(page)
    assert "refresh" not in page.headers


async def test_a_miss_raises_the_need_and_the_page_says_why(
    porch: Porch, phone: httpx2.AsyncClient
):
    await begins(phone)
    await pass_minutes(porch, 12)

    page = await phone.get("/talk")

    assert (await porch.need_of(phone)).told.source == "stay"
    assert "You did not check in, so we are asking a peer to come." in words_of(page)
    assert page.headers["refresh"] == "8"
    assert await stay_of(porch, phone) is None
    await phone.post("/talk/over")


async def test_who_is_there_in_time_is_not_called_for(
    porch: Porch, phone: httpx2.AsyncClient
):
    await begins(phone, "20")
    before = await porch.count()
    await pass_minutes(porch, 20)

    assert await porch.count() == before


@pytest.mark.parametrize("minutes", ["", "5", "-10", "ten", "1000"])
async def test_any_other_time_is_refused_with_what_can_be_chosen(
    porch: Porch, phone: httpx2.AsyncClient, minutes: str
):
    await begins(phone)
    page = await phone.post("/talk/stay", data={"minutes": minutes})

    assert page.status_code == 422
    assert "Please choose 10, 20 or 30 minutes." in words_of(page)
    stay = await stay_of(porch, phone)
    assert stay is not None
    assert stay.minutes == 10


async def test_a_line_that_is_written_says_that_one_is_here(
    porch: Porch, phone: httpx2.AsyncClient
):
    await phone.post("/talk")
    await begins(phone)
    stay = await stay_of(porch, phone)
    assert stay is not None
    await stays_at(porch, -8).stay(
        handle=stay.handle, room=RoomName(""), member=MemberId(b""), who=b"",
        minutes=10, language="",
    )  # fmt: skip
    told = words_of(await phone.get("/talk/write"))
    assert "Check in within 2 minutes. What you send" in told

    await writes(phone, "still in the bathroom")

    stay = await stay_of(porch, phone)
    assert stay is not None
    assert abs(stay.due - porch.service.clock.seconds() - 600) < 5
    await phone.post("/talk/over")


async def test_a_line_begins_no_check_in(porch: Porch, phone: httpx2.AsyncClient):
    await phone.post("/talk")
    await writes(phone, "hello")

    assert await stay_of(porch, phone) is None


async def test_nobody_is_awaited_whose_phone_keeps_no_cookie(
    porch: Porch, phone: httpx2.AsyncClient
):
    await phone.get("/talk/stay")
    phone.cookies.clear()
    before = len(await porch.service.callroom.stays.all())

    page = await phone.post("/talk/stay", data={"minutes": "10"})

    assert "keeps no cookies" in words_of(page)
    assert len(await porch.service.callroom.stays.all()) == before


async def test_whoever_has_the_talk_forgotten_is_not_called_for(
    porch: Porch, phone: httpx2.AsyncClient
):
    page = await begins(phone)
    assert "Forget this talk here" not in page.text
    before = len(await porch.service.callroom.stays.all())

    await phone.post("/talk/forget")

    assert "talk" not in phone.cookies
    assert len(await porch.service.callroom.stays.all()) == before - 1


async def test_another_page_cannot_stop_anybodys_check_in(
    porch: Porch, phone: httpx2.AsyncClient
):
    await begins(phone)
    page = await phone.post(
        "/talk/stay",
        data={"minutes": "0"},
        headers={"origin": "https://evil.example", "sec-fetch-site": "cross-site"},
    )

    assert await stay_of(porch, phone) is not None
    assert "Please press once more" in words_of(page)
    assert "10 minutes" in words_of(page)


async def test_an_old_phone_that_does_not_say_whence_is_heard_at_once(porch: Porch):
    async with porch.phone(origin="null") as phone:
        for name in ("sec-fetch-site", "sec-fetch-mode"):
            del phone.headers[name]
        page = await phone.get("/talk/stay")
        (mark,) = set(re.findall(r'name="mark" value="(\w+)"', page.text))

        await phone.post("/talk/stay", data={"mark": mark, "minutes": "10"})

        assert await stay_of(porch, phone) is not None


async def test_while_the_database_is_down_one_can_try_again_where_one_was(
    porch: Porch, phone: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
):
    await begins(phone)
    with monkeypatch.context() as down:
        down.setattr(porch.service.backroom.database, "engine", NoEngine())
        page = await phone.post("/talk/stay", data={"minutes": "10"})

    assert page.status_code == 503
    assert "could not be done just now" in words_of(page)
    assert "20 minutes" in words_of(page)
