"""Output of commands: rows as lines or as JSON, and progress on a terminal."""

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, Any

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


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


def progress(line: str) -> None:
    """Replace the current line of the terminal. Print nothing if standard error is no terminal."""
    if sys.stderr.isatty():
        print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True)
