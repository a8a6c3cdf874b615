"""The command line: `python -m chat serve`, and what else an operator does."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from pydantic import ValidationError

from chat import (
    app,
    catalogue,
    doctor,
    logs,
    metrics,
    moderate,
    server,
    staffing,
    training,
    trial,
    upkeep,
)
from chat.catalogue import BadRooms, Catalogue
from chat.embedded import Embedded, NoServer, running
from chat.errors import StoreDown
from chat.identity import BadKey
from chat.roles import Role
from chat.settings import Settings
from chat.staffing import NotDone
from chat.store.database import BadDatabase
from chat.store.migrating import NewerTables
from chat.training.sources import BadSource
from chat.trial import BadFile

_PUT_RIGHT = (
    NoServer, BadRooms, BadKey, BadFile, BadDatabase, NewerTables, NotDone,
    BadSource,
)  # fmt: skip

WAIT_FOR_REDIS_SECONDS = 30
_LOOKS_PER_SECOND = 10

cli = typer.Typer(
    help="Porchlight: anonymous peer-support chat.",
    add_completion=False,
    no_args_is_help=True,
    # A traceback with its variables would show what members say.
    pretty_exceptions_enable=False,
)
audit = typer.Typer(help="The record of who of the room team did what.")
cli.add_typer(audit, name="audit")
team = typer.Typer(help="The room team: who is in it.")
cli.add_typer(team, name="staff")


@cli.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes to serve in.")] = None,
    listener: Annotated[int | None, typer.Option(hidden=True)] = None,
) -> None:
    """Serve members, until told to end."""
    settings = _begin(HOST=host, PORT=port, WORKERS=workers)
    server.raise_open_files()
    with _refusals():
        if listener is None:
            _serve(settings)
        else:
            _serve_here(settings, socket.socket(fileno=listener), alone=False)


@cli.command()
def work() -> None:
    """Do the housekeeping alone, beside a service that serves members."""
    settings = _begin()
    with _refusals():
        asyncio.run(_until_told(_work(settings)))


@cli.command(name="moderate")
def screen(
    score: Annotated[
        list[Path] | None, typer.Option(help="A file of labelled lines to score.")
    ] = None,
) -> None:
    """Screen lines of JSON from stdin, or score screening on labelled files."""
    settings = _decided()
    logs.configure(settings.log_level)
    with _refusals():
        if score:
            _score(score, settings)
        else:
            _answer(catalogue.load(settings.rooms_file), settings.country)


@cli.command()
def migrate() -> None:
    """Bring the database's tables up to date; every start does so too."""
    settings = _begin()
    with _refusals():
        typer.echo(asyncio.run(upkeep.migrate(settings)))


@audit.command()
def verify(
    head: Annotated[
        list[str] | None, typer.Option(help="An end that was logged.")
    ] = None,
) -> None:
    """Say whether the record of who did what is whole, or which row is not."""
    settings = _begin()
    with _refusals():
        whole, told = asyncio.run(upkeep.verify(settings, head or ()))
    typer.echo(told)
    if not whole:
        raise typer.Exit(1)


@team.command()
def invite(
    role: Annotated[Role, typer.Argument(help="What they are there for.")],
) -> None:
    """Print a link by which somebody joins: once, within 72 hours."""
    settings = _begin()
    with _refusals():
        typer.echo(asyncio.run(staffing.invite(settings, role)))


@team.command(name="list")
def show_team() -> None:
    """Print who is in the room team, and who left it."""
    settings = _begin()
    with _refusals():
        for line in asyncio.run(staffing.team(settings)):
            typer.echo(line)


@team.command()
def disable(
    desk_name: Annotated[str, typer.Argument(help="As the team knows them.")],
) -> None:
    """Let somebody in no more, and sign them out everywhere at once."""
    settings = _begin()
    with _refusals(), _redis_of(settings) as settings:
        typer.echo(asyncio.run(staffing.disable(settings, desk_name)))


@cli.command()
def train(
    corpora: Annotated[Path, typer.Argument(help="The folder with the corpora.")],
    out: Annotated[Path, typer.Option(help="The file of weights to write.")],
    lines: Annotated[Path, typer.Option(help="Our own lines.")] = Path("training"),
) -> None:
    """Train the linear heads, and say what they do to lines they never saw."""
    with _refusals():
        weights, reports = training.train(lines, corpora)
    out.write_bytes(weights)
    for report in reports:
        typer.echo("\n".join(report.told()))
    typer.echo(f"sha256 {sha256(weights).hexdigest()}, {len(weights)} bytes")


