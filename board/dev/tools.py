"""Programs that are needed for a moment, each in an environment that is thrown away: they are no dependencies of the board."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from board.install.environments import python_of
from board.install.steps import run


@contextmanager
def throwaway(requirement: str) -> Iterator[Path]:
    """Install a package by itself; gives the folder of its programs. Raises CannotInstall."""
    with tempfile.TemporaryDirectory(prefix="board-tool-") as folder:
        run([sys.executable, "-m", "venv", folder])
        python = python_of(Path(folder))
        run([str(python), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", requirement])
        yield python.parent
