"""Reader of calendars: reads an iCalendar file on standard input, and writes its events in a period as JSON. Run in an isolated
child process with icalendar and recurring-ical-events. Arguments: begin and end of the period, RFC 3339.

A repeating rule without an end yields only the events of the period. Exit 3: a package is missing. 4: not a calendar, or broken.
5: more than MAX_EVENTS events. 6: a rule repeats every hour or more often.
"""

import datetime
import json
import sys
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

MISSING, BROKEN, TOO_MANY, TOO_OFTEN = 3, 4, 5, 6
MAX_BYTES = 1_048_576
MAX_EVENTS = 2_000
MAX_TEXT = 200  # characters of a text
ZONE = ZoneInfo("Europe/Brussels")  # of times without a zone
DAY_STARTS = datetime.time(7)  # an event of whole days is from 07:00 to 07:00
_OFTEN = ("SECONDLY", "MINUTELY", "HOURLY")
_PARTS = ("BYHOUR", "BYMINUTE", "BYSECOND")


def main() -> int:
    content = sys.stdin.buffer.read(MAX_BYTES + 1)
    try:
        import icalendar  # noqa: F401 - by read
        import recurring_ical_events  # noqa: F401 - by read
    except (ImportError, OSError):
        return MISSING
    since, until = (datetime.datetime.fromisoformat(text) for text in sys.argv[1:3])
    try:
        status, calendar = read(content, since, until)
    except Exception:  # an untrusted file: the libraries can raise anything
        return BROKEN
    if status == 0:
        sys.stdout.write(json.dumps(calendar))
    return status


def read(content: bytes, since: datetime.datetime, until: datetime.datetime) -> tuple[int, dict[str, Any]]:
    """Return 0 and the calendar's name and events in a period, or an exit code."""
    import icalendar
    import recurring_ical_events

    calendar: Any = icalendar.Calendar.from_ical(content)
    if any(_is_too_often(rule) for event in calendar.walk("VEVENT") for rule in _rules(event)):
        return TOO_OFTEN, {}
    repeating = {_uid(event) for event in calendar.walk("VEVENT") if {"RRULE", "RDATE", "RECURRENCE-ID"} & set(event)}
    events = list(recurring_ical_events.of(calendar).between(since, until))
    entries = [entry for event in events if (entry := _entry(event, _uid(event) in repeating)) is not None]
    if len(entries) > MAX_EVENTS:
        return TOO_MANY, {}
    name = str(calendar.get("X-WR-CALNAME", "") or calendar.get("NAME", ""))[:MAX_TEXT]
    return 0, {"name": name, "entries": sorted(entries, key=lambda entry: (entry["starts_at"], entry["key"]))}


def _rules(event: Any) -> Iterator[Any]:
    for name in ("RRULE", "EXRULE"):
        rules = event.get(name, [])
        yield from rules if isinstance(rules, list) else [rules]


def _is_too_often(rule: Any) -> bool:
    """Return whether a rule repeats every hour or more often, or several times a day at many minutes."""
    often = any(str(frequency).upper() in _OFTEN for frequency in rule.get("FREQ", ()))
    return often or any(len(rule.get(part, ())) > 1 for part in _PARTS)


def _uid(event: Any) -> str:
    return str(event.get("UID", ""))[:MAX_TEXT]


def _entry(event: Any, is_repeated: bool) -> dict[str, Any] | None:
    """Return an event; None if it was cancelled or has no length. `key` stays if the event moves, also one of a series."""
    starts_at, ends_at = _moment(event["DTSTART"].dt), _moment(event["DTEND"].dt)
    if str(event.get("STATUS", "")).upper() == "CANCELLED" or ends_at <= starts_at:
        return None
    recurrence = event.get("RECURRENCE-ID") if is_repeated else None
    uid = _uid(event) or f"{starts_at.isoformat()} {event.get('SUMMARY', '')}"[:MAX_TEXT]  # some programs leave it out
    key = [uid, _moment(recurrence.dt).isoformat() if recurrence is not None else ""]
    attendees = event.get("ATTENDEE", [])
    emails = [str(each).lower().removeprefix("mailto:")[:MAX_TEXT] for each in _listed(attendees)[:20]]
    return {
        "key": " ".join(key), "summary": str(event.get("SUMMARY", ""))[:MAX_TEXT], "emails": emails,
        "starts_at": starts_at.isoformat(), "ends_at": ends_at.isoformat(),
    }  # fmt: skip


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _moment(value: datetime.date | datetime.datetime) -> datetime.datetime:
    """Return a time in UTC. A date is 07:00, and a time without a zone is one in Brussels."""
    if not isinstance(value, datetime.datetime):
        value = datetime.datetime.combine(value, DAY_STARTS)
    return (value if value.tzinfo else value.replace(tzinfo=ZONE)).astimezone(datetime.UTC)


if __name__ == "__main__":
    sys.exit(main())
