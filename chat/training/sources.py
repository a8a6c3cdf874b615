"""Sources: the lines that the heads learn from, our own and those we may ship."""

import json
import tomllib
from collections.abc import Iterator, Mapping
from hashlib import sha256
from html import unescape
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

import re2

from chat.errors import Amiss
from chat.rules.linear import heads
from chat.training.grammar import sentences

CATALOGUE = "corpora.toml"
KEPT = 5
"""One line in so many is kept from training: thresholds are found on those."""

_OWN, _GRAMMAR = "own lines", "grammar"
_OWN_ALARMS = 0.03
"""Most of what we wrote that is not for a head is a trap for it."""
_ALL = "all"
"""The head of a line of ordinary talk, which none of them may flag."""
_MAY_BE_BOTH = {"solicitation", "spam"}
"""An offer of drugs is advertising as well: the one label says nothing on the other."""

_SPELT_SHORT = {
    "you": "u", "your": "ur", "you're": "ur", "are": "r", "because": "cos",
    "please": "pls", "tonight": "2nite", "tomorrow": "tmrw", "and": "n", "for": "4",
    "people": "ppl", "with": "w", "about": "bout", "though": "tho", "really": "rly",
    "just": "jus", "don't": "dnt", "know": "kno", "anyone": "any1", "before": "b4",
}  # fmt: skip
_NOT_SAID = re2.compile(r"(?i)@user\b|\brt\b|\[[a-z]+\]|https?://\S*|\burl\b|\d{5,}")
_SENTENCE = re2.compile(r"[^.!?]*[.!?]*")
_FEWEST_WORDS = 6


class BadSource(Amiss):
    """A corpus is missing, or is not the file that was looked at."""


class Line(NamedTuple):
    """What somebody might say, and for some heads whether it is theirs to flag."""

    text: str
    labels: Mapping[str, bool]
    source: str
    weight: float = 1
    kept: bool = False
    """Kept from training."""
    alarms: float = 1
    """What share of such lines a head may flag wrongly, as far as it decides that."""


def read(folder: Path, corpora: Path) -> list[Line]:
    """Return all lines: our own from one folder, the corpora it lists from another.

    What is said twice counts once, as whoever said it first meant it.

    Raises:
        BadSource: If a corpus is missing or is not the one that was looked at.

    """
    lines = [*_own(folder), *_generated(folder), *_of_others(folder, corpora)]
    return list({line.text: line for line in reversed(lines)}.values())[::-1]


def _own(folder: Path) -> Iterator[Line]:
    for path in sorted(folder.glob("*.jsonl")):
        for row in map(json.loads, path.read_text("utf-8").splitlines()):
            labels = _labels(row["head"], flagged=row["label"])
            kept = _is_kept(row["text"])
            line = Line(row["text"], labels, _OWN, kept=kept, alarms=_OWN_ALARMS)
            yield from _spelt(line)


def _generated(folder: Path) -> Iterator[Line]:
    for text, head, flagged in sentences(folder / "grammar.toml"):
        # None is kept: its siblings would tell what it says.
        yield from _spelt(Line(text, _labels(head, flagged=flagged), _GRAMMAR, 0.5))


def _labels(head: str, *, flagged: bool) -> dict[str, bool]:
    """Return what a line of ours says about every head."""
    if not flagged or head == _ALL:
        return dict.fromkeys(heads.NAMES, False)
    alike = _MAY_BE_BOTH if head in _MAY_BE_BOTH else {head}
    return {name: False for name in heads.NAMES if name not in alike} | {head: True}


def _spelt(line: Line) -> Iterator[Line]:
    """Return a line as it is, and as somebody in a hurry would spell it."""
    yield line
    plain = line.text.lower()
    short = " ".join(_SPELT_SHORT.get(word, word) for word in plain.split())
    if short != plain and not line.kept:
        yield line._replace(text=short, weight=line.weight / 2)


def _of_others(folder: Path, corpora: Path) -> Iterator[Line]:
    catalogue = tomllib.loads((folder / CATALOGUE).read_text("utf-8"))
    doubtful = {name: re2.compile(p) for name, p in catalogue["doubtful"].items()}
    for corpus in catalogue["corpora"]:
        rows = _checked(corpora / corpus["file"], corpus["sha256"]).splitlines()
        for row in map(json.loads, rows[:: corpus.get("every", 1)]):
            labels = _meaning(corpus["labels"], row["label"])
            for text in _said(row["text"], whole=any(labels.values())):
                if sure := dict(_sure(labels, text, doubtful)):
                    yield _line(corpus, text, sure)


def _checked(path: Path, digest: str) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadSource(f"cannot read {path}: {error.strerror}") from error
    if sha256(data).hexdigest() != digest:
        raise BadSource(f"{path} is not the file whose licence was looked at")
    return data.decode()


def _meaning(labels: Mapping[str, dict[str, bool]], label: str) -> dict[str, bool]:
    """Return what a row's label says; of several, the first that has a meaning."""
    known = [labels[one] for one in label.split("|") if one in labels]
    return known[0] if known else labels.get("*", {})


def _said(text: str, *, whole: bool) -> Iterator[str]:
    """Return the sentences of a text, as they would be said in a room.

    What is to be flagged stays whole: nobody told which of its sentences is to blame.
    """
    plain = " ".join(_NOT_SAID.sub(" ", unescape(text)).split())
    said = ""
    for piece in [plain] if whole else _SENTENCE.findall(plain):
        said += piece
        if len(said.split()) >= _FEWEST_WORDS:
            yield said.strip()
            said = ""
    if said.strip():
        yield said.strip()


def _sure(
    labels: Mapping[str, bool], text: str, doubtful: Mapping[str, Any]
) -> Iterator[tuple[str, bool]]:
    for name, flagged in labels.items():
        if flagged or not doubtful[name].search(text):
            yield name, flagged


def _line(corpus: Mapping[str, Any], text: str, labels: Mapping[str, bool]) -> Line:
    source = Path(corpus["file"]).stem
    alarms = corpus.get("alarms", 1)
    return Line(text, labels, source, corpus["weight"], _is_kept(text), alarms)


def _is_kept(text: str) -> bool:
    return crc32(text.encode()) % KEPT == 0
