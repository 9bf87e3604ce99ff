"""Output of commands: rows as lines or as JSON, and progress: on a terminal in place, otherwise a line every ten seconds."""

import json
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, Any

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
LINE_INTERVAL_S = 10.0  # between two lines of progress in a pipe or a log


def one_of(words: Sequence[str]) -> Callable[[str], list[str]]:
    """Return a shell completion that offers these words."""
    return lambda incomplete: [word for word in words if word.startswith(incomplete)]


def print_rows(rows: Iterable[tuple[str, dict[str, Any]]], as_json: bool) -> None:
    """Print pairs of a line and its JSON object: the line of each, or one JSON list of all objects."""
    if as_json:
        print(json.dumps([values for _, values in rows], ensure_ascii=False, indent=1))
        return
    for line, _ in rows:
        print(line)


class ProgressPrinter:
    """Printer of progress on standard error. An empty line ends one piece of work; the next line begins another."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._printed_at: float | None = None

    def __call__(self, line: str) -> None:
        if sys.stderr.isatty():
            print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True)
        elif not line:
            self._printed_at = None
        elif self._printed_at is None:  # most work ends before its first line
            self._printed_at = self._now()
        elif self._now() - self._printed_at >= LINE_INTERVAL_S:
            self._printed_at = self._now()
            print(line, file=sys.stderr, flush=True)


progress = ProgressPrinter()  # of this process
