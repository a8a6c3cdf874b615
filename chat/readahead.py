"""Reading ahead: what every pattern of screening needs, read and kept beside the rules.

`make needs` does it. A rule that was written since is read at each start.
"""

from collections.abc import Mapping

from chat.model import Message
from chat.moderation import screen
from chat.rules.needed import FILE, KEPT, Needs, written


def read() -> Mapping[str, Needs]:
    """Return what all patterns need, by what it is kept under.

    Only in a process in which nothing was screened yet.
    """
    KEPT.kept = dict
    screen(Message(""))
    return KEPT.read


if __name__ == "__main__":
    FILE.write_bytes(written(read()))
