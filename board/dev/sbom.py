"""Software bill of materials, as CycloneDX: what is installed beside the board, in which versions, under which licences."""

import subprocess
import sys
from pathlib import Path

from board.dev.tools import throwaway
from board.install.steps import CannotInstall

TOOL = "cyclonedx-bom==7.5.0"


def made(root: Path) -> str:
    """Return the bill of the environment that this runs in, as JSON. Raises CannotInstall."""
    with throwaway(TOOL) as programs:
        command = [str(programs / "cyclonedx-py"), "environment", sys.executable, "--pyproject", str(root / "pyproject.toml")]
        said = subprocess.run([*command, "--output-reproducible"], check=False, capture_output=True, text=True)  # noqa: S603 - our own words
    if said.returncode:
        raise CannotInstall(f"the bill can't be made: {said.stderr.strip().splitlines()[-1:] or said.returncode}")
    return said.stdout
