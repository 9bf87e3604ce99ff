"""Beginning of the erasure of a part, in one transaction. After the commit, no board and no list has the part."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from sqlalchemy import bindparam, update
from sqlmodel import Session

from board.commands.files import file_expiry, photos
from board.commands.handover import briefings
from board.commands.registry import Command
from board.config.alarm_rules import AlarmRules
from board.engine import unit_of_work
from board.engine.event_writer import EventWriter
from board.retention import erasure_begin, part_quotes, part_references
from board.retention.parts import Part, all_models
from models.board import OPERATIONS
from models.db.tables import columns_of, table_of
from models.erasure import Erasure
from models.file import File
from models.read_record import ReadRecord
from models.sighting import Sighting
from models.times import format_utc

FIRST_STEP = "part_events"
_R = columns_of(ReadRecord)
_BLANK = update(table_of(ReadRecord)).where(_R.board == bindparam("search"), _R.detail == bindparam("name")).values(detail="")


def begin(session: Session, row: Erasure, parts: list[Part], now: datetime, rules: AlarmRules) -> None:
    """Remove the parts and the references to them, with an event for each. Their boards are locked."""
    row.step, row.parts = FIRST_STEP, [list(part) for part in parts]
    session.flush()
    part_references.clear(replace(_writer(session, row.board, now), alarm_rules=rules), parts)
    ids, models = {part.id for part in parts}, all_models()
    for board in dict.fromkeys(part.board for part in parts if part.kind == Sighting.KIND):
        part_quotes.erase(_writer(session, board, now), ids)
    for part in parts:
        writer = _writer(session, part.board, now)
        entity = writer.unit.entities.get(models[part.kind], part.id)
        if isinstance(entity, File):
            _erase_file(writer, entity, row.agreed_by or entity.added_by, ids)
        elif entity is not None:
            erasure_begin.remove(writer, entity)
    for board in {part.board for part in parts} - {OPERATIONS}:
        briefings.unpin(_writer(session, board, now), ids)


def _erase_file(writer: EventWriter, file: File, by: str, ids: Collection[str]) -> None:
    """Clear the data of a file, with the event of an expiry. Its row stays, without references to the erased `ids`."""
    writer.session.connection().execute(_BLANK, {"search": file.board, "name": file.name})
    withdrawn = file.withdrawn or {"at": writer.now, "by": by}
    values = {"removed": {"at": writer.now, "by": None}, "withdrawn": {**withdrawn, "reason": None}}
    owners = {name: None for name in ("card", "note") if getattr(file, name) in ids}
    file_expiry.erase(writer, file, values | owners)
    photos.take_off(writer, file.id)


def _writer(session: Session, board: str, now: datetime) -> EventWriter:
    locked, operations = unit_of_work.lock_board(session, board), unit_of_work.lock_board(session, OPERATIONS)
    assert locked is not None
    return EventWriter(session, None, Command("", board, "", {}), locked, operations, format_utc(now))
