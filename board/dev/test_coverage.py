"""Coverage of the packages that a fault would hurt most, measured as the whole suite runs, and held."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

HELD = {"board/engine": 95.0, "board/commands": 95.0, "realtime": 95.0}  # percent of lines and branches that tests go through
OPTIONS = ("--cov", "--cov-branch", "--cov-report=")  # what is measured stands in pyproject.toml


def measured(root: Path) -> dict[str, float]:
    """Return the percentage for each package, from the data of the run before; nothing where there is none."""
    data, file = root / ".coverage", root / ".coverage.json"
    if not data.exists():
        return {}
    command = [sys.executable, "-m", "coverage", "json", "--quiet", "-o", str(file)]
    subprocess.run(command, check=False, cwd=root, stdout=subprocess.DEVNULL)  # noqa: S603
    try:
        return by_package(json.loads(file.read_text(encoding="utf-8"))["files"])
    finally:
        for each in (data, file):
            each.unlink(missing_ok=True)


def by_package(files: Mapping[str, Any]) -> dict[str, float]:
    """Return the percentage of lines and branches together, for each package that is held, from coverage's own report."""
    found = {}
    for package in HELD:
        sums = [each["summary"] for name, each in files.items() if name.replace(os.sep, "/").startswith(f"{package}/")]
        covered = sum(each["covered_lines"] + each["covered_branches"] for each in sums)
        every = sum(each["num_statements"] + each["num_branches"] for each in sums)
        found[package] = 100 * covered / every if every else 100.0
    return found


def faults(found: Mapping[str, float]) -> list[str]:
    """Return a sentence for each package of which less is covered than it has to be."""
    return [f"{name}: {found[name]:.1f} % covered, {least:.1f} % are held" for name, least in HELD.items() if found[name] < least]
