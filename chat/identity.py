"""Identity: who a member is in one room, derived from a secret only they hold.

Nobody can tell from two rooms' members, without both the service's key and a device's
secret, that they are one person. Neither is ever stored beside what was said.
"""

import contextlib
import os
import secrets
import tempfile
from hashlib import blake2b
from pathlib import Path

from chat.errors import Amiss, BadSecret
from chat.model import Handle, Member, MemberId, RoomName, Who
from chat.words import FIRST_WORDS, SECOND_WORDS

COLOURS = ("moss", "sea", "sky", "plum", "rose", "clay", "sand", "slate")
"""A pseudonym's colour by number; for staff pages, the browser draws its own."""

SHAPES = (
    "circle", "square", "triangle", "diamond", "hexagon", "star", "leaf", "drop",
)  # fmt: skip
"""A pseudonym's shape by number."""

SECRET_BYTES = 16
"""A shorter secret could be guessed by trying them all."""

ID_BYTES = 16
WHO_BYTES = 5
FACE_BYTES = 3
DEVICE_BYTES = 8
PEER_BYTES = 32
HANDLE_BYTES = 16
KEY_BYTES = 32

_LOOK = 0b0011_1111  # the low six bits of byte 2: three of colour, three of shape


class BadKey(Amiss):
    """The service's key is not one; the message says what to do about it."""


class Identity:
    """Turns a device's secret into members, with a key known to the service only."""

    __slots__ = ("_devices", "_handles", "_ids", "_peers", "_seals", "_whos")

    def __init__(self, key: bytes) -> None:
        # `person` keeps the three apart: no output of one is ever one of another.
        # Keying is half the work, so it is done once; each use takes a copy.
        self._ids = blake2b(key=key, person=b"member", digest_size=ID_BYTES)
        self._whos = blake2b(key=key, person=b"who", digest_size=WHO_BYTES)
        self._devices = blake2b(key=key, person=b"device", digest_size=DEVICE_BYTES)
        self._handles = blake2b(key=key, person=b"handle", digest_size=HANDLE_BYTES)
        self._peers = blake2b(key=key, person=b"peer", digest_size=PEER_BYTES)
        self._seals = blake2b(key=key, person=b"seal", digest_size=HANDLE_BYTES)

    def member(self, secret: bytes, room: RoomName, roll: int) -> Member:
        """Return who a device is in a room; another roll is the same member renamed.

        Raises:
            BadSecret: If the secret could not have been made by a device.

        """
        _check(secret)
        place = len(secret).to_bytes(2) + secret + room.encode()
        return Member(self._id(place), self._who(roll.to_bytes(8) + place))

    def peer(self, staff_id: str, room: RoomName, roll: int) -> Member:
        """Return who a peer is in one talk; in another they are somebody else."""
        hashed = self._peers.copy()
        hashed.update(staff_id.encode())
        return self.member(hashed.digest(), room, roll)

    def _id(self, place: bytes) -> MemberId:
        hashed = self._ids.copy()
        hashed.update(place)
        return MemberId(hashed.digest())

    def _who(self, roll_and_place: bytes) -> Who:
        hashed = self._whos.copy()
        hashed.update(roll_and_place)
        who = hashed.digest()
        # Nothing but the look is left in byte 2, so that two names are the same
        # exactly when their first three bytes are.
        return Who(who[:2] + bytes((who[2] & _LOOK,)) + who[3:])

    def device(self, secret: bytes) -> bytes:
        """Return a handle to slow one device down by, in memory, in every room.

        Raises:
            BadSecret: If the secret could not have been made by a device.

        """
        _check(secret)
        hashed = self._devices.copy()
        hashed.update(secret)
        return hashed.digest()

    def handle(self, secret: bytes) -> Handle:
        """Return what a sanction holds on to: one for a device, whatever the room.

        Raises:
            BadSecret: If the secret could not have been made by a device.

        """
        _check(secret)
        hashed = self._handles.copy()
        hashed.update(secret)
        return Handle(hashed.digest())

    def seal(self, handle: Handle, key: bytes) -> bytes:
        """Return a handle as one case keeps it: no two cases can be matched by it.

        `key` is used for one handle only, so a keystream is all that is needed; sealing
        what is sealed opens it.
        """
        hashed = self._seals.copy()
        hashed.update(key)
        return bytes(a ^ b for a, b in zip(handle, hashed.digest(), strict=True))

    def unseal(self, sealed: bytes, key: bytes) -> Handle:
        """Return the handle that was sealed for a case."""
        return Handle(self.seal(Handle(sealed), key))


def _check(secret: bytes) -> None:
    if len(secret) < SECRET_BYTES or secret.count(secret[0]) == len(secret):
        raise BadSecret


def face(who: bytes) -> bytes:
    """Return the part of a `who` that people see: it must be unique in a room."""
    return who[:FACE_BYTES]


def name_of(who: bytes) -> str:
    """Return a pseudonym's two words: `Quiet Otter`."""
    return f"{FIRST_WORDS[who[0]]} {SECOND_WORDS[who[1]]}"


def look_of(who: bytes) -> tuple[str, str]:
    """Return the names of a pseudonym's colour and shape."""
    return COLOURS[who[2] & 7], SHAPES[who[2] >> 3 & 7]


def places_of(word: str) -> list[tuple[int, bytes]]:
    """Return where in a `who` a word of a name or a look stands: a byte, its values."""
    word, found = word.lower(), list[tuple[int, bytes]]()
    for place, words in enumerate((FIRST_WORDS, SECOND_WORDS)):
        found += [
            (place, bytes((i,))) for i, w in enumerate(words) if w.lower() == word
        ]
    if word in COLOURS:
        found.append((2, bytes(COLOURS.index(word) | shape << 3 for shape in range(8))))
    if word in SHAPES:
        found.append(
            (2, bytes(SHAPES.index(word) << 3 | colour for colour in range(8)))
        )
    return found


def key_from(text: str | None, path: Path) -> bytes:
    """Return the service's key: from the setting, else from a file made on first run.

    The file holds text, so that its content can be the setting on a second machine
    and give the same key. Processes that start together agree on one file.

    Raises:
        BadKey: If the setting is too short, or the file damaged or unreadable.

    """
    if text is not None:
        return _key(text, "SECRET_KEY")
    try:
        return _key(_read_or_make(path), path.name)
    except (OSError, UnicodeDecodeError) as error:
        raise BadKey(f"{path}: the key cannot be read or made: {error}") from error


def _key(text: str, source: str) -> bytes:
    text = text.strip()
    if len(text) < KEY_BYTES:
        raise BadKey(
            f"{source}: too short for a key: use {KEY_BYTES} random characters or more"
        )
    return blake2b(text.encode(), person=b"key", digest_size=KEY_BYTES).digest()


def _read_or_make(path: Path) -> str:
    with contextlib.suppress(FileNotFoundError):
        return path.read_text("ascii")
    make_once(path, secrets.token_hex(KEY_BYTES) + "\n")
    return path.read_text("ascii")


def make_once(path: Path, key: str) -> None:
    """Write a key to a file, unless there is one: it stays as it is.

    Raises:
        OSError: If it cannot be written.

    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Written whole under another name (readable by us alone), then linked: a link is
    # made only where nothing is, so no process ever reads half a key or a second one.
    file, draft = tempfile.mkstemp(prefix=".key-", dir=path.parent)
    try:
        with os.fdopen(file, "w") as writer:
            writer.write(key)
            writer.flush()
            os.fsync(file)
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        os.unlink(draft)
