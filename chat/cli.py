"""The command line: `python -m chat serve`, and what else an operator does.

Each command brings in what it needs when it is given, so that none waits for the rest.
"""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import typer

from chat import collector, logs
from chat.beginning import begin, decided, refusals
from chat.roles import Role
from chat.settings import Settings

NOBODY_CAME = 3
"""How a drill exits that nobody answered: it went well, and the news is bad."""

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
    collector.hold_off()
    from chat import server, starting

    settings = begin(HOST=host, PORT=port, WORKERS=workers)
    server.raise_open_files()
    with refusals():
        if listener is None:
            starting.serve(settings)
        else:
            starting.serve_here(settings, socket.socket(fileno=listener), alone=False)


@cli.command()
def work() -> None:
    """Call peers and keep the house, beside a service that serves members."""
    from chat import starting

    settings = begin()
    with refusals():
        asyncio.run(_until_told(starting.work(settings)))


@cli.command()
def drill(
    wait: Annotated[
        int, typer.Option(min=1, max=3600, help="Seconds to wait for somebody.")
    ] = 600,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print it for a program.")
    ] = False,
) -> None:
    """Raise a need that nobody has, and say how quickly somebody came."""
    from chat import starting
    from chat.oncall.drilled import Outcome

    settings = begin()
    with refusals():
        drilled = asyncio.run(starting.drill(settings, timedelta(seconds=wait)))
    told = [json.dumps(drilled.as_json())] if as_json else drilled.lines()
    typer.echo("\n".join(told))
    if drilled.outcome is not Outcome.ANSWERED:
        raise typer.Exit(NOBODY_CAME)


@cli.command(name="moderate")
def screen(
    score: Annotated[
        list[Path] | None, typer.Option(help="A file of labelled lines to score.")
    ] = None,
) -> None:
    """Screen lines of JSON from stdin, or score screening on labelled files."""
    settings = decided()
    logs.configure(settings.log_level)
    with refusals():
        if score:
            _score(score, settings)
        else:
            _answer(settings)


@cli.command()
def migrate() -> None:
    """Bring the database's tables up to date; every start does so too."""
    from chat import upkeep

    settings = begin()
    with refusals():
        typer.echo(asyncio.run(upkeep.migrate(settings)))


@audit.command()
def verify(
    head: Annotated[
        list[str] | None, typer.Option(help="An end that was logged.")
    ] = None,
) -> None:
    """Say whether the record of who did what is whole, or which row is not."""
    from chat import upkeep

    settings = begin()
    with refusals():
        whole, told = asyncio.run(upkeep.verify(settings, head or ()))
    typer.echo(told)
    if not whole:
        raise typer.Exit(1)


@team.command()
def invite(
    role: Annotated[Role, typer.Argument(help="What they are there for.")],
) -> None:
    """Print a link by which somebody joins: once, within 72 hours."""
    from chat import staffing

    settings = begin()
    with refusals():
        typer.echo(asyncio.run(staffing.invite(settings, role)))


@team.command(name="list")
def show_team() -> None:
    """Print who is in the room team, and who left it."""
    from chat import staffing

    settings = begin()
    with refusals():
        for line in asyncio.run(staffing.team(settings)):
            typer.echo(line)


@team.command()
def disable(
    desk_name: Annotated[str, typer.Argument(help="As the team knows them.")],
) -> None:
    """Let somebody in no more, and sign them out everywhere at once."""
    from chat import staffing, starting

    settings = begin()
    with refusals(), starting.redis_of(settings) as settings:
        typer.echo(asyncio.run(staffing.disable(settings, desk_name)))


@cli.command()
def train(
    corpora: Annotated[Path, typer.Argument(help="The folder with the corpora.")],
    out: Annotated[Path, typer.Option(help="The file of weights to write.")],
    lines: Annotated[Path, typer.Option(help="Our own lines.")] = Path("training"),
) -> None:
    """Train the linear heads, and say what they do to lines they never saw."""
    from chat import training

    with refusals():
        weights, reports = training.train(lines, corpora)
    out.write_bytes(weights)
    for report in reports:
        typer.echo("\n".join(report.told()))
    typer.echo(f"sha256 {sha256(weights).hexdigest()}, {len(weights)} bytes")


@cli.command(name="doctor")
def examine() -> None:
    """Look at all that the service needs, and say what is wrong."""
    settings = begin()
    logs.configure("CRITICAL")
    if not asyncio.run(_show(settings)):
        raise typer.Exit(1)


def _score(files: Sequence[Path], settings: Settings) -> None:
    from chat import trial

    for each in trial.tried(files, settings.country):
        typer.echo("\n".join(each.table()))


def _answer(settings: Settings) -> None:
    """Answer each line at once; whoever reads may stop reading."""
    from chat import catalogue, moderate, rehearsal

    rooms = catalogue.load(settings.rooms_file)
    rehearsal.rehearse()
    try:
        for answer in moderate.answers(sys.stdin.buffer, rooms, settings.country):
            sys.stdout.buffer.write(answer.encode() + b"\n")
            sys.stdout.buffer.flush()
    except BrokenPipeError:
        # Python would try once more when it ends, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


async def _until_told(work: Coroutine[object, object, None]) -> None:
    """Run until done, or told to end."""
    task = asyncio.ensure_future(work)
    for told in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(told, task.cancel)
    with suppress(asyncio.CancelledError):
        await task


async def _show(settings: Settings) -> bool:
    from chat.doctor.examination import examine as look

    well = True
    async for finding in look(settings):
        typer.echo(str(finding))
        well = well and finding.well is not False
    return well
