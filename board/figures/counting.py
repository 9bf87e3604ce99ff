"""Counts of files: lines with the same figures for each type, age and step of a period, and for all files."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from board.figures.files import File
from board.figures.periods import Period, local
from models.search import CONDITIONS, KINDS

AGES = {"0-5": 5, "6-12": 12, "13-15": 15, "16-17": 17, "18-": 200}  # by the last year of each group
NO_AGE = "unknown"
OUTCOMES = (*CONDITIONS, "not_found", "open")  # `not_found`: closed without a found child; `open`: still missing
WEEKDAYS, HOURS = tuple(map(str, range(1, 8))), tuple(map(str, range(24)))
WITHIN_MS = 48 * 3_600_000


@dataclass(frozen=True, slots=True)
class Waits:
    """Lengths of waits in milliseconds, ascending."""

    lengths: Sequence[int]

    def ranked(self, percent: int) -> int:
        """Return a length by nearest rank, as in the watch."""
        return self.lengths[-(-len(self.lengths) * percent // 100) - 1]

    def within(self, ms: int) -> int:
        return sum(length <= ms for length in self.lengths)


@dataclass(frozen=True, slots=True)
class Line:
    """Figures of some files."""

    name: str
    files: int
    year_before: int
    worrying: int
    public: int
    discreet: int
    open: int
    found: int
    opened_after: Waits
    found_after: Waits


@dataclass(frozen=True, slots=True)
class Count:
    """Number of files. `year_before`: 0 if it is not compared."""

    name: str
    files: int
    year_before: int = 0


def line_of(name: str, files: Sequence[File], year_before: int) -> Line:
    """Return the figures of some files."""
    return Line(
        name, len(files), year_before, sum(file.worrying for file in files), sum(file.public for file in files),
        sum(file.discreet for file in files), sum(file.status == "open" for file in files),
        sum(file.found_at is not None for file in files),
        Waits(sorted(wait for file in files if (wait := file.until_opened) is not None)),
        Waits(sorted(wait for file in files if (wait := file.until_found) is not None)),
    )  # fmt: skip


def lines_by(key: Callable[[File], str], names: Iterable[str], files: Iterable[File], before: Iterable[File]) -> list[Line]:
    """Return a line for each name."""
    groups: dict[str, list[File]] = {}
    for file in files:
        groups.setdefault(key(file), []).append(file)
    earlier = Counter(map(key, before))
    return [line_of(name, groups.get(name, []), earlier[name]) for name in names]


def by_kind(files: Iterable[File], before: Iterable[File]) -> list[Line]:
    return lines_by(lambda file: file.kind, KINDS, files, before)


def by_age(files: Iterable[File], before: Iterable[File]) -> list[Line]:
    return lines_by(lambda file: age_group(file.age), (*AGES, NO_AGE), files, before)


def age_group(age: int | None) -> str:
    """Return the group of an age."""
    return NO_AGE if age is None else next(name for name, last in AGES.items() if age <= last)


def by_step(period: Period, files: Iterable[File], before: Iterable[File]) -> list[Count]:
    """Return the files of each month of a year, or each day of a month. `before`: of the entire period a year before."""
    current = Counter(period.step_of(file.opened_at) for file in files)
    earlier = Counter(period.step_of(file.opened_at) for file in before)
    return [Count(period.name_of(step), current[step], earlier[step]) for step in range(1, period.steps + 1)]


def by_weekday(files: Iterable[File]) -> list[Count]:
    """Return the reports of each day of the week, 1 for Monday."""
    numbers = Counter(str(local(file.came_in).isoweekday()) for file in files)
    return [Count(name, numbers[name]) for name in WEEKDAYS]


def by_hour(files: Iterable[File]) -> list[Count]:
    """Return the reports of each hour of the day in Brussels."""
    numbers = Counter(str(local(file.came_in).hour) for file in files)
    return [Count(name, numbers[name]) for name in HOURS]


def by_outcome(files: Iterable[File]) -> list[Count]:
    """Return the files of each outcome."""
    numbers = Counter(_outcome(file) for file in files)
    return [Count(name, numbers[name]) for name in OUTCOMES]


def _outcome(file: File) -> str:
    if file.status == "open":
        return "open"
    return file.condition or "not_found"
