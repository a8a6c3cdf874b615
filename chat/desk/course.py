"""The course as pages: its chapters, the practice chat, the quiz, and who is ready."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from markdown_it import MarkdownIt
from markupsafe import Markup
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from chat.clock import Clock
from chat.desk.frame import go, number, said, show, sorry
from chat.desk.guard import Guard, post
from chat.desk.wording import moment
from chat.oncall.course import COURSE, TO_PASS, Answer, Course, Learned, Turn
from chat.oncall.learning import Learning
from chat.roles import may
from chat.signing.sittings import Deskmate
from chat.store.database import Database

ADDRESS: Final = "/staff/course"
_HERE: Final = "Course"


class Past(NamedTuple):
    """A turn of the practice chat that was answered."""

    said: tuple[str, ...]
    answer: Answer


class Stage(NamedTuple):
    """How far somebody is in the practice chat: only the address knows it."""

    past: tuple[Past, ...]
    turn: Turn | None
    """The turn that waits for an answer; None: there is none, or not yet."""
    so: str
    """The answers that were chosen, a digit each."""
    before: str
    """The same without the last one."""
    again: bool
    """Whether the last answer was not a good one."""


class Asked(NamedTuple):
    """A question of the quiz as a page shows it."""

    number: int
    asked: str
    answers: tuple[str, ...]
    chosen: int
    """What was answered, counted from 1; 0: nothing yet."""
    wrong: bool
    right: str
    why: str


class CoursePages:
    """The pages of the course."""

    def __init__(self, *, learning: Learning, clock: Clock) -> None:
        self._learning = learning
        self._course = COURSE
        self._clock = clock
        self._texts = _rendered(self._course)

    def routes(self, guard: Guard) -> list[BaseRoute]:
        """Return the pages' routes."""
        return [
            Route(ADDRESS, guard.page(self.show, "calls")),
            Route(f"{ADDRESS}/practice", guard.page(self.practise, "calls")),
            post(f"{ADDRESS}/practice", guard.page(self.practised, "calls")),
            Route(f"{ADDRESS}/quiz", guard.page(self.ask, "calls")),
            post(f"{ADDRESS}/quiz", guard.page(self.mark, "calls")),
            Route(f"{ADDRESS}/{{id}}", guard.page(self.chapter, "calls")),
            post(f"{ADDRESS}/{{id}}", guard.page(self.has_read, "calls")),
        ]

    async def show(self, _request: Request, me: Deskmate) -> Response:
        """Show what there is to do, and to a coordinator who is ready."""
        learned = await self._learning.of(me.id)
        done, of = learned.steps(self._course)
        return show(
            "course", me, _HERE,
            chapters=[(each, each.slug in learned.read)
                      for each in self._course.chapters],
            learned=learned, done=done, of=of, next=_next(learned, self._course),
            ready=learned.is_done(self._course),
            questions=len(self._course.quiz), to_pass=TO_PASS,
            team=await self._team() if may(me.role, "coordinate") else None,
        )  # fmt: skip

    async def _team(self) -> list[tuple[str, str, str]]:
        """Return of each of the team: name, role, and how far they are."""
        now = self._clock.seconds()
        return [
            (
                each.desk_name,
                each.role,
                f"{each.done} of {each.of} done"
                if each.ready_at is None
                else f"ready since {moment(each.ready_at, now)}",
            )
            for each in await self._learning.team()
        ]

    async def chapter(self, request: Request, me: Deskmate) -> Response:
        """Show a chapter."""
        chapter = self._course.chapter(request.path_params["id"])
        if chapter is None:
            return sorry(me, 404, "There is no such chapter", "It may have been moved.")
        learned = await self._learning.of(me.id)
        return show(
            "course_chapter", me, _HERE,
            chapter=chapter, text=self._texts[chapter.slug],
            number=self._course.chapters.index(chapter) + 1,
            of=len(self._course.chapters), was_read=chapter.slug in learned.read,
            after=self._course.after(chapter),
        )  # fmt: skip

    async def has_read(self, request: Request, me: Deskmate) -> Response:
        """Keep that a chapter was read, and lead to what comes next."""
        chapter = self._course.chapter(request.path_params["id"])
        if chapter is None:
            return sorry(me, 404, "There is no such chapter", "It may have been moved.")
        await self._learning.has_read(me.id, chapter.slug)
        after = self._course.after(chapter)
        return go(f"{ADDRESS}/{after.slug}" if after else ADDRESS)

    async def practise(self, request: Request, me: Deskmate) -> Response:
        """Show the practice chat, as far as it has come."""
        practice = self._course.practice
        so = said(request.query_params, "so", len(practice.turns))
        chosen = _chosen(so, self._course)
        if chosen is None:
            return go(f"{ADDRESS}/practice")
        return show(
            "course_practice", me, _HERE,
            practice=practice, stage=stage(so, chosen, self._course),
            over=practice.over(chosen),
        )  # fmt: skip

    async def practised(self, request: Request, me: Deskmate) -> Response:
        """Keep that the practice chat was gone through, to its end."""
        so = said(await request.form(), "so", len(self._course.practice.turns))
        chosen = _chosen(so, self._course)
        if chosen is None or not self._course.practice.over(chosen):
            return go(f"{ADDRESS}/practice")
        await self._learning.has_practised(me.id)
        return go(ADDRESS)

    async def ask(self, _request: Request, me: Deskmate) -> Response:
        """Show the quiz."""
        return self._quiz(me, [0] * len(self._course.quiz), shown=False)

    async def mark(self, request: Request, me: Deskmate) -> Response:
        """Show how the quiz went; what was answered is kept nowhere."""
        answers = _answers(await request.form(), len(self._course.quiz))
        await self._learning.has_answered(me.id, answers)
        return self._quiz(me, answers, shown=True)

    def _quiz(self, me: Deskmate, answers: Sequence[int], *, shown: bool) -> Response:
        result = self._course.marked(answers)
        return show(
            "course_quiz", me, _HERE,
            questions=[
                Asked(
                    place + 1, each.asked, each.answers, given,
                    shown and place in result.wrong,
                    each.answers[each.right - 1], each.why,
                )
                for place, (each, given) in enumerate(
                    zip(self._course.quiz, answers, strict=True)
                )
            ],
            result=result if shown else None, to_pass=TO_PASS,
        )  # fmt: skip


