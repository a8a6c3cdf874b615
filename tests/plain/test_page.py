"""Somebody without script is heard like everybody: they press, write, read, end it."""

import re
from http.cookiejar import DefaultCookiePolicy

import httpx2
import pytest

from chat.model import RoomName
from chat.oncall.stages import End, State
from chat.plain.keepsake import NEW_PER_MINUTE
from chat.talkroom import talk_of
from chat.text import MAX_CHARACTERS
from tests.plain.conftest import OURS, Porch, words_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

SMALL = 10_000


async def test_the_page_is_small_and_has_no_script(phone: httpx2.AsyncClient):
    answer = await phone.get("/talk")

    assert answer.status_code == 200
    assert len(answer.content) < SMALL
    assert "<script" not in answer.text
    assert "style=" not in answer.text
    assert "talk" not in phone.cookies


async def test_one_press_raises_a_need(porch: Porch, phone: httpx2.AsyncClient):
    answer = await phone.post("/talk")

    known = await porch.need_of(phone)
    assert known.told.source == "pressed"
    assert answer.url.path == "/talk"
    assert answer.headers["refresh"] == "8"
    assert len(answer.content) < SMALL


async def test_a_few_words_and_a_wish_go_with_it(
    porch: Porch, phone: httpx2.AsyncClient
):
    await phone.post(
        "/talk",
        data={"words": "bad night", "wish": "distract"},
        headers={"accept-language": "en-ZA,en;q=0.9"},
    )

    told = (await porch.need_of(phone)).told
    assert (told.words, told.wish, told.language) == ("bad night", "distract", "en")


async def test_words_that_cannot_be_sent_stop_no_need(
    porch: Porch, phone: httpx2.AsyncClient
):
    answer = await phone.post("/talk", data={"words": "help\x85me"})

    assert answer.status_code == 422
    assert "That you need to talk has reached us." in words_of(answer)
    assert "characters which cannot be sent" in words_of(answer)
    assert (await porch.need_of(phone)).told.words == ""


async def test_while_nobody_can_come_it_says_when_somebody_usually_is_here(
    porch: Porch, phone: httpx2.AsyncClient
):
    await phone.post("/talk")
    await porch.service.switchboard.escalator.tick()

    page = words_of(await phone.get("/talk"))
    assert "None of us can be reached" in page
    assert "There are no hours yet" in page
    assert page.index("South Africa") < page.index("There are no hours yet")


async def test_a_page_with_script_learns_whether_a_talk_is_open_here(
    phone: httpx2.AsyncClient,
):
    unknown = await phone.get("/talk/open")
    await phone.post("/talk")
    open_ = await phone.get("/talk/open")
    await phone.post("/talk/over")
    over = await phone.get("/talk/open")

    found = [answer.status_code for answer in (unknown, open_, over)]
    assert found == [204, 200, 204]
    assert {answer.content for answer in (unknown, open_, over)} == {b""}
    assert "talk" not in unknown.cookies
    assert open_.headers["cache-control"] == "no-store"


async def test_a_wish_that_nobody_knows_stops_nobody(
    porch: Porch, phone: httpx2.AsyncClient
):
    await phone.post("/talk", data={"wish": "champagne"})

    assert (await porch.need_of(phone)).told.wish == ""


async def test_two_phones_have_two_talks(porch: Porch, phone: httpx2.AsyncClient):
    await phone.post("/talk")
    async with porch.phone() as other:
        await other.post("/talk")

        assert await porch.need_of(phone) != await porch.need_of(other)


async def test_what_is_written_is_read_by_the_peer_who_comes_and_answered(
    porch: Porch, phone: httpx2.AsyncClient
):
    await phone.post("/talk")
    await writes(phone, "I do not know where to begin")
    id_ = await porch.comes(await porch.need_of(phone))
    await porch.says(id_, "Begin anywhere. I am here.")

    page = await phone.get("/talk")

    assert page.headers["refresh"] == "5"
    told = words_of(page)
    assert "Somebody is with you." in told
    assert told.index("Begin anywhere") < told.index("I do not know where to begin")
    assert "is a peer, and is here for you" in told


async def test_the_page_to_write_on_does_not_come_anew(
    porch: Porch, phone: httpx2.AsyncClient
):
    await phone.post("/talk")
    id_ = await porch.comes(await porch.need_of(phone))
    await porch.says(id_, "Hello, I am here")

    page = await phone.get("/talk/write")

    assert "refresh" not in page.headers
    assert "Hello, I am here" in words_of(page)


async def test_the_need_knows_that_its_member_waits(
    porch: Porch, phone: httpx2.AsyncClient
):
    await phone.post("/talk")
    id_ = await porch.comes(await porch.need_of(phone))
    await porch.says(id_, "Hello, I am here")
    await writes(phone, "thank you")
    await porch.service.callroom._marks.round()

    assert (await porch.need_of(phone)).need.unanswered_since is not None


