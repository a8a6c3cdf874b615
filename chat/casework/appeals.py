"""Appeals: a member answers back, and somebody else than who acted decides."""

from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from chat import text
from chat.casework import acting
from chat.casework.acting import Unseal
from chat.casework.case import MEMBER, Acted
from chat.casework.dossier import Dossier
from chat.casework.ladder import Act, Kind, check_words
from chat.casework.refusals import (
    AppealedAlready,
    NoAppeal,
    NotAllowed,
    NothingToDecide,
    SameModerator,
)
from chat.errors import TextTooLong
from chat.model import Handle
from chat.roles import Role
from chat.store import cases, excerpts, words

LONGEST: Final = 1000


async def appeal(
    tx: AsyncConnection, token: bytes, handle: Handle, said: str, now: int
) -> Dossier:
    """Bring an act back before the room team, with what its member says to it.

    Raises:
        BadText, TextTooLong, NoAppeal, AppealedAlready: As they say.

    """
    text.check(said)
    if len(said) > LONGEST:
        raise TextTooLong
    told = await words.with_token(tx, token)
    if told is None or told.handle != handle or not told.may_appeal:
        raise NoAppeal
    case = await Dossier.open(tx, told.case_id, now)
    if told.appealed_at is not None or case.state.appeal:
        raise AppealedAlready
    if told.withdrawn_at is not None or case.state.act(told.event_id) is None:
        raise NoAppeal
    await words.appealed(tx, token, now)
    await _keep(case, said)
    await case.happens("appeal", MEMBER, event=told.event_id)
    return case


async def _keep(case: Dossier, said: str) -> None:
    """Keep what the member says where all that members say is kept."""
    row = {
        "kind": "appeal", "position": 0, "who": case.row.who, "at": case.now,
        "text": said, "masked": said, "is_subject": False,
    }  # fmt: skip
    await excerpts.add(case.tx, case.id, [row])
    # Though all was forgotten, there is something again to be forgotten later.
    await cases.change(case.tx, case.id, {"forgotten_at": None})


async def decide(case: Dossier, staff: str, *, upheld: bool, answer: str) -> None:
    """Decide on an appeal, and tell the member.

    Raises:
        NotAllowed, CaseTaken, NothingToDecide, SameModerator, WordsTooLong,
        WordsUnfilled: As they say.

    """
    check_words(answer)
    await _judge(case, staff)
    act_ = _another(case, staff, case.state.appeal)
    event = await case.happens(
        "decision", staff, event=act_.event, upheld=upheld, words=answer
    )
    if not upheld:
        await acting.take_back(case, act_, event, "appeal_overturned", answer)
        return
    for told in (await words.of_event(case.tx, act_.event))[:1]:
        await acting.say(case, event, told.handle, "appeal_upheld", text=answer)
        await acting.sanctioned(case, event, told.handle)


async def second(case: Dossier, staff: str, *, agrees: bool, unseal: Unseal) -> None:
    """Be the second pair of eyes on what outlasts seven days.

    Raises:
        NotAllowed, CaseTaken, NothingToDecide, SameModerator: As they say.

    """
    await _judge(case, staff)
    act_ = _another(case, staff, case.state.second)
    await case.happens("second", staff, event=act_.event, agrees=agrees)
    if not agrees:
        return
    asked = next(event.detail for event in case.events if event.id == act_.event)
    handle = acting.handle_of(case, unseal) or await _handle_told(case, act_)
    await words.withdraw(case.tx, act_.event, case.now)
    await acting.tell_and_hold(case, act_.event, _asked(asked), handle)


async def _judge(case: Dossier, staff: str) -> None:
    if not case.state.waits:
        raise NothingToDecide
    if not (await case.take(staff)).reaches(Role.MODERATOR):
        raise NotAllowed


def _another(case: Dossier, staff: str, event: int) -> Acted:
    """Return the act to be judged, if this is not who did it."""
    act_ = case.state.act(event)
    if act_ is None:
        raise NothingToDecide
    if act_.actor == staff:
        raise SameModerator
    return act_


async def _handle_told(case: Dossier, act_: Acted) -> bytes:
    told = await words.of_event(case.tx, act_.event)
    return bytes(told[0].handle) if told else b""


def _asked(detail: Any) -> Act:
    return Act(
        Kind(detail["act"]),
        detail["reason"],
        words=detail["words"],
        message=Kind(detail["message"]) if detail["message"] else None,
    )
