"""Programs in the folder of the tests: benchmarks, fault injection, attacks and pictures."""

import importlib
import importlib.util
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from board.bootstrap import ROOT, asks_for_help, help_text
from board.dev import browser
from board.install import report

BENCHMARK_S = 600  # for the benchmarks of one file; the rounds of `fanout` take six minutes
MIN_EVENTS_PER_S = 100  # slowest expected rate of writing a journal, which is written twice
PICTURES_S = 10_800  # for all pictures: more than three thousand, each of a second or two


def has_tests() -> bool:
    """Return whether the tests are here; report it if not."""
    if (ROOT / "tests").is_dir():
        return True
    report("the tests are not installed: run this in a checkout")
    return False


def bench(names: Sequence[str], limits: bool = False, events: int | None = None) -> int:
    """Run the named benchmarks, or all, each file in its own process, and print a table with a row for each figure.

    `limits`: keeps the rate limits of accounts on. `events`: size of the journal of `years`. Return 1 if a benchmark failed.
    """
    if not has_tests():
        return 1
    benchmarks = sorted(file.stem for file in (ROOT / "tests/tools/bench").glob("[a-z]*.py"))
    if unknown := set(names) - set(benchmarks):
        report(f"no benchmark is named {', '.join(sorted(unknown))}; there are {', '.join(benchmarks)}")
        return 1
    environment = os.environ | ({"BENCH_LIMITS": "on"} if limits else {}) | ({"BENCH_EVENTS": str(events)} if events else {})
    timeout_s = BENCHMARK_S + int(environment.get("BENCH_EVENTS", 0)) / MIN_EVENTS_PER_S
    runs = [(), *((name,) for name in names or benchmarks)]  # without a name: the machine and the head of the table
    return max(min(abs(_run("tests.tools.bench", run, environment, timeout_s)), 1) for run in runs)


def faults(arguments: Sequence[str]) -> int:
    """Run the fault harness with its own command-line arguments. Return 0 if no promise was broken."""
    if not has_tests():
        return 1
    if _needs_only_help("fault-test", arguments):
        return 0
    sys.path.insert(0, str(ROOT))
    code: int = importlib.import_module("tests.tools.faults.command").main(arguments)
    return code


def attack(arguments: Sequence[str]) -> int:
    """Run the attack harness with its own command-line arguments. Return 0 if the attackers achieved nothing."""
    if not has_tests():
        return 1
    if _needs_only_help("attack", arguments):
        return 0
    sys.path.insert(0, str(ROOT))
    code: int = importlib.import_module("tests.tools.attack.command").main(arguments)
    return code


def pictures(arguments: Sequence[str]) -> int:
    """Photograph every page and dialog of a demo, for a comparison side by side. Return 1 if a picture could not be taken."""
    if not has_tests():
        return 1
    if _needs_only_help("pictures", arguments):
        return 0
    try:
        found = browser.find(Path.home() / ".cache" / "searchboard")
    except browser.NoBrowser as error:
        report(str(error))
        return 1
    return _run("tests.tools.pictures", arguments, os.environ | {browser.BROWSER_VARIABLE: str(found)}, PICTURES_S)


def _needs_only_help(command: str, arguments: Sequence[str]) -> bool:
    """Print the help of a command from the reference, if it is requested and pytest is not installed. Return whether it was
    printed."""
    is_help = asks_for_help(arguments) and importlib.util.find_spec("pytest") is None
    if is_help:
        sys.stdout.write(help_text([command]))
    return is_help


def _run(module: str, arguments: Sequence[str], environment: Mapping[str, str], timeout_s: float) -> int:
    """Run a module of the tests, and return its exit code; 1 after `timeout_s`."""
    try:
        command = [sys.executable, "-m", module, *arguments]
        return subprocess.run(command, check=False, cwd=ROOT, env=environment, timeout=timeout_s).returncode  # noqa: S603
    except subprocess.TimeoutExpired:
        report(f"{' '.join([module, *arguments])} took longer than {timeout_s:.0f} s, and was stopped")
        return 1
