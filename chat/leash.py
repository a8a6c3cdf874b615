"""A child process that does not outlive its parent, however the parent ends."""

import os
import sys
from collections.abc import Sequence

# Asks the kernel for a SIGTERM when the parent dies, then becomes the command. The
# parent may have died before that was asked, hence the question who it is.
_LEASH = """
import ctypes, os, sys
ctypes.CDLL(None).prctl(1, 15, 0, 0, 0)
if os.getppid() == int(sys.argv[1]):
    os.execv(sys.argv[2], sys.argv[2:])
"""


def leashed(command: Sequence[str]) -> Sequence[str]:
    """Return the command made such that it is told to end when its parent dies.

    The parent is the thread that starts it, which must therefore live as long. Where
    the kernel offers no such thing, the command is returned as it is.
    """
    if sys.platform != "linux":
        return command
    shim = (sys.executable, "-I", "-S", "-c", _LEASH, str(os.getpid()))
    return [*shim, *command]
