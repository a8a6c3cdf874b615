"""A steward: one of the room team, in a process of their own that may be killed.

`python -m tests.chaos.steward <staff id> <directory>` claims what waits and acts on it,
until it is killed; each act that was answered is one line.
"""

import asyncio
import json
import random
import sys
from contextlib import suppress
from pathlib import Path

from chat.cases import Cases
from chat.casework.case import Queue
from chat.casework.casebook import CaseLine
from chat.casework.effects import Effects
from chat.casework.ladder import Act, Kind
from chat.doorbell import Doorbell
from chat.errors import ChatError
from chat.identity import Identity, key_from
from chat.model import Handle
from chat.noticeboard import WORDS_CHANGED
from chat.settings import Settings
from chat.store.database import Database
from tests.support.process import Process

_PAUSE_SECONDS = 0.1


def an_act(line: CaseLine) -> Act:
    """Return what is done about a case."""
    if line.queue == Queue.HELD:
        kind = random.choice((Kind.RELEASE, Kind.REFUSE))
        return Act.asked(kind, "in_order" if kind is Kind.RELEASE else "methods")
    if random.random() < 0.1:
        words, beside = "Please take a break.", Kind.TAKE_DOWN
        return Act.asked("suspended", "spam", words=words, hours=1, message=beside)
    return Act.asked(Kind.TAKE_DOWN, "methods")


async def one_case(cases: Cases, staff: str) -> None:
    """Act on something that waits, and say so once that was answered."""
    lines = await cases.lines(Queue.HELD) + await cases.lines(Queue.URGENT)
    if not lines:
        return
    line = random.choice(lines)
    await cases.claim(line.id, staff)
    act = an_act(line)
    event = await cases.act(line.id, staff, act)
    told = {"case": line.id, "kind": act.kind, "event": event}
    _say(json.dumps(told))


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def main(staff: str, directory: Path) -> None:
    """Work until killed."""
    settings = Settings(data_dir=directory)
    identity = Identity(key_from(settings.secret_key, directory / "secret.key"))
    database = Database(settings.database_url, directory)
    async with Process(settings).running() as process:
        doorbell = Doorbell(
            scripts=process.scripts, lines=process.lines, fan_out=lambda *_: None
        )

        async def sanctioned(_handle: Handle) -> None:
            await doorbell.changed(WORDS_CHANGED)

        effects = Effects(
            database=database,
            backplane=process.backplane,
            identity=identity,
            clock=process.clock,
            sanctioned=sanctioned,
        )
        cases = Cases(
            database=database,
            clock=process.clock,
            effects=effects,
            ring=doorbell.ring,
            unseal=identity.unseal,
            keep_days=30,
        )
        _say("here")
        while True:
            with suppress(ChatError):  # another was quicker, or something is away
                await one_case(cases, staff)
            await asyncio.sleep(_PAUSE_SECONDS * random.random())


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
