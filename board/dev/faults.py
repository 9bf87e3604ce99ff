"""`python -m board faults`: the fault harness, which is part of the tests, on this checkout."""

import runpy
import sys
from collections.abc import Sequence

from board.bootstrap import ROOT
from board.install import report


def run(arguments: Sequence[str]) -> int:
    """Gives 0 where no promise was broken."""
    if not (ROOT / "tests" / "faults").is_dir():
        report("the tests are not installed along: run this in a checkout")
        return 1
    sys.path.insert(0, str(ROOT))
    ended: int = runpy.run_module("tests.faults.command")["main"](arguments)
    return ended
