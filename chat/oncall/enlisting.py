"""Enlisting: a peer says how they are reached, and tries it."""

import hmac
import re
import secrets
from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from chat.clock import Clock
from chat.oncall.notify import Note, Notify, Outcome
from chat.oncall.notifying.doors import Doors
from chat.oncall.notifying.mail import CONFIRM
from chat.oncall.notifying.subscriptions import address_of
from chat.oncall.refusals import BadWay
from chat.oncall.ways import CONFIRM_MAIL, new_id
from chat.store import ways as store
from chat.store.database import Database
from chat.store.instants import kept
from chat.store.ways import Way

MOST_WAYS: Final = 10
MOST_ASKED: Final = 20
"""Tests and first mails of one peer within an hour."""
LONGEST_LABEL: Final = 40

_ASKED_WITHIN: Final = timedelta(hours=1)
_TEST_TAKES: Final = timedelta(minutes=2)
_LONGEST_ADDRESS: Final = 254
_ADDRESS = re.compile(r"[^\s@<>(),;:\\\"\[\]]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", re.A)

_PROOF: Final = "proof"
"""Where in the address of a browser the hash is by which it is known to have moved."""

_TOO_MANY: Final = f"You have {MOST_WAYS} ways already. Please remove one first."
_TOO_OFTEN: Final = "That was asked for very often. Please try again in an hour."
_NO_ADDRESS: Final = "That is no mail address."
_KNOWN: Final = "You have that already."
_UNKNOWN: Final = "You have no such way. Perhaps it is removed already."
_UNOPENED: Final = "Open the link in our first mail, please, before you try it."
_NO_MAIL: Final = "This house sends no mail."
_NO_WEBHOOK: Final = "This house has no such bridge."
_MAIL_AWAY: Final = (
    "The mail server does not answer just now. Nothing was kept; please try again."
)
_MAIL_REFUSED: Final = "The mail server does not take mail for that address."
_MAIL_AMISS: Final = (
    "We cannot send mail just now; whoever runs this house is told. Nothing was kept."
)
_WHY_NO_MAIL: Final = {Outcome.LATER: _MAIL_AWAY, Outcome.AMISS: _MAIL_AMISS}


