"""A dossier writes down what happens; what is kept beside it is what it comes to."""

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path

from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import select

from chat.casework.case import fold
from chat.casework.dossier import columns
from chat.casework.ladder import Act, Kind
from chat.errors import ChatError
from chat.model import Grade
from chat.settings import Settings
from chat.store import audit
from chat.store.audit import Chain
from chat.store.database import FILE, Database
from chat.store.schema import cases as case_table
from tests.support.clock import FakeClock
from tests.support.desk import ABUSE, DANGER, HANDLE, Desk, an_opening
from tests.support.process import Process

OPENINGS = (
    an_opening(),
    an_opening(held=True, position=0),
    an_opening(flags=(DANGER,), grade=Grade.HIGH),
)
STEPS = (
    "flag", "report", "claim", "let_go", "looking", "reveal", "note", "act", "undo",
    "appeal", "decide", "second", "wrong", "wait", "tidy",
)  # fmt: skip
ACTS = (
    Act(Kind.NOTHING, "in_order"),
    Act(Kind.NUDGE, "hate", words="Please"),
    Act(Kind.TAKE_DOWN, "hate"),
    Act(Kind.RELEASE, "in_order"),
    Act(Kind.REFUSE, "hate"),
    Act(Kind.SLOW, "spam", message=Kind.RELEASE),
    Act(Kind.SUSPENDED, "hate", hours=1, message=Kind.TAKE_DOWN),
    Act(Kind.REMOVED, "predatory"),
    Act(Kind.REMOVED, "predatory", message=Kind.REFUSE),
)

Step = tuple[str, str, int]
any_steps = st.lists(
    st.tuples(
        st.sampled_from(STEPS),
        st.sampled_from(["ada-id", "ben-id", "cyd-id"]),
        st.integers(0, 8),
    ),
    min_size=1,
    max_size=25,
)


async def take(desk: Desk, id_: str, which: int, step: Step) -> None:
    """Take one step, if it can be taken."""
    what, who, number = step
    cases, opening = desk.cases, OPENINGS[which]
    events = await desk.events(id_)
    acts = [event.id for event in events if event.kind == "action"] or [0]
    tokens = [row.token for row in await desk.words()] or [b""]
    steps: dict[str, Callable[[], Awaitable[object]]] = {
        "flag": lambda: cases.open(an_opening(key=opening.key, flags=(ABUSE, DANGER))),
        "report": lambda: cases.open(
            an_opening(
                key=opening.key, flags=(), source="report",
                reason=f"r{number}", reporter=bytes((number,)),
            )
        ),
        "claim": lambda: cases.claim(id_, who),
        "let_go": lambda: cases.let_go(id_, who),
        "looking": lambda: cases.looking(id_, who),
        "reveal": lambda: cases.reveal(id_, who, "must know", number),
        "note": lambda: cases.note(id_, who, "a note"),
        "act": lambda: cases.act(id_, who, ACTS[number]),
        "undo": lambda: cases.undo(id_, who, acts[number % len(acts)]),
        "appeal": lambda: cases.appeal(tokens[number % len(tokens)], HANDLE, "no"),
        "decide": lambda: cases.decide(id_, who, number % 2 == 0, "words"),
        "second": lambda: cases.second(id_, who, number % 2 == 0),
        "wrong": lambda: cases.wrong_flag(id_, who, "abuse.insult"),
        "tidy": lambda: cases.tidy(desk.clock.seconds()),
    }  # fmt: skip
    if what == "wait":
        desk.clock.advance(300 * number)
        return
    try:
        await steps[what]()
    except ChatError:
        assert await desk.events(id_) == events, "refused, and something was kept"


async def go_through(desk: Desk, id_: str, which: int, steps: Iterable[Step]) -> None:
    for step in steps:
        await take(desk, id_, which, step)
        state = fold(await desk.events(id_))
        async with desk.database.read() as tx:
            row = (await tx.execute(select(case_table).filter_by(id=id_))).one()
        assert {name: row._mapping[name] for name in columns(state)} == columns(state)
    async with desk.database.read() as tx:
        assert Chain(()).broken_by(await audit.after(tx, 0)) is None


async def story(
    settings: Settings, directory: Path, which: int, steps: list[Step]
) -> None:
    clock = FakeClock()
    database = Database(None, directory)
    async with Process(settings, clock).running() as process:
        desk = Desk(database, clock, process)
        await desk.staff("ada", "ben", "cyd")
        id_ = await desk.cases.open(OPENINGS[which])
        await go_through(desk, id_, which, steps)
    await database.aclose()


@hypothesis_settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(which=st.integers(0, 2), steps=any_steps)
def test_whatever_is_done_what_is_kept_is_what_the_events_come_to(
    settings: Settings, sqlite_template: Path, which: int, steps: list[Step]
):
    with tempfile.TemporaryDirectory() as directory:
        shutil.copy(sqlite_template, Path(directory) / FILE)
        asyncio.run(story(settings, Path(directory), which, steps))
