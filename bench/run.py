"""`make bench`: the service and its peers, measured side by side on this machine.

README.md beside this file says what each number means.
"""

import argparse
import json
import os
import platform
import signal
import sys
import time
from pathlib import Path

import contenders
import generator
from scenarios import SCENARIOS, Contender, Scenario
from table import show
from verdict import verdicts

RESULTS = Path(__file__).resolve().parent / "results.json"
MINIMUM_CORES = 2


def main() -> None:
    options = _options()
    if (os.cpu_count() or 1) < MINIMUM_CORES:
        sys.exit("the bench needs two cores: one for the servers, one for the load")
    # Told to end, it ends its servers too.
    signal.signal(signal.SIGTERM, lambda _number, _stack: sys.exit(1))
    generator.build()
    contenders.install()
    runs = []
    for number in range(1, options.rounds + 1):
        for scenario in _wanted(options):
            if number > 1 and scenario.once:
                continue
            for contender in scenario.contenders:
                if not options.peers or contender.name in options.peers:
                    runs += _run(scenario, contender, number, quick=options.quick)
                    _write(runs, options)
    print(show(runs, verdicts(runs)))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    names = [scenario.name for scenario in SCENARIOS]
    parser.add_argument("--quick", action="store_true", help="one short round")
    parser.add_argument("--only", help=f"some of {','.join(names)}")
    parser.add_argument("--peers", help="some of the peers, by name")
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args()
    options.only = options.only.split(",") if options.only else names
    options.peers = options.peers.split(",") if options.peers else []
    options.rounds = 1 if options.quick else int(os.environ.get("ROUNDS", "3"))
    if unknown := set(options.only) - set(names):
        parser.error(f"no such scenario: {', '.join(unknown)}")
    return options


def _wanted(options: argparse.Namespace) -> list[Scenario]:
    return [scenario for scenario in SCENARIOS if scenario.name in options.only]


def _run(scenario: Scenario, contender: Contender, number: int, *, quick: bool):
    """Measure one contender once; what goes wrong is a result too."""
    label = {"scenario": scenario.name, "peer": contender.name, "round": number}
    began = time.monotonic()
    try:
        found = scenario.measure(contender, scenario.seconds / (2 if quick else 1))
    except RuntimeError as problem:
        found = [{"error": str(problem)}]
        print(problem, file=sys.stderr)
    took = time.monotonic() - began
    print(f"{number} {scenario.name} {contender.name}: {took:.0f} s", file=sys.stderr)
    return [{**label, **figures} for figures in found]


def _write(runs: list[generator.Figures], options: argparse.Namespace) -> None:
    found = verdicts(runs)
    results = {
        **{verdict["name"]: round(verdict["median"], 3) for verdict in found},
        "rounds": options.rounds,
        "quick": options.quick,
        "machine": {"cores": os.cpu_count(), "kernel": platform.release()},
        "promises": found,
        "runs": runs,
    }
    options.out.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
