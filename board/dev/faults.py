"""Fault injection (`python3 -m board fault-test`): run the fault harness of the tests on this checkout."""

import importlib
import sys
from collections.abc import Sequence

from board.bootstrap import ROOT
from board.install import report


def run(arguments: Sequence[str]) -> int:
    """Run the harness with its own command-line arguments. Return 0 if no promise was broken."""
    if not (ROOT / "tests" / "faults").is_dir():
        report("the tests are not installed: run this in a checkout")
        return 1
    sys.path.insert(0, str(ROOT))
    code: int = importlib.import_module("tests.faults.command").main(arguments)
    return code
