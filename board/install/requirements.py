"""Requirements of a checkout: declared in pyproject.toml, and lock files with each version and its digests.

There is a lock file for the base, and one for each extra that people use (`paper`), with its additional packages.
`board/dev/lock.py` writes them, for all platforms.
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
# Tested platforms of the lock files. On others, the install chooses versions.
PYTHONS = ((3, 11), (3, 14))
PLATFORMS = ("linux", "darwin")
MACHINES = ("x86_64", "aarch64", "arm64")


def project(root: Path) -> dict[str, Any]:
    """Return the table `project` of pyproject.toml. Raises CannotInstall if the file can't be read."""
    try:
        table = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8")).get("project", {})
    except (OSError, ValueError) as error:
        raise CannotInstall(f"{root / 'pyproject.toml'} can't be read: {error}") from error
    return table if isinstance(table, dict) else {}


def extras_of(root: Path) -> frozenset[str]:
    return frozenset(project(root).get("optional-dependencies", {}))


def declared(root: Path, extras: frozenset[str]) -> list[str]:
    """Return the requirements of the base and these extras, as declared in pyproject.toml."""
    table = project(root)
    optional = table.get("optional-dependencies", {})
    return [*table.get("dependencies", ()), *(requirement for extra in sorted(extras) for requirement in optional.get(extra, ()))]


def digest(root: Path, extras: frozenset[str]) -> str:
    """Return a digest of the required Python version and dependencies, with the content of the lock files."""
    locked = [line for lock in _locks(root, extras) for line in _lines(lock)]
    parts = [project(root).get("requires-python", ""), declared(root, extras), locked]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def locks(root: Path, extras: frozenset[str]) -> list[Path]:
    """Return the lock files to install from; empty if there are none or if `why_not_locked` returns a reason."""
    return [] if why_not_locked(root, extras) else list(_locks(root, extras))


def why_not_locked(root: Path, extras: frozenset[str]) -> str:
    """Return the reason for not using the lock files; empty if they are used, or if there are none."""
    if not list(_locks(root, extras)):
        return ""
    platform_text = f"{platform.python_implementation()} {platform.python_version()} on {sys.platform}, {platform.machine()}"
    is_tested = PYTHONS[0] <= sys.version_info[:2] <= PYTHONS[1] and sys.platform in PLATFORMS and platform.machine() in MACHINES
    if not is_tested or platform.python_implementation() != "CPython":
        return f"the locks were not tried on {platform_text}"
    missing_names = missing(root, extras)
    return f"the locks do not name {', '.join(sorted(missing_names))}" if missing_names else ""


def missing(root: Path, extras: frozenset[str]) -> set[str]:
    """Return the packages that the base or an extra with a lock file declares, but no lock file names; empty without locks."""
    if not list(_locks(root, extras)):
        return set()
    locked_names = {name_of(line) for lock in _locks(root, extras) for line in _lines(lock) if not line.startswith("--hash")}
    return {name_of(requirement) for requirement in declared(root, extras - unlocked(root, extras))} - locked_names


def unlocked(root: Path, extras: frozenset[str]) -> frozenset[str]:
    """Return the extras without a lock file."""
    return frozenset(extra for extra in extras if not lock_of(root, extra).is_file())


def lock_of(root: Path, extra: str) -> Path:
    return root / f"requirements-{extra}.txt"


def name_of(requirement: str) -> str:
    """Return the package name of a requirement, normalized for comparison."""
    match = re.match(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)", requirement)
    return re.sub(r"[-_.]+", "-", match[1]).lower() if match else ""


def _locks(root: Path, extras: frozenset[str]) -> Iterator[Path]:
    for lock in (root / BASE, *(lock_of(root, extra) for extra in sorted(extras))):
        if lock.is_file():
            yield lock


def _lines(lock: Path) -> list[str]:
    """Return the lines of a lock file without comments."""
    stripped = (line.strip().rstrip("\\").strip() for line in lock.read_text(encoding="utf-8").splitlines())
    return [line for line in stripped if line and not line.startswith("#")]
