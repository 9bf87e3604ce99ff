"""Minimum test coverage of the packages in which a bug would hurt most, measured while all tests run."""

import json
import os
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

HELD = {
    "board/engine": 95.0,
    "board/commands": 95.0,
    "realtime": 95.0,
}  # minimum percentage of lines, and of branches, that the tests run
KINDS = ("lines", "branches")
FOLDER = "COVERAGE_FOLDER"  # environment variable: folder in which each process of pytest writes a file

Percentages = Mapping[str, Mapping[str, float]]  # by package and kind


def environment(folder: Path) -> dict[str, str]:
    """Return an environment in which pytest measures, and writes into `folder`."""
    return os.environ | {"PYTEST_PLUGINS": "board.dev.coverage_plugin", FOLDER: str(folder)}


def measured(folder: Path) -> Percentages:
    """Return the joint coverage of all processes, from the files that they wrote into `folder`."""
    covered, every = defaultdict[tuple[str, str], set[str]](set), defaultdict[tuple[str, str], set[str]](set)
    for file in folder.glob("*.json"):
        for name, found in json.loads(file.read_text(encoding="utf-8"))["files"].items():
            package = next(each for each in HELD if name.startswith(f"{each}/"))
            for kind in KINDS:
                hits, misses = ({f"{name} {each}" for each in found[f"{state}_{kind}"]} for state in ("executed", "missing"))
                covered[package, kind] |= hits
                every[package, kind] |= hits | misses
    return {
        package: {kind: 100 * len(covered[package, kind]) / max(len(every[package, kind]), 1) for kind in KINDS}
        for package in HELD
    }


def summary(found: Percentages) -> str:
    """Return one line with all percentages."""
    return "; ".join(
        f"{package} " + ", ".join(f"{percent:.1f} % of {kind}" for kind, percent in kinds.items())
        for package, kinds in found.items()
    )


def faults(found: Percentages) -> list[str]:
    """Return a sentence for each percentage that is below its minimum."""
    return [
        f"{package}: {percent:.1f} % of {kind} covered, {HELD[package]:.1f} % are held"
        for package, kinds in found.items()
        for kind, percent in kinds.items()
        if percent < HELD[package]
    ]
