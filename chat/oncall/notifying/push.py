"""Push: an alert to a browser that may be closed, by Web Push."""

import json
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

import aiohttp

from chat.clock import Clock
from chat.oncall.notify import Failed, Note, Outcome, words_of
from chat.oncall.notifying.doors import Doors
from chat.oncall.notifying.outside import LeadsInside, Outside, outcome_of
from chat.oncall.notifying.sealing import sealed
from chat.oncall.notifying.vapid import Vapid
from chat.oncall.refusals import BadWay

PAYLOAD_BYTES: Final = 160
"""More than any alert says."""

_STRANGE: Final = "Its push service is not one that alerts are handed to."
_NO_KEYS: Final = "The keys of this browser are damaged. Please set it up again."
_NOT_OURS: Final = (
    "The push service does not know this house by its key ({status}). Please set this "
    "browser up again."
)
_REFUSED: Final = "The push service refuses our alerts ({status})."


class Push:
    """Reaches a peer's browsers."""

    kind = "push"

    def __init__(
        self, *, vapid: Vapid, doors: Doors, clock: Clock, failed: Failed
    ) -> None:
        self._vapid = vapid
        self._doors = doors
        self._clock = clock
        self._failed = failed
        self._outside = Outside(doors.may_be_inside)

    async def send(self, note: Note) -> Outcome:
        """Hand an alert to the browser's push service."""
        try:
            self._doors.door(note.address["endpoint"])
            status = await self._outside.post(
                note.address["endpoint"], _body(note), self._headers(note)
            )
        except (BadWay, LeadsInside):
            return await self._no(note, _STRANGE)
        except (KeyError, ValueError):
            return await self._no(note, _NO_KEYS)
        except (aiohttp.ClientError, OSError):
            return Outcome.LATER
        outcome = outcome_of(status)
        return await self._no(note, _why(status)) if outcome is Outcome.NO else outcome

    def _headers(self, note: Note) -> Mapping[str, str]:
        url = urlsplit(note.address["endpoint"])
        audience = f"{url.scheme}://{url.netloc}"
        now = self._clock.seconds()
        return {
            "Authorization": self._vapid.authorization(audience, now),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(max(0, int(note.expires_in.total_seconds()))),
            "Urgency": "high",
            # A second alert about the same takes the place of one still on its way.
            "Topic": self._vapid.topic(note.way_id, note.need_id or note.kind),
        }

    async def _no(self, note: Note, why: str) -> Outcome:
        await self._failed(note, why)
        return Outcome.NO

    async def aclose(self) -> None:
        """Let go of every connection."""
        await self._outside.aclose()


def payload(note: Note) -> bytes:
    """Return all that a browser is told; its length says nothing of what that is."""
    told = {"id": note.id, "text": words_of(note.kind)}
    return json.dumps(told, separators=(",", ":")).encode().ljust(PAYLOAD_BYTES)


def _body(note: Note) -> bytes:
    return sealed(payload(note), note.address)


def _why(status: int) -> str:
    return (_NOT_OURS if status in (401, 403) else _REFUSED).format(status=status)
