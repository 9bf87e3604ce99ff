"""Subjects of commits: short, and an imperative after the place."""

import subprocess
import sys
from pathlib import Path

import pytest

from board.bootstrap import ROOT
from board.dev.commit_subject import faults


@pytest.mark.parametrize(
    "message",
    [
        "engine: lock boards in one order",
        "Add a how-to for offline installation\n\nBecause of the law.",
        "board/files, tests: process a file in a child",
        "# a comment of git\nwalls: show the name largest",
        "Revert \"engine: locks\"",
        "engine: lock " + "x" * 59,
    ],
)  # fmt: skip
def test_imperative_subject_is_accepted(message: str) -> None:
    assert faults(message) == []


@pytest.mark.parametrize(
    ("message", "word"),
    [
        ("engine: locked boards in one order", "imperative"),
        ("engine: locks", "imperative"),
        ("walls: the name is largest", "imperative"),
        ("handover: what carried over", "imperative"),
        ("", "imperative"),
        ("engine: lock " + "x" * 60, "73 characters"),
    ],
)
def test_other_subject_is_refused_with_the_reason(message: str, word: str) -> None:
    (fault,) = faults(message)
    assert word in fault


def test_hook_ends_with_the_reason(tmp_path: Path) -> None:
    file = tmp_path / "message"
    for subject, code in (("engine: lock boards", 0), ("engine: locking", 1)):
        file.write_text(subject)
        command = [sys.executable, "-m", "board.dev.commit_subject", str(file)]
        ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert (ran.returncode, "imperative" in ran.stderr) == (code, bool(code))
