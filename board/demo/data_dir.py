"""Where the demo lives: a folder of its own, made whole or not at all, with one demo at a time in it."""

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
ELSEWHERE = ROOT if (ROOT / "pyproject.toml").is_file() else Path(tempfile.gettempdir())  # the checkout; installed, there is none


class AlreadyRunning(OperationError):
    """Another demo runs in this folder."""


def choose(
    environment: Mapping[str, str] = os.environ, platform: str = sys.platform, elsewhere: Path = ELSEWHERE, name: str = NAME
) -> Path:
    """The demo's folder, or another's by name: among the person's own data, or elsewhere where no home can be written."""
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
    """True if the folder, or the nearest one above it that exists, can be written. Nobody's home is made for it."""
    existing = next((each for each in (folder, *folder.parents) if each.exists()), None)
    return existing is not None and existing != Path(existing.anchor) and os.access(existing, os.W_OK)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Holds the folder for one demo: two processes on one database would not hear of each other. Raises AlreadyRunning."""
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
def made_whole(folder: Path) -> Iterator[Path]:
    """A new folder to fill, which takes the place of `folder` only if all went well."""
    making = folder.with_name(folder.name + ".new")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir()
    yield making
    shutil.rmtree(folder, ignore_errors=True)
    making.rename(folder)
