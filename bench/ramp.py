"""Looking for the highest rate that a server bears."""

from collections.abc import Callable
from math import sqrt

from generator import Figures

P99_MS = 250
STEPS = 14
GROWTH, CLOSE_ENOUGH = 1.5, 1.1


def highest_rate(attempt: Callable[[float], Figures], rate: float) -> Figures:
    """Try ever higher rates, then between the last good and the first bad one.

    Returns the best step that was borne: nothing lost, doubled or out of order,
    nobody disconnected, and 99 % of deliveries within 250 ms; and all steps in it.
    """
    attempt(rate)
    steps: list[Figures] = []
    good, bad = 0.0, 0.0
    while len(steps) < STEPS and not (good and bad and bad / good < CLOSE_ENOUGH):
        figures = attempt(rate)
        borne = is_borne(figures)
        steps.append({**figures, "borne": borne})
        good, bad = (rate, bad) if borne else (good, rate)
        if figures["closed"]:
            break
        rate = _next(good, bad)
    return {**_best(steps), "steps": steps}


def _best(steps: list[Figures]) -> Figures:
    borne = [step for step in steps if step["borne"]]
    if not borne:
        raise RuntimeError(f"no rate was borne: {steps[-1]}")
    return max(borne, key=lambda step: step["deliveries_per_second"])


def is_borne(figures: Figures) -> bool:
    faults = ("lost", "closed", "refused", "missing", "doubled", "disordered")
    return figures["p99"] <= P99_MS and not any(figures[name] for name in faults)


def _next(good: float, bad: float) -> float:
    if not bad:
        return good * GROWTH
    return sqrt(good * bad) if good else bad / 2
