"""The npm packages that check scripts and styles, as `package-lock.json` names them: installed once, outside of the checkout."""

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
PATIENCE_S = 600  # 60 MB on a slow line
OPTIONS = ("--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=2", "--fetch-retry-maxtimeout=10000")


def install(root: Path, node: Node) -> Path:
    """Return the folder `node_modules` of the lock of the checkout `root`; fetch it first if it is not there.

    Each package is compared with the digest in the lock, and none of its own scripts runs. Raises CannotStart.
    """
    found = folder(root)
    if not found.is_dir():
        report("installing the npm packages that check scripts and styles; this happens once")
        _fetch(root, node, found.parent)
    return found


def folder(root: Path) -> Path:
    """Return where `node_modules` of the lock of the checkout `root` is, once it was fetched."""
    return cache(root) / key(root) / "node_modules"


def key(root: Path) -> str:
    """Return the digest of the lock and of the kind of machine: TypeScript is another program on each."""
    lock = (root / "package-lock.json").read_bytes()
    return hashlib.sha256(lock + f"{sys.platform} {platform.machine()}".encode()).hexdigest()[:24]


def cache(root: Path) -> Path:
    """Return the folder for fetched packages: the person's own cache, or one in the checkout where they have none to write to."""
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "searchboard" / "npm"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return root / ".venvs" / "npm"
    return folder if os.access(folder, os.W_OK) else root / ".venvs" / "npm"


def _fetch(root: Path, node: Node, into: Path) -> None:
    """Install beside `into`, and rename: a folder of that name is whole, whatever was interrupted."""
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
