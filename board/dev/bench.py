"""Benchmarks (`python3 -m board bench [NAME…]`): run them on this machine, and print a table with a row for each figure."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence

from board.bootstrap import ROOT
from board.install import report

TIMEOUT_S = 600  # for the benchmarks of one file; the rounds of `fanout` take six minutes
MIN_EVENTS_PER_S = 100  # at which a journal is made, twice


def run(names: Sequence[str], limits: bool = False, events: int | None = None) -> int:
    """Run all benchmarks or those named, each file in its own process.

    `limits` keeps the rate limits of accounts on, `events` is the size of the journal of `years`. Return 1 if a benchmark failed.
    """
    folder = ROOT / "tests" / "bench"
    benchmarks = sorted(file.stem for file in folder.glob("[a-z]*.py"))
    if not benchmarks:
        report("the tests are not installed: run this in a checkout")
        return 1
    if unknown := set(names) - set(benchmarks):
        report(f"no benchmark is named {', '.join(sorted(unknown))}; there are {', '.join(benchmarks)}")
        return 1
    environment = os.environ | ({"BENCH_LIMITS": "on"} if limits else {}) | ({"BENCH_EVENTS": str(events)} if events else {})
    return max(_run(environment), *(_run(environment, name) for name in names or benchmarks))


def _run(environment: Mapping[str, str], *names: str) -> int:
    """Run one file and print its rows; without a name, print the machine and the head of the table."""
    timeout_s = TIMEOUT_S + int(environment.get("BENCH_EVENTS", 0)) / MIN_EVENTS_PER_S
    try:
        command = [sys.executable, "-m", "tests.bench", *names]
        done = subprocess.run(command, check=False, cwd=ROOT, env=environment, timeout=timeout_s)  # noqa: S603
    except subprocess.TimeoutExpired:
        report(f"{names[0]} took longer than {timeout_s:.0f} s, and was stopped")
        return 1
    return min(abs(done.returncode), 1)
