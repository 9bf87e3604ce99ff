"""Pytest plugin that measures which lines and branches the tests run, in each worker process of pytest. PYTEST_PLUGINS loads it,
because `-p` would load it after conftest.py, which imports the measured modules."""

import json
import os
from pathlib import Path

from slipcover import FileMatcher, ImportManager, Slipcover

from board.bootstrap import ROOT
from board.dev.test_coverage import FOLDER, HELD

IGNORED = [r"@overload", r"\.\.\.$", r"raise AssertionError"]  # `...` is the body of a method of a Protocol
KEEP_PROBES = 10**9  # hits; removing probes replaces the code of functions while other threads run them

if worker := os.environ.get("PYTEST_XDIST_WORKER"):
    del os.environ["PYTEST_PLUGINS"]  # processes that tests start must not measure
    sources = [str(ROOT / each) for each in HELD]
    coverage = Slipcover(branch=True, source=sources, exclude_also=IGNORED, d_miss_threshold=KEEP_PROBES)
    ImportManager(coverage, FileMatcher(sources=sources)).__enter__()

    def pytest_sessionfinish() -> None:
        """Write the coverage of this process."""
        file = Path(os.environ[FOLDER]) / f"{worker}.json"
        file.write_text(json.dumps(coverage.get_coverage()), encoding="utf-8")
