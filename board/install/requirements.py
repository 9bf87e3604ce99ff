"""Requirements of a checkout: what pyproject.toml declares, and the locks, which name each version and its digests.

There is a lock for the base and one for each extra; all name the same versions, for all platforms at once.
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
    """Return the locks to install by; none where they do not fit this Python, or name less than pyproject.toml declares."""
    if not (PYTHONS[0] <= sys.version_info[:2] <= PYTHONS[1] and sys.platform in PLATFORMS):
        return []
    if platform.python_implementation() != "CPython" or missing(root, extras):
        return []
    return list(_locks(root, extras))


def missing(root: Path, extras: frozenset[str]) -> set[str]:
    """Return the names that are declared, and that no lock has; none where there is no lock at all."""
    if not list(_locks(root, extras)):
        return set()
    locked = {name_of(line) for lock in _locks(root, extras) for line in _lines(lock) if not line.startswith("--hash")}
    return {name_of(each) for each in declared(root, extras)} - locked


def name_of(requirement: str) -> str:
    """Return the name that a requirement begins with, in the one form of it that can be compared."""
    found = re.match(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)", requirement)
    return re.sub(r"[-_.]+", "-", found[1]).lower() if found else ""


def _locks(root: Path, extras: frozenset[str]) -> Iterator[Path]:
    for name in (BASE, *(f"requirements-{extra}.txt" for extra in sorted(extras))):
        if (root / name).is_file():
            yield root / name


def _lines(lock: Path) -> list[str]:
    """Return the lines of a lock that say something: its comments are for people."""
    stripped = (line.strip().rstrip("\\").strip() for line in lock.read_text(encoding="utf-8").splitlines())
    return [line for line in stripped if line and not line.startswith("#")]
