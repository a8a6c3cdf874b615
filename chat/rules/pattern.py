"""Pattern: something linear-time to search for, made when it is first searched for.

There are some two thousand, and most are for what hardly anybody says: whoever waits
for a start need not wait for those.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

import re2


class Pattern:
    """A pattern that is made once, when it is first searched for or in its turn."""

    __slots__ = ("_made", "_memory", "pattern")

    def __init__(self, pattern: str, memory: int) -> None:
        self.pattern = pattern
        self._memory = memory
        self._made: Any = None
        _WAITING.append(self)

    @property
    def is_made(self) -> bool:
        """Whether the first search need make nothing."""
        return self._made is not None

    @property
    def made(self) -> Any:
        """The pattern, to search with."""
        if self._made is None:
            self._made = ready(re2.compile(self.pattern, self._options()))
        return self._made

    def _options(self) -> Any:
        options = re2.Options()
        options.max_mem = self._memory
        options.log_errors = False
        return options


_WAITING: Final = deque[Pattern]()


def making() -> Iterator[Pattern]:
    """Make what nobody searched for yet, one pattern at each step.

    One that cannot be made is left to whoever searches for it: its rule is broken then.
    """
    while _WAITING:
        pattern = _WAITING.popleft()
        if not pattern.is_made:
            with suppress(ValueError, re2.error):
                _ = pattern.made
            yield pattern


def ready(pattern: Any) -> Any:
    """Return a pattern that need make nothing more for its first find.

    To know where a find begins, `re2` reads a text backwards, with what it makes of the
    pattern when this is first asked for.

    Raises:
        ValueError: If the pattern is too large for that.

    """
    if pattern.reverseprogramsize < 0:
        raise ValueError(f"too large to be read backwards: {pattern.pattern}")
    return pattern
