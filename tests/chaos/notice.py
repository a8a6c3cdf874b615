"""How long it took a process to notice that it hears nothing, and to say so."""

import math
from collections.abc import Sequence

from tests.chaos.house import House
from tests.chaos.page import Page, Told


def seconds_to_notice(house: House, pages: Sequence[Page]) -> float | None:
    """Return the longest time from a hurt until pages were told; None: no hurt.

    It is infinite if a process that said it hears the others was hurt and never
    took it back.
    """
    told = sorted(told for page in pages for told in page.told)
    took = [
        _seconds(hurt, [each for each in told if each.port == web.port])
        for hurt in house.hurts
        for web in house.webs
    ]
    return round(max(took), 2) if took else None


def _seconds(hurt: float, told: Sequence[Told]) -> float:
    before = [each for each in told if each.moment < hurt]
    if before and not before[-1].up:
        return 0.0  # it said so already
    after = [each.moment for each in told if each.moment >= hurt and not each.up]
    return min(after, default=math.inf) - hurt
