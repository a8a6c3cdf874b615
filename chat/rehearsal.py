"""Rehearsal: rules read our own lines before they judge a file of others', quickly.

A pattern learns its states from the texts it meets.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from chat.model import Message
from chat.moderation import screen

LINES: Final = Path(__file__).parent.parent / "training"
"""Written by us, as people write here: the small model learns from them too."""


def lines() -> Iterator[str]:
    """Return our own lines, of every kind in turn; none where they are not."""
    files = [file.read_text("utf-8") for file in sorted(LINES.glob("*.jsonl"))]
    kinds = [[json.loads(line)["text"] for line in text.splitlines()] for text in files]
    for n in range(max(map(len, kinds), default=0)):
        yield from (kind[n] for kind in kinds if n < len(kind))


def rehearse() -> None:
    """Read them all; it takes seconds."""
    for line in lines():
        screen(Message(line))
