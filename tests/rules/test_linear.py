"""The trained heads: a second look that is quiet, bounded, and says why."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.model import Action, Flag, Grade, Message
from chat.rules import canonical
from chat.rules.linear import heads, linear

# Lines of this file are in no training data: see `test_training.py`.

NO_RULE_HAS_WORDS_FOR = {
    "crisis": (
        "i keep thinking how easy it would be not to be alive any more",
        "tbh I'm ready to die, nothing left for me here",
        "thinking of ending my life since the weekend",
        "I wish I was dead, day 4 off the drink",
        "been having thoughts of killing myself all evening",
        "took all the sleeping pills and I feel so heavy",
        "my sister won't wake up, she took a load of benzos",
        "been cutting my arms again every night",
    ),
    "abuse": (
        "you're a pathetic lying drunk and nobody wants you here",
        "shut up you filthy junkie",
        "I will find you and break your jaw",
        "go kill yourself you stupid waste of space",
        "all foreigners are criminals, they don't belong in our rooms",
        "send me a naked pic babe",
    ),
    "solicitation": (
        "anyone know a plug for percs in denver",
        "selling bars and subs, dm me, can deliver",
        "where can I score some ketamine in leeds tonight",
        "who's got tramadol, will pay cash, inbox me",
    ),
    "spam": (
        "get 50 free spins today, sign up with my code",
        "earn $700 a week from home, no skills needed, click here",
        "our miracle drops cure addiction in 3 days, order now",
        "free luxury rehab if you have good insurance, call now",
    ),
}

ORDINARY_TALK = {
    "african american english": (
        "he be showing up every tuesday no matter what, respect",
        "ain't nobody got time for that craving today",
        "y'all don't even know how bad I needed this room",
        "she been clean since august, that's my girl",
        "I'm finna hit this meeting then go see my mama",
        "dawg I was tweakin last night but I ain't pick up",
        "that nigga was crying with me in the parking lot, real love",
        "my sponsor be on my ass every morning and I love her for it",
        "lil bro got his thirty days today, we up",
        "deadass thought I wasn't gone make it through sunday",
        "them streets don't love nobody, I'm good right here",
        "big facts, this bitch of a disease don't sleep",
        "we was wilding back then, thank god for my granny",
        "ion even drink like that no more",
        "on my mama I'm not going back out there",
        "aight bet, see y'all at the seven o'clock",
    ),
    "south african english": (
        "eish, it was a rough one hey, but I'm still here",
        "shame man, vasbyt, we're all behind you",
        "yoh my bru, that share gave me goosebumps",
        "I'm at the taxi rank, will join just now",
        "haibo, 100 days already, well done sisi",
        "braai on saturday and everybody's going to be on the brandewyn",
        "ja no, I'm fine, was just kak tired",
        "my ouma prayed for me every single night, ne",
        "lekker meeting hey, dankie almal",
        "sho, those cravings were hectic neh",
        "the ou next door sells, I just greet and walk",
        "awe my bru, duidelik, one day at a time",
        "aikhona, I'm not going back to that tavern",
        "I was in a bad space but sharp now",
        "the clinic in gugs gave me my pills nicely",
        "mos had a slip on friday, telling you straight",
    ),
    "indian english": (
        "yaar I had two pegs at the wedding, feeling very bad",
        "please do pray for me, today is my hundredth day only",
        "my bhaiya is saying come home, what to do",
        "uncle offered me whisky and I told him no ji",
        "arre wah, one year, too good",
        "I am not able to sleep since leaving the centre",
        "mummy cried when she saw my medal",
        "kindly tell what time the evening meeting is",
    ),
    "irish and british english": (
        "grand altogether, another day without the drink",
        "I was in bits after the funeral but I rang my sponsor",
        "me mam made me a dinner and I bawled",
        "proper gutted I missed my cake",
        "sound lads, see yous on thursday",
        "bloody buses, late for group again",
        "feeling a bit naff today but sober innit",
        "the gaffer gave me the morning off for court",
    ),
    "australian english": (
        "arvo meeting was a ripper",
        "had a shocker of a week but didn't touch the grog",
        "me and the missus are talking again, stoked",
        "servo had beer on special and I kept walking mate",
        "yeah nah I'm alright, just knackered",
        "heaps of respect for you legend",
        "no worries cobber, I'll drive you there",
        "smoko without a bourbon can feels weird",
    ),
    "people who say who they are": (
        "as a gay man I never felt welcome at church, here I do",
        "I'm a muslim mum and nobody in my mosque knows I drink",
        "two spirit and seven months sober",
        "any other black women in here tonight",
        "trans girl here, day nine",
        "my family are jewish and passover wine was hard",
        "I came as a refugee from congo, vodka was my friend",
        "being coloured from the flats, everyone thinks you're a gangster",
        "nigerian in london, missing home and my mum's jollof",
        "I use a wheelchair, is the hall accessible",
        "I'm a sikh and my uncle says real men drink",
        "old white bloke from leeds, nine years off it",
    ),
    "swearing at nobody": (
        "fuck me that was a long shift",
        "bastard cravings woke me at four",
        "I was a right prick to my sister when I drank",
        "shit shit shit I nearly bought a bottle",
        "this cunt of a disease took my brother",
        "bitch of a hangover, never again, day one",
    ),
    "what sounds like danger and is none": (
        "I used to plan my own death, that was seven years ago",
        "not suicidal at all, only very tired",
        "this spreadsheet is killing me",
        "my neighbour took his own life last spring and I still can't talk about it",
        "are you thinking of suicide? I won't be shocked",
        "in the play the mother hangs herself",
        "picked up two beers on friday and I feel awful",
        "I don't want to die, I want to see my girl grow up",
    ),
}


def flags_of(text: str) -> list[Flag]:
    return list(linear(canonical.read(Message(text))))


def heads_of(text: str) -> set[str]:
    return {flag.rule.removeprefix("linear.") for flag in flags_of(text)}


@pytest.mark.parametrize("head", heads.NAMES)
def test_a_head_finds_most_of_what_it_is_for(head: str):
    lines = NO_RULE_HAS_WORDS_FOR[head]

    found = [line for line in lines if head in heads_of(line)]

    assert len(found) >= 0.7 * len(lines)


@pytest.mark.parametrize("talk", ORDINARY_TALK)
def test_ordinary_talk_is_not_flagged_in_anybodys_english(talk: str):
    flagged = {line: heads_of(line) for line in ORDINARY_TALK[talk] if heads_of(line)}

    assert flagged == {}


def test_the_heads_never_block_and_say_no_more_than_a_thought_of_suicide():
    said = [
        f
        for lines in NO_RULE_HAS_WORDS_FOR.values()
        for t in lines
        for f in flags_of(t)
    ]

    assert {(f.rule, f.category, f.action, f.grade) for f in said} == {
        ("linear.crisis", "suicide", Action.ALLOW, Grade.MEDIUM),
        ("linear.abuse", "abuse", Action.HOLD, Grade.NONE),
        ("linear.solicitation", "drug_sourcing", Action.HOLD, Grade.NONE),
        ("linear.spam", "spam", Action.HOLD, Grade.NONE),
    }


SOME = heads.words(
    "i you want to die kill myself tonight pills junkie bitch selling bars dm me free "
    "spins code don't never \u00e9t\u00e9 \U0001f525 k\u0131ll \ufb01x 42"
)
ANY_WORDS = st.lists(st.sampled_from([*SOME, "!", ",", "?!"]), max_size=90).map(
    " ".join
)


@given(ANY_WORDS)
def test_whatever_is_flagged_comes_with_words_of_the_message_and_their_place(text: str):
    for flag in flags_of(text):
        assert flag.grade <= Grade.MEDIUM
        assert flag.action <= Action.HOLD
        assert 0 <= flag.start < flag.end <= len(text)
        assert "words such as: '" in flag.reason


def test_the_reason_quotes_what_was_written():
    said = "hello everyone. selling oxys and bars, dm me for prices"
    flag = next(iter(flags_of(said)))

    assert "'selling" in flag.reason
    assert flag.start >= len("hello everyone.")


def test_telling_another_to_die_is_abuse_and_no_cry_for_help():
    assert heads_of("just kill yourself you worthless junkie") == {"abuse"}


def test_a_cry_at_the_end_of_a_long_message_is_heard():
    long = "we talked about the garden and the weather and what to cook on sunday " * 6

    assert heads_of(long) == set()
    assert "crisis" in heads_of(
        long + "I want to die. I can't stop thinking of killing myself"
    )


WORDS = st.lists(st.text("abcde'\u00e9\u4e16", min_size=1, max_size=8), max_size=80)


@given(WORDS)
def test_the_windows_together_hold_every_word(words: list[str]):
    seen: set[int] = set()
    for start, window in heads.windows(words):
        assert window == words[start : start + heads.WINDOW]
        seen |= set(range(start, start + len(window)))

    assert seen == set(range(len(words)))


KEY = {mark.key: mark for mark in heads.marks(heads.words("you want to die now"))}


@given(
    st.fixed_dictionaries(
        {key: st.tuples(*[st.integers(-127, 127)] * 4) for key in KEY}
    ),
    st.lists(
        st.sampled_from(heads.words("you want to die now please")),
        max_size=heads.WINDOW,
    ),
)
def test_a_score_is_the_sum_of_what_each_mark_weighs(
    weights: dict[int, tuple[int, int, int, int]], words: list[str]
):
    head = heads.Head(step=0.5, bias=-1.0, threshold=0.0)
    read = heads.Heads.read(heads.write([head] * 4, weights))

    sums = [0, 0, 0, 0]
    for mark in heads.marks(words):
        row = weights.get(mark.key, (0, 0, 0, 0))
        sums = [total + unit for total, unit in zip(sums, row, strict=True)]

    assert read.scores(words) == [
        -1.0 + 0.5 * total / heads.spread(words) for total in sums
    ]


def test_the_largest_weights_of_a_full_window_do_not_run_into_each_other():
    words = [f"word{number}" for number in range(heads.WINDOW)]
    weights = {mark.key: (127, -127, 127, -127) for mark in heads.marks(words)}
    read = heads.Heads.read(heads.write([heads.Head(1, 0, 0)] * 4, weights))

    many = sum(1 for _ in heads.marks(words)) * 127 / heads.spread(words)

    assert read.scores(words) == [many, -many, many, -many]


def test_what_is_known_of_words_is_bounded_and_changes_nothing():
    read = heads.Heads.read(heads.write([heads.Head(1, 0, 0)] * 4, {}))
    before = read.scores(["hello"])

    for number in range(20_000):
        read.scores([f"word{number}"])

    assert len(read.known) <= heads.KNOWN_WORDS
    assert read.scores(["hello"]) == before


@pytest.mark.parametrize(
    "data", [b"", b"heads-1\n", b"heads-0\n" + bytes(96), bytes(500)]
)
def test_a_file_that_holds_no_weights_is_refused(data: bytes):
    with pytest.raises(heads.BadWeights):
        heads.Heads.read(data)
