"""Environments of a checkout: their paths and stamps, the one in use, and removal of old ones.

Each has a stamp that records its requirements. During the build, the stamp marks it as unfinished.
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
    """Return the stamp; empty without one.

    It has `made_from`, `python`, `place`, `extras`, and `before` (name of the replaced environment) or `own` (built by a person);
    during an install only `unfinished`.
    """
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
    """Return an id of the environment's Python: Python version and platform. Empty if it is missing or broken."""
    return output_of([str(python_of(env)), "-I", "-S", "-c", IDENTITY])


def is_usable(env: Path) -> bool:
    """Return whether the install is finished, the Python runs, and neither was moved or replaced."""
    stamp = read_stamp(env)
    return stamp.get("place") == str(env) and bool(current_identity := identity(env)) and stamp.get("python") == current_identity


def is_current(root: Path, env: Path, extras: frozenset[str]) -> bool:
    """Return whether the environment is usable and has the requirements of this checkout, with these extras."""
    had = frozenset(read_stamp(env).get("extras", ()))
    if not extras <= had or read_stamp(env).get("made_from") != digest(root, had):
        return False  # decides without starting that Python, which takes 20 ms
    return is_usable(env)


# --- all of them


def in_use(root: Path) -> Path:
    """Return the path that `.venv` links to; it may not exist."""
    return (root / LINK).resolve()


def python_now(root: Path) -> Path:
    """Return the Python for new processes of this program; after an upgrade, that of the new environment."""
    env, current_env = Path(sys.prefix), in_use(root)
    is_upgraded = (
        env.parent == root / ENVIRONMENTS_FOLDER and current_env.parent == env.parent and "made_from" in read_stamp(current_env)
    )
    return python_of(current_env) if is_upgraded and python_of(current_env).exists() else Path(sys.executable)


def all_environments(root: Path) -> list[Path]:
    """Return all environments in the folder, newest first."""
    with suppress(OSError):
        folders = [path for path in (root / ENVIRONMENTS_FOLDER).iterdir() if path.is_dir() and not path.is_symlink()]
        return sorted(folders, key=lambda folder: folder.stat().st_mtime, reverse=True)
    return []


def is_ours(root: Path, env: Path) -> bool:
    """Return whether this program built the environment, not a person."""
    return env.parent == root.resolve() / ENVIRONMENTS_FOLDER or ("made_from" in read_stamp(env) and "own" not in read_stamp(env))


def find(root: Path, extras: frozenset[str]) -> Path | None:
    """Return a current environment: the one in use if possible, otherwise an earlier one."""
    candidates = dict.fromkeys([in_use(root), *(env.resolve() for env in all_environments(root))])
    return next((env for env in candidates if is_current(root, env, extras)), None)


def new_name(root: Path, base: str) -> Path:
    """Return an unused path in the folder."""
    folder = root.resolve() / ENVIRONMENTS_FOLDER
    names = (base if not number else f"{base}-{number}" for number in range(10_000))
    return next(folder / name for name in names if not os.path.lexists(folder / name))


def put_in_use(root: Path, env: Path) -> None:
    """Switch `.venv` to this environment atomically. Raises OSError; then nothing has changed."""
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


def _exchange(first: Path, second: Path) -> bool:
    """Swap two names atomically; return False if the system can't."""
    try:
        system = ctypes.CDLL(None)
        if sys.platform == "darwin":
            return bool(system.renamex_np(os.fsencode(first), os.fsencode(second), SWAP) == 0)
        return bool(system.renameat2(CURRENT_FOLDER, os.fsencode(first), CURRENT_FOLDER, os.fsencode(second), SWAP) == 0)
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
    """Remove the remains of an interrupted install. Requires the install lock."""
    for env in all_environments(root):
        is_unfinished = read_stamp(env) == UNFINISHED or (not read_stamp(env) and re.fullmatch(NAME, env.name))
        if is_unfinished and env != in_use(root) and _is_free(env):
            shutil.rmtree(env, ignore_errors=True)


def _remove_links(root: Path) -> None:
    """Remove the links of interrupted starts that never became `.venv`."""
    for link in [path for path in (root / ENVIRONMENTS_FOLDER).iterdir() if path.is_symlink()]:
        link.unlink()


def remove_old(root: Path) -> None:
    """Remove environments, except the one in use, the previous one, those held by a process, and those built by a person."""
    current_env = in_use(root)
    kept_names = {current_env.name, read_stamp(current_env).get("before")}
    for env in all_environments(root):
        if env.name not in kept_names and "made_from" in read_stamp(env) and "own" not in read_stamp(env) and _is_free(env):
            shutil.rmtree(env, ignore_errors=True)


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
