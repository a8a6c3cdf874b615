"""Run the Autobahn fuzzing client against the echo, and judge it strictly."""

import json
import multiprocessing
import socket
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import cast

from tests.conformance.echo import serve

GROUPS = {
    "1": "framing",
    "2": "pings and pongs",
    "3": "reserved bits",
    "4": "opcodes",
    "5": "fragmentation",
    "6": "UTF-8",
    "7": "closing",
    "10": "auto-fragmentation",
}
AGENT = "porchlight"
FEWEST_CASES = 240
GOOD = {"OK", "INFORMATIONAL"}

Verdicts = Mapping[str, Mapping[str, str]]


def main(wstest: str) -> int:
    """Say what the suite found; return 0 if all is as it must be."""
    verdicts = _examine(wstest)
    failed = {case: v for case, v in verdicts.items() if not _good(v)}
    lines = [*_table(verdicts), *(_failure(*item) for item in sorted(failed.items()))]
    lines.append(f"{len(verdicts)} cases, {len(failed)} not exactly OK")
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if failed or len(verdicts) < FEWEST_CASES else 0


def _table(verdicts: Verdicts) -> Iterator[str]:
    counts: dict[str, Counter[str]] = {}
    for case, verdict in verdicts.items():
        count = counts.setdefault(case.split(".")[0], Counter())
        count.update((verdict["behavior"], "close " + verdict["behaviorClose"]))
    for group in sorted(counts, key=int):
        said = ", ".join(f"{name} {n}" for name, n in sorted(counts[group].items()))
        yield f"{group:>3} {GROUPS[group]:22} {said}"


def _failure(case: str, verdict: Mapping[str, str]) -> str:
    return f"{case}: {verdict['behavior']}, close {verdict['behaviorClose']}"


def _good(verdict: Mapping[str, str]) -> bool:
    return {verdict["behavior"], verdict["behaviorClose"]} <= GOOD


def _examine(wstest: str) -> Verdicts:
    with socket.create_server(("127.0.0.1", 0)) as listener, _folder() as folder:
        echo = multiprocessing.Process(target=serve, args=(listener,))
        echo.start()
        try:
            return _run(wstest, listener.getsockname()[1], Path(folder))
        finally:
            echo.terminate()
            echo.join(10)


def _folder() -> "tempfile.TemporaryDirectory[str]":
    return tempfile.TemporaryDirectory(prefix="porchlight-conformance-")


def _run(wstest: str, port: int, folder: Path) -> Verdicts:
    spec = {
        "outdir": str(folder),
        "servers": [{"agent": AGENT, "url": f"ws://127.0.0.1:{port}"}],
        "cases": [f"{group}.*" for group in GROUPS],
        "exclude-cases": [],
        "exclude-agent-cases": {},
    }
    (folder / "spec.json").write_text(json.dumps(spec))
    subprocess.run(
        [wstest, "-m", "fuzzingclient", "-s", str(folder / "spec.json")],
        check=True,
        stdout=subprocess.DEVNULL,
        timeout=300,
    )
    report = json.loads((folder / "index.json").read_text())
    return cast(Verdicts, report[AGENT])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
