"""What a browser need not carry whole: texts packed in the ways that it can unpack."""

import gzip
import re
from collections.abc import Sequence
from typing import Final

import brotli

PLAIN: Final = ""
"""The coding of what comes as it is."""

CODINGS: Final = ("br", "gzip")
"""What makes a text smaller, the smallest first; the first is slow."""

AT_ONCE: Final = ("gzip",)
"""What is quick enough for an answer that is made while somebody waits."""

_QUALITY = 10  # a thirtieth larger than by 11, in a third of the time
_REFUSED = re.compile(r"\s*q\s*=\s*0(\.0*)?\s*")


def coding_for(accepted: str, offered: Sequence[str] = CODINGS) -> str:
    """Return the first that a browser takes which accepts these codings, or `PLAIN`."""
    parts = (each.partition(";") for each in accepted.split(","))
    taken = {name.strip().lower() for name, _, q in parts if not _REFUSED.fullmatch(q)}
    return next((coding for coding in offered if coding in taken), PLAIN)


def packed(body: bytes, coding: str) -> bytes:
    """Return a text in a coding; meanwhile other threads go on."""
    if coding == "br":
        whole: bytes = brotli.compress(body, brotli.MODE_TEXT, _QUALITY)
        return whole
    return gzip.compress(body, mtime=0) if coding else body
