"""Second try of tests that failed, each alone. A test that passes then is flaky: it is named and counted, and fails a strict
run."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from board.dev.outcomes import Outcomes

MAX_RETRIED = 20  # tests, of more than six thousand; more failures have a common cause, which a second try can't cure
COUNTS = Path(".pytest_cache") / "flaky.json"  # how often each test was flaky in this checkout
TESTS_FAILED = 1  # pytest's exit code if tests ran and some failed; others are usage errors, interruption, and nothing to run
NOTHING_RAN = 5
LINES_SHOWN = 40  # last lines of a first failure


@dataclass
class Run:
    """Exit code of pytest and the outcomes of its tests. `again`: tests that were run once more."""

    code: int
    outcomes: Outcomes
    again: list[str] = field(default_factory=list)
    flaky: list[str] = field(default_factory=list)  # tests of `again` that passed

    @property
    def retriable(self) -> bool:
        """Return whether the only failures of the run are a few named tests, and every other test ran."""
        return self.code == TESTS_FAILED and self.outcomes.complete and 0 < len(self.outcomes.failed) <= MAX_RETRIED

    def why_not(self) -> str:
        """Return the reason why a failed run gets no second try."""
        if self.code != TESTS_FAILED:
            return f"no second try: pytest ended with {self.code}"
        if len(self.outcomes.failed) > MAX_RETRIED:
            return f"no second try: {len(self.outcomes.failed)} tests failed, more than {MAX_RETRIED}"
        return "no second try: not all tests ran, or something failed that is no test"

    def flaky_lines(self) -> list[str]:
        """Return a line `FLAKY:` for each test that failed and then passed, with the end of its first failure."""
        lines = []
        for test in self.flaky:
            lines.append(f"FLAKY: {test} failed, and passed when it ran alone; it failed with:")
            lines += [f"    {line}" for line in self.outcomes.failed[test].splitlines()[-LINES_SHOWN:]]
        return lines

    def count_flaky(self, root: Path) -> None:
        """Add the flaky tests of the run to the counts of this checkout, by node id."""
        if not self.flaky:
            return
        file = root / COUNTS
        known: dict[str, int] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps(known | {test: known.get(test, 0) + 1 for test in self.flaky}, indent=1), encoding="utf-8")

    def counts(self) -> str:
        """Return the numbers of tests, in the format of pytest's closing line."""
        numbers = {
            "failed": len(self.outcomes.failed) - len(self.flaky),
            "passed": len(self.outcomes.passed) + len(self.flaky),
            "skipped": len(self.outcomes.skipped),
            "error": self.outcomes.errors,
            "rerun": len(self.again),
        }
        text = ", ".join(f"{count} {name}" for name, count in numbers.items() if count)
        return text or ("no tests ran" if self.code == NOTHING_RAN else f"1 error (pytest ended with {self.code})")


def run(arguments: Sequence[str], root: Path, environment: Mapping[str, str] | None = None) -> Run:
    """Run pytest in `root`, and record the outcome of each test."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "outcomes.json"
        command = [*arguments, "-p", "board.dev.outcomes", f"--outcomes={file}"]
        done = subprocess.run([sys.executable, "-m", "pytest", *command], check=False, cwd=root, env=environment)  # noqa: S603
        return Run(done.returncode, Outcomes.read(file))


def again(first: Run, arguments: Sequence[str], root: Path) -> None:
    """Run each failed test alone, in turn. If all pass, the run has passed."""
    alone = arguments_for_one(arguments, first.outcomes.places)
    for test in first.outcomes.failed:
        first.again.append(test)
        second = run([*alone, test], root)
        if second.code == 0 and test in second.outcomes.passed:  # a test that is skipped now has not passed
            first.flaky.append(test)
    if len(first.flaky) == len(first.again):
        first.code = 0


def arguments_for_one(arguments: Sequence[str], places: Sequence[str]) -> list[str]:
    """Return the arguments for one test: without places, workers, and a report file that would be overwritten."""
    words = [word for word in arguments if word not in places]
    words += ["--junitxml="] if any(word.startswith("--junit") for word in words) else []
    return [*words, "-n0"] if any(word.startswith(("-n", "--numprocesses")) for word in words) else words
