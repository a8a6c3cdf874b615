"""How the heads are trained: from lines we may use, the same bytes every time."""

import json
import re
import tomllib
from collections import Counter
from hashlib import sha256
from pathlib import Path

import pytest

from chat.rules.linear import heads
from chat.training import train
from chat.training.grammar import sentences
from chat.training.sources import BadSource
from tests.support.program import Program

ROOT = Path(__file__).parent.parent
LINES = ROOT / "training"
CARD = (ROOT / "docs/model-card.md").read_text("utf-8")
WEIGHTS = (ROOT / "chat/rules/linear/heads.bin").read_bytes()
CATALOGUE = tomllib.loads((LINES / "corpora.toml").read_text("utf-8"))

GRAMMAR = """
seed = 1
[slots]
want = ["want to", "wanna", "{really} want to"]
really = ["really", "truly"]
[[kinds]]
head = "crisis"
label = true
each = 6
templates = ["I {want} die", "I {want} end my life tonight"]
[[kinds]]
head = "all"
label = false
each = 6
templates = ["I {want} sleep", "I {want} stay clean today"]
"""

CATALOGUE_OF_ONE = """
[doubtful]
crisis = "die"
abuse = "hate"
solicitation = "buy"
spam = "free"
[[corpora]]
file = "talk.jsonl"
sha256 = "{digest}"
weight = 1.0
alarms = 0.01
[corpora.labels.talk]
crisis = false
abuse = false
solicitation = false
spam = false
[corpora.labels.insult]
abuse = true
"""

OWN = [
    *[(f"you are a worthless junkie number {n}", "abuse", True) for n in range(9)],
    *[(f"selling pills dm me for {n}", "solicitation", True) for n in range(9)],
    *[(f"free spins with code {n}", "spam", True) for n in range(9)],
    *[(f"I am a grateful addict for {n} days", "all", False) for n in range(9)],
]


