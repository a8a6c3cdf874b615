"""The webhook: signed, so that a bridge rings nobody at a stranger's word."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from chat.oncall.notify import WORDS, Note, Notify, Outcome
from chat.oncall.notifying.mail import CONFIRM
from chat.oncall.notifying.webhook import SIGNATURE, Webhook
from tests.support.clock import FakeClock
from tests.support.push_service import PushService

SECRET = "a secret of the two of us"
NOTE = Note(
    id="a1" * 16,
    kind="need",
    need_id="beef" * 8,
    staff_id="wren-id",
    way_id="c3" * 16,
    address={},
    expires_in=timedelta(seconds=40),
)


class Bridge:
    """What an operator runs."""

    def __init__(self, service: PushService, clock: FakeClock) -> None:
        self.service = service
        self.failures: dict[str, str] = {}
        self.webhook = Webhook(
            url=service.endpoint(), secret=SECRET, clock=clock, failed=self._failed
        )

    async def _failed(self, note: Note, why: str) -> None:
        self.failures[note.way_id] = why


@pytest.fixture
async def bridge(clock: FakeClock) -> AsyncIterator[Bridge]:
    async with PushService.open() as service:
        bridge = Bridge(service, clock)
        yield bridge
        await bridge.webhook.aclose()


async def test_a_bridge_is_told_whom_to_ring_and_until_when(
    bridge: Bridge, clock: FakeClock
):
    assert await bridge.webhook.send(NOTE) is Outcome.SENT

    (called,) = bridge.service.pushed
    assert called.headers["Content-Type"] == "application/json"
    assert json.loads(called.body) == {
        "alert": NOTE.id,
        "kind": "need",
        "peer": "wren-id",
        "what": "Someone needs to talk",
        "expires": clock.seconds() + 40,
    }


async def test_a_bridge_can_tell_what_only_tries_a_phone_from_a_call(bridge: Bridge):
    await bridge.webhook.send(replace(NOTE, kind="canary"))

    (called,) = bridge.service.pushed
    assert json.loads(called.body)["kind"] == "canary"


def test_an_operator_finds_every_kind_of_alert_with_its_words():
    told = Path("docs/operating.md").read_text("utf-8")

    for kind, words in WORDS.items():
        assert kind == CONFIRM or f"| `{kind}` | {words} |" in told


async def test_a_bridge_can_check_that_a_call_is_ours_and_of_now(
    bridge: Bridge, clock: FakeClock
):
    await bridge.webhook.send(NOTE)

    (called,) = bridge.service.pushed
    t, v1 = (part.partition("=")[2] for part in called.headers[SIGNATURE].split(","))
    signed = f"{t}.".encode() + called.body
    assert v1 == hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
    assert int(t) == clock.seconds()


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, Outcome.SENT),
        (410, Outcome.GONE),
        (404, Outcome.NO),
        (403, Outcome.NO),
        (302, Outcome.NO),
        (429, Outcome.LATER),
        (500, Outcome.LATER),
    ],
)
async def test_what_a_bridge_answers_decides(
    bridge: Bridge, status: int, outcome: Outcome
):
    bridge.service.status = status

    assert await bridge.webhook.send(NOTE) is outcome
    assert bool(bridge.failures) == (outcome is Outcome.NO)


async def test_a_bridge_that_does_not_answer_is_called_again(
    bridge: Bridge, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("chat.oncall.notifying.outside.ANSWER_SECONDS", 0.1)
    bridge.service.delay = 0.5

    assert await bridge.webhook.send(NOTE) is Outcome.LATER


class Broken:
    """A notifier with a bug in it."""

    kind = "push"

    async def send(self, note: Note) -> Outcome:
        raise RuntimeError(note.id)


class Hanging:
    """A notifier that does not keep time."""

    kind = "webhook"

    async def send(self, note: Note) -> Outcome:
        await asyncio.Event().wait()
        return Outcome.SENT


async def test_a_notifier_that_fails_or_hangs_stops_nobody(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr("chat.oncall.notify.ANSWER_SECONDS", -0.9)
    notify = Notify([Broken(), Hanging()])

    assert await notify.send("push", NOTE) is Outcome.LATER
    assert await notify.send("webhook", NOTE) is Outcome.LATER
    assert "a notifier failed" in caplog.text


async def test_a_way_that_is_not_set_up_here_never_works():
    assert await Notify().send("webhook", NOTE) is Outcome.NO
