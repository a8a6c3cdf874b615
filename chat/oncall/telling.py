"""Telling: what a member learns about their own need, and nothing more."""

from collections.abc import Sequence
from datetime import datetime

from chat.asides import NeedNews
from chat.oncall.escalation import Progress
from chat.oncall.known import Known
from chat.oncall.need import Need
from chat.talkroom import talk_of


def news(
    known: Known, progress: Progress, began: str, peers: Sequence[bytes]
) -> NeedNews:
    """Return what the member is told.

    `began` is the kind of event by which the present calling began; `peers` is whom the
    member sees as peers in the private room.
    """
    need, left = known.need, progress.next_step_seconds
    return NeedNews(
        state=str(need.state),
        talk=talk_of(need.id),
        alerted=progress.alerted,
        opened=progress.opened,
        next_in=-1 if left is None else left,
        round=progress.round,
        nobody=progress.nobody,
        call_back_at=_seconds(need.call_back_at),
        peers=tuple(peers),
        why=_why(need, began),
        late=progress.late,
        missed=need.is_calling and known.told.source == "stay" and began == "raised",
    )


def _seconds(at: datetime | None) -> int:
    return 0 if at is None else int(at.timestamp())


def _why(need: Need, began: str) -> str:
    if need.end:
        return str(need.end)
    if need.is_calling:
        return began if began in ("silent", "let_go") else ""
    return "handed" if need.handed_over else ""
