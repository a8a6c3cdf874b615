"""Starting: from the command to the processes that serve, and to those that work."""

import asyncio
import gc
import os
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

import typer

from chat import app, drilling, metrics, server, staffing
from chat.beginning import decided, refuse
from chat.embedded import Embedded, NoServer, running
from chat.errors import StoreDown
from chat.oncall.drilled import Drilled
from chat.settings import Settings

WAIT_FOR_REDIS_SECONDS = 30
_LOOKS_PER_SECOND = 10


def serve(settings: Settings) -> None:
    """Serve until told to end, in as many processes as were asked for."""
    listeners = _listen(settings)
    # A port of 0 is any that is free; from here on it is that one.
    settings = decided(PORT=listeners[0].getsockname()[1])
    with _redis(settings) as settings:
        invitation = _first_invitation(settings)
        if settings.workers == 1:
            serve_here(settings, listeners[0], alone=True, invitation=invitation)
        else:
            _serve_in_several(settings, listeners, invitation)


def _first_invitation(settings: Settings) -> str | None:
    """Return a link for whoever will run the room team, while there is nobody."""
    try:
        return asyncio.run(staffing.first_invitation(settings))
    except StoreDown:
        return None


def _listen(settings: Settings) -> Sequence[socket.socket]:
    try:
        return server.listen(settings.host, settings.port, settings.workers)
    except OSError as error:
        reason = (error.strerror or "").partition(" (")[0]
        refuse(f"cannot open port {settings.port} of {settings.host}: {reason}")


@contextmanager
def _redis(settings: Settings) -> Iterator[Settings]:
    """Have a server for as long as the caller stays inside; a private one ends last."""
    if settings.redis_url:
        yield settings
        return
    with Embedded(settings.data_dir) as private:
        yield decided(REDIS_URL=private.url)


@contextmanager
def redis_of(settings: Settings) -> Iterator[Settings]:
    """Have the server of a service that runs, or that would."""
    url = settings.redis_url or running(settings.data_dir)
    if url:
        yield decided(REDIS_URL=url)
    else:
        with _redis(settings) as settings:
            yield settings


def serve_here(
    settings: Settings,
    listener: socket.socket,
    *,
    alone: bool,
    invitation: str | None = None,
) -> None:
    """Serve in this process; one of several does not greet."""
    application = app.create(settings)
    server.serve(
        application,
        listener,
        settings.trusted_proxies,
        started=lambda: _greet(listener, invitation) if alone else None,
        alone=alone,
    )


def _greet(listener: socket.socket, invitation: str | None) -> None:
    typer.echo(f"Porchlight is open at {server.address(listener)}")
    if invitation:
        typer.echo(f"Nobody is in the room team yet. Come in, once: {invitation}")


def _serve_in_several(
    settings: Settings, listeners: Sequence[socket.socket], invitation: str | None
) -> None:
    app.create(settings)  # what cannot start says so once, not in every worker
    gc.enable()  # nobody waits for the process that minds the others
    counts = settings.data_dir.resolve() / "metrics"
    os.environ |= metrics.share(counts)
    workers = server.Workers(
        listeners,
        command=_worker,
        ended=lambda pid: metrics.forget(counts, pid),
    )
    _greet(listeners[0], invitation)
    status = asyncio.run(workers.run())
    raise typer.Exit(status)


def _worker(listener: int) -> Sequence[str]:
    return [sys.executable, "-m", "chat", "serve", "--listener", str(listener)]


async def work(settings: Settings) -> None:
    """Do the housekeeping until cancelled, beside a service that serves."""
    if not settings.redis_url:
        settings = decided(REDIS_URL=await _private_redis_of(settings))
    await app.work(settings)


async def _private_redis_of(settings: Settings) -> str:
    """Return the URL of the private server that `serve` owns, once it is there."""
    for _ in range(WAIT_FOR_REDIS_SECONDS * _LOOKS_PER_SECOND):
        if url := running(settings.data_dir):
            return url
        await asyncio.sleep(1 / _LOOKS_PER_SECOND)
    raise NoServer(
        f"no server to work for: start `serve` on {settings.data_dir}, or set REDIS_URL"
    )


async def drill(settings: Settings, wait: timedelta) -> Drilled:
    """Hold a drill on a service that runs; return how it went.

    Raises:
        NoServer, OtherVersion, BadPolicy, StoreDown: As they say.

    """
    url = settings.redis_url or running(settings.data_dir)
    if not url:
        raise NoServer(
            f"no service to drill: start `serve` on {settings.data_dir}, "
            "or set REDIS_URL"
        )
    return await drilling.drill(decided(REDIS_URL=url), wait)
