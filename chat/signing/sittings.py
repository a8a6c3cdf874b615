"""Sittings: who of the room team is signed in, and until when. In Redis, which forgets.

A browser holds a token; here is only its hash. All sittings of one person are under one
key, so that they end together.
"""

import hmac
import logging
import re
import secrets
from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Final, NamedTuple, cast

from chat.clock import Clock
from chat.errors import BadFrame, Unavailable
from chat.protocol import pack, unpack_value
from chat.redis import Script, Scripts
from chat.roles import Role

IDLE_SECONDS: Final = 30 * 60
LONGEST_SECONDS: Final = 12 * 60 * 60
PROOF_SECONDS: Final = 5 * 60
"""How long a passkey, or a password with a code, opens what asks for it afresh."""

ENDED: Final = 96
"""The kind of the frame that tells every process of an end; pages need not know it."""

_TOKEN = re.compile(r"([0-9a-z]{1,40})\.([\w-]{43})", re.ASCII)
_SIT, _SEATED = Script("sit"), Script("seated")
_PROVE, _STAND = Script("prove"), Script("stand")

logger = logging.getLogger(__name__)

Ring = Callable[[bytes], Awaitable[None]]


class Sitting(NamedTuple):
    """One browser in which somebody is signed in."""

    ref: str
    """Tells one sitting from another, and opens nothing."""
    csrf: str
    """What every form of this sitting has to bring."""
    proved_at: int
    """When they last showed a passkey, or a password and a code."""
    hash: bytes


class Deskmate(NamedTuple):
    """Somebody of the room team, at their desk."""

    id: str
    desk_name: str
    role: Role
    sitting: Sitting

    @property
    def csrf(self) -> str:
        """What every form of theirs has to bring."""
        return self.sitting.csrf


class Sittings:
    """Begins, looks up and ends sittings, and tells every process of an end."""

    def __init__(self, *, scripts: Scripts, clock: Clock, ring: Ring) -> None:
        self._scripts = scripts
        self._clock = clock
        self._ring = ring

    async def begin(self, staff_id: str, desk_name: str, role: Role) -> str:
        """Seat somebody who has just proved who they are; return their new token.

        Raises:
            Unavailable: If Redis does not answer; so with all that follows.

        """
        secret = secrets.token_urlsafe(32)
        about = pack((secrets.token_hex(8), desk_name, str(role)))
        now = self._clock.seconds()
        await self._scripts.call(
            _SIT, (_key(staff_id),), _hash(secret), about, now, LONGEST_SECONDS
        )
        return f"{staff_id}.{secret}"

    async def look(self, token: str, *, active: bool) -> Deskmate | None:
        """Return whose token it is, if they sit there still.

        What they do themselves is `active` and keeps the sitting from ending; what a
        page does by itself is not.
        """
        parts = _TOKEN.fullmatch(token)
        if parts is None:
            return None
        staff_id, secret = parts.groups()
        found = await self._seated(staff_id, _hash(secret), active=active)
        return found and _deskmate(staff_id, secret, *found)

    async def is_seated(self, me: Deskmate, *, active: bool) -> bool:
        """Tell whether somebody who sat there does so still."""
        return bool(await self._seated(me.id, me.sitting.hash, active=active))

    async def _seated(
        self, staff_id: str, hash_: bytes, *, active: bool
    ) -> tuple[bytes, bytes] | None:
        found = await self._scripts.call(
            _SEATED,
            (_key(staff_id),),
            hash_,
            self._clock.seconds(),
            IDLE_SECONDS,
            LONGEST_SECONDS,
            int(active),
        )
        return cast("tuple[bytes, bytes] | None", found)

    async def prove(self, me: Deskmate) -> None:
        """Note that somebody has just proved once more who they are."""
        now = self._clock.seconds()
        await self._scripts.call(_PROVE, (_key(me.id),), me.sitting.hash, now)

    def is_proved(self, me: Deskmate) -> bool:
        """Tell whether somebody proved who they are a short while ago."""
        return self._clock.seconds() - me.sitting.proved_at < PROOF_SECONDS

    async def end(self, me: Deskmate) -> None:
        """End a sitting, and with it whatever is open in it, wherever that is."""
        await self._scripts.call(_STAND, (_key(me.id),), me.sitting.hash)
        await self._tell(me.id, me.sitting.ref)

    async def end_all(self, staff_id: str) -> None:
        """End all sittings of somebody, and with them whatever is open in them."""
        await self._scripts.call(_STAND, (_key(staff_id),), b"")
        await self._tell(staff_id, "")

    async def _tell(self, staff_id: str, ref: str) -> None:
        """Tell every process; one not reached looks by itself within a minute."""
        try:
            await self._ring(pack((ENDED, staff_id, ref)))
        except Unavailable:
            logger.warning("the end of a sitting was not told")


def ended(frame: bytes) -> tuple[str, str] | None:
    """Return whose sitting a frame tells the end of: (staff id, its ref or all)."""
    try:
        match unpack_value(frame):
            case [kind, str(staff_id), str(ref)] if kind == ENDED:
                return staff_id, ref
    except BadFrame:
        pass
    return None


def _deskmate(staff_id: str, secret: str, about: bytes, proved: bytes) -> Deskmate:
    ref, desk_name, role = cast("tuple[str, str, str]", unpack_value(about))
    sitting = Sitting(ref, _csrf(secret), int(proved), _hash(secret))
    return Deskmate(staff_id, desk_name, Role(role), sitting)


def _csrf(secret: str) -> str:
    return hmac.digest(secret.encode(), b"csrf", "sha256").hex()


def _hash(secret: str) -> bytes:
    return sha256(secret.encode()).digest()


def _key(staff_id: str) -> str:
    return f"porchlight:{{staff {staff_id}}}:sittings"
