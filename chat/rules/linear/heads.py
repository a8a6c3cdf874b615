"""Heads: four small linear models over the words of a message, in plain Python.

A head adds up the weights of what stands in a window of words: each word, how it
begins and ends, and words in twos and threes. Each is known by a hash of 32 bits, so no
list of words is kept; what was too seldom in training to be known weighs nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from math import sqrt
from struct import Struct
from typing import NamedTuple, Self
from zlib import crc32

NAMES = ("crisis", "abuse", "solicitation", "spam")
WINDOW = 16
"""Words judged at once. A longer text is judged in windows that overlap by half."""

_BITS = 0xFFFFFFFF
_TWO, _THREE = 0x9E3779B1, 0xC2B2AE35  # odd, so that no bit is lost
_LONGEST_PART = 5
_FEW_WORDS = 5  # fewer prove no more: one odd word is no evidence
KNOWN_WORDS = 8192
"""How many single words are remembered with what they weigh; never two together."""

# The four weights of a mark stand in one integer, so that one addition adds four. In
# 18 bits a lane holds the sum of 1032 weights of 127; a window has at most 128.
_LANE = 18
_HALF, _FULL = 1 << (_LANE - 1), (1 << _LANE) - 1

_HEADER = Struct("<8s12d")
_ROW, _UNREAD = Struct("<I4b"), Struct("<II")
_FOUR, _WHOLE = Struct("<4b"), Struct("<I")
_MAGIC = b"heads-1\n"

_DIGITS, _APOSTROPHES = "0123456789", "'`\N{RIGHT SINGLE QUOTATION MARK}"
_GAPS = '!"#%&()*+,-./:;<=>?@[\\]^_{|}~\t\n'
SPELLING = str.maketrans(
    _DIGITS + _APOSTROPHES + _GAPS, "0" * 10 + "'" * 3 + " " * len(_GAPS)
)


class BadWeights(ValueError):
    """A file does not hold the weights of four heads."""


class Head(NamedTuple):
    """What turns a sum of small integers into a score, and when the score speaks."""

    step: float
    bias: float
    threshold: float


class Mark(NamedTuple):
    """Something a head weighs, as a hash, and the words it was found in."""

    first: int
    last: int
    key: int


class _Sums(dict[int, int]):
    """By four weights as they stand in the file, the sum that holds them.

    Few of all weights are ever met; to read the others would hold up every start.
    """

    def __missing__(self, four: int) -> int:
        self[four] = packed = _packed(*_FOUR.unpack(_WHOLE.pack(four)))
        return packed


class Heads:
    """The four heads with their weights, as read from a file."""

    __slots__ = ("_sums", "_weights", "digest", "heads", "known")

    def __init__(
        self, heads: Sequence[Head], weights: dict[int, int], digest: str
    ) -> None:
        self.heads = tuple(heads)
        self.digest = digest
        self._weights = weights
        self._sums = _Sums()
        self.known: dict[str, tuple[int, int]] = {}

    @classmethod
    def read(cls, data: bytes) -> Self:
        """Return the heads that `write` wrote.

        Raises:
            BadWeights: If it wrote no such thing.

        """
        rest = len(data) - _HEADER.size
        if not data.startswith(_MAGIC) or rest < 0 or rest % _ROW.size:
            raise BadWeights("no weights of a kind that this version reads")
        _, *numbers = _HEADER.unpack_from(data)
        heads = [Head(*numbers[at : at + 3]) for at in range(0, len(numbers), 3)]
        weights = dict(_UNREAD.iter_unpack(memoryview(data)[_HEADER.size :]))
        return cls(heads, weights, sha256(data).hexdigest())

    def scores(self, words: Sequence[str]) -> list[float]:
        """Return what each head makes of one window of words."""
        size = spread(words)
        return [
            head.bias + head.step * lane / size
            for head, lane in zip(self.heads, _lanes(self._total(words)), strict=True)
        ]

    def _total(self, words: Iterable[str]) -> int:
        """Return the weights of all marks of a window in one sum."""
        weigh, sums, known = self._weights.get, self._sums, self.known
        total = before = last = 0
        for word in words:
            weight, this = known.get(word) or self._meet(word)
            pair = last * _TWO + this
            total += (
                weight
                + sums[weigh(pair & _BITS, 0)]
                + sums[weigh((before * _THREE + pair) & _BITS, 0)]
            )
            before, last = last, this
        return total

    def _meet(self, word: str) -> tuple[int, int]:
        """Return a word's own weight and hash, and know them from now on."""
        if len(self.known) >= KNOWN_WORDS:
            self.known.clear()
        own = sum(self._sums[self._weights.get(key, 0)] for key in _own(word))
        self.known[word] = known = (own, _hash(word))
        return known

    def weight(self, name: str, mark: Mark) -> int:
        """Return what a mark says to one head."""
        weight = self._sums[self._weights.get(mark.key, 0)]
        return list(_lanes(weight))[NAMES.index(name)]


def write(heads: Sequence[Head], weights: Mapping[int, Sequence[int]]) -> bytes:
    """Return a file: the numbers of each head, then each key with a byte for each."""
    numbers = [number for head in heads for number in head]
    rows = [_ROW.pack(key, *units) for key, units in sorted(weights.items())]
    return _HEADER.pack(_MAGIC, *numbers) + b"".join(rows)


def spread(words: Sequence[str]) -> float:
    """Return what the weights of a window are divided by, as more words say more."""
    return sqrt(max(len(words), _FEW_WORDS))


def words(text: str) -> list[str]:
    """Return the words of a text; a digit is any digit, and signs only part words."""
    return text.translate(SPELLING).split()


def windows(words: Sequence[str]) -> Iterator[tuple[int, Sequence[str]]]:
    """Return the windows that a text is judged in, with where each begins."""
    stride = WINDOW // 2
    for start in range(0, max(1, len(words) - stride), stride):
        yield start, words[start : start + WINDOW]


def marks(words: Sequence[str]) -> Iterator[Mark]:
    """Return all that the heads weigh in one window, what `scores` adds up."""
    before = last = 0
    for at, word in enumerate(words):
        this = _hash(word)
        for key in _own(word):
            yield Mark(at, at, key)
        pair = last * _TWO + this
        yield Mark(max(at - 1, 0), at, pair & _BITS)
        yield Mark(max(at - 2, 0), at, (before * _THREE + pair) & _BITS)
        before, last = last, this


def _own(word: str) -> list[int]:
    """Return the hashes of a word and of its beginnings and ends."""
    plain = word.replace("'", "")
    parts = [plain]
    for size in range(3, min(len(plain), _LONGEST_PART + 1)):
        parts += ("^" + plain[:size], plain[-size:] + "^")
    return [crc32(part.encode()) for part in parts]


def _hash(word: str) -> int:
    return crc32(word.replace("'", "").encode())


def _packed(a: int, b: int, c: int, d: int) -> int:
    return a + (b << _LANE) + (c << 2 * _LANE) + (d << 3 * _LANE)


def _lanes(total: int) -> Iterator[int]:
    """Return the four sums in one: what is above half a lane was below nought."""
    for _ in NAMES:
        lane = ((total + _HALF) & _FULL) - _HALF
        yield lane
        total = (total - lane) >> _LANE
