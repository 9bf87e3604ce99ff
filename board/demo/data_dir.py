"""Folder of the demo's data: replaced completely or not at all, and locked by one demo at a time."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from board.errors import OperationError

NAME = "searchboard-demo"
ROOT = Path(__file__).resolve().parent.parent.parent
# the checkout, or the folder for temporary files if the package is installed
ELSEWHERE = ROOT if (ROOT / "pyproject.toml").is_file() else Path(tempfile.gettempdir())


class AlreadyRunning(OperationError):
    """Refusal: another demo runs in this folder."""


def choose(
    environment: Mapping[str, str] = os.environ, platform: str = sys.platform, elsewhere: Path = ELSEWHERE, name: str = NAME
) -> Path:
    """Return the folder of the demo, or of the program with another `name`: in the user's data folder, or in `elsewhere` if no
    home is writable."""
    home = environment.get("HOME") or environment.get("USERPROFILE") or ""
    if platform == "win32":
        data = environment.get("LOCALAPPDATA", "")
    elif platform == "darwin":
        data = home and f"{home}/Library/Application Support"
    else:
        data = environment.get("XDG_DATA_HOME") or (home and f"{home}/.local/share")
    if data and _can_write(Path(data)):
        return Path(data) / name
    return elsewhere / name.rpartition("-")[2]


def _can_write(folder: Path) -> bool:
    """Return whether the folder, or its nearest existing parent, is writable. A missing home directory is never created."""
    existing = next((each for each in (folder, *folder.parents) if each.exists()), None)
    return existing is not None and existing != Path(existing.anchor) and os.access(existing, os.W_OK)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Lock the folder for one demo, because two processes on one database would not receive each other's events. Raises
    AlreadyRunning if another demo has locked it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(f"A demo is running already, in {folder}: open its address, or stop it first.") from None
        except ImportError:  # Windows has no such lock
            pass
        yield


@contextmanager
def replace_when_complete(folder: Path) -> Iterator[Path]:
    """Yield a new folder that replaces `folder` if the block succeeds."""
    new = folder.with_name(folder.name + ".new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir()
    yield new
    shutil.rmtree(folder, ignore_errors=True)
    new.rename(folder)
