"""By heart: whose page has anything to be told of a need, a check-in or a card.

Every process knows it without asking, so that a thousand pages which come back at once
cost the store nothing. It is read now and then, and told of every change.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Final

from chat.model import Handle
from chat.oncall.cards import Card
from chat.oncall.stages import NeedId
from chat.oncall.stays import Stay

MOST_OVER: Final = 1000
"""How many cards that are over are remembered: news of them may yet be on the way."""

_LIVE = ("asked", "open")


class ByHeart:
    """What stands for which device; pure, and told of every change."""

    def __init__(self) -> None:
        self._needs: dict[Handle, NeedId] = {}
        self._stays: dict[Handle, Stay] = {}
        self._cards: dict[Handle, dict[bytes, Card]] = {}
        self._over: dict[bytes, None] = {}
        self._meanwhile: list[Callable[[], object]] = []

    def begin(self) -> None:
        """Note what changes from here on: what is being read now may be older."""
        self._meanwhile = []

    def learn(
        self,
        needs: Mapping[Handle, NeedId],
        stays: Iterable[Stay],
        cards: Iterable[Card],
    ) -> set[Handle]:
        """Know these, what changed since `begin`, and no others.

        Return the devices that are to be told something else than before.
        """
        before = self._of_each()
        heard, self._meanwhile = self._meanwhile, []
        self._needs = dict(needs)
        self._stays = {stay.handle: stay for stay in stays}
        self._cards = {}
        for card in cards:
            self.card(card)
        for know in heard:
            know()
        now = self._of_each()
        return {handle for handle in now if now[handle] != before.get(handle)}

    def _of_each(self) -> dict[Handle, tuple[object, ...]]:
        """Return what is known of each device of which anything is."""
        return {
            handle: (
                self._needs.get(handle),
                self.stay_of(handle),
                self.cards_of(handle),
            )
            for handle in {*self._needs, *self._stays, *self._cards}
        }

    def has_need(self, handle: Handle) -> bool:
        """Tell whether a device has a need, or had one a short while ago."""
        return handle in self._needs

    def stay_of(self, handle: Handle) -> Stay | None:
        """Return the check-in that is awaited of a device."""
        return self._stays.get(handle)

    def cards_of(self, handle: Handle) -> list[Card]:
        """Return the cards that a device is to be shown."""
        return list(self._cards.get(handle, {}).values())

    def is_open(self, handle: Handle, talk: str) -> bool:
        """Tell whether a card of a device's has come to this talk, which goes on."""
        return any(card.talk == talk for card in self.cards_of(handle))

    def need(self, id_: NeedId, handle: Handle) -> None:
        """Know that a need is new, or not the same."""
        self._meanwhile.append(partial(self.need, id_, handle))
        if handle:
            self._needs[handle] = id_

    def stay(self, stay: Stay) -> None:
        """Know that another check-in is awaited, or none."""
        self._meanwhile.append(partial(self.stay, stay))
        if stay.minutes:
            self._stays[stay.handle] = stay
        else:
            self._stays.pop(stay.handle, None)

    def card(self, card: Card) -> bool:
        """Know that a card is new, or not the same; return whether that is so still.

        Two processes may tell of one card, and who told last need not be who changed it
        last. But a card only ever goes on: it is asked, then open, then over.
        """
        if self._is_past(card):
            return False
        self._meanwhile.append(partial(self.card, card))
        if card.state not in _LIVE:
            self._remember(card.token)
        for handle in (card.asks.handle, card.asked.handle):
            of_device = self._cards.setdefault(handle, {})
            of_device.pop(card.token, None)
            if card.state in _LIVE:
                of_device[card.token] = card
            if not of_device:
                del self._cards[handle]
        return True

    def _is_past(self, card: Card) -> bool:
        """Tell whether a card is known to be further than this."""
        if card.token in self._over:
            return card.state in _LIVE
        known = self._cards.get(card.asked.handle, {}).get(card.token)
        return known is not None and known.state == "open" and card.state == "asked"

    def _remember(self, over: bytes) -> None:
        self._over[over] = None
        if len(self._over) > MOST_OVER:
            del self._over[next(iter(self._over))]
