"""Requirements of a checkout: what pyproject.toml declares, and the locks, which name each version and its digests.

There is a lock for the base and one for each extra that people run (`paper`), which has what the base has not; they are made by
`board/dev/lock.py`, for all platforms at once.
"""

from __future__ import annotations

import hashlib
import json
import platform
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from board.install.steps import CannotInstall

BASE = "requirements.txt"
# Where the locks were tried. Elsewhere the versions are chosen at the time of the install.
PYTHONS = ((3, 11), (3, 14))
PLATFORMS = ("linux", "darwin")
MACHINES = ("x86_64", "aarch64", "arm64")


def project(root: Path) -> dict[str, Any]:
    """Return the table `project` of pyproject.toml. Raises CannotInstall."""
    try:
        found = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8")).get("project", {})
    except (OSError, ValueError) as why:
        raise CannotInstall(f"{root / 'pyproject.toml'} can't be read: {why}") from why
    return found if isinstance(found, dict) else {}


def extras_of(root: Path) -> frozenset[str]:
    return frozenset(project(root).get("optional-dependencies", {}))


def declared(root: Path, extras: frozenset[str]) -> list[str]:
    """Return what the base and these extras require, as pyproject.toml says it."""
    found = project(root)
    optional = found.get("optional-dependencies", {})
    return [*found.get("dependencies", ()), *(each for extra in sorted(extras) for each in optional.get(extra, ()))]


def digest(root: Path, extras: frozenset[str]) -> str:
    """Return a text that changes when the dependencies do, and with nothing else."""
    locked = [line for lock in _locks(root, extras) for line in _lines(lock)]
    told = [project(root).get("requires-python", ""), declared(root, extras), locked]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def locks(root: Path, extras: frozenset[str]) -> list[Path]:
    """Return the locks to install by; none where there is none, or where `unfit` says why not."""
    return [] if unfit(root, extras) else list(_locks(root, extras))


def unfit(root: Path, extras: frozenset[str]) -> str:
    """Return why the locks are not used here; empty where they are, and where there are none."""
    if not list(_locks(root, extras)):
        return ""
    here = f"{platform.python_implementation()} {platform.python_version()} on {sys.platform}, {platform.machine()}"
    tried = PYTHONS[0] <= sys.version_info[:2] <= PYTHONS[1] and sys.platform in PLATFORMS and platform.machine() in MACHINES
    if not tried or platform.python_implementation() != "CPython":
        return f"the locks were not tried on {here}"
    lacking = missing(root, extras)
    return f"the locks do not name {', '.join(sorted(lacking))}" if lacking else ""


def missing(root: Path, extras: frozenset[str]) -> set[str]:
    """Return the names that are declared, for the base and the extras with a lock, and that no lock has; none where there is no
    lock at all."""
    if not list(_locks(root, extras)):
        return set()
    locked = {name_of(line) for lock in _locks(root, extras) for line in _lines(lock) if not line.startswith("--hash")}
    return {name_of(each) for each in declared(root, extras - unlocked(root, extras))} - locked


def unlocked(root: Path, extras: frozenset[str]) -> frozenset[str]:
    """Return the extras that have no lock."""
    return frozenset(extra for extra in extras if not lock_of(root, extra).is_file())


def lock_of(root: Path, extra: str) -> Path:
    return root / f"requirements-{extra}.txt"


def name_of(requirement: str) -> str:
    """Return the name that a requirement begins with, in the one form of it that can be compared."""
    found = re.match(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)", requirement)
    return re.sub(r"[-_.]+", "-", found[1]).lower() if found else ""


def _locks(root: Path, extras: frozenset[str]) -> Iterator[Path]:
    for lock in (root / BASE, *(lock_of(root, extra) for extra in sorted(extras))):
        if lock.is_file():
            yield lock


def _lines(lock: Path) -> list[str]:
    """Return the lines of a lock that say something: its comments are for people."""
    stripped = (line.strip().rstrip("\\").strip() for line in lock.read_text(encoding="utf-8").splitlines())
    return [line for line in stripped if line and not line.startswith("#")]
