"""By heart: whose page has anything to be told of a need, a check-in or a card.

Every process knows it without asking, so that a thousand pages which come back at once
cost the store nothing. It is read now and then, and told of every change.
"""

from collections.abc import Iterable, Mapping

from chat.model import Handle
from chat.oncall.cards import Card
from chat.oncall.stages import NeedId
from chat.oncall.stays import Stay

_LIVE = ("asked", "open")


class ByHeart:
    """What stands for which device; pure, and told of every change."""

    def __init__(self) -> None:
        self._needs: dict[Handle, NeedId] = {}
        self._stays: dict[Handle, Stay] = {}
        self._cards: dict[bytes, Card] = {}

    def learn(
        self,
        needs: Mapping[Handle, NeedId],
        stays: Iterable[Stay],
        cards: Iterable[Card],
    ) -> None:
        """Know these, and no others."""
        self._needs = dict(needs)
        self._stays = {stay.handle: stay for stay in stays}
        self._cards = {card.token: card for card in cards}

    def has_need(self, handle: Handle) -> bool:
        """Tell whether a device has a need, or had one a short while ago."""
        return handle in self._needs

    def stay_of(self, handle: Handle) -> Stay | None:
        """Return the check-in that is awaited of a device."""
        return self._stays.get(handle)

    def cards_of(self, handle: Handle) -> list[Card]:
        """Return the cards that a device is to be shown."""
        return [card for card in self._cards.values() if card.is_between(handle)]

    def need(self, id_: NeedId, handle: Handle) -> None:
        """Know that a need is new, or not the same."""
        if handle:
            self._needs[handle] = id_

    def stay(self, stay: Stay) -> None:
        """Know that another check-in is awaited, or none."""
        if stay.minutes:
            self._stays[stay.handle] = stay
        else:
            self._stays.pop(stay.handle, None)

    def card(self, card: Card) -> None:
        """Know that a card is new, or not the same."""
        if card.state in _LIVE:
            self._cards[card.token] = card
        else:
            self._cards.pop(card.token, None)
