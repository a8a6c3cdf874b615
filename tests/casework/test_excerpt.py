"""Excerpts: what was said, shown no faster than somebody can bear."""

from hypothesis import given
from hypothesis import strategies as st

from chat.casework.excerpt import LONGEST, Said, sentences, steps
from chat.model import Who

WHO = Who(bytes(5))


def test_a_text_is_shown_sentence_by_sentence():
    assert sentences("One. Two!\nthree?  four") == ["One.", "Two!", "three?", "four"]


def test_numbers_and_names_are_not_torn_apart():
    assert sentences("took 2.5 mg at st.james") == ["took 2.5 mg at st.james"]


def test_what_has_no_end_is_cut_where_a_word_ends():
    parts = sentences("word " * 100)

    assert all(len(part) <= LONGEST for part in parts)
    assert " ".join(parts) == ("word " * 100).strip()


@given(st.text(max_size=2000))
def test_nothing_is_left_out_and_nothing_is_long(text: str):
    parts = sentences(text)

    assert "".join("".join(parts).split()) == "".join(text.split())
    assert all(0 < len(part) <= LONGEST for part in parts)


def test_the_message_comes_first_then_what_is_nearest():
    excerpt = [Said(place, WHO, 0, f"at {place}", place == 3) for place in range(1, 6)]
    excerpt.append(Said(6, WHO, 0, "my side of it", False, "appeal"))

    shown = steps(excerpt)

    assert [each.text for each in shown] == [
        "my side of it", "at 3", "at 2", "at 4", "at 1", "at 5",
    ]  # fmt: skip
    assert [each.step for each in shown] == [1, 2, 3, 4, 5, 6]
