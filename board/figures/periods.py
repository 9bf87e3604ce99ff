"""Periods of figures: a year or a month of the calendar in Brussels, with its steps and the same period a year before."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from models.times import DESK_TIME_ZONE, format_utc, from_ms, parse_utc, to_ms

FIRST_YEAR, LAST_YEAR = 1990, 2200


class Period(NamedTuple):
    """Year or month, in milliseconds since 1970; its end is excluded. `month`: 0 for a year."""

    year: int
    month: int
    start: int
    end: int

    @property
    def year_before(self) -> "Period":
        return period_of(self.year - 1, self.month)

    def step_of(self, at: int) -> int:
        """Return the month of a time in a year, or the day of a time in a month."""
        moment = local(at)
        return moment.day if self.month else moment.month

    @property
    def steps(self) -> int:
        """Number of months in a year, or of days in a month."""
        return (local(self.end) - timedelta(days=1)).day if self.month else 12

    def name_of(self, step: int) -> str:
        """Return a month as `2026-11`, or a day as `2026-11-30`."""
        return f"{self.year:04}-{self.month:02}-{step:02}" if self.month else f"{self.year:04}-{step:02}"


def period_of(year: int, month: int) -> Period:
    """Return a month, or the year if the month is 0."""
    following = (year + 1, 1) if month in (0, 12) else (year, month + 1)
    return Period(year, month, start_of_month(year, month or 1), start_of_month(*following))


def start_of_month(year: int, month: int) -> int:
    return to_ms(format_utc(datetime(year, month, 1, tzinfo=DESK_TIME_ZONE).astimezone(UTC)))


def local(at: int) -> datetime:
    """Return the date and time in Brussels. `at`: milliseconds since 1970."""
    return parse_utc(from_ms(at)).astimezone(DESK_TIME_ZONE)


def month_of(at: int) -> int:
    """Return the beginning of the month of a time."""
    moment = local(at)
    return start_of_month(moment.year, moment.month)


def a_year_before(at: int) -> int:
    """Return the same date and clock time a year before; for 29 February, the end of that month."""
    moment = local(at)
    if (moment.month, moment.day) == (2, 29):
        return start_of_month(moment.year - 1, 3)
    return to_ms(format_utc(moment.replace(year=moment.year - 1).astimezone(UTC)))
