"""A Lua script, by the name of its file."""

import hashlib
from pathlib import Path

_LUA = Path(__file__).parent.parent / "lua"


class Script:
    """What runs on the server as one, and may run twice with the effect of once."""

    def __init__(self, name: str) -> None:
        self.text = (_LUA / f"{name}.lua").read_bytes()
        self.sha = hashlib.sha1(self.text, usedforsecurity=False).hexdigest()
