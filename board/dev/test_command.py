"""All checks of a checkout in one command: `python3 -m board test [--strict] [arguments of pytest]`."""

import os
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from board.bootstrap import ROOT
from board.dev import CannotStart, find_postgres, find_redis, second_try, test_coverage
from board.dev.browser import BROWSER_VARIABLE, NoBrowser, find
from board.dev.node import PLAYWRIGHT, share_with_playwright
from board.dev.phases import Phases
from board.dev.script_checks import COMMANDS, TESTS, ScriptChecks, run_and_report
from board.dev.second_try import Run
from board.dev.test_programs import has_tests
from board.install import report

RULES: dict[str, tuple[str, list[str]]] = {  # by phase
    "lint": ("ruff check", ["ruff", "check", "."]),
    "format": ("ruff format", ["ruff", "format", "--check", "--quiet", "."]),
    "types": ("mypy --strict", ["mypy"]),  # pyproject.toml sets the files and the strictness
}
STRICT = "--strict"  # a test that passes only at the second try fails the run; implied if the slow tests run
LEFT_OUT = "left out: the slow tests (run them with: python3 -m board test -m slow; with all others: -m 'slow or not slow')"
WANTED = {  # program, and the consequence of its absence
    "strace": "no strace here: the trace of what is on the disk before an answer is left out (on Debian: apt install strace)",
    "exiftool": "no exiftool here: what it reads in served pictures is left out (on Debian: apt install libimage-exiftool-perl)",
    "ip": "no ip here: the two machines with a line between them are left out (on Debian: apt install iproute2)",
}
# Test files at a time, in the order of tests/conftest.py: more than half of their time is waiting, and less of the slow ones'.
ABREAST, SLOW_ABREAST = 4, 3
IN_ORDER = ["--dist", "loadfile", "--no-loadscope-reorder"]
WIDTH = 80


def run(arguments: Sequence[str]) -> int:
    """Run all rules and, at the same time, pytest with `arguments`. Return the exit code of the first that failed."""
    strict, arguments = is_strict(arguments), [word for word in arguments if word != STRICT]
    if not has_tests():
        return 1
    try:
        os.environ[BROWSER_VARIABLE] = str(find(ROOT / ".venvs" / "browser"))
        find_postgres()
        find_redis()
        share_with_playwright(PLAYWRIGHT)
    except (NoBrowser, CannotStart) as error:
        report(str(error))
        return 1
    for program, sentence in WANTED.items():
        if shutil.which(program) is None:
            report(sentence)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # otherwise hundreds of processes each compile all modules
    if not any(word.startswith("-m") for word in arguments):
        report(LEFT_OUT)
    phases = Phases()
    measured = is_measured(arguments)
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(1) as beside:  # because tests wait for half of their time
        folder = Path(name)
        rules = beside.submit(check_rules, phases)
        ran = tests(arguments, phases, test_coverage.environment(folder) if measured else None)
        failed = rules.result() | (coverage(folder) if measured and not ran.code else {})
    report(str(phases))
    ran.count_flaky(ROOT)
    for line in ran.flaky_lines():
        print(line)  # noqa: T201
    if strict and ran.flaky and not failed:
        failed = {"flaky tests": 1}
    closing(ran, failed, phases.seconds())
    return next(iter(failed.values()), ran.code)


def check_rules(phases: Phases) -> dict[str, int]:
    """Run all rules and the checks of scripts. Return the exit codes of those that failed, by name."""
    failed: dict[str, int] = {}
    for phase, (name, command) in RULES.items():
        with phases.timed(phase, name):
            code = run_and_report(name, [sys.executable, "-m", *command], ROOT)
        failed |= {name: code} if code else {}
    with phases.timed("scripts", ", ".join([*COMMANDS, TESTS])):
        try:
            return failed | dict(ScriptChecks.prepared(ROOT).failed())
        except CannotStart as error:
            report(str(error))
            return failed | {"scripts": 1}


def is_slow(arguments: Sequence[str]) -> bool:
    """Return whether the slow tests run."""
    marks = " ".join(word for before, word in zip(["", *arguments], arguments, strict=False) if "-m" in (before, word[:2]))
    return "slow" in marks.replace("not slow", "")


def is_strict(arguments: Sequence[str]) -> bool:
    """Return whether a flaky test fails the run: `--strict` is given, or the slow tests run."""
    return STRICT in arguments or is_slow(arguments)


def is_whole(arguments: Sequence[str]) -> bool:
    """Return whether these arguments name no files, and leave the number of processes to this command."""
    return not any(word.startswith(("-n", "--pdb")) or (ROOT / word.partition("::")[0]).exists() for word in arguments)


def is_measured(arguments: Sequence[str]) -> bool:
    """Return whether all tests run, so that their coverage is meaningful."""
    return is_whole(arguments) and not any(word.startswith(("-m", "-k")) for word in arguments)


def abreast(arguments: Sequence[str]) -> list[str]:
    """Return the options of pytest by which many files run at a time."""
    return ["-n", str(SLOW_ABREAST if is_slow(arguments) else ABREAST), *IN_ORDER] if is_whole(arguments) else []


def coverage(folder: Path) -> dict[str, int]:
    """Print the coverage of the tests. Return {"coverage": 1} if it is below a minimum, otherwise {}."""
    found = test_coverage.measured(folder)
    report(f"coverage: {test_coverage.summary(found)}")
    below = test_coverage.faults(found)
    for sentence in below:
        report(sentence)
    return {"coverage": 1} if below else {}


def tests(arguments: Sequence[str], phases: Phases, environment: Mapping[str, str] | None) -> Run:
    """Run pytest, and if only a few tests fail, run those again. `environment`: None for this process's environment."""
    options = [*abreast(arguments), *arguments]
    with phases.timed("tests", "pytest"):
        ran = second_try.run(options, ROOT, environment)
    if ran.retriable and not {"--pdb", "--trace"} & {*arguments}:
        with phases.timed("second try", f"what failed, alone: {len(ran.outcomes.failed)}"):
            second_try.again(ran, options, ROOT)
    elif ran.code:
        report(ran.why_not())
    return ran


def closing(ran: Run, failed: dict[str, int], seconds: float) -> None:
    """Print a last line in pytest's form. Pytest's own covers only its phase, or only one test of the second try."""
    rules = f"{len(failed)} failed ({', '.join(failed)}), pytest ended with {ran.code}: " if failed else ""
    print(f" {rules}{ran.counts()} in {seconds:.2f}s ".center(WIDTH, "="), flush=True)  # noqa: T201
