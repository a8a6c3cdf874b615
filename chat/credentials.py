"""Credentials: passwords, six-digit codes and recovery codes, and how each is judged.

What is kept of a password or a recovery code is a hash. What is kept of the secret of
the codes is sealed with the service's key, so that a copy of the database alone gives
nobody a second factor.
"""

import hmac
import secrets
import unicodedata
from base64 import b32encode
from datetime import datetime
from functools import cache
from hashlib import blake2b, sha256
from io import BytesIO
from typing import Final

import pyotp
import segno
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST_PASSWORD: Final = 12
LONGEST_PASSWORD: Final = 200
RECOVERY_CODES: Final = 10
STEP_SECONDS: Final = 30

_ISSUER = "Porchlight"
_RECOVERY_BYTES = 10  # 80 bits: nobody tries them all, so a plain hash is enough
_NONCE_BYTES = 16
_DIFFERENT_CHARACTERS = 5
_LATE_OR_EARLY = (-1, 0, 1)

# RFC 9106's second choice: 64 MiB, three passes.
_HASHER = PasswordHasher()


# Passwords


def weakness(password: str, desk_name: str) -> str | None:
    """Return why a password will not do, in words for whoever chose it, or None."""
    password, name = _plain(password), _plain(desk_name).casefold()
    if len(password) < SHORTEST_PASSWORD:
        return f"A password needs at least {SHORTEST_PASSWORD} characters."
    if len(password) > LONGEST_PASSWORD:
        return f"A password may have at most {LONGEST_PASSWORD} characters."
    if name and name in password.casefold():
        return "A password must not have your desk name in it."
    if len(set(password)) < _DIFFERENT_CHARACTERS:
        return (
            f"A password needs at least {_DIFFERENT_CHARACTERS} different characters."
        )
    return None


def hashed(password: str) -> str:
    """Return what is kept of a password. Takes some 50 ms and 64 MiB."""
    return _HASHER.hash(_plain(password))


def matches(kept: str | None, password: str) -> bool:
    """Tell whether it is the password; for somebody unknown that takes as long."""
    nobodys = _nobodys()
    try:
        fits = _HASHER.verify(kept or nobodys, _plain(password)[:LONGEST_PASSWORD])
    except (VerificationError, InvalidHashError):
        return False
    return fits and kept is not None


@cache
def _nobodys() -> str:
    """Return what is kept of nobody's password: made by whoever signs in first."""
    return _HASHER.hash(secrets.token_hex(16))


def _plain(password: str) -> str:
    """Return the same characters however a keyboard composed them."""
    return unicodedata.normalize("NFKC", password)


# Six digits


def new_secret() -> str:
    """Return a secret for an authenticator app, in letters to type."""
    return pyotp.random_base32()


def address_of(secret: str, desk_name: str) -> str:
    """Return the secret as authenticator apps read it from a picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=desk_name, issuer_name=_ISSUER)


def picture_of(secret: str, desk_name: str) -> bytes:
    """Return the same as a picture to scan, in SVG without scripts or styles."""
    picture = BytesIO()
    segno.make(address_of(secret, desk_name), error="m").save(
        picture, kind="svg", scale=4, dark="#000", light="#fff"
    )
    return picture.getvalue()


def step_of(secret: str, code: str, now: datetime, last_step: int) -> int | None:
    """Return the step of time that a code is of, if right and newer than the last.

    Whoever keeps the step refuses the same code twice. A code counts for a step before
    and after its own, since phones are late or early.
    """
    code = code.replace(" ", "")
    totp, today = pyotp.TOTP(secret), int(now.timestamp()) // STEP_SECONDS
    found = None
    for step in (today + each for each in _LATE_OR_EARLY):
        right = totp.at(step * STEP_SECONDS)
        if hmac.compare_digest(right.encode(), code.encode()) and step > last_step:
            found = step
    return found


def seal(secret: str, key: bytes) -> bytes:
    """Return a secret as it is kept: nobody reads it without the service's key."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + _crossed(secret.encode(), nonce, key)


def unseal(sealed: bytes, key: bytes) -> str:
    """Return a secret that was sealed."""
    nonce = sealed[:_NONCE_BYTES]
    return _crossed(sealed[_NONCE_BYTES:], nonce, key).decode("ascii", "replace")


def _crossed(data: bytes, nonce: bytes, key: bytes) -> bytes:
    stream = blake2b(nonce, key=key, person=b"second factor", digest_size=len(data))
    return bytes(a ^ b for a, b in zip(data, stream.digest(), strict=True))


# Recovery codes


def new_recovery_codes() -> list[str]:
    """Return ten codes, each good once in the place of six digits."""
    return [_recovery_code() for _ in range(RECOVERY_CODES)]


def _recovery_code() -> str:
    letters = b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode().lower()
    return "-".join(letters[n : n + 4] for n in range(0, len(letters), 4))


def recovery_hash(code: str) -> str:
    """Return what is kept of a recovery code, however it is written."""
    letters = "".join(each for each in code.lower() if each.isalnum())
    return sha256(letters.encode()).hexdigest()
