"""What the board is held to in numbers: `python -m board bench`. Each file measures one thing, in its function `measure`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """`aim` is what the value should at least be (at most, where `low`)."""

    what: str
    value: float
    unit: str
    aim: float
    on: str
    low: bool = False

    def line(self) -> str:
        kept = self.value <= self.aim if self.low else self.value >= self.aim
        bound = "at most" if self.low else "at least"
        value, aim = (f"{each:,.0f}" if each >= 100 else f"{each:.3g}" for each in (self.value, self.aim))
        return f"{self.what:<58} {value:>8} {self.unit:<10} aim {bound} {aim}: {'kept' if kept else 'missed'}  ({self.on})"
