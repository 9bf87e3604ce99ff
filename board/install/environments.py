"""Environments of a checkout: their paths and stamps, which one is in use, and which can be removed.

Each has a stamp with what it was built from. During the build the stamp says that it is unfinished.
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

LINK, ENVIRONMENTS_FOLDER = ".venv", ".venvs"
STAMP = "board.json"
UNFINISHED = {"unfinished": True}
NAME = r"[0-9a-f]{12}(-\d+)?"  # name of an environment built here
IDENTITY = "import sys, sysconfig as s; print(sys.implementation.cache_tag, s.get_config_var('SOABI') or s.get_platform())"
SWAP = 2  # RENAME_EXCHANGE of Linux, RENAME_SWAP of macOS
CURRENT_FOLDER = -100  # AT_FDCWD of Linux

_held: list[int] = []  # file handles, open as long as this process lives


# --- one environment


def read_stamp(env: Path) -> dict[str, Any]:
    """Return the stamp: `made_from`, `python`, `place`, `extras`, and `before` (the name of the one that it replaced), or `own`
    (built by a person); only `unfinished` during an install; empty without one."""
    try:
        stamp = json.loads((env / STAMP).read_text())
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError):
        return UNFINISHED
    return stamp if isinstance(stamp, dict) else UNFINISHED


def write_stamp(env: Path, stamp: dict[str, Any]) -> None:
    fresh = env / (STAMP + ".new")
    fresh.write_text(json.dumps(stamp))
    fresh.replace(env / STAMP)


def python_of(env: Path) -> Path:
    return env / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def identity(env: Path) -> str:
    """Return an id of the Python that the packages are for: series and kind of machine. Empty if it is gone or broken."""
    return output_of([str(python_of(env)), "-I", "-S", "-c", IDENTITY])


def is_usable(env: Path) -> bool:
    """Return whether the install was finished, the Python runs, and neither was moved or replaced."""
    stamp = read_stamp(env)
    return stamp.get("place") == str(env) and bool(found := identity(env)) and stamp.get("python") == found


def is_current(root: Path, env: Path, extras: frozenset[str]) -> bool:
    """Return whether the environment is usable and has the requirements of this checkout, with these extras."""
    had = frozenset(read_stamp(env).get("extras", ()))
    if not extras <= had or read_stamp(env).get("made_from") != digest(root, had):
        return False  # decided without starting that Python, which takes 20 ms
    return is_usable(env)


# --- all of them


def in_use(root: Path) -> Path:
    """Return the path that `.venv` links to; it may not exist."""
    return (root / LINK).resolve()


def python_now(root: Path) -> Path:
    """Return the Python for further processes of this program: after an upgrade that of the new environment."""
    env, used = Path(sys.prefix), in_use(root)
    upgraded = env.parent == root / ENVIRONMENTS_FOLDER and used.parent == env.parent and "made_from" in read_stamp(used)
    return python_of(used) if upgraded and python_of(used).exists() else Path(sys.executable)


def all_environments(root: Path) -> list[Path]:
    """Return all environments in the folder, newest first."""
    with suppress(OSError):
        found = [each for each in (root / ENVIRONMENTS_FOLDER).iterdir() if each.is_dir() and not each.is_symlink()]
        return sorted(found, key=lambda each: each.stat().st_mtime, reverse=True)
    return []


def is_ours(root: Path, env: Path) -> bool:
    """Return whether the environment was built here, and not by a person."""
    return env.parent == root.resolve() / ENVIRONMENTS_FOLDER or ("made_from" in read_stamp(env) and "own" not in read_stamp(env))


def find(root: Path, extras: frozenset[str]) -> Path | None:
    """Return a current environment: the one in use if possible, otherwise one that was in use before."""
    candidates = dict.fromkeys([in_use(root), *(each.resolve() for each in all_environments(root))])
    return next((each for each in candidates if is_current(root, each, extras)), None)


def new_name(root: Path, wanted: str) -> Path:
    """Return an unused path in the folder."""
    folder = root.resolve() / ENVIRONMENTS_FOLDER
    names = (wanted if not number else f"{wanted}-{number}" for number in range(10_000))
    return next(folder / name for name in names if not os.path.lexists(folder / name))


def put_in_use(root: Path, env: Path) -> None:
    """Switch `.venv` to this environment, in one step. Raise OSError; then nothing has changed."""
    place, before = root / LINK, in_use(root)
    _remove_links(root)
    replaced = before if before.parent == env.parent else new_name(root, "replaced")
    if os.path.lexists(place):
        write_stamp(env, read_stamp(env) | {"before": replaced.name})
    fresh = new_name(root, "link")
    fresh.symlink_to(Path(ENVIRONMENTS_FOLDER, env.name), target_is_directory=True)
    if place.is_symlink() or not place.exists():
        os.replace(fresh, place)
        return
    fresh.rename(replaced)
    if not _exchange(replaced, place):
        replaced.unlink()
        place.rename(replaced)  # for a moment there is none; a concurrent start sets the link
        place.symlink_to(Path(ENVIRONMENTS_FOLDER, env.name), target_is_directory=True)
    if "made_from" not in read_stamp(replaced) or "own" in read_stamp(replaced):
        report(f"the environment that was {place} is kept: {replaced}")


def _exchange(one: Path, other: Path) -> bool:
    """Swap two names in one step; return false if the system can't."""
    try:
        system = ctypes.CDLL(None)
        if sys.platform == "darwin":
            return bool(system.renamex_np(os.fsencode(one), os.fsencode(other), SWAP) == 0)
        return bool(system.renameat2(CURRENT_FOLDER, os.fsencode(one), CURRENT_FOLDER, os.fsencode(other), SWAP) == 0)
    except (AttributeError, OSError, TypeError):
        return False


# --- removal


def hold(env: Path) -> None:
    """Prevent the removal of this environment while this process lives."""
    if not read_stamp(env):
        return
    with suppress(ImportError, OSError):
        import fcntl

        handle = os.open(env, os.O_RDONLY)
        _held.append(handle)
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)


def remove_unfinished(root: Path) -> None:
    """Remove what an interrupted install left. Requires the install lock."""
    for each in all_environments(root):
        is_unfinished = read_stamp(each) == UNFINISHED or (not read_stamp(each) and re.fullmatch(NAME, each.name))
        if is_unfinished and each != in_use(root) and _is_free(each):
            shutil.rmtree(each, ignore_errors=True)


def _remove_links(root: Path) -> None:
    """Remove links that an interrupted start left before they became `.venv`."""
    for link in [each for each in (root / ENVIRONMENTS_FOLDER).iterdir() if each.is_symlink()]:
        link.unlink()


def remove_old(root: Path) -> None:
    """Remove environments that are not in use, not the previous one, not held by a process, and not built by a person."""
    used = in_use(root)
    kept = {used.name, read_stamp(used).get("before")}
    for each in all_environments(root):
        if each.name not in kept and "made_from" in read_stamp(each) and "own" not in read_stamp(each) and _is_free(each):
            shutil.rmtree(each, ignore_errors=True)


def _is_free(env: Path) -> bool:
    """Return whether no process holds the environment."""
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
