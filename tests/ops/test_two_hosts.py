"""Two server machines on a network that is cut and healed. It is one of their own: what is plugged in and pulled out there is no
change of network to the browsers of tests that run beside."""

import subprocess
import sys
from pathlib import Path

import pytest

from board.bootstrap import ROOT
from tests.support.network_namespaces import NamespacesUnavailable, run_tool

MACHINES = Path(__file__).parent / "_two_hosts_in_namespace.py"
ALONE = ["unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]


@pytest.mark.slow
@pytest.mark.parametrize("cut", ["silent", "unplugged"])
def test_partitioned_machine_loses_nothing_and_doubles_nothing(cut: str) -> None:
    try:
        run_tool("--net", "true", tool="unshare")
    except NamespacesUnavailable as why:
        pytest.skip(f"network namespaces can't be made here: {why}")
    words = [sys.executable, "-m", "pytest", str(MACHINES), "-k", cut, "-m", "slow or not slow", "-rs", "-p", "no:cacheprovider"]
    ran = subprocess.run([*ALONE, *words], cwd=ROOT, capture_output=True, text=True, check=False)
    if "1 skipped" in ran.stdout:
        pytest.skip(next(line for line in ran.stdout.splitlines() if line.startswith("SKIPPED")))
    assert "1 passed" in ran.stdout, ran.stdout[-20_000:] + ran.stderr[-2_000:]
