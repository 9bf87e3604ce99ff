"""Steps of an install: other programs, run one after the other, and what the person sees of them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

SHOWN_ON_FAILURE = 15  # lines: pip's reason stands in the last few


class CannotInstall(Exception):
    """There is no way to make the environment here; the text is the sentence for the person."""


def report(sentence: str) -> None:
    print(f"board: {sentence}", file=sys.stderr, flush=True)  # noqa: T201 - before there is anything else to say it with


def output_of(command: list[str]) -> str:
    """Return what a command prints, on one line; empty if it can't be started or fails."""
    try:
        said = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - our own words, no shell
    except OSError:
        return ""
    return " ".join(said.stdout.split()) if said.returncode == 0 else ""


def find_uv() -> str | None:
    """Return the path of a uv that works (a version manager's shim may be there without one)."""
    uv = shutil.which("uv")
    return uv if uv and output_of([uv, "--version"]) else None


def run(command: list[str]) -> None:
    """Run one step of the install and show how far it is. Raises CannotInstall with the step's last lines."""
    environment = os.environ | {"PIP_USER": "0"}  # a person's setting that no environment can follow
    environment.pop("PYTHONHOME", None)
    lines: list[str] = []
    with subprocess.Popen(  # noqa: S603 - our own words, no shell
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        close_fds=False,  # the step holds the lock along with us
    ) as step:
        assert step.stdout is not None
        for line in step.stdout:
            lines.append(line.rstrip())
            show_progress(lines)
    if sys.stderr.isatty():
        sys.stderr.write("\r\033[K")
    if step.returncode != 0:
        sys.stderr.write("\n".join(lines[-SHOWN_ON_FAILURE:]) + "\n")
        raise CannotInstall("the install failed, for the reason above")


def show_progress(lines: list[str]) -> None:
    """Show a line that moves on a terminal; elsewhere (a log) a line for each package that is fetched."""
    line = lines[-1].strip()
    if sys.stderr.isatty():
        width = shutil.get_terminal_size().columns - 1
        sys.stderr.write(f"\r\033[K  {line}"[: width + 4])
        sys.stderr.flush()
    elif line.startswith(("Collecting", "Installing", "Resolved", "Prepared", "Installed")):
        print(f"  {line[:160]}", file=sys.stderr, flush=True)  # noqa: T201
