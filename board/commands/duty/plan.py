"""Plan of duties. It proposes duties, which people confirm by `duty.begin`.

A planned duty that is not confirmed in time raises an alarm.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated, Any, NamedTuple

from pydantic import Field
from sqlalchemy import String, exists, func, literal, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session

from board.config.alarm_rules import Rule
from board.engine import occasions, unit_of_work
from board.engine.event_writer import EventWriter
from board.engine.kinds import EventSpec, Kind
from board.errors import Refused, invalid
from board.i18n import N_, P_
from models.accounts import Account
from models.alarm import Alarm
from models.board import OPERATIONS
from models.db.tables import columns_of, table_of
from models.duty import Duty, PlannedDuty
from models.fields import Data, Id, OneLine, Time
from models.ids import new_id
from models.occasion import ByTime, Occasion
from models.times import format_utc, parse_utc

UNCONFIRMED = "duty_unconfirmed"
MAX_PLANNED = 2_000  # entries of the plan; more is a faulty import
MAX_AT_ONCE = 200  # entries per command, because its transaction holds the lock of `operations`
LONGEST = timedelta(hours=48)
KEPT = timedelta(days=31)  # from the end of an entry until it leaves the plan; the journal keeps it longer
FURTHEST = timedelta(days=400)

_PLANNED, _DUTY = columns_of(PlannedDuty), columns_of(Duty)
_ACCOUNT, _ALARM = columns_of(Account), columns_of(Alarm)
_confirming = aliased(table_of(Duty))
# A planned duty is confirmed if the person is on duty, or was during the planned time. `until` excludes a duty up to the planned
# start that the server ended a moment later.
_IS_CONFIRMED = exists().where(
    _confirming.c.account == _PLANNED.account,
    or_(
        _confirming.c.ended_at.is_(None),
        (_confirming.c.until > _PLANNED.starts_at)
        & (_confirming.c.ended_at > _PLANNED.starts_at)
        & (_confirming.c.since < _PLANNED.ends_at),
    ),
)


class PlanEntry(Data):
    """Entry to add, or to change if it has an `id`.

    `uid`: id of the entry in the calendar that it comes from.
    """

    id: Id | None = None
    account: Id
    starts_at: Time
    ends_at: Time
    uid: Annotated[str, Field(max_length=80), OneLine] | None = None


class PlanDuties(Data):
    """Change the plan of duties: at most 200 entries at once, and 2,000 in total. An entry is at most 48 hours long, and begins
    at most 400 days ahead; `invalid` names the first wrong field, such as `entries.3.ends_at`.

    `remove`: ids of entries to remove; unknown ids are skipped.
    """

    entries: Annotated[list[PlanEntry], Field(max_length=MAX_AT_ONCE)] = Field(default_factory=list)
    remove: Annotated[list[Id], Field(max_length=MAX_AT_ONCE)] = Field(default_factory=list)


def plan(writer: EventWriter, data: PlanDuties) -> None:
    """Add, change and remove entries of the plan."""
    for number, entry in enumerate(data.entries):
        _check(writer, entry, f"entries.{number}")
    for id in data.remove:
        row = unit_of_work.get(writer.session, PlannedDuty, id)
        if row is not None:
            writer.delete(row, "planned_duty.removed")
    if _count(writer.session) + sum(entry.id is None for entry in data.entries) > MAX_PLANNED:
        raise Refused("too_large", N_("The plan of duties is full. Remove entries first."))
    for number, entry in enumerate(data.entries):
        values = entry.model_dump(exclude={"id"})
        if entry.id is None:
            writer.create(PlannedDuty(id=new_id(), board=writer.board.id, **values), "planned_duty.added")
        else:
            row = writer.find(PlannedDuty, entry.id, f"entries.{number}.id")
            writer.update(row, "planned_duty.changed", values)


def _check(writer: EventWriter, entry: PlanEntry, path: str) -> None:
    writer.require_person(entry.account, f"{path}.account")
    starts_at, ends_at, now = parse_utc(entry.starts_at), parse_utc(entry.ends_at), parse_utc(writer.now)
    if not timedelta(0) < ends_at - starts_at <= LONGEST:
        raise invalid(f"{path}.ends_at", N_("A duty must end after it starts, and last at most 48 hours."))
    if not now - KEPT < ends_at or starts_at > now + FURTHEST:
        raise invalid(f"{path}.starts_at", N_("The plan contains the last 31 days and the next 400."))


def _count(session: Session) -> int:
    session.flush()
    return int(session.connection().execute(select(func.count()).select_from(PlannedDuty)).scalar_one())


# -- state of the plan ----------------------------------------------------------------------------------------------------


class PlannedRow(NamedTuple):
    """Planned duty of a person who can sign in."""

    id: str
    account: str
    name: str
    starts_at: str
    ends_at: str


def absent(session: Session, now: datetime) -> list[PlannedRow]:
    """Return the planned duties that have begun and are not confirmed."""
    at = format_utc(now)
    return _named(session, _PLANNED.starts_at <= at, _PLANNED.ends_at > at, ~_IS_CONFIRMED)


def next_planned(session: Session, now: datetime, until: datetime) -> list[PlannedRow]:
    """Return the planned duties that start in a period, in order."""
    return _named(session, _PLANNED.starts_at > format_utc(now), _PLANNED.starts_at <= format_utc(until))


def _named(session: Session, *conditions: Any) -> list[PlannedRow]:
    query = (
        select(_PLANNED.id, _PLANNED.account, _ACCOUNT.name, _PLANNED.starts_at, _PLANNED.ends_at)
        .join(Account, _ACCOUNT.id == _PLANNED.account)
        .where(_ACCOUNT.enabled, *conditions)
        .order_by(_PLANNED.starts_at, _ACCOUNT.name, _PLANNED.id)
        .limit(occasions.MAX_FOUND)
    )
    return [PlannedRow(*row) for row in session.connection().execute(query)]


def past(session: Session, now: datetime) -> list[str]:
    """Return the ids of the entries that ended at least KEPT ago, and leave the plan."""
    query = select(_PLANNED.id).where(_PLANNED.ends_at <= format_utc(now - KEPT)).order_by(_PLANNED.ends_at)
    return list(session.connection().execute(query.limit(MAX_AT_ONCE)).scalars())


# -- occasion -------------------------------------------------------------------------------------------------------------


def _find_unconfirmed(session: Session, rule: Rule, _since: datetime, until: datetime) -> Iterable[Any]:
    raised = exists().where(
        _ALARM.board == OPERATIONS, _ALARM.rule == rule.key, _ALARM.entity == _PLANNED.id,
        or_(_ALARM.cause == _PLANNED.starts_at, _ALARM.ended_at.is_(None)),
    )  # fmt: skip
    query = (
        select(literal(OPERATIONS, String), _PLANNED.id, _PLANNED.starts_at)
        .join(Account, _ACCOUNT.id == _PLANNED.account)
        .where(_ACCOUNT.enabled, _PLANNED.starts_at <= format_utc(until))
        .where(_PLANNED.ends_at > format_utc(until), ~_IS_CONFIRMED, ~raised)
        .order_by(_PLANNED.starts_at)
    )
    return session.connection().execute(query.limit(occasions.MAX_FOUND))


def _recheck_unconfirmed(writer: EventWriter, rule: Rule, id: str, starts_at: str) -> tuple[PlannedDuty, str] | None:
    row = unit_of_work.get(writer.session, PlannedDuty, id)
    if row is None or row.starts_at != starts_at or row.ends_at <= writer.now:
        return None
    writer.session.flush()
    is_confirmed = writer.session.connection().execute(select(_PLANNED.id).where(_PLANNED.id == id, _IS_CONFIRMED)).first()
    return (row, starts_at) if is_confirmed is None else None


KIND = Kind(
    model=PlannedDuty,
    title=N_("Planned duty"),
    events={
        "planned_duty.added": EventSpec(N_("Duty planned"), "duty.plan"),
        "planned_duty.changed": EventSpec(N_("Planned duty changed"), "duty.plan"),
        "planned_duty.removed": EventSpec(N_("Planned duty removed"), "duty.plan"),
        "planned_duty.archived": EventSpec(N_("Planned duty archived")),
    },
    boards=("operations",),
    counted=False,
    occasions={
        UNCONFIRMED: Occasion(
            N_("Planned duty not confirmed"),
            short=P_("alarm, short", "Duty not confirmed"),
            page="/duty",
            rule="duty_unconfirmed",
            by_time=ByTime(_find_unconfirmed, _recheck_unconfirmed, ends=True),
        ),
    },
)
