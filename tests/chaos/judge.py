"""The judge: what every page shows, against what was promised and what Redis keeps."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, cast

from redis import Redis

from chat.protocol import unpack_value
from tests.chaos.frames import shown
from tests.chaos.log import Log, Place, Shown
from tests.chaos.page import Page

_Entries = list[tuple[bytes, dict[bytes, bytes]]]


class Truth(NamedTuple):
    """A room's log in Redis: where it stands, and what it holds."""

    place: Place
    texts: dict[int, str]


class Verdict(NamedTuple):
    """How often a promise was broken, and how many were made."""

    acked: int
    lost: int
    doubled: int
    out_of_order: int
    silent_gaps: int


def place_of(client: Redis, room: str) -> Place:
    """Return where a room stands in Redis."""
    key = f"porchlight:{{{room}}}:meta"
    return Place(*(int(client.hget(key, name) or 0) for name in Place._fields))


def truth_of(client: Redis, room: str) -> Truth:
    """Return all that Redis has of a room."""
    entries = cast("_Entries", client.xrange(f"porchlight:{{{room}}}:log"))
    events = [shown(unpack_value(fields[b"f"])) for _, fields in entries]
    return Truth(place_of(client, room), texts_of(events))


def texts_of(events: Iterable[Shown]) -> dict[int, str]:
    """Return what is at each position, in the order in which it was read."""
    return {event.position: event.text for event in events}


def judge(
    pages: Sequence[Page],
    truths: Mapping[str, Truth],
    read_afresh: Mapping[str, Sequence[Shown]],
) -> Verdict:
    """Count every broken promise."""
    rooms = {room: [page for page in pages if page.room == room] for room in truths}
    return Verdict(
        acked=sum(len(page.acked) for page in pages),
        lost=sum(_lost(pages) for pages in rooms.values()),
        doubled=sum(_doubled(page.log) for page in pages)
        + sum(_repeats(truth.texts.values()) for truth in truths.values()),
        out_of_order=sum(page.log.out_of_order for page in pages),
        silent_gaps=sum(
            _gaps(page.log, truths[room]) for room in rooms for page in rooms[room]
        )
        + sum(
            list(texts_of(read_afresh[room]).items()) != list(truth.texts.items())
            for room, truth in truths.items()
        ),
    )


def _lost(pages: Sequence[Page]) -> int:
    """Count what was acked, and neither reached everyone in the room nor was undone."""
    acked = {text: place for page in pages for text, place in page.acked.items()}
    undone = {place for page in pages for place in page.taken_back}
    logs = [page.log for page in pages]
    stands, epochs = _stands(logs), _epochs(logs)
    return sum(
        any(
            not _knows(log, text, stands.get(text) or _may_stand(place, epochs))
            for log in logs
        )
        for text, place in acked.items()
        if place not in undone
    )


def _stands(logs: Iterable[Log]) -> dict[str, set[Place]]:
    """Return where every text stands that anybody is shown."""
    found: dict[str, set[Place]] = {}
    for log in logs:
        for epoch, texts in log.shown.items():
            for position, text in texts.items():
                found.setdefault(text, set()).add(Place(epoch, position))
    return found


def _epochs(logs: Iterable[Log]) -> set[int]:
    return {
        e for log in logs for e in (*log.shown, *(m.until.epoch for m in log.missed))
    }


def _may_stand(acked: Place, epochs: Iterable[int]) -> set[Place]:
    """Return where a text may have stood that nobody was shown.

    An answer names no epoch: its page takes it for the one that it knows, and the room
    may have begun anew meanwhile.
    """
    later = {epoch for epoch in epochs if epoch > acked.epoch}
    return {acked, *(Place(epoch, acked.position) for epoch in later)}


def _knows(log: Log, text: str, places: Iterable[Place]) -> bool:
    return text in log.heard or any(map(log.was_told, places))


def _doubled(log: Log) -> int:
    """Count what a page shows twice, or was given twice."""
    return log.doubled + sum(_repeats(shown.values()) for shown in log.shown.values())


def _repeats(texts: Iterable[str]) -> int:
    return sum(times - 1 for times in Counter(texts).values())


def _gaps(log: Log, truth: Truth) -> int:
    """Count where a page and the room's log differ without the page knowing."""
    mine = log.shown.get(truth.place.epoch, {})
    return log.silent_gaps + sum(
        mine.get(position) != truth.texts.get(position)
        for position in mine.keys() | truth.texts.keys()
        if _must_know(log, Place(truth.place.epoch, position))
    )


def _must_know(log: Log, place: Place) -> bool:
    return log.first is not None and place > log.first and not log.was_told(place)
