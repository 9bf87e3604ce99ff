"""Calendars to import into the plan of duties: events read in a child process, matched with accounts, and compared with the plan.

Nothing changes until the preview is sent back as `duty.plan`.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from itertools import pairwise

from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy import select
from sqlmodel import Session
from typing_extensions import TypedDict

from board.child_process import parent
from board.commands.duty.plan import LONGEST
from board.duty import calendar_process
from board.engine import program_accounts
from board.errors import Refused
from board.i18n import N_
from models.accounts import Account
from models.db.tables import columns_of
from models.duty import PlannedDuty
from models.times import format_utc, parse_utc
from realtime.wire.wire_types import Count, Id, Time

AHEAD = timedelta(days=92)  # imported period; a repeating event can have no end
LONG = timedelta(hours=16)  # a longer duty is listed in `to_check`
LIMITS = parent.Limits(seconds=30, memory=512 * 1024 * 1024, output=2 * 1024 * 1024, file_size=0)
MAX_UNKNOWN = 50  # texts of events without an account

BROKEN = N_("This file cannot be read as a calendar. Export it again as an ICS file.")
TOO_MANY = N_("This calendar has more than 2,000 events in the next 92 days. Export fewer.")
TOO_OFTEN = N_("An event of this calendar repeats every hour or more often, so it is not a duty. Remove it.")
TOO_HARD = N_("Reading this calendar takes too long. Export a shorter period.")
MISSING = N_("This server cannot read calendars, because a package is missing. Its administrator must install it again.")
_REFUSALS = {
    calendar_process.MISSING: ("unavailable", MISSING), calendar_process.BROKEN: ("invalid", BROKEN),
    calendar_process.TOO_MANY: ("too_large", TOO_MANY), calendar_process.TOO_OFTEN: ("invalid", TOO_OFTEN),
}  # fmt: skip

CalendarDuty = TypedDict("CalendarDuty", {
    "id": Id | None, "account": Id, "starts_at": Time, "ends_at": Time, "uid": str | None,
})  # fmt: skip
ChangedDuty = TypedDict("ChangedDuty", {"before": CalendarDuty, "after": CalendarDuty})
UnknownPerson = TypedDict("UnknownPerson", {"text": str, "count": Count})
DutyToCheck = TypedDict("DutyToCheck", {"account": Id, "starts_at": Time, "ends_at": Time, "reason": str})
CalendarPreview = TypedDict("CalendarPreview", {
    "calendar": str, "until": Time, "new": list[CalendarDuty], "changed": list[ChangedDuty], "removed": list[CalendarDuty],
    "unchanged": Count, "unknown": list[UnknownPerson], "to_check": list[DutyToCheck],
})  # fmt: skip


class CalendarEvent(BaseModel):
    """Event of a calendar, written by the child process."""

    model_config = ConfigDict(extra="forbid")

    key: str
    summary: str
    emails: list[str]
    starts_at: datetime
    ends_at: datetime


class CalendarFile(BaseModel):
    """Events of a calendar in a period. `name`: empty if the calendar has none."""

    model_config = ConfigDict(extra="forbid")

    name: str
    entries: list[CalendarEvent]


async def read(content: bytes, now: datetime) -> CalendarFile:
    """Return the events of an iCalendar file that end after now, of the next 92 days. Raises Refused."""
    period = [now.isoformat(), (now + AHEAD).isoformat()]
    try:
        status, output = await parent.run(calendar_process.__file__, content, LIMITS, period)
    except (parent.TimeLimitExceeded, parent.OutputLimitExceeded):
        raise Refused("too_large", TOO_HARD) from None
    if status:
        raise Refused(*_REFUSALS.get(status, ("invalid", BROKEN)))
    try:
        return CalendarFile.model_validate_json(output)
    except ValidationError:
        raise Refused("invalid", BROKEN) from None


def preview(session: Session, calendar: CalendarFile, name: str, now: datetime) -> CalendarPreview:
    """Return what importing a calendar changes. Only entries of the same calendar change or disappear, and only future ones."""
    title = calendar.name or name
    people, unknown = _People(session), Counter[str]()
    planned = {row.uid: row for row in _planned(session, _prefix(title), now)}
    entries: list[CalendarDuty] = []
    for event in calendar.entries:
        accounts = people.of(event)
        if not accounts:
            unknown[event.summary or ", ".join(event.emails) or "?"] += 1
        entries += [_entry(event, account, title) for account in accounts]
    new = [entry for entry in entries if entry["uid"] not in planned]
    known = [(planned[entry["uid"]], entry) for entry in entries if entry["uid"] in planned]
    changed: list[ChangedDuty] = [
        {"before": _of_row(row), "after": {**entry, "id": row.id}}
        for row, entry in known
        if _of_row(row) != {**entry, "id": row.id}
    ]
    uids = {entry["uid"] for entry in entries}
    removed = [_of_row(row) for uid, row in planned.items() if uid not in uids and row.starts_at > format_utc(now)]
    return {
        "calendar": title, "until": format_utc(now + AHEAD), "new": new, "changed": changed, "removed": removed,
        "unchanged": len(known) - len(changed),
        "unknown": [{"text": text, "count": count} for text, count in unknown.most_common(MAX_UNKNOWN)],
        "to_check": list(_to_check([*new, *(each["after"] for each in changed)])),
    }  # fmt: skip


class _People:
    """Accounts of people, by e-mail address and by name."""

    def __init__(self, session: Session) -> None:
        columns = columns_of(Account)
        enabled = select(columns.id, columns.email, columns.name).where(columns.enabled, columns.role != "viewer")
        rows = list(session.connection().execute(enabled))
        programs = set(program_accounts.program_accounts_among(session, [row.id for row in rows]))
        self._by_email = {row.email.lower(): row.id for row in rows if row.id not in programs}
        self._by_name = {_plain(row.name): row.id for row in rows if row.id not in programs}

    def of(self, event: CalendarEvent) -> list[str]:
        """Return the accounts of an event: its attendees, otherwise the people whose names are in its title."""
        attendees = [self._by_email[email] for email in event.emails if email in self._by_email]
        if attendees:
            return list(dict.fromkeys(attendees))
        title = f" {_plain(event.summary)} "
        return sorted(id for name, id in self._by_name.items() if name and f" {name} " in title)


def _plain(text: str) -> str:
    """Return the words of a text in lower case."""
    return " ".join("".join(each if each.isalnum() else " " for each in text.casefold()).split())


def _prefix(title: str) -> str:
    """Return the beginning of the `uid` of all entries of a calendar."""
    return hashlib.sha256(title.encode()).hexdigest()[:12] + "-"


def _entry(event: CalendarEvent, account: str, title: str) -> CalendarDuty:
    key = hashlib.sha256(f"{event.key}\n{account}".encode()).hexdigest()[:32]
    starts_at, ends_at = format_utc(event.starts_at), format_utc(min(event.ends_at, event.starts_at + LONGEST))
    return {"id": None, "account": account, "starts_at": starts_at, "ends_at": ends_at, "uid": _prefix(title) + key}


def _planned(session: Session, prefix: str, now: datetime) -> list[PlannedDuty]:
    columns = columns_of(PlannedDuty)
    query = select(PlannedDuty).where(columns.uid.startswith(prefix, autoescape=True), columns.ends_at > format_utc(now))
    return list(session.exec(query).scalars())  # type: ignore[call-overload]


def _of_row(row: PlannedDuty) -> CalendarDuty:
    return {"id": row.id, "account": row.account, "starts_at": row.starts_at, "ends_at": row.ends_at, "uid": row.uid}


def _to_check(entries: Iterable[CalendarDuty]) -> Iterable[DutyToCheck]:
    """Yield duties that are longer than LONG, and those that overlap another one of the same person."""
    by_account: dict[str, list[CalendarDuty]] = {}
    for entry in entries:
        by_account.setdefault(entry["account"], []).append(entry)
        if parse_utc(entry["ends_at"]) - parse_utc(entry["starts_at"]) > LONG:
            yield _check(entry, "long")
    for own in by_account.values():
        for before, after in pairwise(sorted(own, key=lambda entry: entry["starts_at"])):
            if after["starts_at"] < before["ends_at"]:
                yield _check(after, "overlap")


def _check(entry: Mapping[str, object], reason: str) -> DutyToCheck:
    account, starts_at, ends_at = str(entry["account"]), str(entry["starts_at"]), str(entry["ends_at"])
    return {"account": account, "starts_at": starts_at, "ends_at": ends_at, "reason": reason}
