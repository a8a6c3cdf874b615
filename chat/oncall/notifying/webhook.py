"""Webhook: an alert to what an operator runs, which may send a text message or ring."""

import hashlib
import hmac
import json
from typing import Final

import aiohttp

from chat.clock import Clock
from chat.oncall.notify import Failed, Note, Outcome, words_of
from chat.oncall.notifying.outside import Outside, outcome_of

SIGNATURE: Final = "Porchlight-Signature"

_REFUSED: Final = "What rings for this house refused the alert ({status})."


class Webhook:
    """Reaches peers by the operator's own means."""

    kind = "webhook"

    def __init__(self, *, url: str, secret: str, clock: Clock, failed: Failed) -> None:
        self._url = url
        self._secret = secret.encode()
        self._clock = clock
        self._failed = failed
        # The operator chose where it is; it may well be beside us.
        self._outside = Outside(lambda _host: True)

    async def send(self, note: Note) -> Outcome:
        """Call the webhook."""
        now = self._clock.seconds()
        body = _body(note, now)
        headers = {
            "Content-Type": "application/json",
            SIGNATURE: signature(self._secret, now, body),
        }
        try:
            status = await self._outside.post(self._url, body, headers)
        except (aiohttp.ClientError, OSError):
            return Outcome.LATER
        # Not found is a mistake in the address, and takes the way from nobody.
        outcome = Outcome.NO if status == 404 else outcome_of(status)
        if outcome is Outcome.NO:
            await self._failed(note, _REFUSED.format(status=status))
        return outcome

    async def aclose(self) -> None:
        """Let go of every connection."""
        await self._outside.aclose()


def signature(secret: bytes, at: int, body: bytes) -> str:
    """Return by what a bridge knows that a call is ours, and of now."""
    signed = hmac.new(secret, f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={signed}"


def _body(note: Note, now: int) -> bytes:
    told = {
        "alert": note.id,
        "kind": note.kind,
        "peer": note.staff_id,
        "what": words_of(note.kind),
        "expires": now + int(note.expires_in.total_seconds()),
    }
    return json.dumps(told).encode()
