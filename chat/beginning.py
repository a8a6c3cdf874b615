"""Beginning a command: its settings, and refusals that an operator can put right."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from chat import logs
from chat.errors import Amiss, StoreDown
from chat.settings import Settings


def begin(**chosen: object) -> Settings:
    """Return the settings, with the log and the data directory ready."""
    os.umask(0o077)  # whatever is written from here on is for nobody else
    settings = decided(**chosen)
    logs.configure(settings.log_level)
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    return settings


def decided(**chosen: object) -> Settings:
    """Return the settings; what was chosen here holds for child processes too."""
    os.environ |= {name: str(v) for name, v in chosen.items() if v is not None}
    try:
        return Settings()
    except ValidationError as error:
        # Not the error itself: it quotes what was set, which may be a key.
        refuse(*(_in_a_line(each) for each in error.errors()))


def _in_a_line(problem: ErrorDetails) -> str:
    words = problem["msg"].removeprefix("Value error, ")
    return f"{str(problem['loc'][0]).upper()}: {words}"


def refuse(*problems: str) -> NoReturn:
    """Say what is wrong, a line each, and end."""
    for problem in problems:
        typer.echo(f"porchlight: {problem}", err=True)
    raise typer.Exit(1)


@contextmanager
def refusals() -> Iterator[None]:
    """Tell in one line what an operator can put right, and end."""
    try:
        yield
    except Amiss as error:
        refuse(str(error))
    except StoreDown:
        refuse("the database does not answer; the log says more")