def course_routes(*, guard: Guard, database: Database, clock: Clock) -> list[BaseRoute]:
    """Return the routes of the course's pages."""
    learning = Learning(database=database, clock=clock)
    return CoursePages(learning=learning, clock=clock).routes(guard)


def _rendered(course: Course) -> Mapping[str, Markup]:
    """Return each chapter as HTML, of which nothing came from outside."""
    markdown = MarkdownIt("commonmark", {"html": False})
    return {
        each.slug: Markup(markdown.render(each.text))  # noqa: S704 - escaped by it
        for each in course.chapters
    }


def _next(learned: Learned, course: Course) -> str:
    """Return where the course goes on; empty: it is done."""
    if unread := learned.unread(course):
        return f"{ADDRESS}/{unread[0].slug}"
    if not learned.practised_at:
        return f"{ADDRESS}/practice"
    return "" if learned.passed_at else f"{ADDRESS}/quiz"


def _chosen(so: str, course: Course) -> list[int] | None:
    """Return the answers in an address; None: nobody comes there by our links."""
    chosen = [int(each) for each in so if each.isascii() and each.isdigit()]
    turns = course.practice.turns
    fits = len(chosen) == len(so) and all(
        number < len(turn.answers) for number, turn in zip(chosen, turns, strict=False)
    )
    return chosen if fits and course.practice.good(chosen[:-1]) else None


def stage(so: str, chosen: Sequence[int], course: Course) -> Stage:
    """Return the practice chat after some answers, all but the last of them good."""
    turns = course.practice.turns
    past = tuple(
        Past(turn.said, turn.answers[number])
        for turn, number in zip(turns, chosen, strict=False)
    )
    again = not course.practice.good(chosen)
    waits = not again and len(chosen) < len(turns)
    turn = turns[len(chosen)] if waits else None
    return Stage(past, turn, so, so[:-1], again)


def _answers(form: FormData, questions: int) -> list[int]:
    return [number(form, f"q{place}") for place in range(1, questions + 1)]
