"""Lock files: each dependency in one version, with the digests of all its files, for all platforms.

There is one for the base, and one for each extra in LOCKED with the dependencies that the base lacks. Versions stay as long as
pyproject.toml allows them, unless an upgrade is requested.
"""

import re
import shutil
import tempfile
from pathlib import Path

from board.dev.tools import temporary_install
from board.install.requirements import BASE, PYTHONS, lock_of, name_of
from board.install.steps import run

RESOLVER = "uv==0.13.9"
LOCKED = ("paper",)
HEAD = """\
# Locked dependencies{of}: each in one version, with the digests of all its files, for CPython {oldest} to {newest}.
# Made from pyproject.toml by: python3 -m board lock (with --upgrade: in newer versions). Not by hand.
"""


def make(root: Path, upgrade: bool = False) -> list[Path]:
    """Write the lock files of a checkout, and return their paths. Raises CannotInstall if the resolver can't be installed or
    fails."""
    with temporary_install(RESOLVER) as programs, tempfile.TemporaryDirectory() as folder:
        compiler, base = str(programs / "uv"), Path(folder, BASE)
        _resolve(compiler, root, base, None if upgrade else root / BASE)
        written = {root / BASE: _entries(base)}
        for extra in LOCKED:
            path, here = lock_of(root, extra), Path(folder, f"{extra}.txt")
            _resolve(compiler, root, here, None if upgrade else path, "--extra", extra, "--constraint", str(base))
            written[path] = {name: text for name, text in _entries(here).items() if name not in written[root / BASE]}
    for path, entries in written.items():
        of = f" of the extra {path.stem.partition('-')[2]}, beside those of {BASE}" if path.name != BASE else ""
        oldest, newest = (".".join(map(str, python)) for python in PYTHONS)
        path.write_text(HEAD.format(of=of, oldest=oldest, newest=newest) + "".join(entries.values()), encoding="utf-8")
    return list(written)


def _resolve(compiler: str, root: Path, into: Path, before: Path | None, *more: str) -> None:
    """Resolve the dependencies of pyproject.toml, preferring the versions in the file `before`."""
    if before is not None and before.is_file():
        shutil.copy(before, into)
    oldest = ".".join(map(str, PYTHONS[0]))
    command = [compiler, "pip", "compile", str(root / "pyproject.toml"), "--universal", "--python-version", oldest]
    options = ["--generate-hashes", "--fork-strategy", "fewest", "--no-header", "--no-annotate", "--quiet"]
    run([*command, *options, *more, "--output-file", str(into)])


def _entries(lock: Path) -> dict[str, str]:
    """Return the entries of a lock file by name, each with its digests."""
    found: dict[str, str] = {}
    for entry in re.split(r"(?m)^(?=[A-Za-z0-9])", lock.read_text(encoding="utf-8")):
        if name := name_of(entry):
            found[name] = found.get(name, "") + entry
    return found