@pytest.mark.parametrize("path", ["/talk", "/talk/write"])
async def test_a_peer_sees_that_whoever_reads_is_there(
    porch: Porch, phone: httpx2.AsyncClient, path: str
):
    pressed = await phone.post("/talk", follow_redirects=False)
    await phone.post(pressed.headers["location"], follow_redirects=False)
    known = await porch.need_of(phone)

    await phone.get(path)

    talk = RoomName(talk_of(known.need.id))
    secret = bytes.fromhex(phone.cookies["talk"])[:16]
    member = porch.service.identity.member(secret, talk, 0)
    assert porch.service.rooms.is_here(talk, member.id)


async def test_what_is_said_is_screened_as_everywhere(
    porch: Porch, phone: httpx2.AsyncClient
):
    await phone.post("/talk")
    page = await writes(phone, "call me on 082 123 4567 please")

    assert "4567" not in page.text
    assert "[phone number]" in words_of(page)


async def test_what_cannot_be_said_is_kept_in_the_box_with_the_reason(
    phone: httpx2.AsyncClient,
):
    await phone.post("/talk")
    page = await writes(phone, "kill yourself, nobody wants you here")

    assert page.status_code == 422
    assert "cannot be said here" in words_of(page)
    assert "nobody wants you here</textarea>" in page.text


@pytest.mark.parametrize(
    ("text", "why"), [(" ", "nothing at all"), ("x" * 2001, "too long")]
)
async def test_no_line_and_too_long_a_line_are_explained(
    phone: httpx2.AsyncClient, text: str, why: str
):
    await phone.post("/talk")

    assert why in words_of(await writes(phone, text))


async def test_a_member_may_say_that_they_are_all_right(
    porch: Porch, phone: httpx2.AsyncClient
):
    await phone.post("/talk")
    known = await porch.need_of(phone)
    page = await phone.post("/talk/over")

    need = (await porch.needs.known(known.need.id)).need
    assert (need.state, need.end) == (State.ENDED, End.WITHDREW)
    assert "nobody asks why" in words_of(page)
    assert "refresh" not in page.headers


async def test_a_member_may_be_called_back(porch: Porch, phone: httpx2.AsyncClient):
    await phone.post("/talk")
    known = await porch.need_of(phone)
    assert "in 4 hours" in words_of(await phone.get("/talk/later"))

    page = await phone.post("/talk/later", data={"hours": "4"})

    assert "We call a peer for you in about 4 hours" in words_of(page)
    need = (await porch.needs.known(known.need.id)).need
    assert need.call_back_at is not None


@pytest.mark.parametrize("hours", ["", "0", "9999", "x"])
async def test_no_other_time_is_taken(
    porch: Porch, phone: httpx2.AsyncClient, hours: str
):
    await phone.post("/talk")
    page = await phone.post("/talk/later", data={"hours": hours})

    assert page.status_code == 422
    assert "Please choose one of these times." in words_of(page)
    assert (await porch.need_of(phone)).need.is_open


async def test_the_longest_line_arrives_in_every_script(porch: Porch):
    # Each sign takes nine bytes of a form.
    text = "".join(chr(0x4E00 + 7 * n) for n in range(MAX_CHARACTERS))
    async with httpx2.AsyncClient(
        base_url=porch.house.url,
        headers={"origin": porch.house.url, **OURS},
        follow_redirects=True,
    ) as phone:
        await phone.post("/talk")
        page = await writes(phone, text)

    assert page.url.path == "/talk"
    assert text in page.text


async def test_nobody_is_led_to_another_ones_talk(
    porch: Porch, phone: httpx2.AsyncClient
):
    await phone.post("/talk")
    await writes(phone, "this is for one peer")
    async with porch.phone() as other:
        other.cookies.set("talk", "00" * 12 + "11" * 12, path="/talk")

        assert "this is for one peer" not in (await other.get("/talk")).text
        assert (await other.get("/talk/write")).url.path == "/talk"


async def test_the_cookie_is_for_this_page_alone(phone: httpx2.AsyncClient):
    answer = await phone.post("/talk", follow_redirects=False)

    kept = answer.headers["set-cookie"]
    for told in ("HttpOnly", "Path=/talk", "SameSite=strict"):
        assert told in kept
    assert "Secure" not in kept


async def test_over_https_the_cookie_never_leaves_in_the_clear(porch: Porch):
    async with porch.phone() as phone:
        url = porch.house.url.replace("http:", "https:")
        answer = await phone.post(f"{url}/talk", follow_redirects=False)

    assert "Secure" in answer.headers["set-cookie"]


async def test_the_talk_can_be_forgotten_on_a_phone_that_others_use(
    phone: httpx2.AsyncClient,
):
    await phone.post("/talk")
    await phone.post("/talk/over")
    page = await phone.post("/talk/forget")

    assert "talk" not in phone.cookies
    assert "Do you need to talk?" in words_of(page)


