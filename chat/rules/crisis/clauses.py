"""Clauses: a text as plain words, cut where one thought ends and the next begins."""

import tomllib
from bisect import bisect_right
from importlib.resources import files

from chat.rules.words import plain as plain_words

STOP = "|"
"""What stands between two clauses."""

_SPELLING: dict[str, str] = tomllib.loads(
    files(__package__).joinpath("spelling.toml").read_text("utf-8")
)["spelling"]

_SIGNS = str.maketrans(
    dict.fromkeys(".,;:!()[]{}\n\r\u2026\u2014\u2013\u2022", f" {STOP} ")
    | dict.fromkeys("?¿", f" ? {STOP} ")
    | dict.fromkeys('"\u201c\u201d\u201e\xab\xbb', ' " ')
    | dict.fromkeys("\u2018\u2019`\xb4", "'")
    | dict.fromkeys("😂🤣💀☠😹😆", " lol ")
    | dict.fromkeys("/*_~#<>^=\\\t", " ")
    | {"&": " and ", "%": " percent "}
)

_SHORT_WORDS = 60
"""In a longer text cues stand together by chance."""

_BREAKS = frozenset({STOP, "but", "though", "because", "pero", "maar", "kodwa"})


class Clauses:
    """The plain words of a text, one space between them, and where clauses begin."""

    __slots__ = ("_begins", "_written", "plain", "short", "text")

    def __init__(self, written: str) -> None:
        words = [_plain(word) for word in written.translate(_SIGNS).split()]
        words = [STOP, *words, STOP]
        self._written = written
        text = f" {' '.join(words)} "
        self.text = text.encode("ascii", "replace")
        self.plain = plain_words(text)
        self._begins = _begins(words)
        self.short = len(words) <= _SHORT_WORDS

    def clause(self, position: int) -> int:
        """Return in which clause a position of the text lies, from 0."""
        return bisect_right(self._begins, position) - 1

    def written(self, start: int, end: int) -> tuple[int, int]:
        """Return where a stretch of the plain words stands in what was written."""
        places = _places(self._written)
        first = last = 0
        position = 1 + len(STOP) + 1
        for begin, finish, plain in places:
            if position <= start:
                first = begin
            if position < end:
                last = finish
            position += len(plain) + 1
        return first, max(last, first)


def _plain(word: str) -> str:
    """Return a word in its usual spelling: `dont` and `don't` are both `do not`."""
    known = _SPELLING.get(word) or _SPELLING.get(word.replace("'", ""))
    if known is not None:
        return known
    return word if word.isalnum() else _plain_signed(word)


def _plain_signed(word: str) -> str:
    if word == "-":
        return STOP
    bare = word.removesuffix("'s").replace("'", "").replace("-", " ").strip()
    opening = '" ' if word[0] == "'" and word != "'n" else ""
    closing = ' "' if len(word) > 1 and word[-1] == "'" and word[-2] != "s" else ""
    return (
        opening + " ".join(_SPELLING.get(part, part) for part in bare.split()) + closing
    )


def _begins(words: list[str]) -> list[int]:
    begins, position = [0], 1
    for word in words:
        if word in _BREAKS:
            begins.append(position)
        position += len(word) + 1
    return begins


def _places(written: str) -> list[tuple[int, int, str]]:
    """Return where each word begins and ends in what was written, and its spelling."""
    places: list[tuple[int, int, str]] = []
    begin, letters = 0, ""
    for index, sign in enumerate(f"{written} "):
        for letter in sign.translate(_SIGNS):
            if not letter.isspace():
                begin = begin if letters else index
                letters += letter
            elif letters:
                places.append((begin, max(begin + 1, index), _plain(letters)))
                letters = ""
    return places
