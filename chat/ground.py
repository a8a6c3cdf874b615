"""The ground: Redis, fan-out, history and presence, on which the rooms stand."""

import secrets

from chat import catalogue, identity
from chat.attendance import Attendance
from chat.backplane import Backplane, channel
from chat.clock import Clock
from chat.history import History
from chat.hub import Hub
from chat.identity import Identity
from chat.keeper import Keeper
from chat.leases import Leases
from chat.lobby import Lobby
from chat.metrics import Metrics
from chat.presence import Presence
from chat.redis import Lines, Scripts, servers
from chat.settings import Settings


class Ground:
    """What every process has, whether it serves members or only keeps the house."""

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        self.settings = settings
        self.clock = clock or Clock()
        self.metrics = Metrics()
        self.catalogue = catalogue.load(settings.rooms_file)
        self._key = identity.key_from(
            settings.secret_key, settings.data_dir / "secret.key"
        )
        self.identity = Identity(self._key)
        self._redis(settings)
        self.hub = Hub(metrics=self.metrics)
        self._backplane(settings)
        self._presence(settings)

    def _redis(self, settings: Settings) -> None:
        if not settings.redis_url:
            raise ValueError("no server: REDIS_URL is not set")
        self.servers = servers(settings.redis_url)
        self.scripts = Scripts(self.servers)
        self.node = secrets.token_bytes(4)
        self.lines = Lines(
            servers=self.servers, node=self.node.hex(), tell=self.scripts.tell
        )

    def _backplane(self, settings: Settings) -> None:
        self.history = History(
            scripts=self.scripts,
            catalogue=self.catalogue,
            settings=settings,
            clock=self.clock,
        )
        self.backplane = Backplane(
            scripts=self.scripts,
            lines=self.lines,
            history=self.history,
            settings=settings,
            metrics=self.metrics,
            fan_out=self.hub.fan_out,
        )

    def _presence(self, settings: Settings) -> None:
        leases = Leases(scripts=self.scripts, node=self.node, channel=channel)
        self.presence = Presence(
            leases=leases,
            clock=self.clock,
            metrics=self.metrics,
            fan_out=self.hub.fan_out_lively,
        )
        self.attendance = Attendance(scripts=self.scripts, clock=self.clock)
        self.lobby = Lobby(
            catalogue=self.catalogue,
            presence=self.presence,
            leases=leases,
            attendance=self.attendance,
            history=self.history,
            clock=self.clock,
            history_hours=settings.history_hours,
        )
        self.keeper = Keeper(
            catalogue=self.catalogue,
            history=self.history,
            attendance=self.attendance,
            lobby=self.lobby,
        )
