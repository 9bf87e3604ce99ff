"""Pytest plugin that measures which lines and branches tests go through, in each process of `parallel_tests`.

PYTEST_PLUGINS loads it, because `-p` loads a plugin after conftest.py, which imports what is measured.
"""

import json
import os
from pathlib import Path

from slipcover import FileMatcher, ImportManager, Slipcover

from board.bootstrap import ROOT
from board.dev.test_coverage import FOLDER, HELD

IGNORED = [r"@overload", r"\.\.\.$", r"raise AssertionError"]  # `...` is the body of a method of a Protocol
KEEP_PROBES = 10**9  # hits; removing probes replaces the code of functions while other threads run them

del os.environ["PYTEST_PLUGINS"]  # not in processes that tests start
sources = [str(ROOT / package) for package in HELD]
coverage = Slipcover(branch=True, source=sources, exclude_also=IGNORED, d_miss_threshold=KEEP_PROBES)
ImportManager(coverage, FileMatcher(sources=sources)).__enter__()


def write(process: int) -> None:
    """Write the coverage of a process."""
    file = Path(os.environ[FOLDER]) / f"{process}.json"
    file.write_text(json.dumps(coverage.get_coverage()), encoding="utf-8")


def pytest_configure() -> None:
    from board.dev import parallel_tests  # which pytest imports first, to rewrite its assertions

    parallel_tests.AT_END.append(write)
