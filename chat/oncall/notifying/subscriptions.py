"""Subscriptions: what a browser gives us so that it can be woken."""

import base64
import binascii
from collections.abc import Mapping
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePublicKey,
)

from chat.oncall.notifying.doors import Doors
from chat.oncall.refusals import BadWay

AUTH_BYTES: Final = 16
_POINT_BYTES: Final = 65

_DAMAGED: Final = "This browser did not say how to reach it. Please try once more."


def address_of(subscription: object, doors: Doors) -> Mapping[str, str]:
    """Return what is kept of what a browser's `subscribe()` gave.

    Raises:
        BadWay: If nothing could ever be sent there.

    """
    given = subscription if isinstance(subscription, Mapping) else {}
    keys = given.get("keys")
    keys = keys if isinstance(keys, Mapping) else {}
    endpoint, key, auth = given.get("endpoint"), keys.get("p256dh"), keys.get("auth")
    if not (
        isinstance(endpoint, str) and isinstance(key, str) and isinstance(auth, str)
    ):
        raise BadWay(_DAMAGED)
    doors.door(endpoint)
    _check(key, auth)
    return {"endpoint": endpoint, "p256dh": key, "auth": auth}


def _check(key: str, auth: str) -> None:
    try:
        point = unpadded(key)
        EllipticCurvePublicKey.from_encoded_point(SECP256R1(), point)
        whole = len(point) == _POINT_BYTES and len(unpadded(auth)) == AUTH_BYTES
    except ValueError as error:
        raise BadWay(_DAMAGED) from error
    if not whole:
        raise BadWay(_DAMAGED)


def unpadded(text: str) -> bytes:
    """Return the bytes of URL-safe base64 without its padding.

    Raises:
        ValueError: If it is none.

    """
    text = text.rstrip("=")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
