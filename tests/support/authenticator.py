"""An authenticator in software: makes passkeys and signs with them, as a phone does."""

import hashlib
import json
import secrets
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


class Authenticator:
    """One device with one passkey, for whatever page asks from `origin`.

    Its fields may be changed, to lie.
    """

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.flags = PRESENT | VERIFIED
        self.sign_count = 0
        self.cross_origin = False
        self.id = secrets.token_bytes(16)
        self.user_handle = b""
        self._key = ec.generate_private_key(ec.SECP256R1())

    def create(self, options: str) -> str:
        """Answer `navigator.credentials.create`, as a page would send it."""
        asked = json.loads(options)
        self.user_handle = _bytes(asked["user"]["id"])
        client_data = self._client_data("webauthn.create", asked["challenge"])
        attested = bytes(16) + struct.pack("!H", len(self.id)) + self.id + self._cose()
        data = self._data(asked["rp"]["id"], self.flags | ATTESTED) + attested
        attestation = {"fmt": "none", "attStmt": {}, "authData": data}
        return self._answer(
            {
                "clientDataJSON": _text(client_data),
                "attestationObject": _text(cbor2.dumps(attestation)),
            }
        )

    def get(self, options: str) -> str:
        """Answer `navigator.credentials.get`, as a page would send it."""
        asked = json.loads(options)
        self.sign_count += 1
        client_data = self._client_data("webauthn.get", asked["challenge"])
        data = self._data(asked["rpId"], self.flags)
        signed = data + hashlib.sha256(client_data).digest()
        return self._answer(
            {
                "clientDataJSON": _text(client_data),
                "authenticatorData": _text(data),
                "signature": _text(self._key.sign(signed, ec.ECDSA(hashes.SHA256()))),
                "userHandle": _text(self.user_handle),
            }
        )

    def _client_data(self, kind: str, challenge: str) -> bytes:
        said = {
            "type": kind,
            "challenge": challenge,
            "origin": self.origin,
            "crossOrigin": self.cross_origin,
        }
        return json.dumps(said).encode()

    def _data(self, rp_id: str, flags: int) -> bytes:
        where = hashlib.sha256(rp_id.encode()).digest()
        return where + struct.pack("!BI", flags, self.sign_count)

    def _cose(self) -> bytes:
        public = self._key.public_key().public_numbers()
        x, y = public.x.to_bytes(32), public.y.to_bytes(32)
        return bytes(cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y}))

    def _answer(self, response: dict[str, Any]) -> str:
        named = {"id": _text(self.id), "rawId": _text(self.id), "type": "public-key"}
        return json.dumps(named | {"response": response})


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "==")
