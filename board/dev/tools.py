"""Programs for a single use, each installed into a temporary environment, because they are not dependencies of the board."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from board.dev.browser import attempt
from board.install import find_uv
from board.install.environments import python_of
from board.install.steps import run


@contextmanager
def temporary_install(requirement: str) -> Iterator[Path]:
    """Install a package into a temporary environment, and yield the folder of its programs. Raises CannotInstall if pip fails."""
    with tempfile.TemporaryDirectory(prefix="board-tool-") as folder:
        run([sys.executable, "-m", "venv", folder])
        python = python_of(Path(folder))
        run([str(python), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", requirement])
        yield python.parent


def fetch_wheel(package: str, into: Path) -> None:
    """Install the wheel of a package into a folder, without its dependencies. A failure is only reported."""
    uv = find_uv()
    installer = [uv, "pip", "install"] if uv else [sys.executable, "-m", "pip", "install", "--disable-pip-version-check"]
    attempt([*installer, "--no-deps", "--only-binary", ":all:", "--target", str(into), package])