@pytest.fixture
def corpora(tmp_path: Path) -> Path:
    folder = tmp_path / "corpora"
    folder.mkdir()
    rows = [
        {"text": f"talk of the day {n}. more of it", "label": "talk"} for n in range(40)
    ]
    rows += [{"text": f"I hate you idiot {n}", "label": "insult"} for n in range(10)]
    (folder / "talk.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    return folder


@pytest.fixture
def lines(tmp_path: Path, corpora: Path) -> Path:
    folder = tmp_path / "lines"
    folder.mkdir()
    digest = sha256((corpora / "talk.jsonl").read_bytes()).hexdigest()
    (folder / "corpora.toml").write_text(
        CATALOGUE_OF_ONE.format(digest=digest), "utf-8"
    )
    (folder / "grammar.toml").write_text(GRAMMAR, "utf-8")
    rows = [{"text": text, "head": head, "label": label} for text, head, label in OWN]
    (folder / "own.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    return folder


def test_the_same_lines_give_the_same_bytes(lines: Path, corpora: Path):
    once, reports = train(lines, corpora)
    again, _ = train(lines, corpora)

    assert once == again
    assert [report.head for report in reports] == list(heads.NAMES)


def test_a_head_learns_what_it_is_shown(lines: Path, corpora: Path):
    data, _ = train(lines, corpora)
    crisis, abuse, solicitation, spam = heads.Heads.read(data).scores(
        heads.words("you are a worthless junkie")
    )

    assert abuse > max(crisis, solicitation, spam)
    assert abuse > heads.Heads.read(data).scores(heads.words("talk of the day"))[1]


def test_another_line_gives_other_bytes(lines: Path, corpora: Path):
    before, _ = train(lines, corpora)
    added = [
        {"text": f"get lost you stupid drunk {n}", "head": "abuse", "label": True}
        for n in "abcdefgh"
    ]
    (lines / "more.jsonl").write_text("\n".join(map(json.dumps, added)), "utf-8")

    after, _ = train(lines, corpora)

    assert after != before


def test_a_corpus_that_is_not_the_one_we_looked_at_is_refused(
    lines: Path, corpora: Path
):
    with (corpora / "talk.jsonl").open("a", encoding="utf-8") as corpus:
        corpus.write("\n")

    with pytest.raises(BadSource, match=r"talk\.jsonl is not the file"):
        train(lines, corpora)


def test_a_corpus_that_is_not_there_is_named(lines: Path, tmp_path: Path):
    with pytest.raises(BadSource, match=r"cannot read .*talk\.jsonl"):
        train(lines, tmp_path / "nowhere")


def test_an_operator_trains_with_one_command(
    lines: Path, corpora: Path, tmp_path: Path
):
    out = tmp_path / "heads.bin"

    told = _run("train", str(corpora), "--out", str(out), "--lines", str(lines))

    assert heads.Heads.read(out.read_bytes()).digest in told[-1]
    assert any(line.startswith("| **crisis** |") for line in told)


def test_an_operator_without_the_corpora_is_told_so(lines: Path, tmp_path: Path):
    out = tmp_path / "heads.bin"
    arguments = ("train", str(tmp_path), "--out", str(out), "--lines", str(lines))

    with Program("-m", "chat", *arguments) as program:
        assert program.wait() == 1
        assert program.errors().startswith("porchlight: cannot read")

    assert not out.exists()


def _run(*arguments: str) -> list[str]:
    with Program("-m", "chat", *arguments) as program:
        assert program.wait() == 0
        return program.lines()


def test_a_grammar_says_the_same_every_time_and_fills_every_slot():
    once = list(sentences(LINES / "grammar.toml"))

    assert once == list(sentences(LINES / "grammar.toml"))
    assert not [sentence.text for sentence in once if "{" in sentence.text]
    assert {sentence.head for sentence in once} <= {*heads.NAMES, "all"}


OWN_ROWS = [
    json.loads(row)
    for path in sorted(LINES.glob("*.jsonl"))
    for row in path.read_text("utf-8").splitlines()
]


def test_every_line_of_ours_is_whole_and_said_once():
    assert len(OWN_ROWS) > 600
    assert all(set(row) == {"text", "head", "label"} for row in OWN_ROWS)
    assert {row["head"] for row in OWN_ROWS} == {*heads.NAMES, "all"}
    assert {row["label"] for row in OWN_ROWS} == {True, False}
    assert [
        t for t, n in Counter(row["text"] for row in OWN_ROWS).items() if n > 1
    ] == []


def test_nothing_that_judges_the_heads_is_in_what_they_learn_from():
    taught = {_plain(row["text"]) for row in OWN_ROWS}
    taught |= {_plain(sentence.text) for sentence in sentences(LINES / "grammar.toml")}
    judging = (ROOT / "tests/data/dev.jsonl").read_text("utf-8").splitlines()
    shared = {_plain(json.loads(row)["text"]) for row in judging} & taught
    here = (ROOT / "tests/rules/test_linear.py").read_text("utf-8").lower()

    # A word or two everybody says is no test of anything.
    assert {text for text in shared if len(text.split()) > MORE_THAN_A_PHRASE} == set()
    assert {
        text for text in taught if len(text.split()) > 4 and f'"{text}"' in here
    } == set()


MORE_THAN_A_PHRASE = 5


def _plain(text: str) -> str:
    return " ".join(text.lower().split())


def test_the_weights_are_those_of_the_model_card_and_small():
    assert heads.Heads.read(WEIGHTS).digest in CARD
    assert len(WEIGHTS) <= 1_000_000


def test_the_thresholds_are_those_of_the_model_card():
    for name, head in zip(heads.NAMES, heads.Heads.read(WEIGHTS).heads, strict=True):
        assert re.search(
            rf"\*\*{name}\*\* .*\| {re.escape(f'{head.threshold:.3f}')} \|", CARD
        )


@pytest.mark.parametrize("corpus", CATALOGUE["corpora"], ids=lambda c: str(c["file"]))
def test_the_model_card_names_every_corpus_with_its_licence(corpus: dict[str, object]):
    row = next(line for line in CARD.splitlines() if f"`{corpus['file']}`" in line)

    for what in ("licence", "sha256", "rows"):
        assert str(corpus[what]) in row


@pytest.mark.parametrize(
    "never", ["hatecheck", "hatemojicheck", "c-ssrs", "olid", "esconv", "sdcnl"]
)
def test_nothing_is_learnt_from_what_we_may_not_use(never: str):
    files = " ".join(str(corpus["file"]) for corpus in CATALOGUE["corpora"])

    assert never not in files.lower()
