"""All checks of a checkout, in one command: `python3 -m board test [what pytest takes]`."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence

from board.bootstrap import ROOT
from board.dev import CannotStart, find_postgres
from board.dev.browser import CHOSEN, NoBrowser, find
from board.dev.find import fetch_redis
from board.install import say

RULES: dict[str, list[str]] = {
    "ruff check": ["ruff", "check", "."],
    "mypy --strict": ["mypy"],  # what it covers, and that it is strict, stands in pyproject.toml
}
LEFT_OUT = "left out: the slow tests (run them with: python3 -m board test -m slow; with all others: -m 'slow or not slow')"
WANTED = {  # program to what its absence means
    "strace": "no strace here: the trace of what is on the disk before an answer is left out (on Debian: apt install strace)",
    "ip": "no ip here: the two machines with a line between them are left out (on Debian: apt install iproute2)",
}
# Three files of tests at a time, in the order of tests/conftest.py: half of what they do is to wait.
ABREAST = ["-n", "3", "--dist", "loadfile", "--no-loadscope-reorder"]
WIDTH = 80


def run(arguments: Sequence[str]) -> int:
    """Run the rules, then pytest with `arguments`, all to their end. Gives the exit code of the first that failed."""
    if not (ROOT / "tests").is_dir():
        say("the tests are not installed along: run this in a checkout")
        return 1
    began = time.monotonic()
    try:
        os.environ[CHOSEN] = str(find(ROOT / ".venv" / "browser"))
        find_postgres()
        fetch_redis()
    except (NoBrowser, CannotStart) as why:
        say(str(why))
        return 1
    for program, sentence in WANTED.items():
        if shutil.which(program) is None:
            say(sentence)
    failed = {name: code for name, command in RULES.items() if (code := step(name, command)) != 0}
    if not any(word.startswith("-m") for word in arguments):
        say(LEFT_OUT)
    whole = not any(word.startswith(("-m", "-n", "--pdb")) or (ROOT / word.partition("::")[0]).exists() for word in arguments)
    tests = step("pytest", ["pytest", *(ABREAST if whole else ()), *arguments])
    if failed:  # pytest's own closing line says nothing of these
        closing(f"{len(failed)} failed ({', '.join(failed)}), pytest ended with {tests}", time.monotonic() - began)
    return next(iter(failed.values()), tests)


def step(name: str, command: Sequence[str]) -> int:
    """Run a module of this Python in the checkout; gives its exit code."""
    say(name)
    sys.stdout.flush()
    return subprocess.run([sys.executable, "-m", *command], check=False, cwd=ROOT).returncode  # noqa: S603


def closing(text: str, seconds: float) -> None:
    """A last line in pytest's form."""
    print(f" {text} in {seconds:.2f}s ".center(WIDTH, "="), flush=True)  # noqa: T201
