"""Duties of the demo: a plan of eight-hour shifts around the current time, and the people who are on duty now."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from itertools import count, pairwise
from typing import Any

from board.demo.seed_data import TIME_ZONE, Step

SEARCH = "desk"
BY = "alice"
CHANGES = (7, 15, 23)  # hours at which a shift begins
TEAMS = (("alice", "bob", "youssef", "sophie"), ("nadia", "maria"), ("jonas", "maria"))  # the first one is on duty now
DAYS_BEFORE, DAYS_AFTER = 2, 9
UNPLANNED = 8  # number of the shift without a team, counted from now, so that the plan has a gap
ARRIVAL = timedelta(minutes=3)  # time after the beginning of a shift at which its people arrive


def steps(now: datetime) -> Iterator[Step]:
    """Yield the commands that plan duties and begin those of the current shift."""
    shifts = list(pairwise(_starts(now)))
    present = max(number for number, (start, _) in enumerate(shifts) if start <= now)
    entries = [
        {"account": person, "starts_at": _offset(start, now), "ends_at": _offset(end, now)}
        for number, (start, end) in zip(count(-present), shifts, strict=False)
        for person in (() if number == UNPLANNED else TEAMS[number % len(TEAMS)])
    ]
    yield Step(SEARCH, timedelta(days=-DAYS_BEFORE), BY, "duty.plan", {"entries": entries})
    start, end = shifts[present]
    for person in TEAMS[0]:
        data: dict[str, Any] = {"until": _offset(end, now)}
        yield Step(SEARCH, min(start + ARRIVAL - now, timedelta(0)), person, "duty.begin", data)


def _starts(now: datetime) -> list[datetime]:
    today = now.astimezone(TIME_ZONE).date()
    days = (today + timedelta(days=day) for day in range(-DAYS_BEFORE, DAYS_AFTER))
    return [datetime.combine(day, time(hour), TIME_ZONE).astimezone(UTC) for day in days for hour in CHANGES]


def _offset(moment: datetime, now: datetime) -> str:
    """Return a time as an offset for the seed data, such as "-0d 5:57"."""
    minutes = int((moment - now.replace(second=0, microsecond=0)).total_seconds()) // 60
    days, rest = divmod(abs(minutes), 24 * 60)
    return f"{'-' if minutes < 0 else '+'}{days}d {rest // 60}:{rest % 60:02}"
