"""Passkeys: what a browser is asked for, and what is made of its answer.

A challenge needs no memory: it says what it is for and until when, under the service's
key. That each is answered only once is for whoever takes the answer to see to.
"""

import hmac
import ipaddress
import json
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple, Self
from urllib.parse import urlsplit

import webauthn
from webauthn.helpers import (
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from chat.errors import ChatError

CHALLENGE_LIFE: Final = timedelta(minutes=5)

_HOUSE = "Porchlight"
_RANDOM_BYTES, _UNTIL_BYTES, _MAC_BYTES = 16, 5, 16
_VERIFIED = UserVerificationRequirement.REQUIRED


class BadPasskey(ChatError):
    """The answer is not what the challenge asked for."""

    code = "bad_passkey"


class Site(NamedTuple):
    """Where a page is, as a passkey is bound to it."""

    origin: str
    host: str

    @classmethod
    def at(cls, origin: str) -> Self | None:
        """Return the site of an origin; None for an address, which has no passkeys."""
        host = urlsplit(origin).hostname or ""
        try:
            ipaddress.ip_address(host)
        except ValueError:
            return cls(origin, host) if host else None
        return None


class Passkey(NamedTuple):
    """A passkey as it is kept: nothing of it is secret."""

    id: bytes
    public_key: bytes
    sign_count: int


class Answer(NamedTuple):
    """An answer that was found right, and the challenge that it uses up."""

    passkey: Passkey
    challenge: bytes


class Passkeys:
    """Asks browsers for passkeys, and judges what they answer."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def challenge(self, purpose: str, now: datetime) -> bytes:
        """Return what a browser is to sign, for one purpose and five minutes."""
        until = int((now + CHALLENGE_LIFE).timestamp())
        said = secrets.token_bytes(_RANDOM_BYTES) + until.to_bytes(_UNTIL_BYTES)
        return said + self._mac(said, purpose)

    def _mac(self, said: bytes, purpose: str) -> bytes:
        about = b"passkey challenge\0" + purpose.encode() + b"\0" + said
        return hmac.digest(self._key, about, "sha256")[:_MAC_BYTES]

    def creation(
        self,
        site: Site,
        challenge: bytes,
        staff_id: str,
        desk_name: str,
        known: Sequence[bytes] = (),
    ) -> str:
        """Return what the browser is asked for to make a passkey, as JSON.

        It is kept on the device, found without a name, and its use needs a finger, a
        face or a PIN.
        """
        options = webauthn.generate_registration_options(
            rp_id=site.host,
            rp_name=_HOUSE,
            user_id=staff_id.encode(),
            user_name=desk_name,
            user_display_name=desk_name,
            challenge=challenge,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                require_resident_key=True,
                user_verification=_VERIFIED,
            ),
            exclude_credentials=_named(known),
        )
        return webauthn.options_to_json(options)

    def request(self, site: Site, challenge: bytes, known: Sequence[bytes] = ()) -> str:
        """Return what the browser is asked for to use a passkey, as JSON."""
        options = webauthn.generate_authentication_options(
            rp_id=site.host,
            challenge=challenge,
            allow_credentials=_named(known),
            user_verification=_VERIFIED,
        )
        return webauthn.options_to_json(options)

    def created(self, site: Site, purpose: str, said: str, now: datetime) -> Answer:
        """Return the passkey that a browser says it has made.

        Raises:
            BadPasskey: If it was not made here, now, for this.

        """
        try:
            answer = parse_registration_credential_json(said)
            challenge = self._challenge_in(
                answer.response.client_data_json, purpose, now
            )
            made = webauthn.verify_registration_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=site.host,
                expected_origin=site.origin,
                require_user_verification=True,
            )
        except Exception as error:
            # Whatever a stranger's bytes do to the parsers, that is all it means.
            raise BadPasskey from error
        passkey = Passkey(
            made.credential_id, made.credential_public_key, made.sign_count
        )
        return Answer(passkey, challenge)

    def used(
        self, site: Site, purpose: str, said: str, kept: Passkey, now: datetime
    ) -> Answer:
        """Return the passkey as it is to be kept after a browser has used it.

        Raises:
            BadPasskey: If it was not used here, now, for this, by whoever holds it.

        """
        try:
            answer = parse_authentication_credential_json(said)
            challenge = self._challenge_in(
                answer.response.client_data_json, purpose, now
            )
            used = webauthn.verify_authentication_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=site.host,
                expected_origin=site.origin,
                credential_public_key=kept.public_key,
                credential_current_sign_count=kept.sign_count,
                require_user_verification=True,
            )
        except Exception as error:
            raise BadPasskey from error
        return Answer(kept._replace(sign_count=used.new_sign_count), challenge)

    def _challenge_in(self, client_data: bytes, purpose: str, now: datetime) -> bytes:
        """Return the challenge that was answered, if it is one of ours.

        Raises:
            BadPasskey: If it is not, is too old, was for something else, or was
                answered from within somebody else's page.

        """
        answered = parse_client_data_json(client_data)
        said = answered.challenge[:-_MAC_BYTES]
        until = int.from_bytes(said[_RANDOM_BYTES:])
        ours = hmac.compare_digest(
            self._mac(said, purpose), answered.challenge[-_MAC_BYTES:]
        )
        if not ours or until < now.timestamp() or answered.cross_origin:
            raise BadPasskey
        return answered.challenge


def id_in(said: str) -> bytes:
    """Return which passkey a browser says it has used.

    Raises:
        BadPasskey: If it says nothing of the kind.

    """
    try:
        return bytes(parse_authentication_credential_json(said).raw_id)
    except Exception as error:
        raise BadPasskey from error


def owner_in(said: str) -> str | None:
    """Return the id of whom a browser says the passkey is, if it says so."""
    try:
        handle = json.loads(said)["response"]["userHandle"]
        return webauthn.base64url_to_bytes(handle).decode() if handle else None
    except (ValueError, LookupError, TypeError, RecursionError):
        return None


def _named(ids: Sequence[bytes]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=each) for each in ids]
