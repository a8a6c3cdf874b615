"""Instants: moments as columns keep them, in milliseconds since 1970."""

from datetime import UTC, datetime, timedelta
from typing import Final, overload

_BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)


@overload
def kept(at: datetime) -> int: ...
@overload
def kept(at: datetime | None) -> int | None: ...
def kept(at: datetime | None) -> int | None:
    """Return what is kept of a moment."""
    return None if at is None else (at - _BEGINNING) // _MILLISECOND


@overload
def moment(number: int) -> datetime: ...
@overload
def moment(number: int | None) -> datetime | None: ...
def moment(number: int | None) -> datetime | None:
    """Return the moment of which a number was kept."""
    return None if number is None else _BEGINNING + number * _MILLISECOND
