"""Rows of `places.csv`, with the number of the line that each begins on."""

import csv
from collections.abc import Iterable, Iterator
from typing import Any

from board.config.own_place import COLUMNS, REQUIRED

MAX_LINE = 4_000  # characters of a line
DELIMITERS = ",;\t"  # spreadsheets in Belgium write semicolons

NumberedFields = tuple[int, dict[str, Any]]  # line, fields


class LineError(ValueError):
    """Error in a line of a file."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(f"line {line}: {sentence}")


def read_rows(lines: Iterable[str]) -> Iterator[NumberedFields]:
    """Yield the fields of each row. Raises LineError."""
    short_lines = _limited(lines)
    header = next(short_lines, "").removeprefix("\ufeff")
    delimiter = max(DELIMITERS, key=header.count)
    columns = [column.strip().lower() for column in next(csv.reader([header], delimiter=delimiter), [])]
    _check_columns(columns)
    reader = csv.reader(short_lines, delimiter=delimiter, strict=True)
    line = 2
    try:
        for row in reader:
            if row and len(row) != len(columns):
                raise LineError(line, f"must have {len(columns)} columns like the first line, and has {len(row)}")
            if any(map(str.strip, row)):
                yield line, dict(zip(columns, row, strict=True))
            line = reader.line_num + 2
    except csv.Error as error:
        raise LineError(line, f"can't be read: {error}") from None


def _limited(lines: Iterable[str]) -> Iterator[str]:
    for number, line in enumerate(lines, 1):
        if len(line) > MAX_LINE:
            raise LineError(number, f"must have at most {MAX_LINE} characters")
        yield line


def _check_columns(columns: list[str]) -> None:
    unknown = [column for column in columns if column not in COLUMNS]
    if unknown:
        raise LineError(1, f"{unknown[0][:40]!r} must be one of the columns {', '.join(COLUMNS)}")
    missing = [column for column in REQUIRED if column not in columns]
    if missing:
        raise LineError(1, f"the column {missing[0]} is missing")
    if len(set(columns)) < len(columns):
        raise LineError(1, "each column must occur once")
