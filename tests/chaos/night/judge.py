"""The judge: every need against what its member was answered, and who was called."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import quantiles
from typing import Any, Final

_ENDS: Final = ("accepted_and_spoke", "handed_over", "withdrew", "call_back")
_RETURNS: Final = ("silent", "let_go", "raised_again", "ended", "withdrew", "call_back")


@dataclass(frozen=True)
class Kept:
    """All that the database holds of a night."""

    needs: Sequence[Any]
    events: Sequence[Any]
    alerts: Sequence[Any]


@dataclass(frozen=True)
class NightVerdict:
    """What came of those who needed to talk."""

    needs: int
    ended: int
    offered: int
    held: int
    """A peer has it, and is not silent for too long."""
    dropped: int
    """Answered, and not there; or neither ended nor looked after."""
    accepted_twice: int
    """Two peers had it, and nobody had given it back between."""
    accepts_lost: int
    """A peer was told that they have it, and it was not kept."""
    uncalled: int
    """Nobody was called for them, nor came by themselves; and they still wanted it."""
    most_alerts: int
    """How often the same peer was sent the same step by the same way, at most."""
    first_p50: float
    first_p99: float
    first_worst: float
    """Seconds from the press to the first alert that was sent."""
    steps: int
    late_worst: float
    """By how many seconds a later step came after its time, at most."""


def judge(
    kept: Kept,
    raised: Iterable[str],
    accepted: Iterable[tuple[str, str]],
    after: Sequence[float],
    now: int,
) -> NightVerdict:
    """Return what came of a night.

    `raised` is what members were answered, `accepted` what peers were; `after` is when
    each step of a round comes, in seconds.
    """
    raised = set(raised)
    by_id = {need.id: need for need in kept.needs}
    first, late = _first(kept, after), _late(kept, after)
    return NightVerdict(
        needs=len(raised),
        ended=sum(need.state == "ended" for need in kept.needs),
        offered=sum(need.state in ("raised", "offered") for need in kept.needs),
        held=sum(need.state in ("accepted", "talking") for need in kept.needs),
        dropped=len(raised - set(by_id)) + sum(_is_dropped(n, now) for n in kept.needs),
        accepted_twice=_accepted_twice(kept.events),
        accepts_lost=len(_answered(accepted) - _kept_accepts(kept.events)),
        uncalled=_uncalled(kept),
        most_alerts=max(Counter(_sending(kept.alerts)).values(), default=0),
        first_p50=_percentile(first, 50),
        first_p99=_percentile(first, 99),
        first_worst=round(max(first, default=0), 2),
        steps=len(late),
        late_worst=round(max(late, default=0), 2),
    )


def _is_dropped(need: Any, now: int) -> bool:
    if need.state == "ended":
        # A promise whose time has come should have been raised again.
        promised = need.end == "call_back"
        return need.end not in _ENDS or (promised and need.call_back_at < now - 5000)
    waits = need.state == "talking" and need.unanswered_since is None
    return not waits and (need.next_at is None or need.next_at < now - 5000)


def _accepted_twice(events: Sequence[Any]) -> int:
    holder: dict[str, str] = {}
    twice = 0
    for event in events:
        if event.kind == "accepted":
            twice += holder.get(event.need_id, event.actor) != event.actor
            holder[event.need_id] = event.actor
        elif event.kind in _RETURNS:
            holder.pop(event.need_id, None)
    return twice


def _answered(accepted: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    return set(accepted)


def _kept_accepts(events: Sequence[Any]) -> set[tuple[str, str]]:
    return {(e.need_id, e.actor) for e in events if e.kind == "accepted"}


def _uncalled(kept: Kept) -> int:
    """Count those for whom nobody was called, but somebody should have been."""
    called = {alert.need_id for alert in kept.alerts if alert.sent_at is not None}
    called |= {event.need_id for event in kept.events if event.kind == "accepted"}
    return sum(n.id not in called and n.end != "withdrew" for n in kept.needs)


def _sending(alerts: Iterable[Any]) -> list[object]:
    return [
        (a.need_id, a.staff_id, a.way_id, a.round, a.step, a.made_at) for a in alerts
    ]


def _first(kept: Kept, after: Sequence[float]) -> list[float]:
    return [late for (_, step), late in _lateness(kept, after).items() if step == 0]


def _late(kept: Kept, after: Sequence[float]) -> list[float]:
    return [late for (_, step), late in _lateness(kept, after).items() if step > 0]


def _lateness(kept: Kept, after: Sequence[float]) -> Mapping[tuple[str, int], float]:
    """Return how late each step of a first round was, of needs that never came back."""
    began = _raised_once(kept)
    sent: dict[tuple[str, int], list[int]] = defaultdict(list)
    for alert in kept.alerts:
        if alert.need_id in began and alert.round == 1 and alert.sent_at is not None:
            sent[alert.need_id, alert.step].append(alert.sent_at)
    return {
        (id_, step): min(times) / 1000 - began[id_] / 1000 - after[step]
        for (id_, step), times in sent.items()
    }


def _raised_once(kept: Kept) -> dict[str, int]:
    again = {e.need_id for e in kept.events if e.kind in ("silent", "raised_again")}
    return {n.id: n.raised_at for n in kept.needs if n.id not in again}


def _percentile(values: Sequence[float], which: int) -> float:
    if len(values) < 2:
        return round(max(values, default=0), 2)
    return round(quantiles(values, n=100, method="inclusive")[which - 1], 2)
