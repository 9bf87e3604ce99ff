"""Times as they are kept and sent: RFC 3339 in UTC with milliseconds, which sorts as text."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

DESK_TIME_ZONE = ZoneInfo("Europe/Brussels")  # the days of the desk, wherever the server stands


def now() -> datetime:
    """The wall clock, in UTC."""
    return datetime.now(UTC)


def format_utc(moment: datetime) -> str:
    """`2026-11-24T22:01:02.345Z` for an aware moment."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"  # (strftime's %Y may be short)


def parse_utc(text: str) -> datetime:
    """The moment that a stamp, or any RFC 3339 text with an offset, tells. Raises ValueError for anything else."""
    if "T" not in text and "t" not in text:
        raise ValueError(text)
    told = datetime.fromisoformat(text)
    if told.tzinfo is None:
        raise ValueError(text)
    return told.astimezone(UTC)
