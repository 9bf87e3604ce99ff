"""Benchmarks with targets: `python -m board bench`. Each file measures one thing, in its function `measure`."""

from dataclasses import dataclass

WIDTHS = (52, 14, 17, 28)


@dataclass(frozen=True)
class Figure:
    """Measured value. `aim`: lowest good value, or highest if `low`; None without a target."""

    what: str
    value: float
    unit: str
    aim: float | None
    on: str
    low: bool = False

    @property
    def met(self) -> bool:
        return self.aim is None or (self.value <= self.aim if self.low else self.value >= self.aim)

    def row(self) -> str:
        aim = "" if self.aim is None else f"{'≤' if self.low else '≥'} {_number(self.aim)} {self.unit}"
        return _row(self.what, f"{_number(self.value)} {self.unit}", aim, self._verdict(), self.on)

    def _verdict(self) -> str:
        if self.aim is None:
            return ""
        missing = abs(self.value - self.aim)
        share = f" ({missing / self.aim:.0%})" if self.aim else ""
        return "met" if self.met else f"missed by {_number(missing)} {self.unit}{share}"


def table_head() -> str:
    return _row("figure", "measured", "aim", "", "with") + "\n" + _row(*("-" * width for width in WIDTHS), "-" * 4)


def _row(*cells: str) -> str:
    *first, last = cells
    return "| " + " | ".join(f"{cell:<{width}}" for cell, width in zip(first, WIDTHS, strict=True)) + f" | {last} |"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def percentile(sorted_values: list[float], percent: int) -> float:
    """Return a percentile of a non-empty sorted list."""
    assert sorted_values, "nothing was measured"
    return sorted_values[min(len(sorted_values) - 1, len(sorted_values) * percent // 100)]
