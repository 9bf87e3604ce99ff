"""Beginning of the erasure of a part, in one transaction: from its commit on no board and no list has it."""

from datetime import datetime

from sqlalchemy import bindparam, update
from sqlmodel import Session

from board.commands.files import file_expiry, photos
from board.commands.handover import briefings
from board.commands.registry import Command
from board.engine import unit_of_work
from board.engine.event_writer import EventWriter
from board.retention import erasure_begin
from board.retention.parts import MODELS, Part
from models.board import OPERATIONS
from models.db.tables import columns_of, table_of
from models.erasure import Erasure
from models.file import File
from models.read_record import ReadRecord
from models.times import format_utc

FIRST_STEP = "part_events"
_R = columns_of(ReadRecord)
_BLANK = update(table_of(ReadRecord)).where(_R.board == bindparam("search"), _R.detail == bindparam("name")).values(detail="")


def begin(session: Session, row: Erasure, parts: list[Part], now: datetime) -> None:
    """Remove the parts, with an event for each. Their boards are locked."""
    row.step, row.parts = FIRST_STEP, [list(part) for part in parts]
    session.flush()
    for part in parts:
        writer = _writer(session, part.board, now)
        entity = writer.unit.entities.get(MODELS[part.kind], part.id)
        if isinstance(entity, File):
            _erase_file(writer, entity, row.agreed_by or entity.added_by)
        elif entity is not None:
            erasure_begin.remove(writer, entity)
    for board in {part.board for part in parts} - {OPERATIONS}:
        briefings.unpin(_writer(session, board, now), {part.id for part in parts})


def _erase_file(writer: EventWriter, file: File, by: str) -> None:
    """Clear the data of a file, by the event of its expiry. Its row stays until its bytes are deleted."""
    writer.session.connection().execute(_BLANK, {"search": file.board, "name": file.name})
    withdrawn = file.withdrawn or {"at": writer.now, "by": by}
    file_expiry.erase(writer, file, {"removed": {"at": writer.now, "by": None}, "withdrawn": {**withdrawn, "reason": None}})
    photos.take_off(writer, file.id)


def _writer(session: Session, board: str, now: datetime) -> EventWriter:
    locked, operations = unit_of_work.lock_board(session, board), unit_of_work.lock_board(session, OPERATIONS)
    assert locked is not None
    return EventWriter(session, None, Command("", board, "", {}), locked, operations, format_utc(now))
