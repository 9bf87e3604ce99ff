"""Counts of searches: lines with the same figures for each type, age and step of a period, and for all searches."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from board.figures.past_searches import PastSearch
from board.figures.periods import Period, local
from models.search import CONDITIONS, KINDS

AGES = {"0-5": 5, "6-12": 12, "13-15": 15, "16-17": 17, "18-": 200}  # last year of each group
NO_AGE = "unknown"
OUTCOMES = (*CONDITIONS, "not_found", "open")  # `not_found`: closed without a found child; `open`: still missing
WEEKDAYS, HOURS = tuple(map(str, range(1, 8))), tuple(map(str, range(24)))
WITHIN_MS = 48 * 3_600_000


@dataclass(frozen=True, slots=True)
class Waits:
    """Lengths of waits in milliseconds, ascending."""

    lengths: Sequence[int]

    def ranked(self, percent: int) -> int:
        """Return the length at a percentile, by nearest rank, as in the watch."""
        return self.lengths[-(-len(self.lengths) * percent // 100) - 1]

    def within(self, ms: int) -> int:
        return sum(length <= ms for length in self.lengths)


@dataclass(frozen=True, slots=True)
class Line:
    """Figures of some searches."""

    name: str
    searches: int
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
    """Number of searches. `year_before`: 0 if it is not compared."""

    name: str
    searches: int
    year_before: int = 0


def line_of(name: str, searches: Sequence[PastSearch], year_before: int) -> Line:
    """Return the figures of some searches."""
    return Line(
        name, len(searches), year_before, sum(search.worrying for search in searches), sum(search.public for search in searches),
        sum(search.discreet for search in searches), sum(search.status == "open" for search in searches),
        sum(search.found_at is not None for search in searches),
        Waits(sorted(wait for search in searches if (wait := search.until_opened) is not None)),
        Waits(sorted(wait for search in searches if (wait := search.until_found) is not None)),
    )  # fmt: skip


def lines_by(
    key: Callable[[PastSearch], str], names: Iterable[str], searches: Iterable[PastSearch], before: Iterable[PastSearch]
) -> list[Line]:
    """Return a line for each name."""
    groups: dict[str, list[PastSearch]] = {}
    for search in searches:
        groups.setdefault(key(search), []).append(search)
    earlier = Counter(map(key, before))
    return [line_of(name, groups.get(name, []), earlier[name]) for name in names]


def by_kind(searches: Iterable[PastSearch], before: Iterable[PastSearch]) -> list[Line]:
    return lines_by(lambda search: search.kind, KINDS, searches, before)


def by_age(searches: Iterable[PastSearch], before: Iterable[PastSearch]) -> list[Line]:
    return lines_by(lambda search: age_group(search.age), (*AGES, NO_AGE), searches, before)


def age_group(age: int | None) -> str:
    """Return the name of an age's group, one of AGES or NO_AGE."""
    return NO_AGE if age is None else next((name for name, last in AGES.items() if age <= last), [*AGES][-1])


def by_step(period: Period, searches: Iterable[PastSearch], before: Iterable[PastSearch]) -> list[Count]:
    """Return the number of searches in each month of a year, or on each day of a month. `before`: searches of the entire period a
    year before."""
    current = Counter(period.step_of(search.opened_at) for search in searches)
    earlier = Counter(period.step_of(search.opened_at) for search in before)
    return [Count(period.name_of(step), current[step], earlier[step]) for step in range(1, period.steps + 1)]


def by_weekday(searches: Iterable[PastSearch]) -> list[Count]:
    """Return the number of reports on each day of the week, 1 for Monday."""
    numbers = Counter(str(local(search.came_in).isoweekday()) for search in searches)
    return [Count(name, numbers[name]) for name in WEEKDAYS]


def by_hour(searches: Iterable[PastSearch]) -> list[Count]:
    """Return the number of reports in each hour of the day in Brussels."""
    numbers = Counter(str(local(search.came_in).hour) for search in searches)
    return [Count(name, numbers[name]) for name in HOURS]


def by_outcome(searches: Iterable[PastSearch]) -> list[Count]:
    """Return the number of searches with each outcome."""
    numbers = Counter(_outcome(search) for search in searches)
    return [Count(name, numbers[name]) for name in OUTCOMES]


def _outcome(search: PastSearch) -> str:
    if search.status == "open":
        return "open"
    return search.condition or "not_found"
