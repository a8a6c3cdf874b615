"""Cards in the store: one question or one change a function."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Row, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chat.store.oncall import cards

OVER: Final = ("no", "over")


async def add(tx: AsyncConnection, columns: Mapping[str, object]) -> None:
    """Keep a new card."""
    await tx.execute(insert(cards).values(columns))


async def with_token(tx: AsyncConnection, token: bytes) -> Row[Any] | None:
    """Return a card, and let nobody change it until this transaction is over."""
    asked = select(cards).filter_by(token=token).with_for_update()
    return (await tx.execute(asked)).first()


async def with_talk(tx: AsyncConnection, talk: str) -> Row[Any] | None:
    """Return the card of a private room."""
    return (await tx.execute(select(cards).filter_by(talk=talk))).first()


async def change(tx: AsyncConnection, token: bytes, **columns: object) -> None:
    """Keep what a card has come to."""
    await tx.execute(update(cards).filter_by(token=token).values(columns))


async def wrote(tx: AsyncConnection, talk: str, at: int) -> None:
    """Note when something was said last in a private room."""
    await tx.execute(update(cards).filter_by(talk=talk).values(spoken_at=at))


async def offered_since(
    tx: AsyncConnection, handle: bytes, since: int
) -> Sequence[Row[Any]]:
    """Return the cards that a device has offered since a moment, the first first."""
    asked = select(cards).where(cards.c.from_handle == handle, cards.c.at > since)
    return (await tx.execute(asked.order_by(cards.c.at, cards.c.token))).all()


async def shown_since(tx: AsyncConnection, handle: bytes, since: int) -> int:
    """Return how many cards a device was shown since a moment, and took up none of."""
    asked = select(func.count()).where(
        cards.c.to_handle == handle,
        cards.c.at > since,
        cards.c.talk == "",
        or_(cards.c.state != "no", cards.c.over_at > cards.c.at),
    )
    return (await tx.execute(asked)).scalar_one()


async def live(tx: AsyncConnection, over_since: int) -> Sequence[Row[Any]]:
    """Return the cards that are asked or open, or were over after a moment."""
    asked = select(cards).where(
        or_(cards.c.state.not_in(OVER), cards.c.over_at > over_since)
    )
    return (await tx.execute(asked.order_by(cards.c.at, cards.c.token))).all()


async def silent(tx: AsyncConnection, state: str, before: int) -> Sequence[Row[Any]]:
    """Return the cards of a state in which nothing happened since a moment."""
    last = func.coalesce(cards.c.spoken_at, cards.c.at)
    asked = select(cards).where(cards.c.state == state, last <= before)
    return (await tx.execute(asked.with_for_update(skip_locked=True))).all()


async def over_before(tx: AsyncConnection, before: int) -> Sequence[Row[Any]]:
    """Return the cards whose private room ended before a moment."""
    asked = select(cards).where(cards.c.talk != "", cards.c.over_at <= before)
    return (await tx.execute(asked.with_for_update(skip_locked=True))).all()


async def forget_talks(tx: AsyncConnection, talks: Collection[str]) -> None:
    """Know no more who was in some private rooms."""
    gone = update(cards).where(cards.c.talk.in_(talks))
    await tx.execute(gone.values(talk="", from_who=b"", to_who=b""))


async def delete_before(tx: AsyncConnection, before: int) -> None:
    """Delete what was offered before a moment, and is over and forgotten."""
    await tx.execute(
        delete(cards).where(
            cards.c.at <= before, cards.c.state.in_(OVER), cards.c.talk == ""
        )
    )
