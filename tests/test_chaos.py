"""Proof under faults, in short; `python -m tests.chaos` is the long version."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from chat.model import Action, Message
from chat.moderation import screen
from tests.chaos import table
from tests.chaos.faults import FAULTS, Fault
from tests.chaos.frames import takes_back
from tests.chaos.house import free_port
from tests.chaos.judge import Truth, Verdict, judge, texts_of
from tests.chaos.log import Joined, Place, Shown
from tests.chaos.page import TAKE_BACK, Entry, Page
from tests.chaos.socket import Hear, Socket
from tests.chaos.talk import said
from tests.chaos.trial import LONGEST_TRIAL_SECONDS, Outcome, Trial
from tests.support.postgres import binaries

# A trial has a limit of its own, and on a slow machine needs it.
pytestmark = pytest.mark.timeout(LONGEST_TRIAL_SECONDS + 60)

THREADS = 64
PAGES = 40
RATE = 20
SECONDS = 8
EVERY_PROMISE: list[str] = []
# These take their time to hurt.
LONG = {"pages stalled", "webs frozen", "commands hung", "feeds late"}
SHORT = [fault for fault in FAULTS if fault.name not in LONG and not fault.works]
WORK_KILLED = next(fault for fault in FAULTS if fault.name == "work killed")
WORK_SECONDS = 5
# Of talk that need not hold up what the room team is called for.
WORK_RATE = 5
ONE, TWO, THREE = Shown(1, "one"), Shown(2, "two"), Shown(3, "three")
SAID = [ONE, TWO, THREE]
TRUTH = {"coffee": Truth(Place(7, 3), texts_of(SAID))}
AFRESH = {"coffee": SAID}


@pytest.fixture(scope="module")
def outcomes() -> dict[str, Outcome]:
    """Run all trials side by side: most of their time is waiting.

    The work of the room team begins when the first of the others is over.
    """
    return asyncio.run(_outcomes())


async def _outcomes() -> dict[str, Outcome]:
    # Whoever waits for a process to begin or to end holds a thread.
    threads = ThreadPoolExecutor(THREADS)
    asyncio.get_running_loop().set_default_executor(threads)
    slots = asyncio.Semaphore(len(SHORT))

    async def outcome(fault: Fault) -> Outcome:
        async with slots:
            return await _trial(fault).run()

    faults = [*SHORT, WORK_KILLED] if binaries() else SHORT
    async with asyncio.TaskGroup() as tasks:
        trials = [tasks.create_task(outcome(fault)) for fault in faults]
    return {trial.result().fault.name: trial.result() for trial in trials}


def _trial(fault: Fault) -> Trial:
    if fault.works:
        return Trial(fault, seconds=WORK_SECONDS, pages=4, rate=WORK_RATE)
    return Trial(fault, seconds=SECONDS, pages=PAGES, rate=RATE)


@pytest.mark.parametrize("long", [False, True])
def test_what_is_said_in_a_trial_is_said_to_everybody(long: bool):
    assert screen(Message(said(1234, long=long))).action is Action.ALLOW


@pytest.mark.parametrize("fault", SHORT, ids=lambda fault: fault.name)
def test_every_promise_is_kept_while(fault: Fault, outcomes: dict[str, Outcome]):
    assert table.broken_promises(outcomes[fault.name]) == EVERY_PROMISE


def test_no_case_and_no_act_is_lost_or_doubled_whoever_is_killed_when(
    outcomes: dict[str, Outcome],
):
    if binaries() is None:
        pytest.skip("!!!! PostgreSQL is missing: this was NOT run !!!!")

    assert table.broken_promises(outcomes[WORK_KILLED.name]) == EVERY_PROMISE


def test_no_two_processes_are_given_one_port():
    given = [free_port() for _ in range(500)]

    assert len(set(given)) == len(given)


async def _nobody(_hear: Hear, _small: bool) -> Socket:
    raise ConnectionRefusedError


def a_page(*answers: Joined, live: Sequence[Shown] = ()) -> Page:
    """Return a page that came before anything was said, and was told all this."""
    page = Page("coffee", _nobody)
    for answer in (Joined(Place(7, 0), whole=True, more=False, events=[]), *answers):
        page.log.joined(answer)
    for event in live:
        page.log.receive(event)
    return page


def caught_up(*events: Shown, whole: bool = True, epoch: int = 7) -> Joined:
    """Return the answer to somebody who comes back."""
    return Joined(Place(epoch, 3), whole, more=False, events=list(events))


def verdict(*pages: Page) -> Verdict:
    """Return what the judge says of pages in a room where three things were said."""
    pages[0].acked = {"one": Place(7, 1), "two": Place(7, 2), "three": Place(7, 3)}
    return judge(pages, TRUTH, AFRESH)


def test_the_judge_finds_nothing_where_all_is_well():
    live, late = a_page(live=SAID), a_page(caught_up(*SAID))

    assert verdict(live, late) == Verdict(3, 0, 0, 0, 0)


def test_the_judge_finds_what_is_lost_without_a_word():
    page = a_page(caught_up(ONE, THREE))

    assert verdict(page) == Verdict(3, lost=1, doubled=0, out_of_order=0, silent_gaps=1)


def test_the_judge_lets_pass_what_a_page_was_told_it_cannot_have():
    page = a_page(caught_up(THREE, whole=False))

    assert verdict(page) == Verdict(3, 0, 0, 0, 0)


def a_page_that_missed_an_epoch() -> Page:
    """Return a page that heard what was said in the seventh and the ninth epoch."""
    page = a_page(live=SAID)
    page.log.joined(caught_up(ONE, TWO, THREE, whole=False, epoch=9))
    return page


def test_the_judge_knows_that_a_room_may_begin_anew_before_its_page_hears_of_it():
    speaker, other = a_page_that_missed_an_epoch(), a_page_that_missed_an_epoch()
    speaker.acked = {"in the eighth": Place(7, 1)}
    assert _lost_of(speaker, other) == 0

    speaker.acked = {"at the end of the ninth": Place(9, 4)}
    assert _lost_of(speaker, other) == 1


def test_the_judge_goes_by_where_a_word_stands_and_not_by_what_its_page_took_it_for():
    speaker, other = a_page(live=SAID), a_page(live=SAID)
    speaker.log.joined(caught_up(Shown(4, "four"), whole=False, epoch=8))
    other.log.joined(caught_up(whole=False, epoch=8))
    speaker.acked = {"four": Place(7, 4)}

    assert _lost_of(speaker, other) == 1


def _lost_of(*pages: Page) -> int:
    return judge(pages, TRUTH, AFRESH).lost


def test_what_was_taken_back_unknown_to_its_page_when_the_room_began_anew_is_not_lost():
    speaker, other = a_page(live=SAID), a_page(caught_up(ONE, THREE))
    speaker.acked = {"two": Place(7, 2)}
    speaker._send(Entry(TAKE_BACK, takes_back(2), (2,), 7))
    for page in (speaker, other):
        page._welcomed(caught_up(whole=False, epoch=8))

    assert _lost_of(speaker, other) == 0


def test_the_judge_finds_what_is_shown_twice():
    page = a_page(caught_up(*SAID), caught_up(THREE))

    assert verdict(page).doubled == 1


def test_the_judge_finds_one_text_at_two_positions():
    page = a_page(live=[ONE, TWO, Shown(3, "two")])

    assert verdict(page).doubled == 1


def test_the_judge_finds_what_is_out_of_order():
    page = a_page(caught_up(ONE, THREE, TWO))

    assert verdict(page).out_of_order == 1


def test_the_judge_finds_another_text_than_the_log_has():
    page = a_page(live=[ONE, Shown(2, "too"), THREE])

    assert verdict(page).silent_gaps == 1


def test_the_judge_finds_an_epoch_that_began_without_a_word():
    page = a_page(live=SAID)

    page.log.joined(caught_up(epoch=8))

    assert verdict(page).silent_gaps == 1


def test_the_judge_finds_what_is_still_shown_though_taken_back():
    page = a_page(live=[ONE, TWO])
    truth = Truth(Place(7, 3), {1: "one", 3: "takes 2 back"})

    found = judge(
        [page], {"coffee": truth}, {"coffee": [ONE, Shown(3, "takes 2 back")]}
    )

    assert found.silent_gaps == 2


def test_the_judge_finds_a_history_that_cannot_be_read_back():
    found = judge([a_page(live=SAID)], TRUTH, {"coffee": SAID[1:]})

    assert found.silent_gaps == 1


def test_a_page_does_not_take_what_comes_after_a_gap():
    page = a_page(live=[ONE])

    assert page.log.receive(THREE)
    assert page.log.place == Place(7, 1)
