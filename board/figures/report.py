"""Figures of a period as of a time, as answers contain them: exact for coordinators, masked for everyone below."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, NamedTuple

from sqlmodel import Session
from typing_extensions import TypedDict

from board.errors import invalid
from board.figures import counting, masking, past_searches, weights, wording
from board.figures.counting import Count as Counted
from board.figures.counting import Line, Waits
from board.figures.masking import Masked, masked, masked_total
from board.figures.past_searches import PastSearch
from board.figures.periods import FIRST_YEAR, Period, a_year_before, local, month_of, period_of, start_of_month
from board.i18n import N_, gettext_for
from models.times import format_utc, from_ms, to_ms
from realtime.wire.wire_types import Count, Shape, Time

Percent = Annotated[int, Shape(minimum=0, maximum=100)]
FigureWaits = TypedDict("FigureWaits", {"median_s": Count, "p95_s": Count, "within_48_h": Percent})
FigureLine = TypedDict("FigureLine", {
    "name": str, "label": str, "searches": Count | Masked, "year_before": Count | Masked, "worrying": Count | Masked,
    "worrying_percent": Percent | None, "public": Count | Masked, "discreet": Count | Masked, "open": Count | Masked,
    "found": Count | Masked, "opened_after": FigureWaits | None, "found_after": FigureWaits | None,
})  # fmt: skip
FigureStep = TypedDict("FigureStep", {"name": str, "label": str, "searches": Count | Masked, "year_before": Count | Masked})
FigureCount = TypedDict("FigureCount", {"name": str, "label": str, "searches": Count | Masked})
FigureReport = TypedDict("FigureReport", {
    "as_of": Time, "label": str, "year": Count, "month": Count, "from": Time, "to": Time, "masked": bool,
    "first_year": Count | None,
    "all": FigureLine, "kinds": list[FigureLine], "ages": list[FigureLine], "steps": list[FigureStep],
    "weekdays": list[FigureCount], "hours": list[FigureCount], "outcomes": list[FigureCount],
})  # fmt: skip
Label = Callable[[str, str], str]
COUNTS = ("searches", "year_before", "worrying", "public", "discreet", "open", "found")


class Question(NamedTuple):
    """Period and time that a reader asks for. `year`: 0 for the year of the time. `month`: 0 for the entire year."""

    year: int
    month: int
    at: datetime | None


class Counts(NamedTuple):
    """All counts of a period, exact."""

    total: Line
    kinds: list[Line]
    ages: list[Line]
    steps: list[Counted]
    weekdays: list[Counted]
    hours: list[Counted]
    outcomes: list[Counted]

    def parts(self, name: str) -> list[list[int]]:
        """Return the counts of each table that add up to a total."""
        of_lines = [[getattr(line, name) for line in lines] for lines in (self.kinds, self.ages)]
        if name != "searches":
            return of_lines
        return of_lines + [[count.searches for count in counts] for counts in self[3:]]


def compose(session: Session, question: Question, now: datetime, masks_with: bytes | None, language: str) -> FigureReport:
    """Return the figures that a reader asks for. Raises Refused `invalid` if the time is in the future.

    `masks_with`: secret of the weights, for readers below coordinator; None for coordinators.
    """
    if question.at is not None and question.at > now:
        raise invalid("at", N_("Enter a time before now."))
    as_of = max(to_ms(format_utc(question.at or now)), start_of_month(FIRST_YEAR, 2))
    if masks_with is not None:
        as_of = month_of(as_of) - 1
    period = period_of(question.year or local(as_of).year, question.month)
    first = past_searches.first_opened(session, as_of, lambda board: masks_with is None or weights.weight(board, masks_with) > 0)
    read = past_searches.read(session, period.year_before.start, period.end, as_of)
    counts = count(period, read if masks_with is None else [*weights.weighted(read, masks_with)], as_of)
    answer = _Answer(masks_with is not None, language)
    return {
        "as_of": from_ms(as_of), "label": wording.period_label(period, language), "year": period.year, "month": period.month,
        "from": from_ms(period.start), "to": from_ms(period.end), "masked": masks_with is not None,
        "first_year": None if first is None else local(first).year,
        "all": answer.total(counts), "kinds": answer.lines(counts.kinds, wording.kind_label),
        "ages": answer.lines(counts.ages, wording.age_label), "steps": answer.steps(counts.steps),
        "weekdays": answer.counts(counts.weekdays, wording.weekday_label),
        "hours": answer.counts(counts.hours, wording.hour_label),
        "outcomes": answer.counts(counts.outcomes, wording.outcome_label),
    }  # fmt: skip


def count(period: Period, read: Sequence[PastSearch], as_of: int) -> Counts:
    """Count the searches of a period, and those of the period a year before up to the same date and time."""
    current = [search for search in read if search.opened_at >= period.start]
    earlier = [search for search in read if search.opened_at < period.year_before.end]
    comparable = earlier
    if as_of < period.end:
        comparable = [search for search in earlier if search.opened_at <= a_year_before(as_of)]
    return Counts(
        counting.line_of("all", current, len(comparable)), counting.by_kind(current, comparable),
        counting.by_age(current, comparable), counting.by_step(period, current, earlier), counting.by_weekday(current),
        counting.by_hour(current), counting.by_outcome(current),
    )  # fmt: skip


class _Answer:
    """Counts in the form of an answer, in a language."""

    def __init__(self, is_masked: bool, language: str) -> None:
        self._is_masked, self._language = is_masked, language
        self._figure: Callable[[int], int | Masked] = masked if is_masked else int

    def total(self, counts: Counts) -> FigureLine:
        """Return the line of all searches. Each of its counts is the sum of the counts in each table."""
        answer = self._line(counts.total, gettext_for(self._language)(wording.ALL))
        if self._is_masked:
            for name in COUNTS:
                answer[name] = masked_total(getattr(counts.total, name), *counts.parts(name))  # type: ignore[literal-required]
            answer["worrying_percent"] = _percent(answer["worrying"], answer["searches"])
        return answer

    def lines(self, lines: Sequence[Line], label: Label) -> list[FigureLine]:
        return [self._line(line, label(line.name, self._language)) for line in lines]

    def steps(self, counts: Sequence[Counted]) -> list[FigureStep]:
        return [
            {"name": count.name, "label": wording.step_label(count.name, self._language),
             "searches": self._figure(count.searches), "year_before": self._figure(count.year_before)}
            for count in counts
        ]  # fmt: skip

    def counts(self, counts: Sequence[Counted], label: Label) -> list[FigureCount]:
        return [
            {"name": count.name, "label": label(count.name, self._language), "searches": self._figure(count.searches)}
            for count in counts
        ]

    def _line(self, line: Line, label: str) -> FigureLine:
        searches, worrying = self._figure(line.searches), self._figure(line.worrying)
        return {
            "name": line.name, "label": label, "searches": searches, "year_before": self._figure(line.year_before),
            "worrying": worrying, "worrying_percent": _percent(worrying, searches), "public": self._figure(line.public),
            "discreet": self._figure(line.discreet), "open": self._figure(line.open), "found": self._figure(line.found),
            "opened_after": self._waits(line.opened_after), "found_after": self._waits(line.found_after),
        }  # fmt: skip

    def _waits(self, waits: Waits) -> FigureWaits | None:
        number = len(waits.lengths)
        if number < (masking.MIN_WAITS if self._is_masked else 1):
            return None
        within = _percent(waits.within(counting.WITHIN_MS), number)
        if self._is_masked:
            within = round((within or 0) / masking.PERCENT_STEP) * masking.PERCENT_STEP
        return {"median_s": _seconds(waits.ranked(50)), "p95_s": _seconds(waits.ranked(95)), "within_48_h": within or 0}


def _percent(part: int | Masked, whole: int | Masked) -> int | None:
    """Return a part as a percentage, rounded half up; None if either count is masked, or `whole` is 0."""
    if not isinstance(part, int) or not isinstance(whole, int) or whole == 0:
        return None
    return min(100, (200 * part + whole) // (2 * whole))


def _seconds(ms: int) -> int:
    """Return milliseconds as seconds, rounded up, as in the watch."""
    return -(-ms // 1000)
