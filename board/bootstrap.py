"""From a checkout and a bare Python to a running board: standard library only, as nothing else is there yet.

`prepare` returns when the current Python can run the board; otherwise it sees to a `.venv` in the checkout and
starts the same command again inside it. `board/install.py` does the installing.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from board.install import CannotInstall, ensure, is_current, noted

ROOT = Path(__file__).resolve().parent.parent
DISTRIBUTION = "searchboard"
AGAIN = "BOARD_PREPARED"  # set for the second start, so that it can't prepare for ever
TESTING = ("test", "bench", "faults", "dev")  # the commands that need the `test` extra


def prepare(arguments: Sequence[str], root: Path = ROOT) -> None:
    """Return when this Python has what the command needs; else install it and start again, which never returns."""
    prepared = os.environ.pop(AGAIN, None) == str(root)
    extras = extras_for(arguments)
    if prepared or not is_checkout(root) or runs_here(root, extras):
        return
    try:
        python = ensure(root, extras)
    except CannotInstall as why:
        sys.exit(f"board: {why}")
    except KeyboardInterrupt:
        sys.exit("board: stopped; the next start does it anew")
    start_again(python, arguments, root)


def extras_for(arguments: Sequence[str]) -> frozenset[str]:
    """Which extras of pyproject.toml the command needs beside the base."""
    command = next((word for word in arguments if not word.startswith("-")), "")
    return frozenset({"test"}) if command in TESTING else frozenset()


def is_checkout(root: Path) -> bool:
    """True for a source tree; false for an installed package, which came with its dependencies."""
    return (root / "pyproject.toml").is_file()


def runs_here(root: Path, extras: frozenset[str]) -> bool:
    """True if the Python that runs now has this checkout installed: our .venv, or an environment of the person's own."""
    if Path(sys.prefix).resolve() == (root / ".venv").resolve() and noted(root / ".venv"):
        return is_current(root, extras)
    return installed_from() == root and ("test" not in extras or importlib.util.find_spec("pytest") is not None)


def installed_from() -> Path | None:
    """The folder that this Python has the board installed from as editable, if it has."""
    try:
        written = importlib.metadata.distribution(DISTRIBUTION).read_text("direct_url.json")
    except importlib.metadata.PackageNotFoundError:
        return None
    origin = json.loads(written or "{}")
    if not origin.get("dir_info", {}).get("editable"):
        return None
    return Path(str(origin["url"]).removeprefix("file://"))


def start_again(python: Path, arguments: Sequence[str], root: Path) -> NoReturn:
    """The same command, by the Python that has the dependencies, in place of this process."""
    os.environ[AGAIN] = str(root)
    command = [str(python), "-m", "board", *arguments]
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name == "nt":  # there, exec gives the prompt back while the new process runs
        sys.exit(subprocess.run(command, check=False).returncode)  # noqa: S603 - our own Python, the person's own arguments
    os.execv(python, command)  # noqa: S606
