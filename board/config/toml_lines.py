"""Line numbers in a TOML text, by the path of a value. The standard library's parser does not record them."""

import re
from collections.abc import Sequence

_HEADER = re.compile(r"(\[{1,2})([^\]]+)\]")
_KEY = re.compile(r"([A-Za-z0-9_-]+)\s*=")

Path = tuple[str | int, ...]


def line_of(text: str, path: Sequence[str | int]) -> int:
    """Return the line of a value, from 1; for a missing value, the line of its table; 1 if there is none."""
    lines = _lines(text)
    for length in range(len(path), 0, -1):
        if (line := lines.get(tuple(path[:length]))) is not None:
            return line
    return 1


def _lines(text: str) -> dict[Path, int]:
    """Return the first line of each table and of each key, by path."""
    lines: dict[Path, int] = {}
    counts: dict[Path, int] = {}  # index of the last table in each array
    table: Path = ()
    for number, line in enumerate(map(str.strip, text.splitlines()), 1):
        if header := _HEADER.match(line):
            table = _table(header[2].split("."), header[1] == "[[", counts)
            lines.setdefault(table, number)
            lines.setdefault(table[:-1] if isinstance(table[-1], int) else table, number)
        elif key := _KEY.match(line):
            lines.setdefault((*table, key[1]), number)
    return lines


def _table(names: Sequence[str], is_array: bool, counts: dict[Path, int]) -> Path:
    """Return the path of a table, with the index of the current table in each array."""
    path: Path = ()
    for position, name in enumerate(map(str.strip, names)):
        path = (*path, name)
        if is_array and position == len(names) - 1:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path
