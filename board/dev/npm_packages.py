"""Installer of the npm packages that check scripts and styles, as `package-lock.json` lists them: once, outside the checkout."""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from board.dev.child_process import CannotStart
from board.dev.node import Node
from board.install import report

FILES = ("package.json", "package-lock.json")
PATIENCE_S = 600  # 60 MB on a slow connection
OPTIONS = ("--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=2", "--fetch-retry-maxtimeout=10000")


def install(root: Path, node: Node) -> Path:
    """Return the folder `node_modules` for the lock file of the checkout `root`; fetch it first if it is missing.

    Each package is compared with the digest in the lock file, and no install script runs. Raises CannotStart if npm fails.
    """
    found = folder(root)
    if not found.is_dir():
        report("installing the npm packages that check scripts and styles; this happens once")
        _fetch(root, node, found.parent)
    return found


def folder(root: Path) -> Path:
    """Return the path of `node_modules` for the lock file of the checkout `root`. It may not exist yet."""
    return cache(root) / key(root) / "node_modules"


def key(root: Path) -> str:
    """Return the digest of the lock file and the platform, because TypeScript is a different program on each platform."""
    lock = (root / "package-lock.json").read_bytes()
    return hashlib.sha256(lock + f"{sys.platform} {platform.machine()}".encode()).hexdigest()[:24]


def cache(root: Path) -> Path:
    """Return the folder for fetched packages: the user's cache, or a folder in the checkout if that is not writable."""
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "searchboard" / "npm"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return root / ".venvs" / "npm"
    return folder if os.access(folder, os.W_OK) else root / ".venvs" / "npm"


def _fetch(root: Path, node: Node, into: Path) -> None:
    """Install into a temporary folder and rename it to `into`, so that `into` is always complete."""
    into.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=into.parent, prefix="unfinished-") as fresh:
        for name in FILES:
            shutil.copy(root / name, fresh)
        environment = os.environ | {"PATH": f"{node.program.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
        try:
            done = subprocess.run(  # noqa: S603 - our own words, no shell
                [*node.npm, "ci", *OPTIONS],
                check=False, cwd=fresh, env=environment, stdin=subprocess.DEVNULL, stdout=sys.stderr, timeout=PATIENCE_S,
            )  # fmt: skip
            failed = f"npm ended with {done.returncode}" if done.returncode else ""
        except (OSError, subprocess.TimeoutExpired) as why:
            failed = str(why)
        if failed:
            raise CannotStart(
                f"The npm packages that check scripts and styles are not in {into.parent} and could not be installed ({failed}): "
                "run this once where npm's registry, or a mirror of it that npm is configured for, can be reached."
            )
        try:
            into.mkdir(exist_ok=True)
            Path(fresh, "node_modules").rename(into / "node_modules")
        except OSError:
            if not (into / "node_modules").is_dir():  # another run was first
                raise
