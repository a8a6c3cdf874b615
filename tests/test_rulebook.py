"""Which rules act, how often they were right, and what the house itself watches for."""

import pytest

from chat.model import Action
from chat.rulebook import (
    DAY_SECONDS,
    DAYS,
    BadPhrase,
    NoSuchPhrase,
    Rulebook,
    RuleLine,
)
from chat.store.database import Database
from tests.support.clock import FakeClock


@pytest.fixture
def rulebook(database: Database, clock: FakeClock) -> Rulebook:
    return Rulebook(database=database, clock=clock)


async def test_a_rule_that_never_fired_has_no_precision(rulebook: Rulebook):
    await rulebook.set_mode("abuse.insult", "shadow", by="Birch")

    [line] = await rulebook.rules()

    assert line == RuleLine("abuse.insult", "shadow")
    assert line.precision is None


async def test_counts_add_up(rulebook: Rulebook):
    await rulebook.count({"abuse.insult": 3}, {})
    await rulebook.count({"abuse.insult": 1}, {"abuse.insult": 2, "spam.copy": 5})

    assert await rulebook.rules() == [
        RuleLine("abuse.insult", fired=4, shadow=2),
        RuleLine("spam.copy", shadow=5),
    ]


async def test_what_fired_long_ago_no_longer_counts(
    rulebook: Rulebook, clock: FakeClock
):
    await rulebook.count({"abuse.insult": 3}, {})

    clock.advance((DAYS + 1) * DAY_SECONDS)

    assert await rulebook.rules() == []


def test_precision_is_the_share_that_was_not_called_wrong():
    assert RuleLine("abuse.insult", fired=8, wrong=2).precision == 0.75


def test_a_case_called_wrong_long_after_it_fired_never_makes_less_than_nothing():
    assert RuleLine("abuse.insult", fired=1, wrong=2).precision == 0


async def test_a_rule_is_set_to_shadow_and_back(rulebook: Rulebook):
    await rulebook.set_mode("abuse.insult", "shadow", by="Birch")
    assert await rulebook.modes() == {"abuse.insult": "shadow"}

    await rulebook.set_mode("abuse.insult", "live", by="Birch")
    assert await rulebook.modes() == {}


async def test_there_is_no_fourth_mode(rulebook: Rulebook):
    with pytest.raises(ValueError, match="harder"):
        await rulebook.set_mode("abuse.insult", "harder", by="Birch")


async def test_rules_about_danger_cannot_be_switched_off(rulebook: Rulebook):
    with pytest.raises(ValueError, match="off"):
        await rulebook.set_mode("crisis.plan", "off", by="Birch")

    assert await rulebook.modes() == {}


async def test_a_new_phrase_only_watches(rulebook: Rulebook):
    await rulebook.add("  Lend me  Money ", Action.HOLD, by="Birch")

    [kept] = await rulebook.phrases()

    assert (kept.words, kept.mode) == ("lend me money", "shadow")
    assert (kept.rule, kept.action) == ("house.lend-me-money", Action.HOLD)


async def test_a_phrase_acts_once_it_is_set_live(rulebook: Rulebook):
    await rulebook.add("lend me money", Action.HOLD, by="Birch")
    [kept] = await rulebook.phrases()

    await rulebook.set_phrase(kept.id, "live", by="Birch")

    assert [each.mode for each in await rulebook.phrases()] == ["live"]


async def test_the_same_phrase_is_not_watched_for_twice(rulebook: Rulebook):
    await rulebook.add("lend me money", Action.HOLD, by="Birch")

    with pytest.raises(BadPhrase):
        await rulebook.add("Lend me money", Action.BLOCK, by="Fern")


@pytest.mark.parametrize("words", ["a", "  ", "a" * 81])
async def test_a_phrase_that_would_be_found_everywhere_or_nowhere_is_refused(
    rulebook: Rulebook, words: str
):
    with pytest.raises(BadPhrase):
        await rulebook.add(words, Action.HOLD, by="Birch")


async def test_a_phrase_that_is_not_there_cannot_be_set(rulebook: Rulebook):
    with pytest.raises(NoSuchPhrase):
        await rulebook.set_phrase(99, "live", by="Birch")
