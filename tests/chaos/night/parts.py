"""What one process on call is made of, wired as the service wires it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from hashlib import blake2b
from pathlib import Path

from chat.doorbell import Doorbell
from chat.model import Handle
from chat.oncall import policy
from chat.oncall.auditor import Auditor
from chat.oncall.escalator import Escalator
from chat.oncall.needs import Needs
from chat.oncall.notifying.chosen import doors_of, notify_of, vapid_of
from chat.oncall.outbox import Outbox
from chat.oncall.planned import Planned
from chat.oncall.stages import PeerId
from chat.oncall.team import Team
from chat.oncall.ways import Ways
from chat.settings import Settings
from chat.store import needs as store
from chat.store import peers
from chat.store.database import Database
from chat.store.instants import kept
from tests.support.process import Process


def seal(handle: Handle, peer: PeerId) -> bytes:
    return blake2b(handle + peer.encode(), digest_size=16).digest()


class Parts:
    """Needs, and what calls peers about them, in one process."""

    def __init__(
        self, directory: Path, fault: Callable[[str], None] = lambda _point: None
    ) -> None:
        settings = self.settings = Settings(data_dir=directory)
        process = self._process = Process(settings)
        clock = process.clock
        database = self.database = Database(settings.database_url, directory)
        self.doorbell = Doorbell(
            scripts=process.scripts, lines=process.lines, fan_out=lambda *_: None
        )
        rules = policy.load(settings.policy_file)
        self.needs = Needs(
            database=database,
            clock=clock,
            policy=rules,
            ring=self.doorbell.call,
            changed=self.doorbell.changed,
            seal=seal,
        )
        ways = Ways(database=database, clock=clock, ring=self.doorbell.call)
        self.notify = notify_of(
            settings,
            vapid=vapid_of(settings),
            doors=doors_of(settings),
            clock=clock,
            failed=ways.failed,
        )
        self.outbox = Outbox(
            database=database,
            clock=clock,
            send=self.notify.send,
            ring=self.doorbell.call,
            metrics=process.metrics,
            fault=fault,
        )
        team = Team(
            planned=Planned(), reachable=ways.reachable_ids, talks=store.talks_of
        )
        self.escalator = Escalator(
            database=database,
            clock=clock,
            policy=rules,
            needs=self.needs,
            standbys=team.standbys,
            ways=ways.usable,
            outbox=self.outbox,
            metrics=process.metrics,
            fault=fault,
        )
        self.auditor = Auditor(
            database=database,
            clock=clock,
            ring=self.doorbell.ring,
            look=self.escalator.look,
            metrics=process.metrics,
        )
        self.doorbell.answer = lambda _news: self.escalator.look()

    async def looks(self, peer: PeerId) -> None:
        """Have a peer look at a page of theirs now."""
        async with self.database.begin() as tx:
            await peers.keep(tx, peer, page_seen_at=kept(self._process.clock.now()))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Hear what other processes ring, for as long as the caller stays inside."""
        self._process.backplane.news = lambda _room, data: self.doorbell.heard(data)
        try:
            async with self._process.running():
                yield
        finally:
            await self.notify.aclose()
            await self.database.aclose()
