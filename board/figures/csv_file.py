"""CSV file of the figures, for spreadsheets: a row for each line of each table. The columns have codes; the last has words."""

from collections.abc import Iterator

from board.config import sentences
from board.exports.exports import BOM, csv_lines
from board.figures.report import FigureLine, FigureReport
from board.figures.wording import mask_label
from board.i18n import N_, gettext_for

HEADERS = (
    N_("Table"), N_("Code"), N_("Searches"), sentences.A_YEAR_BEFORE, N_("Worrying"), N_("Worrying, %"), N_("Public campaigns"),
    N_("Discreet campaigns"), sentences.STILL_MISSING, N_("Found"), N_("Until opened, median (s)"), N_("Until found, median (s)"),
    N_("In words"),
)  # fmt: skip
Cell = int | str | None


def file_of(report: FigureReport, language: str) -> bytes:
    """Return the figures as CSV."""
    head = map(gettext_for(language), HEADERS)
    words = ([mask_label(cell, language) if cell is not None else "" for cell in row[2:-1]] for row in _rows(report))
    rows = ([*row[:2], *cells, row[-1]] for row, cells in zip(_rows(report), words, strict=True))
    return BOM + csv_lines([[*head], *rows])


def _rows(report: FigureReport) -> Iterator[list[Cell]]:
    yield ["as_of", report["as_of"], *[None] * 10, ""]
    yield _line("all", report["all"])
    yield from (_line("kind", line) for line in report["kinds"])
    yield from (_line("age", line) for line in report["ages"])
    for step in report["steps"]:
        yield [
            "day" if report["month"] else "month",
            step["name"],
            step["searches"],
            step["year_before"],
            *[None] * 8,
            step["label"],
        ]
    for table, counts in (("outcome", report["outcomes"]), ("weekday", report["weekdays"]), ("hour", report["hours"])):
        yield from ([table, count["name"], count["searches"], *[None] * 9, count["label"]] for count in counts)


def _line(table: str, line: FigureLine) -> list[Cell]:
    opened, found = line["opened_after"], line["found_after"]
    return [
        table, line["name"], line["searches"], line["year_before"], line["worrying"], line["worrying_percent"], line["public"],
        line["discreet"], line["open"], line["found"], opened and opened["median_s"], found and found["median_s"], line["label"],
    ]  # fmt: skip
