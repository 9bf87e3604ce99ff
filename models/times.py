"""Times as stored and sent: RFC 3339 in UTC with milliseconds, which sorts as text."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)
DESK_TIME_ZONE = ZoneInfo("Europe/Brussels")  # zone for dates, wherever the server is


def now() -> datetime:
    """Return the current time in UTC."""
    return datetime.now(UTC)


def format_utc(moment: datetime) -> str:
    """Return an aware datetime as `2026-11-24T22:01:02.345Z`."""
    # Not strftime: its %Y may have fewer than four digits.
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def parse_utc(text: str) -> datetime:
    """Parse an RFC 3339 time with an offset. Raises ValueError for any other text."""
    if "T" not in text and "t" not in text:
        raise ValueError(text)
    parsed = datetime.fromisoformat(text)
    if parsed.tzinfo is None:
        raise ValueError(text)
    return parsed.astimezone(UTC)


def desk_date(text: str) -> date:
    """Return the date of a time at the desk."""
    return parse_utc(text).astimezone(DESK_TIME_ZONE).date()


def to_ms(text: str) -> int:
    """Return a time in milliseconds since 1970, for large tables. Raises ValueError as `parse_utc` does."""
    return (parse_utc(text) - _EPOCH) // _MS


def from_ms(ms: int) -> str:
    """Return milliseconds since 1970 as a text. Raises OverflowError outside the years 1 to 9999."""
    minutes, milliseconds = divmod(ms, 60_000)
    seconds, thousandths = divmod(milliseconds, 1_000)
    return f"{_minute(minutes)}{seconds:02}.{thousandths:03}Z"


@lru_cache(maxsize=4_096)
def _minute(minutes: int) -> str:
    """Return the common prefix of times in a minute. Cached, because it costs more than the rest of a time."""
    return (_EPOCH + timedelta(minutes=minutes)).isoformat(timespec="minutes").removesuffix("+00:00") + ":"
