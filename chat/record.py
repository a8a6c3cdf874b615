"""The record as an operator has it: where it ends is kept apart, and checked.

A chain alone does not tell that its end was cut off. So its head goes, sealed with the
service's key, into a file beside and now and then into the log, which others keep.
"""

import asyncio
import logging
import os
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final, NamedTuple

from sqlalchemy import Row

from chat.clock import Clock
from chat.errors import StoreDown
from chat.store import audit
from chat.store.audit import Chain, Head, NotSealed
from chat.store.database import Database

FILE: Final = "audit.head"
EVERY_SECONDS: Final = 60
LOGGED_SECONDS: Final = 3600

logger = logging.getLogger(__name__)


class Verdict(NamedTuple):
    """Whether the record is whole, in a sentence."""

    whole: bool
    told: str


class Record:
    """Who did what, and whether that is still all of it."""

    def __init__(
        self, *, database: Database, key: bytes, directory: Path, clock: Clock
    ) -> None:
        self._database = database
        self._clock = clock
        self._key = blake2b(key=key, person=b"audit", digest_size=32).digest()
        self._file = directory / FILE
        self._kept = Head(0, audit.BEGINNING)
        self._logged: float | None = None

    async def run(self) -> None:
        """Look after the head until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(EVERY_SECONDS)

    async def look(self) -> None:
        """Keep the head if there is a new one, and log it once an hour."""
        try:
            if await self.keep():
                self._log()
        except (StoreDown, OSError, NotSealed):
            logger.warning("where the record ends could not be kept")

    def _log(self) -> None:
        now = self._clock.monotonic()
        if self._logged is None or now - self._logged >= LOGGED_SECONDS:
            self._logged = now
            logger.info("record", extra={"head": self.sealed})

    @property
    def sealed(self) -> str:
        """The head that was kept last, as `verify` takes it."""
        return audit.seal(self._kept, self._key)

    async def keep(self) -> bool:
        """Keep the head beside the database; return whether it is a new one.

        Raises:
            StoreDown: If the database does not answer.
            OSError: If the file cannot be read or written.
            NotSealed: If somebody else made the file: it is left as it is.

        """
        known = max([self._kept, *await asyncio.to_thread(self._beside)])
        async with self._database.read() as tx:
            head = await audit.head(tx)
            whole = await audit.goes_on_from(tx, known)
        if not whole:
            # To keep another head would let what was cut off go unseen.
            logger.critical("the record is not the one that was there")
        if head.id <= known.id or not whole:
            return False
        self._kept = head
        await asyncio.to_thread(_write, self._file, self.sealed)
        return True

    async def verify(self, *sealed: str) -> Verdict:
        """Read all of it; `sealed` are heads that were kept elsewhere.

        Raises:
            StoreDown: If the database does not answer.

        """
        try:
            given = [audit.unseal(each, self._key) for each in sealed]
            heads = [*given, *self._beside()]
        except NotSealed:
            return Verdict(False, f"{FILE}, or the head given, is not of this service")
        chain = Chain(heads)
        if fault := await self._broken(chain):
            return Verdict(False, fault)
        known = max((head.id for head in heads), default=0)
        seen = f"row {known} was seen before" if known else "no end was seen before"
        return Verdict(True, f"{chain.last.id} rows, whole; {seen}")

    async def _broken(self, chain: Chain) -> str | None:
        """Return the first fault, having read on until there is nothing left."""
        while rows := await self._after(chain.last):
            if fault := chain.broken_by(rows):
                return fault
        return chain.cut_off()

    async def _after(self, last: Head) -> Sequence[Row[Any]]:
        async with self._database.read() as tx:
            return await audit.after(tx, last.id)

    def _beside(self) -> list[Head]:
        if not self._file.exists():
            return []
        return [audit.unseal(self._file.read_text("ascii", "replace"), self._key)]


def _write(file: Path, sealed: str) -> None:
    """Write the file whole or not at all, for nobody else to read."""
    draft = file.with_suffix(f".{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as writer:
        writer.write(sealed + "\n")
        writer.flush()
        os.fsync(handle)
    draft.replace(file)
