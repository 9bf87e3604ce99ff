"""Requirements of a checkout: declared in pyproject.toml, and lock files with each version and its digests.

There is a lock file for the base and one for each extra that people use (`paper`), with what the base does not have;
`board/dev/lock.py` makes them, for all platforms.
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
# Platforms on which the lock files were tried. Elsewhere versions are chosen during the install.
PYTHONS = ((3, 11), (3, 14))
PLATFORMS = ("linux", "darwin")
MACHINES = ("x86_64", "aarch64", "arm64")


def project(root: Path) -> dict[str, Any]:
    """Return the table `project` of pyproject.toml. Raise CannotInstall."""
    try:
        found = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8")).get("project", {})
    except (OSError, ValueError) as error:
        raise CannotInstall(f"{root / 'pyproject.toml'} can't be read: {error}") from error
    return found if isinstance(found, dict) else {}


def extras_of(root: Path) -> frozenset[str]:
    return frozenset(project(root).get("optional-dependencies", {}))


def declared(root: Path, extras: frozenset[str]) -> list[str]:
    """Return the requirements of the base and these extras, as declared in pyproject.toml."""
    found = project(root)
    optional = found.get("optional-dependencies", {})
    return [*found.get("dependencies", ()), *(each for extra in sorted(extras) for each in optional.get(extra, ()))]


def digest(root: Path, extras: frozenset[str]) -> str:
    """Return a digest that changes with the dependencies, and with nothing else."""
    locked = [line for lock in _locks(root, extras) for line in _lines(lock)]
    parts = [project(root).get("requires-python", ""), declared(root, extras), locked]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def locks(root: Path, extras: frozenset[str]) -> list[Path]:
    """Return the lock files to install from; empty if there are none or if `why_not_locked` gives a reason."""
    return [] if why_not_locked(root, extras) else list(_locks(root, extras))


def why_not_locked(root: Path, extras: frozenset[str]) -> str:
    """Return why the lock files are not used here; empty if they are used, or if there are none."""
    if not list(_locks(root, extras)):
        return ""
    here = f"{platform.python_implementation()} {platform.python_version()} on {sys.platform}, {platform.machine()}"
    tried = PYTHONS[0] <= sys.version_info[:2] <= PYTHONS[1] and sys.platform in PLATFORMS and platform.machine() in MACHINES
    if not tried or platform.python_implementation() != "CPython":
        return f"the locks were not tried on {here}"
    missing_names = missing(root, extras)
    return f"the locks do not name {', '.join(sorted(missing_names))}" if missing_names else ""


def missing(root: Path, extras: frozenset[str]) -> set[str]:
    """Return the declared names that no lock file has, for the base and the extras with one; empty without lock files."""
    if not list(_locks(root, extras)):
        return set()
    locked = {name_of(line) for lock in _locks(root, extras) for line in _lines(lock) if not line.startswith("--hash")}
    return {name_of(each) for each in declared(root, extras - unlocked(root, extras))} - locked


def unlocked(root: Path, extras: frozenset[str]) -> frozenset[str]:
    """Return the extras without a lock file."""
    return frozenset(extra for extra in extras if not lock_of(root, extra).is_file())


def lock_of(root: Path, extra: str) -> Path:
    return root / f"requirements-{extra}.txt"


def name_of(requirement: str) -> str:
    """Return the package name of a requirement, normalized for comparison."""
    found = re.match(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)", requirement)
    return re.sub(r"[-_.]+", "-", found[1]).lower() if found else ""


def _locks(root: Path, extras: frozenset[str]) -> Iterator[Path]:
    for lock in (root / BASE, *(lock_of(root, extra) for extra in sorted(extras))):
        if lock.is_file():
            yield lock


def _lines(lock: Path) -> list[str]:
    """Return the lines of a lock file without comments."""
    stripped = (line.strip().rstrip("\\").strip() for line in lock.read_text(encoding="utf-8").splitlines())
    return [line for line in stripped if line and not line.startswith("#")]
