"""The desk in a real browser: everybody can use it, and it changes by itself."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from chat import bulletin
from chat.casework.ladder import Act
from chat.model import Grade
from tests.browser.axe import violations
from tests.browser.night import fill
from tests.browser.staffed import StaffedDesk
from tests.support.desk import DANGER
from tests.support.redis_server import RedisServer

pytestmark = pytest.mark.asyncio(loop_scope="module")

SIZES = {320: 640, 1280: 800}
FINGER_PX = 44
PLAN: dict[str, Any] = {"flags": (DANGER,), "grade": Grade.HIGH}
TO_TOUCH = "button, select, input:not([type=hidden]), nav a, summary, a.button"
SMALLEST = """all => all.filter(one => one.checkVisibility()).map(one => {
  const touched = one.closest(".check") || one
  const { height } = touched.getBoundingClientRect()
  return [Math.round(height), one.outerHTML.slice(0, 80)]
}).sort((a, b) => a[0] - b[0])[0]"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def night(
    shared_redis: RedisServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[StaffedDesk, Mapping[str, str]]]:
    """Have a desk with a night's work on it, which nobody changes."""
    directory = tmp_path_factory.mktemp("night")
    async with StaffedDesk.standing(directory, shared_redis.url) as desk:
        yield desk, await fill(desk)


