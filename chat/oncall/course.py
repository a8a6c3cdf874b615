"""The course: what a peer learns before they go on duty, and what is done of it.

Four chapters, a practice chat with somebody who is made up, and a quiz. All of it may
be done again, at any time and as often as anybody likes.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, NamedTuple

OUR_COURSE: Final = Path(__file__).parent.parent / "courses"
CHAPTERS: Final = ("listening", "boundaries", "crisis", "self-care")
"""The chapters' files, in the order in which they are read."""

TO_PASS: Final = 8
"""So many of the quiz's questions answered rightly are enough."""


class Chapter(NamedTuple):
    """Something to read."""

    slug: str
    title: str
    text: str
    """Markdown, without the title."""


class Answer(NamedTuple):
    """What one could write back, how it would be taken, and what we think of it."""

    words: str
    reply: str
    comment: str
    good: bool = False


class Turn(NamedTuple):
    """What the one who is made up writes, and the answers to choose from."""

    said: tuple[str, ...]
    answers: tuple[Answer, ...]


class Practice(NamedTuple):
    """The practice chat."""

    opening: str
    turns: tuple[Turn, ...]
    closing: str

    def good(self, chosen: Sequence[int]) -> bool:
        """Tell whether a good answer was chosen in each of the turns so far."""
        return len(chosen) <= len(self.turns) and all(
            0 <= number < len(turn.answers) and turn.answers[number].good
            for turn, number in zip(self.turns, chosen, strict=False)
        )

    def over(self, chosen: Sequence[int]) -> bool:
        """Tell whether every turn was answered well."""
        return len(chosen) == len(self.turns) and self.good(chosen)


class Question(NamedTuple):
    """A question of the quiz; answers count from 1."""

    asked: str
    answers: tuple[str, ...]
    right: int
    why: str


class Result(NamedTuple):
    """How a quiz went."""

    score: int
    wrong: tuple[int, ...]
    """The questions that were answered wrongly, or not at all, counted from 0."""

    @property
    def passed(self) -> bool:
        """Whether it is enough."""
        return self.score >= TO_PASS


class Course(NamedTuple):
    """All of it."""

    chapters: tuple[Chapter, ...]
    practice: Practice
    quiz: tuple[Question, ...]

    def chapter(self, slug: str) -> Chapter | None:
        """Return a chapter; None: there is none of that name."""
        return next((each for each in self.chapters if each.slug == slug), None)

    def after(self, chapter: Chapter) -> Chapter | None:
        """Return the chapter that comes next; None: that was the last."""
        place = self.chapters.index(chapter) + 1
        return self.chapters[place] if place < len(self.chapters) else None

    def marked(self, answers: Sequence[int]) -> Result:
        """Return how a quiz went; 0 stands for no answer."""
        given = (*answers, *(0 for _ in self.quiz))
        wrong = tuple(
            place
            for place, question in enumerate(self.quiz)
            if given[place] != question.right
        )
        return Result(len(self.quiz) - len(wrong), wrong)


@dataclass(frozen=True, slots=True)
class Learned:
    """What somebody has done of the course; moments are seconds since 1970, 0: never.

    Nothing of what they answered is in it.
    """

    read: Mapping[str, int] = field(default_factory=dict)
    """The chapters they read, and when they first did."""
    practised_at: int = 0
    passed_at: int = 0
    best: int = 0
    """How many questions they answered rightly when that went best."""

    def having_read(self, slug: str, now: int) -> "Learned":
        """Return it with a chapter read."""
        return replace(self, read={slug: now, **self.read})

    def having_practised(self, now: int) -> "Learned":
        """Return it with the practice chat done."""
        return replace(self, practised_at=self.practised_at or now)

    def having_answered(self, result: Result, now: int) -> "Learned":
        """Return it after a quiz; what was passed once stays passed."""
        passed = self.passed_at or (now if result.passed else 0)
        return replace(self, best=max(self.best, result.score), passed_at=passed)

    def unread(self, course: Course) -> tuple[Chapter, ...]:
        """Return the chapters that were not read yet."""
        return tuple(each for each in course.chapters if each.slug not in self.read)

    def is_done(self, course: Course) -> bool:
        """Tell whether it is all done, so that they may go on duty."""
        return not self.unread(course) and bool(self.practised_at and self.passed_at)

    def steps(self, course: Course) -> tuple[int, int]:
        """Return how many of how many steps are done."""
        read = len(course.chapters) - len(self.unread(course))
        done = read + bool(self.practised_at) + bool(self.passed_at)
        return done, len(course.chapters) + 2

    def kept(self) -> dict[str, Any]:
        """Return it as the store keeps it."""
        return {
            "read": dict(self.read),
            "practised": self.practised_at,
            "passed": self.passed_at,
            "best": self.best,
        }

    @classmethod
    def from_kept(cls, kept: Mapping[str, Any]) -> "Learned":
        """Return it from what the store has; nothing kept is nothing done."""
        return cls(
            read=dict(kept.get("read", {})),
            practised_at=kept.get("practised", 0),
            passed_at=kept.get("passed", 0),
            best=kept.get("best", 0),
        )


def _read(folder: Path) -> Course:
    quiz = tomllib.loads((folder / "quiz.toml").read_text("utf-8"))
    return Course(
        tuple(_chapter(folder, slug) for slug in CHAPTERS),
        _practice(tomllib.loads((folder / "practice.toml").read_text("utf-8"))),
        tuple(_question(**each) for each in quiz["question"]),
    )


def _chapter(folder: Path, slug: str) -> Chapter:
    text = (folder / f"{slug}.md").read_text("utf-8")
    title, _, rest = text.partition("\n")
    return Chapter(slug, title.removeprefix("# "), rest.strip())


def _practice(told: Mapping[str, Any]) -> Practice:
    turns = tuple(
        Turn(tuple(turn["said"]), tuple(Answer(**each) for each in turn["answer"]))
        for turn in told["turn"]
    )
    return Practice(told["opening"].strip(), turns, told["closing"].strip())


def _question(asked: str, answers: list[str], right: int, why: str) -> Question:
    return Question(asked, tuple(answers), right, why)


COURSE: Final = _read(OUR_COURSE)
