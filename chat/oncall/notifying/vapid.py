"""VAPID: how a push service knows that it is this house that pushes (RFC 8292)."""

import base64
import contextlib
from hashlib import blake2b
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    derive_private_key,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from py_vapid import Vapid02  # type: ignore[import-untyped]

from chat.identity import BadKey, make_once
from chat.oncall.notifying.subscriptions import unpadded

FILE: Final = "vapid.pem"

_GOOD_FOR_SECONDS: Final = 12 * 60 * 60
"""Of the 24 hours that a service accepts, so that clocks may disagree."""
_RENEWED_AFTER_SECONDS: Final = 60 * 60
_RAW_BYTES: Final = 32
_TOPIC_BYTES: Final = 24


class Vapid:
    """The key of this house, for push services."""

    def __init__(self, *, key: EllipticCurvePrivateKey, subject: str) -> None:
        """Sign with a key, and name whom to write to: `mailto:` or `https:`."""
        self._key = key
        self._subject = subject
        self._signed: dict[str, tuple[int, str]] = {}
        number = key.private_numbers().private_value.to_bytes(_RAW_BYTES)
        self._topics = blake2b(key=number, person=b"topic", digest_size=_TOPIC_BYTES)

    @property
    def public(self) -> str:
        """What a browser subscribes with: the public key, in URL-safe base64."""
        point = self._key.public_key().public_bytes(
            Encoding.X962, PublicFormat.UncompressedPoint
        )
        return base64.urlsafe_b64encode(point).rstrip(b"=").decode()

    def authorization(self, audience: str, now: int) -> str:
        """Return the header for one push service, signed anew each hour."""
        at, header = self._signed.get(audience, (0, ""))
        if not 0 <= now - at < _RENEWED_AFTER_SECONDS:
            claims = {
                "aud": audience,
                "exp": now + _GOOD_FOR_SECONDS,
                "sub": self._subject,
            }
            # Not checked there: it takes no subject without a dot in its host.
            signer = Vapid02(self._key, conf={"no-strict": True})
            header = str(signer.sign(claims)["Authorization"])
            self._signed[audience] = now, header
        return header

    def topic(self, *about: str) -> str:
        """Return 32 characters by which a push replaces one before about the same.

        They say nothing, not even that two browsers are called about one thing.
        """
        hashed = self._topics.copy()
        hashed.update("\n".join(about).encode())
        return base64.urlsafe_b64encode(hashed.digest()).decode()


def key_from(text: str | None, path: Path) -> EllipticCurvePrivateKey:
    """Return the key: from the setting, else from a file made on first run.

    Processes that start together agree on one file.

    Raises:
        BadKey: If the setting is no such key, or the file damaged or unreadable.

    """
    if text is not None:
        return _key(text, "VAPID_KEY")
    try:
        return _key(_read_or_make(path), path.name)
    except (OSError, UnicodeDecodeError) as error:
        raise BadKey(f"{path}: the key cannot be read or made: {error}") from error


def _read_or_make(path: Path) -> str:
    with contextlib.suppress(FileNotFoundError):
        return path.read_text("ascii")
    pem = generate_private_key(SECP256R1()).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    make_once(path, pem.decode())
    return path.read_text("ascii")


def _key(text: str, source: str) -> EllipticCurvePrivateKey:
    try:
        key = _pem(text) if "-----BEGIN" in text else _raw(text.strip())
    except (ValueError, TypeError) as error:
        raise BadKey(f"{source}: no key for Web Push") from error
    if not isinstance(key, EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
        raise BadKey(f"{source}: not a key on the curve P-256")
    return key


def _pem(text: str) -> object:
    # Where a variable cannot hold a line's end, it is written as two characters.
    return load_pem_private_key(text.replace("\\n", "\n").strip().encode(), None)


def _raw(text: str) -> object:
    number = unpadded(text)
    if len(number) != _RAW_BYTES:
        raise ValueError("not 32 bytes")
    return derive_private_key(int.from_bytes(number), SECP256R1())
