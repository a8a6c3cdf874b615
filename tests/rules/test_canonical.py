"""Canonical: a text as it was meant, with a way back to what was written."""

# ruff: noqa: RUF001 - look-alikes are what this file is about

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.model import Message
from chat.rules import canonical
from chat.rules.canonical import Text


def read(text: str) -> Text:
    return canonical.read(Message(text))


def folded(text: str) -> str:
    return read(text).folded.text


def meant(text: str) -> str:
    return " ".join(read(text).meant.text.split())


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("Keep Coming Back", "keep coming back"),
        ("naïve café, señora, hê, ô", "naive cafe, senora, he, o"),
        ("ｆｕｌｌ　ｗｉｄｔｈ １２", "full width 12"),
        ("𝐛𝐨𝐥𝐝 𝖋𝖗𝖆𝖐𝖙𝖚𝖗 ⓒⓘⓡⓒⓛⓔ 🅂🅀🅄🄰🅁🄴", "bold fraktur circle square"),
        ("ѕеlf һаrm", "self harm"),  # Cyrillic
        ("ᴋɪʟʟ ˢᵉˡˡ", "kill sell"),
        ("ki\u200bll y\u00adour\u2060se\u200dlf", "kill yourself"),
        ("\u202eab\u202c \u2066cd\u2069", "ab cd"),
        ("k̶i̷l̸l̴", "kill"),
        ("٠٨٢ १२३", "082 123"),
        ("“quoted” – it’s…", '"quoted" - it\'s...'),
        ("🇰 🇮 🇱 🇱", "k i l l"),
        ("1️⃣2️⃣", "12"),
        ("a\u00a0b\u3000c\tend\nnext", "a b c\tend\nnext"),
    ],
)
def test_a_text_is_folded_into_plain_letters(written: str, seen: str):
    assert folded(written) == seen


@pytest.mark.parametrize("text", ["🇿🇦 proud", "👍👍", "हिन्दी में", "안녕하세요"])
def test_flags_emoji_and_other_scripts_stay_what_they_are(text: str):
    assert folded(text) == text


@pytest.mark.parametrize(
    ("written", "word"),
    [
        ("k!ll", "kill"),
        ("k1ll", "kill"),
        ("s3ll1ng", "selling"),
        ("5u1c1d3", "suicide"),
        ("@ss", "ass"),
        ("$u1cidal", "suicidal"),
        ("a1r3@dy", "already"),
        ("w0rthl3ss jvnki3", "worthless junkie"),
        ("st*pid b!tch", "stupid bitch"),
        ("any1 g0t a pl|_|g", "anyone got a plug"),
        ("! w4n7 to k!11 myself", "i want to kill myself"),
        ("i want 70 d!e b3cau5e 17 hur7s", "i want to die because it hurts"),
        ("gr8, c u 2nite m8", "great, c u tonight mate"),
        ("unaliv3d my5elf", "unalived myself"),
    ],
)
def test_figures_and_signs_inside_words_are_letters(written: str, word: str):
    assert meant(written) == word


@pytest.mark.parametrize(
    "text",
    [
        "took 20mg at 7pm, then 2 x 8mg",
        "day 12, 90 days, 24/7, 1st, 12th step, 3rd time",
        "call 082 555 0199 or +27 82 555 0199",
        "r200 or $5, 50% off",
        "born 1984-05-12, psalm 23:4",
        "mdma, b12 and covid-19",
        "f4f, mp3, 5k run, 18yo",
        "write to sam@site.org or see www.site.org/a1b2",
    ],
)
def test_numbers_stay_numbers(text: str):
    assert meant(text) == text


def test_figures_alone_are_words_only_among_many_such_words():
    assert meant("70 people and 15 chairs") == "70 people and 15 chairs"
    assert meant("g1v3 17 70 m3 n0w") == "give it to me now"
    assert (
        meant("d4y 6 0ff th3 dop3, t00k 15 pi115")
        == "day 6 off the dope, took 15 pills"
    )


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("k i l l", "kill"),
        ("k.i.l.l y.o.u.r.s.e.l.f", "kill yourself"),
        ("k_i_l_l  y_o_u", "kill you"),
        ("s*e*n*d n*u*d*e*s", "send nudes"),
        ("need a p-l-u-g in cpt", "need a plug in cpt"),
        ("going 2 k i l l m y s e l f tnite", "going 2 kill myself tnite"),
        ("i  w a n t  to  d i e", "i want to die"),
        ("i - w a n t - t o - d i e", "i want to die"),
        ("ki ll my self", "kill my self"),
        ("su icide, fen tanyl", "suicide, fentanyl"),
        ("k ! l l  y 0 u", "kill you"),
    ],
)
def test_letters_and_pieces_apart_are_put_together(written: str, words: str):
    assert meant(written) == words


@pytest.mark.parametrize(
    "text",
    [
        "plan a b c or d",
        "i go to a.a. and n.a.",
        "vitamin c and d",
        "x o x",
        "no se que hacer",
        "is it a or b?",
        "so i am ok",
    ],
)
def test_lists_and_initials_are_no_spaced_words(text: str):
    assert meant(text) == text


@pytest.mark.parametrize(
    ("written", "word"),
    [
        ("diiiiie", "die"),
        ("kiiilll myyysellff", "kill myself"),
        ("goooood", "good"),
        ("sooooo happyyyy todayyyy", "so happy today"),
        ("nooooo", "no"),
        ("aaalll of it", "all of it"),
        ("zzzzworpp", "zworpp"),
    ],
)
def test_stretched_words_are_shortened(written: str, word: str):
    assert meant(written) == word


@pytest.mark.parametrize(
    "text",
    [
        "feeling good, all is well, too soon to tell",
        "jeff called",
        "ek weet nie, maar ek voel moeg",
        "ella llama a su perro",
        "my counsellor cancelled",
        "goddess, bookkeeper, coffee",
    ],
)
def test_words_with_double_letters_stay(text: str):
    assert meant(text) == text


def test_a_span_leads_back_to_what_was_written():
    text = "so: ｋ\u200bｉ\u0301ｌｌ  m y s 3 l f now"
    form = read(text).meant
    start = form.text.index("kill myself")

    begin, end = form.span(start, start + len("kill myself"))

    assert text[begin:end] == "ｋ\u200bｉ\u0301ｌｌ  m y s 3 l f"


@given(st.text(max_size=200))
def test_any_text_is_read_and_every_character_has_its_place(text: str):
    both = read(text)

    for form in (both.folded, both.meant):
        assert len(form.at) == len(form.text) + 1
        assert list(form.at) == sorted(form.at)
        assert form.at[-1] == len(text)


SCRIBBLE = st.text(alphabet="abeikl013!@$*.-_ '|", max_size=120)


@given(SCRIBBLE)
def test_scribbles_are_read_with_every_character_in_its_place(text: str):
    form = read(text).meant

    assert len(form.at) == len(form.text) + 1
    assert all(0 <= at <= len(text) for at in form.at)
    assert list(form.at) == sorted(form.at)