@cli.command(name="doctor")
def examine() -> None:
    """Look at all that the service needs, and say what is wrong."""
    settings = _begin()
    logs.configure("CRITICAL")
    if not asyncio.run(_show(settings)):
        raise typer.Exit(1)


def _score(files: Sequence[Path], settings: Settings) -> None:
    for each in trial.tried(files, settings.country):
        typer.echo("\n".join(each.table()))


def _answer(rooms: Catalogue, country: str) -> None:
    """Answer each line at once; whoever reads may stop reading."""
    try:
        for answer in moderate.answers(sys.stdin.buffer, rooms, country):
            sys.stdout.buffer.write(answer.encode() + b"\n")
            sys.stdout.buffer.flush()
    except BrokenPipeError:
        # Python would try once more when it ends, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _begin(**chosen: object) -> Settings:
    os.umask(0o077)  # whatever is written from here on is for nobody else
    settings = _decided(**chosen)
    logs.configure(settings.log_level)
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    return settings


def _decided(**chosen: object) -> Settings:
    """Return the settings; what was chosen here holds for child processes too."""
    os.environ |= {name: str(v) for name, v in chosen.items() if v is not None}
    try:
        return Settings()
    except ValidationError as error:
        # Not the error itself: it quotes what was set, which may be a key.
        _refuse(
            *(
                f"{str(each['loc'][0]).upper()}: {each['msg']}"
                for each in error.errors()
            )
        )


def _refuse(*problems: str) -> NoReturn:
    for problem in problems:
        typer.echo(f"porchlight: {problem}", err=True)
    raise typer.Exit(1)


@contextmanager
def _refusals() -> Iterator[None]:
    """Tell in one line what an operator can put right, and end."""
    try:
        yield
    except _PUT_RIGHT as error:
        _refuse(str(error))
    except StoreDown:
        _refuse("the database does not answer; the log says more")


def _serve(settings: Settings) -> None:
    listeners = _listen(settings)
    # A port of 0 is any that is free; from here on it is that one.
    settings = _decided(PORT=listeners[0].getsockname()[1])
    with _redis(settings) as settings:
        invitation = _first_invitation(settings)
        if settings.workers == 1:
            _serve_here(settings, listeners[0], alone=True, invitation=invitation)
        else:
            _serve_in_several(settings, listeners, invitation)


def _first_invitation(settings: Settings) -> str | None:
    """Return a link for whoever will run the room team, while there is nobody."""
    try:
        origin = f"http://localhost:{settings.port}"
        return asyncio.run(staffing.first_invitation(settings, origin))
    except StoreDown:
        return None


def _listen(settings: Settings) -> Sequence[socket.socket]:
    try:
        return server.listen(settings.host, settings.port, settings.workers)
    except OSError as error:
        reason = (error.strerror or "").partition(" (")[0]
        _refuse(f"cannot open port {settings.port} of {settings.host}: {reason}")


@contextmanager
def _redis(settings: Settings) -> Iterator[Settings]:
    """Have a server for as long as the caller stays inside; a private one ends last."""
    if settings.redis_url:
        yield settings
        return
    with Embedded(settings.data_dir) as private:
        yield _decided(REDIS_URL=private.url)


@contextmanager
def _redis_of(settings: Settings) -> Iterator[Settings]:
    """Have the server of a service that runs, or that would."""
    url = settings.redis_url or running(settings.data_dir)
    if url:
        yield _decided(REDIS_URL=url)
    else:
        with _redis(settings) as settings:
            yield settings


def _serve_here(
    settings: Settings,
    listener: socket.socket,
    *,
    alone: bool,
    invitation: str | None = None,
) -> None:
    server.serve(
        app.create(settings),
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


async def _work(settings: Settings) -> None:
    if not settings.redis_url:
        settings = _decided(REDIS_URL=await _private_redis_of(settings))
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


async def _until_told(work: Coroutine[object, object, None]) -> None:
    """Run until done, or told to end."""
    task = asyncio.ensure_future(work)
    for told in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(told, task.cancel)
    with suppress(asyncio.CancelledError):
        await task


async def _show(settings: Settings) -> bool:
    well = True
    async for finding in doctor.examine(settings):
        typer.echo(str(finding))
        well = well and finding.well is not False
    return well
