"""What a fresh machine installs is decided here, and from where is decided there."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
LOCK = (ROOT / "requirements.lock").read_text()
PINNED = re.findall(r"^([a-z0-9-]+)==", LOCK, flags=re.MULTILINE)


def wanted() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wants = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    return {re.split(r"[^A-Za-z0-9_-]", want)[0].replace("_", "-") for want in wants}


def test_all_that_is_wanted_is_pinned():
    assert wanted() <= set(PINNED)


def test_all_that_is_pinned_has_a_hash():
    blocks = re.split(r"\n(?=[a-z])", LOCK)[1:]

    assert len(blocks) == len(PINNED)
    assert all("--hash=sha256:" in block for block in blocks)


def test_no_address_is_in_it():
    assert not re.search(r"://|--(?!hash=)|^-", LOCK, flags=re.MULTILINE)
