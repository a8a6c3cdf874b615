"""Cases: what the room team does with what was flagged, from opening to appeal."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Final

from chat import bulletin
from chat.casework import acting, appeals, casebook, crisis, fading, intake, looking
from chat.casework.acting import Arrival, Unseal
from chat.casework.casebook import Case, CaseLine
from chat.casework.dossier import Dossier
from chat.casework.effects import Effects
from chat.casework.excerpt import Sentence
from chat.casework.ladder import Act, check_note
from chat.casework.refusals import NoSuchRule, ReasonMissing
from chat.clock import Clock
from chat.model import Handle, RoomName
from chat.oncall.needs import Needs
from chat.opening import Opening
from chat.store import cases as store
from chat.store import rules
from chat.store.database import Database

DAY_SECONDS: Final = 86_400


class Cases:
    """Everything that is asked about cases, each in one transaction.

    Whatever changes one rings for the staff pages, once it is kept. Anything may raise
    `StoreDown`; nothing is kept then.
    """

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        effects: Effects,
        ring: Callable[[bytes], Awaitable[None]],
        unseal: Unseal,
        keep_days: int,
        needs: Needs | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._effects = effects
        self._ring = ring
        self._unseal = unseal
        self._needs = needs
        self._keep_seconds = keep_days * DAY_SECONDS
        self.reported: Callable[[Opening, int], Awaitable[None]] = _heard
        """Called with each new report and how many members have reported by then."""

        self.arrivals: Callable[[RoomName, int], Awaitable[Sequence[Arrival]]] = _nobody
        """Asked who came to a room since a moment, for `undo_arrivals`."""

    async def open(self, opening: Opening, around: Sequence[bytes] = ()) -> str:
        """Return the case of an opening: a new one, or the one that has its key.

        `around` are the packed frames of what was said before and after. Bringing the
        same again changes nothing; it rings again, since whoever opened the case may
        have died before they did.
        """
        now = self._clock.seconds()
        async with self._database.begin() as tx:
            case, news = await intake.take_in(tx, opening, around, now)
            raised = await crisis.call(case, opening, self._needs, self._unseal)
            told = await looking.news(case)
        if self._needs and raised:
            await self._needs.tell(raised)
        await self._ring(told)
        if opening.source == "bell":
            await self._ring(bulletin.bell(opening.room, opening.at))
        if news and opening.source == "report":
            await self.reported(opening, len(case.state.reporters))
        return case.id

    async def lines(
        self, queue: str | None, *, room: str | None = None, search: str | None = None
    ) -> list[CaseLine]:
        """Return the cases of a queue, the most pressing first; of None, the resolved.

        `search` is for what cases are called and are about, never for what was said.
        """
        now = self._clock.seconds()
        async with self._database.read() as tx:
            rows = await store.waiting(tx, queue, room=room, search=search)
            found = await casebook.lines(tx, rows, now)
        if queue is None:
            return found
        return sorted(found, key=lambda line: -casebook.pressing(line, now))

    async def case(self, id_: str) -> Case:
        """Return one case.

        Raises:
            NoSuchCase: If there is none.

        """
        async with self._database.read() as tx:
            case = await Dossier.open(tx, id_, self._clock.seconds())
            return await casebook.whole(case, acting.handle_of(case, self._unseal))

    async def claim(self, id_: str, staff: str) -> None:
        """Take a case, for as long as one looks at it.

        Raises:
            NoSuchCase, NotAllowed, CaseTaken, CaseResolved: As they say.

        """
        async with self._changing(id_) as case:
            await case.take(staff)
            await looking.look(case, staff)
            await case.claim(staff)

    async def let_go(self, id_: str, staff: str) -> None:
        """Leave a case to others; that nobody has it is no mistake.

        Raises:
            NoSuchCase, NotAllowed: As they say.

        """
        async with self._changing(id_) as case:
            await case.role(staff)
            await store.look_away(case.tx, id_, staff)
            if case.state.claimed_by == staff:
                await case.happens("let_go", staff)

    async def looking(self, id_: str, staff: str) -> tuple[str, ...]:
        """Note that somebody looks at a case; return the desk names of all who do.

        To be called every half a minute; it renews a claim.

        Raises:
            NoSuchCase, NotAllowed: As they say.

        """
        async with self._database.begin() as tx:
            case = await Dossier.open(tx, id_, self._clock.seconds())
            changed = await looking.look(case, staff)
            everybody = await store.looking(tx, case.now, [id_])
            told = await looking.news(case)
        if changed:
            await self._ring(told)
        return tuple(each.desk_name for each in everybody)

    async def reveal(
        self, id_: str, staff: str, reason: str, upto: int
    ) -> Sequence[Sentence]:
        """Return the first sentences of what was said; who read them is recorded.

        Raises:
            NoSuchCase, and all that `looking.reveal` raises.

        """
        async with self._changing(id_) as case:
            return await looking.reveal(case, staff, reason, upto)

    async def note(self, id_: str, staff: str, text: str) -> None:
        """Leave a note for the team.

        Raises:
            NoSuchCase, NotAllowed, NoteTooLong, ReasonMissing: As they say.

        """
        check_note(text)
        if not text.strip():
            raise ReasonMissing
        async with self._changing(id_) as case:
            await case.role(staff)
            await case.happens("note", staff, text=text.strip())

    async def wrong_flag(self, id_: str, staff: str, rule: str) -> None:
        """Say that a rule should not have fired; once for each case and rule.

        Raises:
            NoSuchCase, NotAllowed, NoSuchRule: As they say.

        """
        async with self._changing(id_) as case:
            await case.role(staff)
            if rule not in case.state.rules:
                raise NoSuchRule
            if rule not in case.state.wrong:
                await case.happens("wrong_flag", staff, rule=rule)
                day = case.state.opened_at // DAY_SECONDS
                await rules.called_wrong(case.tx, rule, day)

    async def act(self, id_: str, staff: str, act: Act) -> int:
        """Act on a case; return the act's number, to undo it by.

        Of two who act at once one is refused with `CaseTaken`.

        Raises:
            NoSuchCase, and all that `acting.act` and `Act.check` raise.

        """
        async with self._changing(id_) as case:
            event = await acting.act(case, staff, act, self._unseal)
        await self._effects.settle()
        return event

    async def undo(self, id_: str, staff: str, event: int) -> None:
        """Take back an act, with all that followed from it.

        Raises:
            NoSuchCase, NotAllowed, CaseTaken, NothingToUndo: As they say.

        """
        async with self._changing(id_) as case:
            await acting.undo(case, staff, event)
        await self._effects.settle()

    async def undo_arrivals(self, room: RoomName, since: int, staff: str) -> int:
        """Take down all that newcomers said since; return how many messages it were.

        Raises:
            NotAllowed: As it says.

        """
        arrivals = await self.arrivals(room, since)
        now = self._clock.seconds()
        async with self._database.begin() as tx:
            cases, count = await acting.undo_arrivals(
                tx, room, arrivals, staff, since=since, now=now, unseal=self._unseal
            )
            told = [await looking.news(case) for case in cases]
        for frame in told:
            await self._ring(frame)
        await self._effects.settle()
        return count

    async def appeal(self, token: bytes, handle: Handle, text: str) -> None:
        """Bring an act back before the room team, by whom it was about.

        Raises:
            BadText, TextTooLong, NoAppeal, AppealedAlready: As they say.

        """
        now = self._clock.seconds()
        async with self._database.begin() as tx:
            case = await appeals.appeal(tx, token, handle, text, now)
            told = await looking.news(case)
        await self._ring(told)

    async def decide(self, id_: str, staff: str, upheld: bool, words: str) -> None:
        """Decide on an appeal; never by whoever acted.

        Raises:
            NoSuchCase, and all that `appeals.decide` raises.

        """
        async with self._changing(id_) as case:
            await appeals.decide(case, staff, upheld=upheld, answer=words.strip())
        await self._effects.settle()

    async def second(self, id_: str, staff: str, agrees: bool) -> None:
        """Agree, or not, to what outlasts seven days; never by whoever acted.

        Raises:
            NoSuchCase, and all that `appeals.second` raises.

        """
        async with self._changing(id_) as case:
            await appeals.second(case, staff, agrees=agrees, unseal=self._unseal)
        await self._effects.settle()

    @asynccontextmanager
    async def _changing(self, id_: str) -> AsyncIterator[Dossier]:
        """Change one case, all or nothing, and ring once it is kept."""
        async with self._database.begin() as tx:
            case = await Dossier.open(tx, id_, self._clock.seconds())
            yield case
            told = await looking.news(case)
        await self._ring(told)

    async def tidy(self, now: int) -> None:
        """Let go of claims that ran out, and of all that has had its time."""
        async with self._database.begin() as tx:
            told = [await looking.news(case) for case in await fading.lapse(tx, now)]
        for frame in told:
            await self._ring(frame)
        forgotten = fading.AT_ONCE
        while forgotten == fading.AT_ONCE:
            async with self._database.begin() as tx:
                forgotten = await fading.forget(tx, now, self._keep_seconds)
        await self._database.wipe(now - self._keep_seconds)


async def _heard(_opening: Opening, _reporters: int) -> None:
    """Leave it at that."""


async def _nobody(_room: RoomName, _since: int) -> Sequence[Arrival]:
    return ()
