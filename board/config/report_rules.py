"""Rules for reports of disappearances, in a data file: the type of search and the criteria that the answers suggest."""

from functools import cache
from typing import Annotated

from pydantic import AfterValidator, Field

from board.config import data_files
from board.config.predefined_tasks import criteria
from models.declared import specs_of
from models.fields import Data
from models.missing_report import MissingReport
from models.search import SearchKind

FILE = "report_rules.toml"
MAX_RULES = 100
_PATHS = frozenset(spec.path for spec in specs_of(MissingReport) if spec.control == "choice")


def _check_paths(when: dict[str, list[str]]) -> dict[str, list[str]]:
    if unknown := [path for path in when if path not in _PATHS]:
        raise ValueError(f"Unknown field {unknown[0]!r}. Use one of: {', '.join(sorted(_PATHS))}.")
    return when


def _check_key(key: str) -> str:
    if key not in criteria():
        raise ValueError(f"Unknown criterion {key!r}. Use one of: {', '.join(criteria())}.")
    return key


When = Annotated[dict[str, list[str]], Field(min_length=1, max_length=20), AfterValidator(_check_paths)]


class KindRule(Data):
    """Type of search that a report has if its fields have these values."""

    kind: SearchKind
    when: When


class CriterionRule(Data):
    """Criterion that a report suggests if its fields have these values."""

    key: Annotated[str, AfterValidator(_check_key)]
    when: When


class ReportRules(Data):
    """Rules for reports, in the order of the file."""

    kind: Annotated[list[KindRule], Field(default_factory=list, max_length=MAX_RULES)]
    criterion: Annotated[list[CriterionRule], Field(default_factory=list, max_length=MAX_RULES)]


@cache
def load_report_rules() -> ReportRules:
    """Return the rules. Raises ConfigurationError."""
    return data_files.read(FILE, ReportRules, None)
