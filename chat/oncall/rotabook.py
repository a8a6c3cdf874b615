"""The rotabook: the rota as entries of a table, and entries as the rota."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from chat.oncall.closing import Closed
from chat.oncall.hours import LONGEST_SHIFT, ONE_DAY, Hours, instant, zone_of
from chat.oncall.rota import Rota
from chat.oncall.shifts import Origin, Override, Temporary
from chat.oncall.stages import PeerId
from chat.oncall.swaps import Stage, Swap, SwapId
from chat.oncall.weekly import LineId, Weekly
from chat.store.instants import kept
from chat.store.rota import Entry

STAYS: Final = timedelta(days=2)
"""For how long what is over is still read: today's first hours are shown as well."""

Line = Weekly | Temporary | Override | Swap | Closed


@dataclass(frozen=True, slots=True)
class Rotabook:
    """All that is planned: the rota, what is offered in it, and the closed hours."""

    rota: Rota
    swaps: tuple[Swap, ...] = ()
    closed: tuple[Closed, ...] = ()

    def plus(self, line: Line) -> "Rotabook":
        """Return the book with a line, which was judged before."""
        rota = self.rota
        match line:
            case Weekly():
                rota = replace(rota, weekly=(*rota.weekly, line))
            case Temporary() | Override():
                rota = replace(rota, once=(*rota.once, line))
            case Swap():
                return replace(self, swaps=(*self.swaps, line))
            case Closed():
                return replace(self, closed=(*self.closed, line))
        return replace(self, rota=rota)


def read(zone: str, entries: Iterable[Entry]) -> Rotabook:
    """Return what is planned, from its entries in the order in which they were made."""
    book = Rotabook(Rota(zone))
    for entry in entries:
        book = book.plus(line_of(entry))
    return book


def line_of(entry: Entry) -> Line:
    """Return what an entry says."""
    return _READ[entry.kind](entry.id, entry.body)


def entry_of(line: Line, zone: str) -> Entry:
    """Return a line as it is kept; the zone says when its last day is over."""
    match line:
        case Weekly():
            over = None if line.until is None else _over(line.until, zone)
            return Entry(line.id, "weekly", _of_weekly(line), over)
        case Temporary():
            return _entry(line.id, "temporary", _of_temporary(line), line.hours)
        case Override():
            return _entry(line.id, "override", _of_override(line), line.hours)
        case Swap():
            return _entry(line.id, "swap", _of_swap(line), line.hours)
        case Closed():
            return Entry(line.id, "closed", _of_wall(line), None)


def _over(until: date, zone: str) -> int:
    """Return when the last shift of a line that is no more from a day on has ended."""
    last = instant(zone_of(zone), until - ONE_DAY, time()) + ONE_DAY
    return kept(last + LONGEST_SHIFT + timedelta(hours=2))


def _entry(id_: str, kind: str, body: Mapping[str, Any], hours: Hours) -> Entry:
    return Entry(id_, kind, {**body, **_of_hours(hours)}, kept(hours.ends))


def _of_hours(hours: Hours) -> Mapping[str, Any]:
    return {"starts": hours.starts.isoformat(), "ends": hours.ends.isoformat()}


def _hours(body: Mapping[str, Any]) -> Hours:
    starts, ends = (datetime.fromisoformat(body[key]) for key in ("starts", "ends"))
    return Hours(starts.astimezone(UTC), ends.astimezone(UTC))


def _of_wall(line: Weekly | Closed) -> Mapping[str, Any]:
    return {
        "weekday": line.weekday,
        "starts": f"{line.starts:%H:%M}",
        "ends": f"{line.ends:%H:%M}",
    }


def _wall(body: Mapping[str, Any]) -> tuple[time, time]:
    return time.fromisoformat(body["starts"]), time.fromisoformat(body["ends"])


def _of_kind(line: Weekly | Temporary) -> Mapping[str, Any]:
    return {
        "backup": line.backup,
        "tags": list(line.tags),
        "languages": list(line.languages),
    }


def _kind(body: Mapping[str, Any]) -> tuple[bool, tuple[str, ...], tuple[str, ...]]:
    return body["backup"], tuple(body["tags"]), tuple(body["languages"])


def _of_weekly(line: Weekly) -> Mapping[str, Any]:
    return {
        **_of_wall(line),
        "turns": [list(turn) for turn in line.turns],
        "since": line.since.isoformat(),
        "until": line.until and line.until.isoformat(),
        **_of_kind(line),
    }


def _weekly(id_: str, body: Mapping[str, Any]) -> Weekly:
    starts, ends = _wall(body)
    return Weekly(
        LineId(id_),
        body["weekday"],
        starts,
        ends,
        tuple(tuple(map(PeerId, turn)) for turn in body["turns"]),
        date.fromisoformat(body["since"]),
        date.fromisoformat(body["until"]) if body["until"] else None,
        *_kind(body),
    )


def _of_temporary(line: Temporary) -> Mapping[str, Any]:
    return {"peer": line.peer, **_of_kind(line)}


def _temporary(id_: str, body: Mapping[str, Any]) -> Temporary:
    return Temporary(LineId(id_), PeerId(body["peer"]), _hours(body), *_kind(body))


def _of_override(line: Override) -> Mapping[str, Any]:
    return {"peer": line.peer, "to": line.to, "origin": str(line.origin)}


def _override(id_: str, body: Mapping[str, Any]) -> Override:
    peer, to, origin = PeerId(body["peer"]), _peer(body["to"]), Origin(body["origin"])
    return Override(LineId(id_), peer, to, _hours(body), origin)


def _of_swap(line: Swap) -> Mapping[str, Any]:
    return {
        "peer": line.peer,
        "to": line.to,
        "stage": str(line.stage),
        "taken_by": line.taken_by,
    }


def _swap(id_: str, body: Mapping[str, Any]) -> Swap:
    return Swap(
        SwapId(id_),
        PeerId(body["peer"]),
        _hours(body),
        _peer(body["to"]),
        Stage(body["stage"]),
        _peer(body["taken_by"]),
    )


def _peer(id_: str | None) -> PeerId | None:
    return None if id_ is None else PeerId(id_)


def _closed(id_: str, body: Mapping[str, Any]) -> Closed:
    return Closed(LineId(id_), body["weekday"], *_wall(body))


_READ: Final[Mapping[str, Callable[[str, Mapping[str, Any]], Line]]] = {
    "weekly": _weekly,
    "temporary": _temporary,
    "override": _override,
    "swap": _swap,
    "closed": _closed,
}
