"""What one check found."""

from dataclasses import asdict, dataclass
from enum import StrEnum


class State(StrEnum):
    OK = "ok"
    WARNING = "warning"  # it works, and may not do so for long, or not for everybody
    WRONG = "wrong"
    SKIPPED = "skipped"  # it is not in use here, or can't be looked at


@dataclass(frozen=True, slots=True)
class Finding:
    name: str
    state: State
    says: str

    @property
    def line(self) -> str:
        line = f"{self.state:8} {self.name:12} {self.says}"
        return "".join(sign if sign.isprintable() else " " for sign in line)

    @property
    def shown(self) -> dict[str, str]:
        return {**asdict(self), "state": str(self.state)}
