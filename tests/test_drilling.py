"""A drill from the command line: it says honestly whether anybody came."""

import json
from pathlib import Path

import pytest

from tests.support.program import Program

NOBODY_CAME = 3


@pytest.fixture
def here(tmp_path: Path, redis_url: str) -> dict[str, str]:
    """Return the environment of a service that has everything but peers."""
    return {"DATA_DIR": str(tmp_path / "var"), "REDIS_URL": redis_url}


def test_without_anybody_on_duty_it_says_so(here: dict[str, str]):
    with Program("-m", "chat", "drill", "--json", "--wait", "1", env=here) as drill:
        told = json.loads(drill.line())

        assert drill.wait() == NOBODY_CAME
    assert told["drill"] is True
    assert told["outcome"] == "nobody_on_duty"
    assert told["seconds"] == {
        "alerted": None, "opened": None, "accepted": None, "spoken": None
    }  # fmt: skip


def test_without_a_service_it_drills_nothing(tmp_path: Path):
    env = {"DATA_DIR": str(tmp_path / "var")}
    with Program("-m", "chat", "drill", env=env) as drill:
        assert drill.wait() == 1
        assert "no service to drill" in drill.errors()
