"""The collector: keeps garbage collections short, however many are connected.

A full collection walks every object there is, tens of milliseconds in which nobody is
served. Nearly all that a connection consists of is freed without it, the moment the
connection ends; so what a full collection has seen is set aside from later ones, and
looked at again when few are connected.
"""

import gc
from typing import Final

FEW: Final = 500
"""So many connections can be walked without anybody noticing."""


class Collector:
    """Sets aside what has been seen, and takes it back when that is cheap."""

    def __init__(self) -> None:
        self._set_aside = False

    def start(self) -> None:
        """Begin, with all that is here by now, nearly all of which is code."""
        gc.freeze()
        gc.callbacks.append(self._after)
        self._set_aside = True

    def stop(self) -> None:
        """Leave the garbage collector as it was."""
        if self._after in gc.callbacks:
            gc.callbacks.remove(self._after)
            gc.unfreeze()

    def _after(self, phase: str, info: dict[str, int]) -> None:
        if phase == "stop" and info["generation"] == 2:
            gc.freeze()
            self._set_aside = True

    def look_again(self, connections: int) -> None:
        """Collect what has become garbage since it was set aside, if that is cheap."""
        if self._set_aside and connections <= FEW:
            gc.unfreeze()
            gc.collect()
            self._set_aside = False
