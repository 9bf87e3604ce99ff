"""Result of one check."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Result of a check."""

    OK = "ok"
    WARNING = "warning"  # it works, but perhaps not for long, or not for everybody
    WRONG = "wrong"
    SKIPPED = "skipped"  # it is not in use, or can't be checked


@dataclass(frozen=True, slots=True)
class Finding:
    """Result of a check, with a sentence for people."""

    name: str
    state: State
    says: str

    @property
    def as_line(self) -> str:
        row = f"{self.state:8} {self.name:12} {self.says}"
        return "".join(sign if sign.isprintable() else " " for sign in row)

    @property
    def as_json(self) -> dict[str, str]:
        return {"name": self.name, "state": str(self.state), "says": self.says}
