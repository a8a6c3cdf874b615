"""The collector: keeps garbage collections short, however many are connected.

A full collection walks every object there is: of what a process is made of alone, for a
tenth of a second and more, in which nobody is served. So that is made without any, and
set aside for good. Nearly all that a connection consists of is freed without the
collector, the moment the connection ends; while many are connected, what a full
collection has seen is set aside from later ones, and looked at again when nobody is.
"""

import gc
from collections.abc import Callable
from typing import Final

FEW: Final = 500
"""So many connections can be walked without anybody noticing."""


def hold_off() -> None:
    """Collect nothing until a collector starts: what is made till then stays."""
    gc.disable()


class Collector:
    """Sets aside what has been seen, and takes it back when nobody can notice."""

    def __init__(self, connections: Callable[[], int]) -> None:
        self._connections = connections
        self._set_aside = False

    def start(self) -> None:
        """Begin, with all that is here by now, nearly all of which is code."""
        gc.freeze()
        gc.enable()
        gc.callbacks.append(self._after)

    def stop(self) -> None:
        """Leave the garbage collector as it was."""
        if self._after in gc.callbacks:
            gc.callbacks.remove(self._after)
            gc.unfreeze()

    def _after(self, phase: str, info: dict[str, int]) -> None:
        full = phase == "stop" and info["generation"] == 2
        if full and self._connections() > FEW:
            gc.freeze()
            self._set_aside = True

    def look_again(self) -> None:
        """Collect what has become garbage since it was set aside, if nobody waits."""
        if self._set_aside and not self._connections():
            self._set_aside = False
            gc.unfreeze()
            gc.collect()
            gc.freeze()
