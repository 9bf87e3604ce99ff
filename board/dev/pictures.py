"""Pictures (`python3 -m board pictures`): photograph every page and dialog of a demo, to be looked at side by side."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from board.bootstrap import ROOT
from board.dev import browser
from board.install import report

TIMEOUT_S = 10_800  # for all pictures: more than three thousand, each of a second or two


def run(args: Sequence[str]) -> int:
    """Run `tests.pictures` with these arguments. Return 1 if a picture could not be taken."""
    if not (ROOT / "tests" / "pictures").is_dir():
        report("the tests are not installed: run this in a checkout")
        return 1
    try:
        found = browser.find(Path.home() / ".cache" / "searchboard")
    except browser.NoBrowser as error:
        report(str(error))
        return 1
    environment = os.environ | {browser.BROWSER_VARIABLE: str(found)}
    try:
        command = [sys.executable, "-m", "tests.pictures", *args]
        return subprocess.run(command, check=False, cwd=ROOT, env=environment, timeout=TIMEOUT_S).returncode  # noqa: S603
    except subprocess.TimeoutExpired:
        report(f"the pictures took longer than {TIMEOUT_S} s, and were stopped")
        return 1
