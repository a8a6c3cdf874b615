"""What patterns need is kept beside the rules, and read where it is not."""

import sys
from base64 import b64decode
from subprocess import run

import pytest

from chat.rules import needed
from chat.rules.needed import Needed, Needs, kept, written

KILL = r"\bkill +(?:you|u)\b"
KILLS = [frozenset([" kill you ", " kill u "])]
HERON = [frozenset(["heron"])]
ANEW = """
import sys
from base64 import b64encode
from chat.readahead import read
from chat.rules.needed import written
sys.stdout.write(b64encode(written(read())).decode())
"""


def test_what_is_not_kept_is_read():
    fresh = Needed()

    assert fresh.of(KILL) == KILLS
    assert list(fresh.read.values()) == [fresh.of(KILL)]


def test_what_is_kept_is_not_read_again():
    fresh = Needed()
    fresh.of(KILL)
    (key,) = fresh.read
    known = Needed(lambda: {key: HERON})

    assert known.of(KILL) == HERON
    assert known.read == {}


def test_a_pattern_that_has_changed_is_another_one():
    fresh = Needed()
    fresh.of(KILL)
    known = Needed(lambda: dict(fresh.read))

    assert known.of(KILL + "$") == KILLS
    assert len(known.read) == 1


def test_what_was_read_is_the_same_when_it_is_kept(
    tmp_path, monkeypatch: pytest.MonkeyPatch
):
    fresh = Needed()
    for pattern in (KILL, r"\w+", r"\b(?:buy|sell)ing +weed\b"):
        fresh.of(pattern)

    assert kept_in(tmp_path, monkeypatch, written(fresh.read)) == fresh.read


def kept_in(tmp_path, monkeypatch, table: bytes) -> dict[str, Needs]:
    file = tmp_path / "needed.bin"
    file.write_bytes(table)
    monkeypatch.setattr(needed, "FILE", file)
    return dict(kept.__wrapped__())


def test_hardly_a_pattern_of_the_rules_is_read_at_a_start(
    tmp_path, monkeypatch: pytest.MonkeyPatch
):
    """Run `make needs` when this fails: what is not kept is read at each start."""
    now = dict(kept())
    said = run([sys.executable, "-c", ANEW], capture_output=True, check=True)
    anew = kept_in(tmp_path, monkeypatch, b64decode(said.stdout))

    assert len(now.keys() & anew.keys()) >= 0.97 * len(anew)
    assert {key: now[key] for key in now.keys() & anew.keys()} == {
        key: anew[key] for key in now.keys() & anew.keys()
    }