class Enlisting:
    """What peers do to be reached."""

    def __init__(
        self, *, database: Database, clock: Clock, notify: Notify, doors: Doors
    ) -> None:
        self._database = database
        self._clock = clock
        self._notify = notify
        self._doors = doors

    @property
    def kinds(self) -> frozenset[str]:
        """Which ways there are in this house."""
        return self._notify.kinds

    async def add_push(
        self, staff_id: str, subscription: object, label: str, was: str = ""
    ) -> str:
        """Keep a browser, and send it a test; `was` is its address from before.

        One that is known already is from now on whose it is now. Return the proof by
        which it may say one day that it moved; what is kept is its hash.

        Raises:
            BadWay: If nothing could be sent there, or there are too many.
            StoreDown: If the database does not answer; so with all that follows.

        """
        proof = secrets.token_urlsafe()
        address = {**address_of(subscription, self._doors), _PROOF: _hash(proof)}
        new = self._new(staff_id, "push", _name(label), address)
        async with self._database.begin() as tx:
            for each in await _with_endpoint(tx, address["endpoint"], was):
                await store.remove(tx, each.id)
            await self._add(tx, new)
            await store.alert_by(
                tx, new_id(), new, kind="test", at=new.made_at, sent=False
            )
        return proof

    async def moved(self, endpoint: str, proof: str, subscription: object) -> bool:
        """Keep that a browser was given another address; tell whether it was known.

        Only that browser can prove it: its push service, and whoever has a dump, know
        the old address as well. Nobody else makes others wait for a transaction.

        Raises:
            BadWay: If nothing could be sent to the new one.

        """
        address = address_of(subscription, self._doors)
        async with self._database.read() as tx:
            if not await _proved(tx, endpoint, proof):
                return False
        async with self._database.begin() as tx:
            for each in await _proved(tx, endpoint, proof):
                moved = {**address, _PROOF: each.address[_PROOF]}
                await store.change_address(tx, each.id, moved)
        return True

    async def add_email(self, staff_id: str, to: str) -> Way:
        """Send a first mail to an address, and keep it, to be used once confirmed.

        Raises:
            BadWay: If it is none, or no mail can be sent there: nothing is kept.

        """
        if "email" not in self.kinds:
            raise BadWay(_NO_MAIL, "to")
        if len(to) > _LONGEST_ADDRESS or not (
            to.isprintable() and _ADDRESS.fullmatch(to)
        ):
            raise BadWay(_NO_ADDRESS, "to")
        new, alert_id = self._new(staff_id, "email", to, {"to": to}), new_id()
        async with self._database.begin() as tx:
            await self._check(tx, new)
            await self._check_pace(tx, staff_id)
            # It counts before it is sent, and if nobody takes it: else asking at once,
            # or for addresses that are none, would have no end.
            await store.alert_by(
                tx, alert_id, new, kind=CONFIRM, at=new.made_at, sent=True
            )
        await self._send_first(new, alert_id)
        async with self._database.begin() as tx:
            await self._add(tx, new)
        return new

    async def _send_first(self, new: Way, alert_id: str) -> None:
        note = Note(
            id=alert_id,
            kind=CONFIRM,
            need_id="",
            staff_id=new.staff_id,
            way_id=new.id,
            address=new.address,
            expires_in=CONFIRM_MAIL,
        )
        outcome = await self._notify.send("email", note)
        if outcome is not Outcome.SENT:
            raise BadWay(_WHY_NO_MAIL.get(outcome, _MAIL_REFUSED), "to")

    async def add_webhook(self, staff_id: str, label: str) -> Way:
        """Keep that somebody wants to be reached by what the operator bridges.

        Raises:
            BadWay: If there is nothing of the kind, or they have it.

        """
        if "webhook" not in self.kinds:
            raise BadWay(_NO_WEBHOOK, "label")
        new = self._new(staff_id, "webhook", _name(label), {})
        async with self._database.begin() as tx:
            await self._add(tx, new)
        return new

    async def is_testing(self, staff_id: str) -> bool:
        """Tell whether a test that somebody asked for just now has yet to arrive."""
        since = kept(self._clock.now() - _TEST_TAKES)
        async with self._database.read() as tx:
            return await store.under_way(tx, staff_id, since)

    async def test(self, staff_id: str, way_id: str) -> None:
        """Send somebody an alert by one of their ways, as a worker sends any.

        Raises:
            BadWay: If they asked very often, or have no such way, or not yet.

        """
        async with self._database.begin() as tx:
            way = await store.way(tx, way_id)
            if way is None or way.staff_id != staff_id:
                raise BadWay(_UNKNOWN)
            if not way.is_usable:
                raise BadWay(_UNOPENED)
            await self._check_pace(tx, staff_id)
            now = kept(self._clock.now())
            await store.alert_by(tx, new_id(), way, kind="test", at=now, sent=False)

    async def remove(self, staff_id: str, way_id: str) -> None:
        """Forget a way.

        Raises:
            BadWay: If they have no such way.

        """
        async with self._database.begin() as tx:
            if not await store.remove(tx, way_id, staff_id):
                raise BadWay(_UNKNOWN)

    def _new(
        self, staff_id: str, kind: str, label: str, address: Mapping[str, str]
    ) -> Way:
        now = kept(self._clock.now())
        return Way(new_id(), staff_id, kind, label, address, now)

    async def _add(self, tx: AsyncConnection, new: Way) -> None:
        await self._check(tx, new)
        await store.add(tx, new)

    async def _check(self, tx: AsyncConnection, new: Way) -> None:
        theirs = await store.ways_of(tx, [new.staff_id])
        if any((each.kind, each.address) == (new.kind, new.address) for each in theirs):
            raise BadWay(_KNOWN, "to" if new.kind == "email" else "label")
        if len(theirs) >= MOST_WAYS:
            raise BadWay(_TOO_MANY)

    async def _check_pace(self, tx: AsyncConnection, staff_id: str) -> None:
        since = kept(self._clock.now() - _ASKED_WITHIN)
        if await store.asked_since(tx, staff_id, since) >= MOST_ASKED:
            raise BadWay(_TOO_OFTEN)


async def _with_endpoint(tx: AsyncConnection, *endpoints: str) -> list[Way]:
    """Return the ways to one browser: a team is small, so it is read whole."""
    return [
        each
        for each in await store.all_ways(tx)
        if each.kind == "push" and each.address["endpoint"] in endpoints
    ]


async def _proved(tx: AsyncConnection, endpoint: str, proof: str) -> list[Way]:
    """Return the ways to one browser, if it is that browser which asks."""
    return [
        each
        for each in await _with_endpoint(tx, endpoint)
        if hmac.compare_digest(each.address.get(_PROOF, ""), _hash(proof))
    ]


def _hash(proof: str) -> str:
    # Nobody guesses 32 random bytes, so that a fast hash will do.
    return sha256(proof.encode("utf-8", "replace")).hexdigest()


def _name(label: str) -> str:
    """Return what somebody calls a way, in one short line that any database keeps."""
    shown = "".join(each if each.isprintable() else " " for each in label)
    return " ".join(shown.split())[:LONGEST_LABEL]
