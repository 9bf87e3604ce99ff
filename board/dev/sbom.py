"""Software bill of materials, as CycloneDX: installed packages with versions and licences."""

import subprocess
import sys
import tempfile
from pathlib import Path

from board.dev.tools import temporary_install
from board.install.requirements import BASE
from board.install.steps import CannotInstall

TOOL = "cyclonedx-bom==7.5.0"


def bill_of_materials(root: Path) -> str:
    """Return the bill of materials of the current environment, as JSON. Raises CannotInstall if the tool fails."""
    return _bill(root, "environment", sys.executable)


def bill_of_locks(root: Path) -> str:
    """Return the bill of materials of the locked dependencies, which are in the image, as JSON. Raises CannotInstall if the tool
    fails."""
    with tempfile.TemporaryDirectory() as folder:
        locked = Path(folder, "locked.txt")
        locked.write_text("".join((root / name).read_text(encoding="utf-8") for name in (BASE, "requirements-paper.txt")))
        return _bill(root, "requirements", str(locked))


def _bill(root: Path, kind: str, source: str) -> str:
    with temporary_install(TOOL) as programs:
        command = [str(programs / "cyclonedx-py"), kind, source, "--pyproject", str(root / "pyproject.toml")]
        done = subprocess.run([*command, "--output-reproducible"], check=False, capture_output=True, text=True)  # noqa: S603 - our own words
    if done.returncode:
        raise CannotInstall(f"the bill can't be made: {done.stderr.strip().splitlines()[-1:] or done.returncode}")
    return done.stdout
