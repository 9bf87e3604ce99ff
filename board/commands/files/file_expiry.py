"""Expiry of withdrawn files. The server removes the bytes of a file some days after its withdrawal. If the content of one of its
events was erased, the server erases the rest of the file's data too. Each step is an event, committed before bytes are deleted.
"""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, literal_column, select
from sqlmodel import Session

from board.commands.command import Ack
from board.commands.execute import CommandResult
from board.commands.registry import Command
from board.engine import erasure, kinds, unit_of_work
from board.engine.event_writer import EventWriter
from board.errors import Refused
from models.db.tables import columns_of
from models.declared import declared_of
from models.entity import State
from models.file import File
from models.times import format_utc

_F = columns_of(File)
# text: databases use the partial index `file_withdrawn` only for a literal
_IS_STORED = and_(_F.withdrawn.is_not(None), _F.stored > literal_column("0"), _F.removed.is_(None))


def _queries(is_due: Any) -> tuple[Select[Any], Select[Any]]:
    """Return the query for all due files, and the query for the files among `ids` that are still due."""
    due, still_due = select(_F.id, _F.board).where(_IS_STORED, is_due), select(_F.id).where(_IS_STORED, is_due)
    return (
        due.order_by(_F.board, _F.id).limit(bindparam("limit")),
        still_due.where(_F.id.in_(bindparam("ids")), _F.board == bindparam("board")).order_by(_F.id),
    )


_OF_WITHDRAWN = _queries(_F.withdrawn["at"].as_string() <= bindparam("before"))
_OF_ERASED = _queries(_F.id.in_(erasure.erased_of_kind(File.KIND)))


def due(session: Session, now: datetime, after_days: int, limit: int, erased: bool = False) -> list[Row[Any]]:
    """Return `id` and `board` of the stored files that were withdrawn at least `after_days` days ago; with `erased`, of the
    stored files with an erased event."""
    due, _ = _OF_ERASED if erased else _OF_WITHDRAWN
    return list(session.connection().execute(due, _before(now, after_days, erased) | {"limit": limit}))


def remove_due(
    session: Session, board: str, ids: Collection[str], clock: Callable[[], datetime], after_days: int, erased: bool = False
) -> CommandResult:  # fmt: skip
    """Remove the bytes of these files if they are still due; with `erased`, also erase their data. Locks the board."""
    locked = unit_of_work.lock_board(session, board)
    if locked is None:
        raise Refused("not_found")
    now = clock()
    writer = EventWriter(session, None, Command("", board, "", {}), locked, None, format_utc(now))
    params = {"ids": list(ids), "board": board} | _before(now, after_days, erased)
    _, still_due = _OF_ERASED if erased else _OF_WITHDRAWN
    for row in unit_of_work.select(session, File, still_due, params):
        removed = {"removed": {"at": writer.now, "by": None}}
        if erased:
            erase(writer, row, removed)
        else:
            writer.update(row, "file.removed", removed, conflicts=False)
    events = tuple(writer.result.events)
    return CommandResult(Ack("", board, [event.seq for event in events]), events, ((board, locked.epoch),))


def erase(writer: EventWriter, row: File, removed: State) -> None:
    """Clear the personal data in the row, by an event that records the erasure, and erase the content of all earlier events."""
    writer.update(row, "file.erased", _blank(row) | removed, conflicts=False)
    erasure.erase_before(writer.session, row.board, row.id, row.seq)


def _blank(row: File) -> State:
    """Return the columns with personal data, cleared: null, or an empty text if null is not allowed."""
    values: State = {}
    for spec in kinds.of(row).fields:
        group = values.get(spec.column, getattr(row, spec.column))
        if spec.personal and spec.path == spec.column:
            values[spec.column] = None if type(row).__table__.c[spec.column].nullable else ""  # type: ignore[attr-defined]
        elif spec.personal and group is not None:
            name = spec.path.removeprefix(f"{spec.column}.")
            fields = declared_of(type(row))[spec.column].type.model_fields
            values[spec.column] = group | {name: "" if fields[name].is_required() else None}
    return values


def _before(now: datetime, after_days: int, erased: bool) -> dict[str, str]:
    return {} if erased else {"before": format_utc(now - timedelta(days=after_days))}
