"""Reading: as much of a case as somebody asked to see, and what may be next."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Final, NamedTuple

from chat.casework.casebook import Case, Finding
from chat.casework.excerpt import Said, Sentence
from chat.desk.wording import CATEGORIES, GRADES, REPORTS, count, time_of_day
from chat.identity import look_of, name_of
from chat.model import Who

REVEAL_REASONS: Final = (
    ("danger", "To see whether somebody is in danger"),
    ("decide", "To decide what to do"),
    ("appeal", "To look again, after an appeal"),
    ("second", "To be the second pair of eyes"),
    ("rule", "To see whether the rule was right"),
)
"""Why one reads what members said; each reading is recorded with its reason."""


class Reason(NamedTuple):
    """Why a case is there: what a rule found, or a member reported."""

    words: str
    rule: str = ""
    phrase: str = ""
    grade: str = ""
    wrong: bool = False


class Shown(NamedTuple):
    """A sentence that somebody asked to read."""

    text: str
    cover: str
    open: bool


class Line(NamedTuple):
    """One message, as far as it was revealed."""

    who: str
    at: str
    subject: bool
    sentences: Sequence[Shown]


class Step(NamedTuple):
    """What can be revealed next, and whether one must prove oneself for that."""

    upto: int
    words: str
    proof: bool


class Face(NamedTuple):
    """Who the member is in this room, and only there."""

    name: str
    look: str


def reasons(case: Case) -> list[Reason]:
    """Return why a case is there, findings first."""
    found = [_found(finding, case) for finding in case.findings]
    reported = [
        Reason(f"A member reported it: {REPORTS.get(reason, reason)}")
        for reason in case.state.reasons
        if reason
    ]
    return [*found, *reported] or [Reason(_UNFLAGGED.get(case.source, ""))]


_UNFLAGGED: Final = {
    "bell": "A member asks for one of you, in the room, now.",
    "unanswered": "Nobody has answered this person yet.",
}


def _found(finding: Finding, case: Case) -> Reason:
    words = finding.reason or CATEGORIES.get(finding.category, finding.category)
    wrong = finding.rule in case.state.wrong
    grade = GRADES[finding.grade]
    return Reason(words, finding.rule, finding.phrase, grade, wrong)


def lines(revealed: Iterable[Sentence], case: Case, opened: int) -> list[Line]:
    """Return what was revealed in the order in which it was said, an appeal first.

    The sentence that was asked for last lies open; the others are covered.
    """
    in_order = sorted(revealed, key=_order)
    return [
        _line(said, list(sentences), case, opened)
        for said, sentences in groupby(in_order, key=lambda each: each.said)
    ]


def _order(sentence: Sentence) -> tuple[bool, int, int]:
    return sentence.said.kind != "appeal", sentence.said.place, sentence.step


def _line(said: Said, sentences: Sequence[Sentence], case: Case, opened: int) -> Line:
    shown = [
        Shown(each.text, _cover(each, said), each.step == opened) for each in sentences
    ]
    return Line(_speaker(said, case), time_of_day(said.at), said.is_subject, shown)


def _cover(sentence: Sentence, said: Said) -> str:
    return f"Sentence {sentence.step}" if said.is_subject else "Read it"


def _speaker(said: Said, case: Case) -> str:
    if said.kind == "appeal":
        return "The member, to the room team"
    if said.is_subject:
        return "The message"
    # Names are not needed to decide; who it is stays behind its own cover.
    return "The same member" if said.who == case.who else "Another member"


def steps(case: Case, shown: int, *, proved: bool) -> list[Step]:
    """Return what can be revealed next: a sentence, the rest of it, what is around.

    A sentence at a time needs no proof; all at once, and what others said, does.
    """
    own, every = case.message_steps, case.steps
    found = []
    if shown < own:
        found.append(Step(shown + 1, _next(shown), proof=False))
    if shown + 1 < own:
        found.append(Step(own, "Show the whole message", proof=not proved))
    if own <= shown < every:
        found.append(Step(every, "Show what was said around it", proof=not proved))
    return found


def _next(shown: int) -> str:
    return "Show the next sentence" if shown else "Show the first sentence"


def needs_proof(case: Case, shown: int, upto: int) -> bool:
    """Tell whether one must prove oneself to read so far."""
    return upto > min(shown + 1, case.message_steps)


def gist(case: Case) -> str:
    """Return what there is to read, without a word of it."""
    if not case.steps:
        return "There is nothing to read: nothing was said."
    own = count(case.message_steps, "sentence", "sentences")
    around = case.steps - case.message_steps
    if not around:
        return f"{own}."
    return f"{own}, with {count(around, 'sentence', 'sentences')} said around it."


def face(who: Who) -> Face | None:
    """Return who a member is in the room; none: nobody, or it is forgotten."""
    if not who:
        return None
    return Face(name_of(who), " ".join(look_of(who)))


def reason_words(code: str) -> str:
    """Return why somebody reads, in words; empty: that is no reason."""
    return dict(REVEAL_REASONS).get(code, "")


def last_reason(case: Case, staff_id: str) -> str:
    """Return the code of the reason that somebody gave last for this case."""
    given: Iterable[str] = (
        event.detail["reason"]
        for event in reversed(case.events)
        if event.kind == "reveal" and event.actor == staff_id
    )
    words = next(iter(given), "")
    return next((code for code, each in REVEAL_REASONS if each == words), "")
