"""Ends of appeals that end by themselves at their time, such as a Child Alert. The time is in the database, and each end is
written once, under the lock of the board, by whichever process is first."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlmodel import Session

from board.commands.cards import tasks
from board.commands.searches import appeals
from board.commands.searches.search_times import record_search_times
from board.engine import occasions, unit_of_work
from board.engine.event_writer import EventWriter
from models.db.tables import columns_of
from models.entity import State
from models.search import Search
from models.times import format_utc

_S = columns_of(Search)
_DUE = (
    select(_S.id, _S.appeal_until, _S.appeal)
    .where(_S.appeal_until <= bindparam("until"), _S.status == "open")
    .order_by(_S.appeal_until)
    .limit(bindparam("limit"))
)


def due(session: Session, levels: Sequence[str], until: datetime) -> Mapping[str, str]:
    """Return the ends of appeals of these levels up to a time, by search."""
    rows = session.connection().execute(_DUE, {"until": format_utc(until), "limit": occasions.MAX_FOUND})
    return {row.id: row.appeal_until for row in rows if row.appeal["level"] in levels}


def end(writer: EventWriter) -> None:
    """End the appeal of the writer's search if its time is up: set the appeal before it again if that still runs, and add the
    task to say that it has ended. Needs both boards."""
    row = unit_of_work.get(writer.session, Search, writer.board.id)
    if row is None or not is_over(row.status, row.appeal, writer):
        return
    rules = writer.task_catalogue.appeal.of(row.appeal["level"])
    appeals.apply_appeal(writer, row, _next(row.appeal, writer.now))
    if rules.after is not None and writer.has_room(reserved=True):
        tasks.add_from_template(writer, rules.after, take_down=True)
    record_search_times(writer)


def is_over(status: str, appeal: State, writer: EventWriter) -> bool:
    """Return whether an appeal should have ended by itself."""
    until, rules = appeal.get("until"), writer.task_catalogue.appeal.of(appeal["level"])
    return status == "open" and rules.ends and until is not None and until <= writer.now


def _next(appeal: State, now: str) -> State:
    before = appeal.get("before")
    if before is None or (before["until"] is not None and before["until"] <= now):
        return appeals.NONE
    return appeals.stored(before)
