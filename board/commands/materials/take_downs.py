"""Take-downs: an entry, with a due time, for each recipient of a material that must no longer be shown."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import bindparam, exists, func, select
from sqlmodel import Session

from board.config.alarm_rules import Rule
from board.engine import occasions, unit_of_work
from board.engine.event_writer import EventWriter
from board.i18n import N_
from models.alarm import Alarm
from models.db.tables import columns_of, table_of
from models.distribution import Distribution
from models.entity import State
from models.occasion import ByTime, Occasion
from models.search import Search
from models.times import format_utc, parse_utc

_D, _S, _A = columns_of(Distribution), columns_of(Search), columns_of(Alarm)
_OF_BOARD = select(_D.id).where(_D.board == bindparam("board")).order_by(_D.id)
_OF_MATERIAL = _OF_BOARD.where(_D.material == bindparam("material"))
_OVERDUE = (
    select(_D.due, _D.seq).where(_D.board == bindparam("board"), _D.due <= bindparam("until")).order_by(_D.due, _D.seq).limit(1)
)
_SEARCHES = (
    select(_D.board, _D.board.label("id"), func.min(_D.due).label("due"))
    .join(table_of(Search), _S.id == _D.board)
    .where(_S.status.in_(("open", "found")), _D.due > bindparam("since"), _D.due <= bindparam("until"))
    .where(~exists().where(_A.board == _D.board, _A.rule == bindparam("rule"), _A.entity == _D.board, _A.ended_at.is_(None)))
    .group_by(_D.board)
    .limit(bindparam("limit"))
)


class Overdue(NamedTuple):
    """Due time of the longest overdue take-down, and the seq of its last event."""

    due: str
    seq: int


def begin(writer: EventWriter, material: str) -> None:
    """Add an entry for each recipient of a material who has none."""
    for row in _of_material(writer, material):
        join(writer, row)


def join(writer: EventWriter, row: Distribution) -> None:
    """Add the entry of one recipient. No-op if it exists, or if the distribution was withdrawn."""
    if row.take_down is None and row.withdrawn is None:
        write(writer, row, "distribution.take_down_due", {"take_down": entry(writer, row.way)}, conflicts=False)


def entry(writer: EventWriter, way: str) -> State:
    """Return a new entry. Its due time depends on the method by which the material was given."""
    due = parse_utc(writer.now) + timedelta(minutes=writer.task_catalogue.take_down_minutes(way))
    return {"due": format_utc(due), "done_at": None, "done_by": None, "note": None}


def cancel(writer: EventWriter, material: str) -> None:
    """Remove the entries of a material that is given out again, except those that are done."""
    for row in _of_material(writer, material):
        if row.take_down is not None and row.take_down["done_at"] is None:
            write(writer, row, "distribution.take_down_due", {"take_down": None}, conflicts=False)


def write(
    writer: EventWriter, row: Distribution, type: str, values: State, reason: str | None = None, conflicts: bool = True,
    undoes: int | None = None,
) -> None:  # fmt: skip
    """Update a distribution, and the column with the due time of its take-down."""
    writer.update(row, type, values, reason, conflicts, undoes)
    writer.set_hidden(row, {"due": due_of(row.take_down, row.withdrawn)})


def due_of(take_down: State | None, withdrawn: State | None) -> str | None:
    """Return the due time of a take-down that is not done; None if there is none."""
    due: str | None = take_down["due"] if take_down is not None and take_down["done_at"] is None and withdrawn is None else None
    return due


def overdue(writer: EventWriter, by_s: float = 0.0) -> Overdue | None:
    """Return the board's longest overdue take-down; None if none is overdue by at least `by_s` seconds."""
    until = format_utc(parse_utc(max(writer.now, writer.board.at)) - timedelta(seconds=by_s))
    row = unit_of_work.execute(writer.session, _OVERDUE, {"board": writer.board.id, "until": until}).first()
    return Overdue(row.due, row.seq) if row is not None else None


def _find(session: Session, rule: Rule, since: datetime, until: datetime) -> Iterable[Any]:
    period = {"since": format_utc(since), "until": format_utc(until)}
    return session.connection().execute(_SEARCHES, period | {"rule": rule.key, "limit": occasions.MAX_FOUND})


def recheck(writer: EventWriter, rule: Rule, *_: str) -> tuple[Search, str] | None:
    """Return the search and the cause of the alarm, if a take-down of the board has been overdue for as long as the rule waits.
    A reopened search is a new cause."""
    longest = overdue(writer, rule.after_s)
    search = unit_of_work.get(writer.session, Search, writer.board.id)
    return (search, str(max(longest.seq, search.seq))) if longest is not None and search is not None else None


OCCASION = Occasion(  # about the search: one alarm for all recipients
    N_("Take-down overdue"), page="/searches/{board}?campaign", rule="take_down_overdue", while_found=True,
    by_time=ByTime(_find, recheck),
)  # fmt: skip


def open_recipients(writer: EventWriter) -> list[str]:
    """Return the recipients who have not been asked to take down the material, with or without a take-down entry."""
    return [
        row.recipient
        for row in unit_of_work.select(writer.session, Distribution, _OF_BOARD, {"board": writer.board.id})
        if row.withdrawn is None and (row.take_down is None or row.take_down["done_at"] is None)
    ]


def _of_material(writer: EventWriter, material: str) -> list[Distribution]:
    params = {"board": writer.board.id, "material": material}
    return unit_of_work.select(writer.session, Distribution, _OF_MATERIAL, params)