@pytest_asyncio.fixture(loop_scope="module")
async def desk(
    shared_redis: RedisServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[StaffedDesk]:
    """Have a desk with nothing on it."""
    directory = tmp_path_factory.mktemp("desk")
    async with StaffedDesk.standing(directory, shared_redis.url) as desk:
        yield desk


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", SIZES)
async def test_every_page_can_be_used_by_everybody(
    night: tuple[StaffedDesk, Mapping[str, str]],
    browser: Browser,
    width: int,
    scheme: str,
):
    desk, pages = night
    size = {"width": width, "height": SIZES[width]}
    async with desk.page(browser, viewport=size, color_scheme=scheme) as page:
        found = {name: await faults(page, path) for name, path in pages.items()}

    assert found == {name: [] for name in pages}


async def faults(page: Page, path: str) -> list[str]:
    """Return what is wrong with a page: by axe, by width, and by a finger's measure."""
    await page.goto(path)
    await is_live(page)
    found = await violations(page)
    if await page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append("wider than the screen")
    height, smallest = await page.locator(TO_TOUCH).evaluate_all(SMALLEST)
    if height < FINGER_PX:
        found.append(f"{height} px high: {smallest}")
    return found


async def is_live(page: Page) -> None:
    await expect(page.locator("[data-line][data-mood=good]")).to_have_count(1)


async def test_a_new_urgent_case_shows_by_itself_and_is_counted(
    desk: StaffedDesk, browser: Browser
):
    async with desk.page(browser) as page:
        await page.goto("/staff")
        await is_live(page)
        await expect(page.locator("[data-empty]")).to_be_visible()

        id_ = await desk.console.case(**PLAN)

        row = page.locator(f'[data-case="{id_}"]')
        await expect(row).to_contain_text("Speaks of suicide")
        await expect(row).to_contain_text("Coffee room")
        await expect(page.locator("[data-empty]")).to_be_hidden()
        await expect(page.locator("[data-count=urgent]")).to_have_text("1")
        await expect(page.locator("[data-news]")).to_have_text("One more urgent case.")


async def test_what_others_do_shows_in_the_row_at_once(
    desk: StaffedDesk, browser: Browser
):
    id_ = await desk.console.case(**PLAN)
    async with desk.console.colleague("Fern") as fern, desk.page(browser) as page:
        await page.goto("/staff")
        await is_live(page)
        row = page.locator(f'[data-case="{id_}"]')
        await expect(row.get_by_role("button", name="Take it")).to_be_visible()

        await fern.post(f"/staff/cases/{id_}/claim")
        await expect(row).to_contain_text("Fern has it")
        await expect(row.get_by_role("button", name="Take it")).to_be_hidden()

        done = Act.asked("nudge", "risk_to_self", words="We have read you.")
        await desk.console.cases.act(id_, fern.id, done)
        await expect(row).to_have_count(0)


async def test_hostile_words_come_into_the_row_as_words(
    desk: StaffedDesk, browser: Browser
):
    async with (
        desk.console.colleague("<b>Fern</b>") as fern,
        desk.page(browser) as page,
    ):
        await page.goto("/staff")
        await is_live(page)

        id_ = await desk.console.case(**PLAN)
        await fern.post(f"/staff/cases/{id_}/claim")

        row = page.locator(f'[data-case="{id_}"]')
        await expect(row).to_contain_text("<b>Fern</b> has it")
        assert await row.locator("b").count() == 0


async def test_the_queue_is_worked_by_keys(desk: StaffedDesk, browser: Browser):
    first, second = [await desk.console.case(**PLAN) for _ in range(2)]
    async with desk.page(browser) as page:
        await page.goto("/staff")
        await is_live(page)

        await page.keyboard.press("j")
        await expect(link(page, first)).to_be_focused()
        await page.keyboard.press("j")
        await expect(link(page, second)).to_be_focused()
        await page.keyboard.press("k")
        await expect(link(page, first)).to_be_focused()
        await page.keyboard.press("c")

        await page.wait_for_url(f"**/staff/cases/{first}?did=claim")
        await expect(page.locator("[data-claimed]")).to_have_text("you have it")


async def test_keys_mean_nothing_while_one_writes_or_once_switched_off(
    desk: StaffedDesk, browser: Browser
):
    id_ = await desk.console.case(**PLAN)
    async with desk.page(browser) as page:
        await page.goto("/staff?search=crisis")
        await is_live(page)
        await page.get_by_role("searchbox").press("j")
        await expect(link(page, id_)).not_to_be_focused()

        await page.goto("/staff/me")
        await page.get_by_label("Keys in the queue").uncheck()
        await page.get_by_role("button", name="Keep it so").click()
        await page.goto("/staff")
        await is_live(page)
        await page.keyboard.press("j")
        await expect(link(page, id_)).not_to_be_focused()


async def test_focus_stays_where_it_is_when_the_queue_changes(
    desk: StaffedDesk, browser: Browser
):
    ids = [await desk.console.case(**PLAN) for _ in range(2)]
    async with desk.console.colleague("Fern") as fern, desk.page(browser) as page:
        await page.goto("/staff")
        await is_live(page)
        await link(page, ids[1]).focus()

        await fern.post(f"/staff/cases/{ids[0]}/claim")

        moved = page.locator(f'[data-case="{ids[0]}"]')
        await expect(moved).to_contain_text("Fern has it")
        await expect(link(page, ids[1])).to_be_focused()


def link(page: Page, id_: str) -> Any:
    return page.locator(f'[data-case="{id_}"] [data-why]')


async def test_what_is_being_written_is_left_alone_when_the_case_changes(
    desk: StaffedDesk, browser: Browser
):
    id_ = await desk.console.case()
    async with desk.console.colleague("Fern") as fern, desk.page(browser) as page:
        await page.goto(f"/staff/cases/{id_}")
        await is_live(page)
        words = page.get_by_label("Words to the member")
        await words.fill("Somebody is")

        await fern.post(f"/staff/cases/{id_}/claim")

        await expect(page.get_by_text("This case has changed")).to_be_visible()
        await expect(page.locator("[data-claimed]")).to_have_text("Fern has it")
        await expect(words).to_have_value("Somebody is")


async def test_others_see_who_looks_at_a_case(desk: StaffedDesk, browser: Browser):
    id_ = await desk.console.case(**PLAN)
    async with (
        desk.page(browser, "Moss") as queue,
        desk.page(browser, "Fern") as case,
    ):
        await queue.goto("/staff")
        await is_live(queue)

        await case.goto(f"/staff/cases/{id_}")

        row = queue.locator(f'[data-case="{id_}"]')
        await expect(row).to_contain_text("Fern is looking")


async def test_ready_made_words_wait_for_their_places_to_be_filled(
    desk: StaffedDesk, browser: Browser
):
    id_ = await desk.console.case()
    async with desk.page(browser) as page:
        await page.goto(f"/staff/cases/{id_}")
        await is_live(page)
        words = page.get_by_label("Words to the member")
        await page.get_by_label("With its member").select_option("nudge")
        await page.locator("#reason").select_option("harassment")

        await page.get_by_label("Ready-made words").select_option("kinder")
        await page.get_by_role("button", name="Do it").click()
        assert "did=act" not in page.url
        await expect(words).to_be_focused()

        await page.get_by_label("Ready-made words").select_option("")
        await page.get_by_label("Ready-made words").select_option("kinder")
        await page.keyboard.insert_text("Quiet Heron")
        await page.get_by_role("button", name="Do it").click()

        await page.wait_for_url("**?did=act")
    [told] = await desk.console.desk.words()
    assert told.text.startswith("Your words to Quiet Heron were harsh.")


async def test_a_sentence_is_covered_until_it_is_touched(
    desk: StaffedDesk, browser: Browser
):
    text = "The first thing. The second thing."
    id_ = await desk.console.case(text=text, masked=text)
    async with desk.page(browser) as page:
        await page.goto(f"/staff/cases/{id_}")
        await page.get_by_label("Why you read it").select_option("decide")
        await page.get_by_role("button", name="Show the first sentence").click()
        await page.get_by_role("button", name="Show the next sentence").click()

        # What was asked for last lies open; what came before is covered again.
        await expect(page.get_by_text("The second thing.")).to_be_visible()
        await expect(page.get_by_text("The first thing.")).to_be_hidden()
        await page.get_by_text("Sentence 1").click()
        await expect(page.get_by_text("The first thing.")).to_be_visible()


async def test_a_bell_shows_on_the_rooms_page_by_itself(
    desk: StaffedDesk, browser: Browser
):
    async with desk.page(browser) as page:
        await page.goto("/staff/rooms")
        await is_live(page)

        desk.tell(bulletin.bell("coffee", desk.console.clock.seconds()))
        desk.tell(bulletin.alarm("newcomers", "joins", 23))

        calls = page.locator("[data-calls] .case__why")
        await expect(calls).to_have_text(
            [
                "First days: 23 came in within a minute",
                "Coffee room: a member asks for one of you",
            ]
        )


async def test_that_somebody_may_not_be_heard_rings_on_every_page(
    desk: StaffedDesk, browser: Browser
):
    async with desk.page(browser) as page:
        await page.goto("/staff/me")
        await is_live(page)

        desk.tell(bulletin.alarm("newcomers", "joins", 23))
        desk.tell(bulletin.alarm("", "overdue", 1))

        ring = page.get_by_role("alert")
        await expect(ring).to_contain_text("may not be heard")
        link = ring.get_by_role("link")
        await expect(link).to_have_attribute("href", "/staff/calls")


async def test_a_database_that_is_down_is_told_on_every_page(
    desk: StaffedDesk, browser: Browser
):
    async with desk.page(browser) as page:
        await page.goto("/staff/me")
        await is_live(page)

        desk.tell(bulletin.store(False, 3))

        line = page.locator("[data-line]")
        await expect(line).to_contain_text(
            "The database is down. Talk goes on; 3 cases"
        )
        desk.tell(bulletin.store(True, 0))
        await is_live(page)


async def test_without_javascript_a_case_is_read_and_done(
    desk: StaffedDesk, browser: Browser
):
    id_ = await desk.console.case(**PLAN)
    async with desk.page(browser, java_script_enabled=False) as page:
        await page.goto("/staff")
        await page.get_by_role("link", name="Speaks of suicide").click()
        await page.get_by_role("button", name="Take this case").click()
        await page.get_by_label("Why you read it").select_option("danger")
        await page.get_by_role("button", name="Show the first sentence").click()
        await expect(page.get_by_text("what was said here")).to_be_visible()

        await page.get_by_label("With its member").select_option("nudge")
        await page.locator("#reason").select_option("risk_to_self")
        await page.get_by_label("Words to the member").fill("We have read you.")
        await page.get_by_role("button", name="Do it").click()

        await expect(page.get_by_text("Done. Thank you.")).to_be_visible()
    assert await desk.console.desk.kinds() == ["nudge"]
    assert (await desk.console.cases.lines(None))[0].id == id_


async def test_without_javascript_nothing_is_said_to_be_live(
    desk: StaffedDesk, browser: Browser
):
    async with desk.page(browser, java_script_enabled=False) as page:
        await page.goto("/staff")

        state = page.locator("[data-line]")
        await expect(state).to_contain_text("how things stood when it was opened")
