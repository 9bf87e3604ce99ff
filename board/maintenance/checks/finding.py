"""Result of one check."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple


class State(StrEnum):
    """Result of a check."""

    OK = "ok"
    WARNING = "warning"  # it works, but perhaps not for long, or not for everybody
    WRONG = "wrong"
    SKIPPED = "skipped"  # it is not in use, or can't be checked


class TableSize(NamedTuple):
    """Size of a table with its indexes. `bytes`: None if unknown."""

    name: str
    rows: int
    bytes: int | None

    @property
    def as_line(self) -> str:
        size = "" if self.bytes is None else f"{self.bytes / 1e6:12,.1f} MB"
        return f"{'':9}{self.name:20}{self.rows:14,} rows{size}"


@dataclass(frozen=True, slots=True)
class Finding:
    """Result of a check. `says`: a sentence for people. `tables`: sizes, of the check of tables."""

    name: str
    state: State
    says: str
    tables: tuple[TableSize, ...] = ()

    @property
    def as_line(self) -> str:
        row = f"{self.state:8} {self.name:12} {self.says}"
        line = "".join(sign if sign.isprintable() else " " for sign in row)
        return "\n".join((line, *(table.as_line for table in self.tables if table.rows)))

    @property
    def as_json(self) -> dict[str, Any]:
        record = {"name": self.name, "state": str(self.state), "says": self.says}
        return record | ({"tables": [table._asdict() for table in self.tables]} if self.tables else {})
