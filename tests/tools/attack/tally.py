"""Tally of an attacker: the answers that it got, and the harm that it did."""

from collections import Counter
from dataclasses import dataclass, field

MAX_CASES = 10


@dataclass(slots=True)
class Tally:
    """Counts of one attacker. `answers`: by attempt, then by outcome (`200`, `429`). `harm`: promises that an answer broke."""

    answers: dict[str, Counter[str]] = field(default_factory=dict)
    harm: list[str] = field(default_factory=list)

    def count(self, attempt: str, outcome: str) -> None:
        self.answers.setdefault(attempt, Counter())[outcome] += 1

    def report(self, case: str) -> None:
        if len(self.harm) < MAX_CASES:
            self.harm.append(case)

    def to_dict(self) -> dict[str, object]:
        return {"answers": {name: dict(outcomes) for name, outcomes in self.answers.items()}, "harm": self.harm}
