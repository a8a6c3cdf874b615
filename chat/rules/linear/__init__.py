"""Linear: a small trained model behind the rules, for what no rule has words for.

It never says more than a thought of suicide, and never blocks: it asks a human to look.
"""

from collections.abc import Iterable, Iterator
from importlib.resources import files

import re2

from chat.model import Action, Flag, Grade
from chat.rules.canonical import Form, Text
from chat.rules.linear import heads

_HEADS = heads.Heads.read(files(__package__).joinpath("heads.bin").read_bytes())
_REASONS = 3
_KINDNESS = re2.compile(
    r"(?:nobody|no ?one|none of us)(?: here)? wants? you to "
    r"(?:suffer|struggle|hurt|feel (?:bad|guilty|ashamed)|be (?:alone|ashamed)|"
    r"(?:carry|face|go through|bear|do) (?:it|this|that))"
    r"(?: with (?:it|this|that))?(?: all)?(?: alone| by yourself| on your own)?"
)
"""What nobody here wants of anybody is in the words of what nobody wants at all. It is
kind only where nothing else is said: what comes with it may turn it round.
"""

_SAYS = {
    "crisis": ("suicide", Action.ALLOW, Grade.MEDIUM, "sounds like someone in danger"),
    "abuse": ("abuse", Action.HOLD, Grade.NONE, "sounds like abuse of somebody"),
    "solicitation": (
        "drug_sourcing",
        Action.HOLD,
        Grade.NONE,
        "sounds like asking for drugs or offering them",
    ),
    "spam": ("spam", Action.HOLD, Grade.NONE, "sounds like advertising"),
}


def linear(text: Text) -> Iterable[Flag]:
    """Return what the trained heads would have a human look at."""
    words = heads.words(text.meant.text)
    found = dict(_first_windows(words))
    if "abuse" in found and _KINDNESS.fullmatch(" ".join(words)):
        del found["abuse"]
    if "abuse" in found:
        # Telling another to die is in the words of wanting to; it is no cry for help.
        found.pop("crisis", None)
    return [_flag(text.meant, name, words, start) for name, start in found.items()]


def _first_windows(words: list[str]) -> Iterator[tuple[str, int]]:
    """Return the heads that speak, each with where the last such window begins."""
    for start, window in heads.windows(words):
        scores = _HEADS.scores(window)
        for name, head, score in zip(heads.NAMES, _HEADS.heads, scores, strict=True):
            if score > head.threshold:
                yield name, start


def _flag(form: Form, name: str, words: list[str], start: int) -> Flag:
    category, action, grade, says = _SAYS[name]
    places = _places(form, words)[start : start + heads.WINDOW]
    told = _telling(name, words[start : start + heads.WINDOW])
    quoted = ", ".join(f"'{_between(form, places, mark)}'" for mark in told)
    first, last = min(m.first for m in told), max(m.last for m in told)
    span = form.span(places[first][0], places[last][1])
    reason = f"{says}; words such as: {quoted}"
    return Flag(f"linear.{name}", category, reason, *span, action, grade)


def _telling(name: str, words: list[str]) -> list[heads.Mark]:
    """Return the few stretches of words that spoke most for a head, each once."""
    sums: dict[str, int] = {}
    found: dict[str, heads.Mark] = {}
    for mark in heads.marks(words):
        said = " ".join(words[mark.first : mark.last + 1])
        sums[said] = sums.get(said, 0) + _HEADS.weight(name, mark)
        found[said] = mark
    best = sorted(sums, key=lambda said: (-sums[said], said))[:_REASONS]
    return [found[said] for said in best if sums[said] > 0]


def _places(form: Form, words: list[str]) -> list[tuple[int, int]]:
    """Return where each word stands in the form it was read from."""
    plain = form.text.translate(heads.SPELLING)
    places: list[tuple[int, int]] = []
    end = 0
    for word in words:
        start = plain.index(word, end)
        end = start + len(word)
        places.append((start, end))
    return places


def _between(form: Form, places: list[tuple[int, int]], mark: heads.Mark) -> str:
    return " ".join(form.text[places[mark.first][0] : places[mark.last][1]].split())
