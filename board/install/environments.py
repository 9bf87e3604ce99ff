"""Environments of a checkout: where they are, what is known of each, which one is in use, and which can go.

Each carries a stamp that says what it was made from. While one is made the stamp says that it is unfinished.
"""

from __future__ import annotations

import ctypes
import json
import os
import re
import shutil
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from board.install.requirements import digest
from board.install.steps import output_of, report

LINK, FOLDER = ".venv", ".venvs"
STAMP = "board.json"
UNFINISHED = {"unfinished": True}
NAME = r"[0-9a-f]{12}(-\d+)?"  # of one that is made here
IDENTITY = "import sys, sysconfig as s; print(sys.implementation.cache_tag, s.get_config_var('SOABI') or s.get_platform())"
SWAP = 2  # RENAME_EXCHANGE of Linux, RENAME_SWAP of macOS
HERE = -100  # AT_FDCWD of Linux

_held: list[int] = []  # open as long as this process lives


# --- one environment


def read_stamp(env: Path) -> dict[str, Any]:
    """Return the stamp: `made_from`, `python`, `place`, `extras`, and `before` (the name of the one that it replaced), or
    `own` (a person made it); `unfinished` alone during an install; empty without one."""
    try:
        kept = json.loads((env / STAMP).read_text())
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError):
        return UNFINISHED
    return kept if isinstance(kept, dict) else UNFINISHED


def write_stamp(env: Path, stamp: dict[str, Any]) -> None:
    fresh = env / (STAMP + ".new")
    fresh.write_text(json.dumps(stamp))
    fresh.replace(env / STAMP)


def python_of(env: Path) -> Path:
    return env / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def identity(env: Path) -> str:
    """Return for which Python its packages are: of one series, on one kind of machine. Empty if it is gone or broken."""
    return output_of([str(python_of(env)), "-I", "-S", "-c", IDENTITY])


def is_usable(env: Path) -> bool:
    """True if its install was finished, it runs, and neither it nor its Python became another."""
    stamp = read_stamp(env)
    return stamp.get("place") == str(env) and bool(found := identity(env)) and stamp.get("python") == found


def is_current(root: Path, env: Path, extras: frozenset[str]) -> bool:
    """True if it is whole and has what this checkout requires, with these extras."""
    had = frozenset(read_stamp(env).get("extras", ()))
    if not extras <= had or read_stamp(env).get("made_from") != digest(root, had):
        return False  # decided without starting that Python: it takes 20 ms
    return is_usable(env)


# --- all of them


def in_use(root: Path) -> Path:
    """Return the environment that `.venv` is, by its own path; it may not be there."""
    return (root / LINK).resolve()


def python_now(root: Path) -> Path:
    """Return the Python to start more of what runs here with: after an upgrade that of the new environment."""
    env, used = Path(sys.prefix), in_use(root)
    upgraded = env.parent == root / FOLDER and used.parent == env.parent and "made_from" in read_stamp(used)
    return python_of(used) if upgraded and python_of(used).exists() else Path(sys.executable)


def every(root: Path) -> list[Path]:
    """Return those in the folder, the newest first."""
    with suppress(OSError):
        found = [each for each in (root / FOLDER).iterdir() if each.is_dir() and not each.is_symlink()]
        return sorted(found, key=lambda each: each.stat().st_mtime, reverse=True)
    return []


def is_ours(root: Path, env: Path) -> bool:
    """True for one that was made here, and not by a person."""
    return env.parent == root.resolve() / FOLDER or ("made_from" in read_stamp(env) and "own" not in read_stamp(env))


def find(root: Path, extras: frozenset[str]) -> Path | None:
    """Return one that is current: the one in use if it can be, else one that was in use before."""
    candidates = dict.fromkeys([in_use(root), *(each.resolve() for each in every(root))])
    return next((each for each in candidates if is_current(root, each, extras)), None)


def new_name(root: Path, wanted: str) -> Path:
    """Return a place in the folder where nothing is."""
    folder = root.resolve() / FOLDER
    names = (wanted if not number else f"{wanted}-{number}" for number in range(10_000))
    return next(folder / name for name in names if not os.path.lexists(folder / name))


def put_in_use(root: Path, env: Path) -> None:
    """Set `.venv` to this one, in one step. Raises OSError; then it is as it was."""
    place, before = root / LINK, in_use(root)
    _remove_links(root)
    aside = before if before.parent == env.parent else new_name(root, "replaced")
    if os.path.lexists(place):
        write_stamp(env, read_stamp(env) | {"before": aside.name})
    fresh = new_name(root, "link")
    fresh.symlink_to(Path(FOLDER, env.name), target_is_directory=True)
    if place.is_symlink() or not place.exists():
        os.replace(fresh, place)
        return
    fresh.rename(aside)
    if not _exchange(aside, place):
        aside.unlink()
        place.rename(aside)  # for a moment there is none; a start that finds it so sets the link
        place.symlink_to(Path(FOLDER, env.name), target_is_directory=True)
    if "made_from" not in read_stamp(aside) or "own" in read_stamp(aside):
        report(f"the environment that was {place} is kept: {aside}")


def _exchange(one: Path, other: Path) -> bool:
    """Swap two names in one step; false where the system can't."""
    try:
        system = ctypes.CDLL(None)
        if sys.platform == "darwin":
            return bool(system.renamex_np(os.fsencode(one), os.fsencode(other), SWAP) == 0)
        return bool(system.renameat2(HERE, os.fsencode(one), HERE, os.fsencode(other), SWAP) == 0)
    except (AttributeError, OSError, TypeError):
        return False


# --- which can go


def hold(env: Path) -> None:
    """Keep this environment from being removed while this process lives."""
    if not read_stamp(env):
        return
    with suppress(ImportError, OSError):
        import fcntl

        handle = os.open(env, os.O_RDONLY)
        _held.append(handle)
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)


def remove_unfinished(root: Path) -> None:
    """Remove what an interrupted install left. For the one start that installs."""
    for each in every(root):
        begun = read_stamp(each) == UNFINISHED or (not read_stamp(each) and re.fullmatch(NAME, each.name))
        if begun and each != in_use(root) and _is_free(each):
            shutil.rmtree(each, ignore_errors=True)


def _remove_links(root: Path) -> None:
    """Remove what an interrupted start left before it could be `.venv`."""
    for link in [each for each in (root / FOLDER).iterdir() if each.is_symlink()]:
        link.unlink()


def remove_old(root: Path) -> None:
    """Remove those that are neither in use, nor the one before it, nor held by a process, nor a person's."""
    used = in_use(root)
    kept = {used.name, read_stamp(used).get("before")}
    for each in every(root):
        if each.name not in kept and "made_from" in read_stamp(each) and "own" not in read_stamp(each) and _is_free(each):
            shutil.rmtree(each, ignore_errors=True)


def _is_free(env: Path) -> bool:
    """True if no process holds it."""
    try:
        import fcntl

        handle = os.open(env, os.O_RDONLY)
    except (ImportError, OSError):
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    else:
        return True
    finally:
        os.close(handle)
