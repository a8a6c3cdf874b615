"""The record: who did what, each line sealed to the one before it.

Lines are only ever added; the database refuses the rest. Whoever goes around it breaks
the chain, and `broken` says where.
"""

import hmac
import json
from collections.abc import AsyncIterator
from hashlib import sha256
from typing import Any, Final, NamedTuple

from sqlalchemy import Row, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chat.store.schema import audit

BEGINNING: Final = bytes(32)
"""What the first line is sealed to."""


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


def _hash(previous: bytes, line: tuple[int | str, ...]) -> bytes:
    written = json.dumps(line, ensure_ascii=True, separators=(",", ":"))
    return sha256(previous + written.encode()).digest()


async def broken(tx: AsyncConnection, *heads: Head) -> str | None:
    """Return in a sentence where the record was tampered with; None: nowhere.

    `heads` are what its last line was at some times, if that is known.
    """
    known = {head.id: head.hash for head in heads if head.id}
    last = Head(0, BEGINNING)
    async for row in _lines(tx):
        if fault := _fault(row, last):
            return fault
        if known.pop(row.id, row.hash) != row.hash:
            return f"row {row.id} is not the one that was there: the chain was remade"
        last = Head(row.id, row.hash)
    missing = min(known, default=0)
    if missing:
        return f"row {last.id + 1} is missing, and all after it to row {max(known)}"
    return None


async def _lines(tx: AsyncConnection) -> AsyncIterator[Row[Any]]:
    async with tx.stream(select(audit).order_by(audit.c.id)) as rows:
        async for row in rows:
            yield row


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
        ValueError: If nobody with this key wrote that.

    """
    number, hash_, mac = text.strip().split(":")
    head = Head(int(number), bytes.fromhex(hash_))
    if not hmac.compare_digest(
        hmac.digest(key, _sealed(head), "sha256"), bytes.fromhex(mac)
    ):
        raise ValueError("sealed with another key")
    return head


def _sealed(head: Head) -> bytes:
    return b"porchlight audit %d " % head.id + head.hash
