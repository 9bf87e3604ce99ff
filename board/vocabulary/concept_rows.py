"""Rows of `concepts.tsv`, checked one by one."""

import re
from collections.abc import Iterable, Iterator

from board.vocabulary.concept import COLUMNS, GENDERS, GROUPS, LANGUAGES
from models.db.errors import ConfigurationError
from models.searchable import words

MAX_LINE = 8_000  # characters of a line
MAX_LINES = 5_000
NOTHING = "-"
_ID = re.compile(r"[a-z][a-z0-9_]{0,39}")
_PARENTS = re.compile(r"=?[a-z][a-z0-9_]*(?:[:+][a-z][a-z0-9_]*){0,5}")
_GENDER_COLUMNS = {"fr_gender": GENDERS["fr"], "nl_article": GENDERS["nl"], "de_gender": GENDERS["de"]}

Row = dict[str, str]
NumberedRow = tuple[int, Row]


class LineError(ConfigurationError):
    """Error in a line of a vocabulary file."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(f"line {line}: {sentence}")


def read_rows(lines: Iterable[str], *, is_checked: bool = False) -> Iterator[NumberedRow]:
    """Yield the rows with their lines. Raises LineError. `is_checked`: the program's own file, which a test checks."""
    numbered = enumerate(lines, 1)
    _check_header(next(numbered, (1, ""))[1].removeprefix("\ufeff").rstrip("\r\n").split("\t"))
    for number, line in numbered:
        if number > MAX_LINES:
            raise LineError(number, f"the file must have at most {MAX_LINES:,} lines")
        if line.strip():
            cells = line.rstrip("\r\n").split("\t")
            yield number, dict(zip(COLUMNS, cells, strict=True)) if is_checked else _row(number, line.rstrip("\r\n"))


def _check_header(columns: list[str]) -> None:
    if unknown := [column for column in columns if column not in COLUMNS]:
        raise LineError(1, f"{unknown[0][:40]!r} is not a column; the columns are {' '.join(COLUMNS)}")
    if tuple(columns) != COLUMNS:
        raise LineError(1, f"the columns must be, in this order, separated by tabs: {' '.join(COLUMNS)}")


def _row(number: int, line: str) -> Row:
    if len(line) > MAX_LINE:
        raise LineError(number, f"must have at most {MAX_LINE:,} characters")
    cells = line.split("\t")
    if len(cells) != len(COLUMNS) or not all(map(str.strip, cells)):
        raise LineError(number, f"must have {len(COLUMNS)} columns without an empty cell ({NOTHING!r} stands for no value)")
    row = dict(zip(COLUMNS, map(str.strip, cells), strict=True))
    for check in (_check_names, _check_forms, _check_genders, _check_attributes):
        if problem := check(row):
            raise LineError(number, problem)
    return row


def _check_names(row: Row) -> str | None:
    if not _ID.fullmatch(row["id"]):
        return f"the id {row['id'][:40]!r} must be lower-case letters, figures and _"
    if row["group"] not in GROUPS:
        return f"{row['group'][:40]!r} is not a group"
    if row["is_a"] != NOTHING and not _PARENTS.fullmatch(row["is_a"]):
        return f"is_a {row['is_a'][:40]!r} is not understood"
    return None


def _check_forms(row: Row) -> str | None:
    for language in LANGUAGES:
        forms = ["…".join(" ".join(words(part)) for part in form.split("…")) for form in row[language].split("|")]
        if not all(forms):
            return f"{language} has an empty form"
        if len(set(forms)) < len(forms):
            return f"{language} has a form twice"
        if any(form.strip().startswith("…") or form.strip().endswith("…") for form in row[language].split("|")):
            return f"{language} has a form with … at an end"
    return None


def _check_genders(row: Row) -> str | None:
    given = {column for column in _GENDER_COLUMNS if row[column] != NOTHING}
    if given and (len(given) < len(_GENDER_COLUMNS) or any(row[column] not in _GENDER_COLUMNS[column] for column in given)):
        return "a noun needs fr_gender (m f mp fp), nl_article (de het pl) and de_gender (m f n pl)"
    return None


def _check_attributes(row: Row) -> str | None:
    given = [language for language in LANGUAGES if row[f"{language}_attr"] != NOTHING]
    if given and (len(given) < len(LANGUAGES) or row["fr_gender"] != NOTHING):
        return "xx_attr is needed in all languages or in none, and not for nouns"
    for language in given:
        forms = row[f"{language}_attr"].split("|")
        if len(forms) not in (1, len(GENDERS.get(language, " "))) or any(form.count("~") != 1 for form in forms):
            return f"{language}_attr needs one form or one for each gender, each with one ~"
    shades = row["on_colour"].split("|")
    if row["on_colour"] != NOTHING and (row["group"] != "shade" or [form.count("~") for form in shades] != [1] * len(LANGUAGES)):
        return "on_colour needs a form for each language, each with one ~, and belongs to a shade"
    return None
