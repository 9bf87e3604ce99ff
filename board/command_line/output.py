"""What commands print, beside plain lines: JSON for programs, and how far something is for people."""

import json
import sys
from collections.abc import Iterable
from typing import Annotated, Any

import typer

AsJson = Annotated[bool, typer.Option("--json", help="As JSON, for programs.")]


def show(rows: Iterable[tuple[str, dict[str, Any]]], as_json: bool) -> None:
    """Print a line for each row, or all of them as one list in JSON."""
    if as_json:
        print(json.dumps([told for _, told in rows], ensure_ascii=False, indent=1))
        return
    for line, _ in rows:
        print(line)


def progress(line: str) -> None:
    """Print a line that moves, on a terminal."""
    if sys.stderr.isatty():
        print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True)
