"""Steps of an install: programs that run in turn, with progress on the terminal."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable

LINES_SHOWN = 15  # last lines of output: they contain pip's reason
LOG_INTERVAL_S = 60.0  # between two lines of progress in a log; most installs finish before the first


class CannotInstall(Exception):
    """Failure to build the environment. The text is a sentence for the user."""


def report(sentence: str) -> None:
    print(f"board: {sentence}", file=sys.stderr, flush=True)  # noqa: T201 - logging needs packages


def output_of(command: list[str]) -> str:
    """Return the output of a command on one line; empty if it does not start or fails."""
    try:
        result = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - our own words, no shell
    except OSError:
        return ""
    return " ".join(result.stdout.split()) if result.returncode == 0 else ""


def find_uv() -> str | None:
    """Return the path of a uv that works (a version manager may have a shim without one)."""
    uv = shutil.which("uv")
    return uv if uv and output_of([uv, "--version"]) else None


def run(command: list[str]) -> None:
    """Run one step of the install with progress. If it fails, print its last lines and raise CannotInstall."""
    environment = os.environ | {"PIP_USER": "0"}  # overrides a user's setting that can't apply to an environment
    environment.pop("PYTHONHOME", None)
    lines: list[str] = []
    progress = Progress()
    with subprocess.Popen(  # noqa: S603 - our own words, no shell
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        close_fds=False,  # the step inherits the install lock
    ) as step:
        assert step.stdout is not None
        for line in step.stdout:
            lines.append(line.rstrip())
            progress.show(lines)
    if sys.stderr.isatty():
        sys.stderr.write("\r\033[K")
    if step.returncode != 0:
        sys.stderr.write("\n".join(lines[-LINES_SHOWN:]) + "\n")
        raise CannotInstall("the install failed, for the reason above")


class Progress:
    """Progress of a step: on a terminal the last line of its output, in place; in a log one line per minute."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now, self._logged_at = now, now()

    def show(self, lines: list[str]) -> None:
        line = lines[-1].strip()
        if sys.stderr.isatty():
            width = shutil.get_terminal_size().columns - 1
            sys.stderr.write(f"\r\033[K  {line}"[: width + 4])
            sys.stderr.flush()
        elif self._now() - self._logged_at >= LOG_INTERVAL_S:
            self._logged_at = self._now()
            report(f"still installing: {line[:120]}")
