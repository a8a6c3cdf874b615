"""How somebody comes to need to talk, who is called then and who is not, and going."""

import asyncio

from chat.asides import NeedNews
from chat.model import Grade
from chat.oncall.stages import End
from chat.roles import Role
from tests.support.frames import Care, Done, Joined, code
from tests.support.night_shift import NightShift, is_told
from tests.support.peer import need_of

WORDS = "I miss my dad"
WAITING = "is anybody there"
IN_DANGER = "i took all my pills an hour ago and i cant stay awake"
MINUTE, HOUR = 60, 3600


# Beginning


async def test_danger_in_a_room_calls_a_peer_and_the_author_is_told(
    any_night: NightShift,
):
    night = any_night
    otter, wren = await night.member("coffee"), await night.on_duty("Wren")

    await otter.says(IN_DANGER)

    assert (await otter.hears(Care)).grade == Grade.IMMINENT
    told = await is_told(otter, "offered")
    known = await night.the_need()
    assert known.told.source == "crisis"
    assert known.told.case_id
    await wren.is_called(known.need.id)
    await wren.accepts(known.need.id)
    page = await wren.forms.reads(f"/staff/talks/{known.need.id}")
    assert "in danger now" in page
    assert "sounded like danger" in page
    assert isinstance(await otter.join(told.talk), Joined)


async def test_two_tabs_that_press_at_once_have_one_need(any_night: NightShift):
    otter = await any_night.member()
    tab = await any_night.member(secret=otter.secret)

    one, other = await asyncio.gather(otter.presses(WORDS), tab.presses())

    assert one.talk == other.talk
    known = await any_night.the_need()
    assert known.told.words in (WORDS, "")


async def test_whoever_asks_to_be_called_back_is_called_for_again_at_that_time(
    night: NightShift,
):
    otter = await night.member()
    told = await otter.presses()
    at = night.clock.seconds() + HOUR
    await otter.call_back(at)
    promised = await is_told(otter, "ended", "call_back")
    assert promised.call_back_at == at
    assert await night.needs.open_needs() == []

    night.clock.advance(HOUR)
    wren = await night.on_duty("Wren")

    assert (await night.the_need()).need.id == need_of(told.talk)
    await wren.is_called(need_of(told.talk))
    await is_told(otter, "offered")


async def test_a_check_in_that_is_missed_calls_a_peer(night: NightShift):
    otter, wren = await night.member("coffee"), await night.on_duty("Wren")
    assert isinstance(await otter.stay(10, "coffee"), Done)

    await night.passes(11 * MINUTE + 1)
    await night.service.callroom.stays.round()

    known = await night.the_need()
    assert (known.told.source, known.need.room) == ("stay", "coffee")
    await wren.is_called(known.need.id)
    await is_told(otter, "offered")


# Who is called


async def test_with_nobody_on_duty_the_member_is_told_so_and_a_coordinator_is_called(
    night: NightShift,
):
    otter = await night.member()
    await otter.presses()
    alone = await otter.hears(NeedNews)
    while not alone.nobody:
        alone = await otter.hears(NeedNews)
    assert alone.alerted == 0

    birch = await night.at_a_page("Birch", Role.COORDINATOR)

    need = (await night.the_need()).need.id
    await birch.is_called(need)
    assert (await is_told(otter, "offered")).alerted == 1


async def test_a_peer_who_has_not_done_the_course_is_not_called_and_cannot_come(
    night: NightShift,
):
    moss = await night.at_a_page("Moss")
    otter = await night.member()

    await otter.presses()

    need = (await night.the_need()).need.id
    assert (await moss.accepts(need)).status_code == 403
    known = await night.needs.known(need)
    assert (known.need.peer, known.alerted_at) == (None, None)


async def test_a_peer_who_blocks_somebody_is_not_called_for_them_again(
    night: NightShift,
):
    otter = await night.member()
    wren, robin = await night.on_duty("Wren"), await night.on_duty("Robin")
    need = need_of((await otter.presses()).talk)
    await wren.is_called(need)
    await wren.accepts(need)
    await wren.does(need, "block")
    await wren.does(need, "let-go")
    await robin.is_called(need)
    await otter.withdraw()
    await is_told(otter, "ended", "withdrew")

    again = need_of((await otter.presses()).talk)

    await robin.is_called(again)
    called = await is_told(otter, "offered")
    assert called.alerted == 1
    assert again not in await wren.forms.reads("/staff/calls")
    assert again in await robin.forms.reads("/staff/calls")


# Who comes in, and going


async def test_who_withdraws_is_called_for_no_more_and_nobody_can_come(
    night: NightShift,
):
    otter, wren = await night.member(), await night.on_duty("Wren")
    told = await otter.presses()
    need = need_of(told.talk)
    await wren.is_called(need)

    assert isinstance(await otter.withdraw(), Done)

    await is_told(otter, "ended", "withdrew")
    await wren.sees(need, "ended")
    late = await wren.accepts(need)
    assert late.status_code == 409
    assert "do not need anybody any more" in late.text
    assert (await night.needs.known(need)).need.end is End.WITHDREW


async def test_who_knows_the_name_of_a_talk_finds_no_such_room(night: NightShift):
    otter, heron = await night.member(), await night.member()
    told = await otter.presses()
    await otter.join(told.talk)
    await otter.says(WAITING, told.talk)

    assert code(await heron.asks_to_join(told.talk)) == "no_such_room"
    assert code(await heron.asks_to_join("talk-" + 32 * "0")) == "no_such_room"
    assert code(await heron.earlier(99, told.talk)) == "not_in_room"
    assert code(await heron.say("me too", told.talk)) == "not_in_room"


async def test_a_peer_who_has_not_come_hears_nothing_of_a_talk(night: NightShift):
    otter = await night.member()
    wren, robin = await night.on_duty("Wren"), await night.on_duty("Robin")
    told = await otter.presses()
    need = need_of(told.talk)
    await wren.accepts(need)

    assert code(await robin.page.asks_to_enter(need)) == "not_your_need"
    assert code(await robin.page.say("hello", need)) == "not_in_room"
    assert (await robin.forms.get(f"/staff/talks/{need}")).status_code == 404