async def test_the_country_is_forgotten_with_the_talk(phone: httpx2.AsyncClient):
    await phone.get("/talk?country=NZ")
    await phone.post("/talk")
    page = await phone.post("/talk/forget")

    assert list(phone.cookies) == []
    assert "Help lines in New Zealand" not in words_of(page)


@pytest.mark.parametrize(
    "whence",
    [
        {"origin": "https://evil.example", "sec-fetch-site": "cross-site"},
        {"origin": "null", "sec-fetch-site": "cross-site"},
        {"origin": "https://evil.example", "sec-fetch-site": "same-site"},
    ],
)
async def test_another_page_cannot_press_for_anybody(
    porch: Porch, phone: httpx2.AsyncClient, whence: dict[str, str]
):
    before = await porch.count()
    page = await phone.post("/talk", headers=whence)

    assert "Please press once more" in words_of(page)
    assert await porch.count() == before


async def test_an_old_phone_that_does_not_say_whence_presses_once_more(porch: Porch):
    async with porch.phone() as phone:
        for name in ("origin", *OURS):
            del phone.headers[name]
        before = await porch.count()
        page = await phone.post("/talk", headers={"origin": "null"})
        assert await porch.count() == before
        (mark,) = set(re.findall(r'name="mark" value="(\w+)"', page.text))

        await phone.post("/talk", data={"mark": mark}, headers={"origin": "null"})

        assert await porch.count() == before + 1


async def test_a_mark_of_another_phone_is_none(porch: Porch):
    async with porch.phone(origin="null") as phone:
        phone.headers["sec-fetch-site"] = "cross-site"
        before = await porch.count()
        await phone.post("/talk")
        await phone.post("/talk", data={"mark": "00" * 16})

        assert await porch.count() == before


async def test_where_too_many_press_they_are_told_and_nobody_else_is(porch: Porch):
    async def pressed() -> httpx2.Response:
        async with porch.phone("198.51.100.7") as phone:
            return await phone.post("/talk", follow_redirects=False)

    page = await pressed()
    for _ in range(2 * NEW_PER_MINUTE):
        if page.status_code == 429:
            break
        page = await pressed()
    async with porch.phone("192.0.2.1") as phone:
        elsewhere = await phone.post("/talk")

    assert page.status_code == 429
    assert "Many people near you" in words_of(page)
    assert "help line" in words_of(page)
    assert elsewhere.status_code == 200


async def test_nobody_is_called_for_a_phone_that_keeps_no_cookie_and_it_is_told_so(
    porch: Porch, phone: httpx2.AsyncClient
):
    before = await porch.count()
    phone.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    page = await phone.post("/talk", data={"words": "bad night"})

    told = words_of(page)
    assert "keeps no cookies" in told
    assert page.text.index('id="lines"') < page.text.index("I need to talk<")
    assert "bad night</textarea>" in page.text
    assert await porch.count() == before


async def test_whoever_wants_it_still_has_it_still(phone: httpx2.AsyncClient):
    await phone.post("/talk")

    assert "refresh" not in (await phone.get("/talk?still")).headers


async def test_the_lines_of_ones_country_are_shown_once_it_is_chosen(
    phone: httpx2.AsyncClient,
):
    page = await phone.get("/talk?country=NZ")

    assert "Help lines in New Zealand" in words_of(page)
    assert 'href="tel:1737"' in page.text
    assert 'href="tel:0800567567"' not in page.text


async def test_no_answer_of_these_pages_stays_in_the_browser(
    phone: httpx2.AsyncClient,
):
    for path in ("/talk", "/talk/later", "/talk/write"):
        answer = await phone.get(path)
        assert answer.headers["cache-control"] == "no-store"


async def test_while_the_database_is_down_the_lines_come_first(
    porch: Porch, phone: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
):
    await phone.post("/talk")
    monkeypatch.setattr(porch.service.backroom.database, "engine", NoEngine())

    page = await phone.post("/talk", data={"words": "please"})

    assert page.status_code == 503
    told = words_of(page)
    assert told.index("could not be done just now") < told.index("In danger now?")
    assert told.index("In danger now?") < told.index("Press, and we call a peer")
    assert ">please</textarea>" in page.text
    assert (await phone.get("/talk")).headers["refresh"] == "8"


class NoEngine:
    """A database that is not there."""

    def connect(self):
        raise ConnectionRefusedError


async def writes(phone: httpx2.AsyncClient, text: str) -> httpx2.Response:
    """Write a line on its page."""
    page = await phone.get("/talk/write")
    (id_,) = re.findall(r'name="id" value="(\w+)"', page.text)
    return await phone.post("/talk/write", data={"text": text, "id": id_})
