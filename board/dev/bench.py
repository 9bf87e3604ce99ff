"""`python -m board bench [NAME…]`: measures, on this machine, what the board is held to. A table, one row a figure."""

import subprocess
import sys
from collections.abc import Sequence

from board.bootstrap import ROOT
from board.install import report

LONGEST_S = 180  # for what one file measures


def run(names: Sequence[str]) -> int:
    """Measures all, or those named, each in a process of its own. Gives 1 where one could not be measured."""
    folder = ROOT / "tests" / "bench"
    known = sorted(file.stem for file in folder.glob("[a-z]*.py"))
    if not known:
        report("the tests are not installed along: run this in a checkout")
        return 1
    if unknown := set(names) - set(known):
        report(f"there is no figure {', '.join(sorted(unknown))}; there are {', '.join(known)}")
        return 1
    return max(_run(), *(_run(name) for name in names or known))


def _run(*names: str) -> int:
    """Prints the rows of a file; without a name, what is measured with and the head of the table."""
    try:
        ended = subprocess.run([sys.executable, "-m", "tests.bench", *names], check=False, cwd=ROOT, timeout=LONGEST_S)  # noqa: S603
    except subprocess.TimeoutExpired:
        report(f"{names[0]} took longer than {LONGEST_S} s, and was stopped")
        return 1
    return min(abs(ended.returncode), 1)
