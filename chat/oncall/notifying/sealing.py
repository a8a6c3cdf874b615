"""Sealing: a push as only the browser that asked for it can read it (RFC 8291)."""

from collections.abc import Mapping

import http_ece  # type: ignore[import-untyped]
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)

from chat.oncall.notifying.subscriptions import unpadded


def sealed(
    plaintext: bytes,
    address: Mapping[str, str],
    *,
    salt: bytes | None = None,
    private_key: EllipticCurvePrivateKey | None = None,
) -> bytes:
    """Return what a browser's push service is given: one record of `aes128gcm`.

    Salt and key are new for each push; they are only given to compare with an example.

    Raises:
        ValueError: If the browser's keys are none.

    """
    found: bytes = http_ece.encrypt(
        plaintext,
        salt=salt,
        private_key=private_key or generate_private_key(SECP256R1()),
        dh=unpadded(address["p256dh"]),
        auth_secret=unpadded(address["auth"]),
        version="aes128gcm",
    )
    return found
