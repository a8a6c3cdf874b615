"""Gathering: letters and pieces of words that were written apart, put together."""

from collections.abc import Iterator, Sequence
from itertools import islice, pairwise
from math import log

import re2

from chat.rules.writing.editing import Edit
from chat.rules.writing.spelling import KNOWN, LETTER, RANKS, Reader
from chat.rules.writing.tokens import tokens

LONGEST_WORD = max(map(len, RANKS))
LETTERS_TOGETHER = 120
"""How many letters without a gap between words are told apart at most."""

_APART = re2.compile(r"[a-z0-9@$!'](?:[\s._\-*/~|,+=:;]{1,4}[a-z0-9@$!']){2,}")
_RUNS = 100
"""How many words that are written letter by letter are read at most."""

_THREADED = 5
_THREADS = frozenset("._-*~|/+,=:")
_PIECES_SHORTEST = 4
_PIECES_LONG = 6
"""One of two pieces may be a word by itself if they make so long a one."""

_ALONE = frozenset("aiu")


def threaded(text: str, _: Reader) -> Iterator[Edit]:
    """Yield edits that take the same sign from between all letters of a token."""
    end = 0
    for token in text.split():
        if len(token) < _THREADED or token[1] != token[3] or token[1] not in _THREADS:
            continue
        start = text.index(token, end)
        end = start + len(token)
        beads = token if len(token) % 2 else token[:-1]
        letters, thread = beads[::2], set(beads[1::2])
        if len(thread) == 1 and sum(map(str.isalpha, letters)) > 1:
            length = len(letters) * 2 - 1
            yield Edit(start, start + length, letters, range(start, start + length, 2))


def gathered(text: str, reader: Reader) -> Sequence[Edit]:
    """Return edits that close the gaps in words written letter by letter."""
    found: list[Edit] = []
    for run in islice(_APART.finditer(text), _RUNS):
        letters = _trimmed(text, run.start(), run.end())
        edit = _closed(text, letters, reader)
        if not edit and letters and text[letters[0]].isdigit():
            edit = _closed(text, letters[1:], reader)  # `going 2 d i e`
        found += [edit] if edit else []
    return found


def _trimmed(text: str, start: int, end: int) -> Sequence[int]:
    """Return where a run's letters stand, without such as belong to a whole word."""
    letters = [at for at in range(start, end) if _is_letter(text, at)]
    if start and (text[start - 1].isalnum() or text[start - 1] == "'"):
        del letters[0]
    if end < len(text) and text[end].isalnum():
        del letters[-1]
    return letters


def _is_letter(text: str, at: int) -> bool:
    return text[at].isalnum() or text[at] in "@$!'"


def _closed(text: str, letters: Sequence[int], reader: Reader) -> Edit | None:
    """Return the words that letters written apart make, if they make words at all."""
    if len(letters) < 3:
        return None
    parted = _by_width(letters)
    for group in [parted, [letters]] if len(parted) > 1 else [parted]:
        words = [word for each in group for word in _words(text, each, reader)]
        if _make_sense(words, len(letters)):
            return _spelled(words, letters)
    return None


def _by_width(letters: Sequence[int]) -> Sequence[Sequence[int]]:
    """Return letters parted where the gaps are wider than between most."""
    narrow = min(after - before for before, after in pairwise(letters))
    groups = [[letters[0]]]
    for before, after in pairwise(letters):
        if after - before > narrow:
            groups.append([])
        groups[-1].append(after)
    return groups


_Word = tuple[str, Sequence[int]]


def _words(text: str, letters: Sequence[int], reader: Reader) -> Sequence[_Word]:
    token = "".join(text[at] for at in letters)
    if token in KNOWN:
        return [(token, letters)]
    if reading := reader.read(token):
        return [(reading.word, [letters[place] for place in reading.places])]
    plain = "".join(LETTER.get(character, character) for character in token)
    return _parted(plain[:LETTERS_TOGETHER], letters)


def _parted(token: str, letters: Sequence[int]) -> Sequence[_Word]:
    """Return letters without gaps as the likeliest words; nothing if they are none."""
    costs, starts = [0.0], [0]
    for end in range(1, len(token) + 1):
        ways = range(max(0, end - LONGEST_WORD), end)
        cost, start = min((costs[at] + _cost(token[at:end]), at) for at in ways)
        costs.append(cost)
        starts.append(start)
    words: list[_Word] = []
    end = len(token)
    while end and costs[-1] < _NO_WORD:
        words.append((token[starts[end] : end], letters[starts[end] : end]))
        end = starts[end]
    return words[::-1]


_NO_WORD = 1e6


def _cost(word: str) -> float:
    rank = RANKS.get(word)
    if rank is None or (len(word) == 1 and word not in _ALONE):
        return _NO_WORD
    return log(rank + 10) + 1


def _make_sense(words: Sequence[_Word], letters: int) -> bool:
    """Return whether enough of the letters are words, so that it is no list."""
    real = [word for word, _ in words if word in KNOWN]
    longest = max(map(len, real), default=0)
    return longest > 2 and sum(map(len, real)) >= 0.7 * letters


def _spelled(words: Sequence[_Word], letters: Sequence[int]) -> Edit:
    texts = [word for word, _ in words]
    places: list[int] = []
    for _, at in words:
        places += [*([places[-1]] if places else []), *at]
    return Edit(letters[0], letters[-1] + 1, " ".join(texts), places)


def are_pieces(first: str, second: str) -> bool:
    """Return whether two strings are one word that was split: `kil` and `l`."""
    length = len(first) + len(second)
    if length < _PIECES_SHORTEST or first + second not in RANKS:
        return False
    whole = [each in KNOWN and len(each) > 1 for each in (first, second)]
    return not all(whole) and (length >= _PIECES_LONG or not any(whole))


def mended(text: str, _: Reader) -> Iterator[Edit]:
    """Yield edits that put split words together."""
    done = 0
    for first, second in pairwise(tokens(text)):
        near = first.start >= done and second.start == first.end + 1
        if near and are_pieces(first.text, second.text) and text[first.end] in " -":
            places = (*range(first.start, first.end), *range(second.start, second.end))
            yield Edit(first.start, second.end, first.text + second.text, places)
            done = second.end
