"""Decoding: a request as it comes off the wire, believed only if all of it is right."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import TypeVar, cast

from chat.errors import BadFrame, UnknownRequest
from chat.protocol import MAX_INTEGER, unpack_value
from chat.requests import (
    REACTIONS,
    REPORT_REASONS,
    REQUESTS,
    STAYS,
    WISHES,
    Request,
)

_SECRET_BYTES = 16
_ID_BYTES = 8
_TOKEN_BYTES = 16
_AN_ID, _A_TOKEN = bytes(_ID_BYTES), bytes(_TOKEN_BYTES)
_A_SECRET = bytes(_SECRET_BYTES)

T = TypeVar("T", bound=tuple[object, ...])


def unpack(data: bytes) -> Request:
    """Decode a request.

    Raises:
        BadFrame: If the bytes are not exactly one well-formed request.
        UnknownRequest: If they are well formed and of a kind we do not know.

    """
    request = read(data, REQUESTS)
    if not _in_bounds(request):
        raise BadFrame
    return request


def read(data: bytes, kinds: Mapping[int, type[T]]) -> T:
    """Decode one of several kinds of frames: its number, and fields as the kind says.

    Raises:
        BadFrame, UnknownRequest: As in `unpack`.

    """
    number, fields = _split(data)
    kind = kinds.get(number)
    if kind is None:
        raise UnknownRequest
    # Exact types: MessagePack yields only builtins, and `True` must not pass for 1.
    if tuple(map(type, fields)) != _types(kind) or not _are_exact(fields):
        raise BadFrame
    return cast("Callable[..., T]", kind)(*fields)


@cache
def _types(kind: type[tuple[object, ...]]) -> tuple[type, ...]:
    return tuple(kind.__annotations__.values())


def _are_exact(fields: tuple[object, ...]) -> bool:
    """Tell whether every number is one that a browser has exactly."""
    return all(0 <= field < MAX_INTEGER for field in fields if type(field) is int)


def _split(data: bytes) -> tuple[int, tuple[object, ...]]:
    array = _array_in(data)
    if not array or type(array[0]) is not int:
        raise BadFrame
    return array[0], array[1:]


def _array_in(data: bytes) -> tuple[object, ...]:
    value = unpack_value(data)
    if type(value) is not tuple:
        raise BadFrame
    return value


def _in_bounds(request: Request) -> bool:
    return (
        len(getattr(request, "id", _AN_ID)) == _ID_BYTES
        and len(getattr(request, "token", _A_TOKEN)) == _TOKEN_BYTES
        and len(getattr(request, "secret", _A_SECRET)) == _SECRET_BYTES
        and getattr(request, "roll", 0) < 2**32
        and getattr(request, "reaction", 0) < len(REACTIONS)
        and getattr(request, "reason", REPORT_REASONS[0]) in REPORT_REASONS
        and getattr(request, "minutes", 0) in STAYS
        and getattr(request, "wish", "") in WISHES
    )


def ref_of(data: bytes) -> int:
    """Return the ref of a request that could not be read, or 0."""
    try:
        ref = _array_in(data)[1]
    except (BadFrame, IndexError):
        return 0
    return ref if type(ref) is int and 0 <= ref < MAX_INTEGER else 0
