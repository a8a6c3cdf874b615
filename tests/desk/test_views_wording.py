"""Staff pages speak plainly, and their ready-made words are kind and whole."""

import re

import pytest

from chat.casework.ladder import MOST_WORDS
from chat.desk.replies import REPLIES, Reply, words_of
from chat.desk.wording import ago, listed, whom
from chat.oncall.coverage import Wanted
from chat.oncall.promises import Promise

A_DAY = 86_400


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-3, "just now"),
        (59, "just now"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (3660, "1 h 1 min"),
        (A_DAY - 1, "23 h 59 min"),
        (A_DAY, "1 day"),
        (200_000, "2 days"),
    ],
)
def test_how_long_ago_is_told_as_one_says_it(seconds: int, words: str):
    assert ago(seconds) == words


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ([], ""),
        (["Birch"], "Birch"),
        (["Birch", "Fern"], "Birch and Fern"),
        (["Birch", "Fern", "Moss"], "Birch, Fern and Moss"),
    ],
)
def test_names_are_listed_as_one_says_them(names: list[str], words: str):
    assert listed(names) == words


@pytest.mark.parametrize("reply", REPLIES, ids=lambda reply: reply.id)
def test_a_ready_made_reply_is_short_and_has_no_half_open_place(reply: Reply):
    assert 0 < len(reply.text) <= MOST_WORDS * 0.8  # its places grow when filled
    assert not re.search(r"[{}]", re.sub(r"\{[^{}]+\}", "", reply.text))
    assert words_of(reply.id) == reply.text


def test_no_two_replies_share_an_id():
    assert len({reply.id for reply in REPLIES}) == len(REPLIES)


def test_a_reply_that_does_not_exist_says_nothing():
    assert words_of("no-such-reply") == ""


@pytest.mark.parametrize(
    ("rooms", "others", "language", "words"),
    [
        (("Coffee",), (), "", "for Coffee"),
        (("Coffee", "Grief"), ("Women",), "", "for Coffee and Grief"),
        (("Coffee",), (), "af", "for Coffee, in Afrikaans"),
        ((), (), "af", "in Afrikaans"),
        ((), (), "qq", "in qq"),
        (tuple("ABCD"), ("Women", "Men"), "", "for all but Women and Men"),
        (tuple("ABCD"), tuple("EFGH"), "", "for A, B, C and 1 more"),
        (tuple("ABCDE"), (), "", "for A, B, C and 2 more"),
    ],
)
def test_for_whom_nobody_is_there_is_told_in_few_words(
    rooms: tuple[str, ...], others: tuple[str, ...], language: str, words: str
):
    promise = Promise(Wanted(None, language), rooms, (), others)

    assert whom(promise) == words
