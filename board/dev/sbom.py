"""Software bill of materials, as CycloneDX: installed packages with versions and licences."""

import subprocess
import sys
from pathlib import Path

from board.dev.tools import temporary_install
from board.install.steps import CannotInstall

TOOL = "cyclonedx-bom==7.5.0"


def bill_of_materials(root: Path) -> str:
    """Return the bill of materials of the current environment, as JSON. Raise CannotInstall."""
    with temporary_install(TOOL) as programs:
        command = [str(programs / "cyclonedx-py"), "environment", sys.executable, "--pyproject", str(root / "pyproject.toml")]
        done = subprocess.run([*command, "--output-reproducible"], check=False, capture_output=True, text=True)  # noqa: S603 - our own words
    if done.returncode:
        raise CannotInstall(f"the bill can't be made: {done.stderr.strip().splitlines()[-1:] or done.returncode}")
    return done.stdout
