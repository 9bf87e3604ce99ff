"""`python -m board bench [NAME…]`: measures, on this machine, what the board is held to. A table, one row a figure."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence

from board.bootstrap import ROOT
from board.install import report

LONGEST_S = 180  # for what one file measures


def run(names: Sequence[str], limits: bool = False) -> int:
    """Measure all, or those named, each in a process of its own; `limits` leaves on what one account may ask. Return 1 where one
    could not be measured."""
    folder = ROOT / "tests" / "bench"
    known = sorted(file.stem for file in folder.glob("[a-z]*.py"))
    if not known:
        report("the tests are not installed along: run this in a checkout")
        return 1
    if unknown := set(names) - set(known):
        report(f"there is no figure {', '.join(sorted(unknown))}; there are {', '.join(known)}")
        return 1
    environment = os.environ | ({"BENCH_LIMITS": "on"} if limits else {})
    return max(_run(environment), *(_run(environment, name) for name in names or known))


def _run(environment: Mapping[str, str], *names: str) -> int:
    """Prints the rows of a file; without a name, what is measured with and the head of the table."""
    try:
        command = [sys.executable, "-m", "tests.bench", *names]
        ended = subprocess.run(command, check=False, cwd=ROOT, env=environment, timeout=LONGEST_S)  # noqa: S603
    except subprocess.TimeoutExpired:
        report(f"{names[0]} took longer than {LONGEST_S} s, and was stopped")
        return 1
    return min(abs(ended.returncode), 1)
