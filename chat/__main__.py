"""`python -m chat`."""

from chat.cli import cli

cli(prog_name="python -m chat")
