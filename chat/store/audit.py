"""The record: who did what, each line sealed to the one before it.

Lines are only ever added; the database refuses the rest. Whoever goes around it breaks
the chain, and `Chain` says where.
"""

import hmac
import json
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any, Final, NamedTuple

from sqlalchemy import Row, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chat.store.schema import audit

BEGINNING: Final = bytes(32)
"""What the first line is sealed to."""


AT_ONCE: Final = 5000
"""Lines read in one go, well within the time that a database has to answer."""


class NotSealed(Exception):
    """This is no end of the record that was sealed with our key."""


class Head(NamedTuple):
    """The last line: a chain that ends before it has lost its tail."""

    id: int
    hash: bytes


async def record(
    tx: AsyncConnection, *, at: int, actor: str, verb: str, subject: str, detail: str
) -> None:
    """Add a line, in the transaction that does what it tells of."""
    last = await head(tx)
    line = (last.id + 1, at, actor, verb, subject, detail)
    await tx.execute(
        insert(audit).values(
            id=line[0],
            at=at,
            actor=actor,
            verb=verb,
            subject=subject,
            detail=detail,
            previous=last.hash,
            hash=_hash(last.hash, line),
        )
    )


async def head(tx: AsyncConnection) -> Head:
    """Return the last line; (0, `BEGINNING`) where there is none."""
    asked = select(audit.c.id, audit.c.hash).order_by(audit.c.id.desc()).limit(1)
    row = (await tx.execute(asked)).first()
    return Head(row.id, row.hash) if row else Head(0, BEGINNING)


async def goes_on_from(tx: AsyncConnection, known: Head) -> bool:
    """Tell whether what was once the last line is still there, as it was."""
    asked = select(audit.c.hash).filter_by(id=known.id)
    return not known.id or (await tx.execute(asked)).scalar() == known.hash


def _hash(previous: bytes, line: tuple[int | str, ...]) -> bytes:
    written = json.dumps(line, ensure_ascii=True, separators=(",", ":"))
    return sha256(previous + written.encode()).digest()


async def after(tx: AsyncConnection, id_: int) -> Sequence[Row[Any]]:
    """Return some of the lines that come after one; none are left when it is empty."""
    asked = select(audit).where(audit.c.id > id_).order_by(audit.c.id)
    return (await tx.execute(asked.limit(AT_ONCE))).all()


class Chain:
    """Lines as they are read, from the first: pure, and told what the end once was."""

    def __init__(self, heads: Iterable[Head]) -> None:
        self._known = {head.id: head.hash for head in heads if head.id}
        self.last = Head(0, BEGINNING)

    def broken_by(self, rows: Iterable[Row[Any]]) -> str | None:
        """Return in a sentence what is wrong with the next lines, if anything is."""
        for row in rows:
            if fault := _fault(row, self.last):
                return fault
            if self._known.pop(row.id, row.hash) != row.hash:
                return f"row {row.id} is not the one that was there: all was remade"
            self.last = Head(row.id, row.hash)
        return None

    def cut_off(self) -> str | None:
        """Return in a sentence what is missing after the last line, if anything is."""
        if not self._known:
            return None
        return f"row {self.last.id + 1} is missing, and all to row {max(self._known)}"


def _fault(row: Row[Any], last: Head) -> str | None:
    if row.id != last.id + 1:
        return f"row {last.id + 1} is missing"
    line = (row.id, row.at, row.actor, row.verb, row.subject, row.detail)
    if row.previous != last.hash:
        return f"row {row.id} does not follow row {last.id}"
    if row.hash != _hash(row.previous, line):
        return f"row {row.id} was changed"
    return None


def seal(head: Head, key: bytes) -> str:
    """Return the last line as it is kept elsewhere, in the log or in a file."""
    mac = hmac.digest(key, _sealed(head), "sha256")
    return f"{head.id}:{head.hash.hex()}:{mac.hex()}"


def unseal(text: str, key: bytes) -> Head:
    """Return the last line as it was kept.

    Raises:
        NotSealed: If nobody with this key wrote that.

    """
    try:
        number, hash_, _mac = text.strip().split(":")
        head = Head(int(number), bytes.fromhex(hash_))
    except ValueError:
        raise NotSealed from None
    if not hmac.compare_digest(seal(head, key).encode(), text.strip().encode()):
        raise NotSealed
    return head


def _sealed(head: Head) -> bytes:
    return b"porchlight audit %d " % head.id + head.hash
