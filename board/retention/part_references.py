"""References to erased parts from entities that stay. They are cleared before the parts are removed, with an event for each."""

from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from sqlalchemy import and_, select
from sqlmodel import Session

from board.commands.alarms import alarms
from board.commands.sightings import both_boards, due_wakes
from board.engine import kinds
from board.engine.event_writer import EventWriter
from board.retention.parts import Part
from models.alarm import Alarm
from models.db.tables import columns_of
from models.entity import CountedEntity, Entity, State
from models.sighting import Sighting
from models.task import Task
from models.tip import Tip

_S, _T, _A = columns_of(Sighting), columns_of(Task), columns_of(Alarm)


class Reference(NamedTuple):
    """Entity that contains the id of a part. `other_board`: board of the sighting's twin, which changes too; None without a
    twin."""

    board: str
    model: type[Entity]
    id: str
    other_board: str | None = None


def find(session: Session, parts: Collection[Part]) -> list[Reference]:
    """Return the entities that stay and contain the id of a part, on all boards."""
    ids, tips = [part.id for part in parts], [part.id for part in parts if part.kind == Tip.KIND]
    found = dict.fromkeys((*_sightings(session, ids, tips), *_others(session, parts, ids)))
    return [reference for reference in found if reference.id not in ids]


def boards(session: Session, parts: Collection[Part]) -> set[str]:
    """Return the boards on which an erasure changes something."""
    references = find(session, parts)
    other_boards = {reference.other_board for reference in references} - {None}
    return {part.board for part in parts} | {reference.board for reference in references} | {str(board) for board in other_boards}


def clear(writer: EventWriter, parts: Collection[Part]) -> None:
    """Clear the references to these parts. Their boards are locked. A former duplicate must be assessed again."""
    ids = {part.id for part in parts}
    for board, model, id, _ in find(writer.session, parts):
        row = writer.unit.entities.get(model, id)
        if row is not None:
            _clear(writer.beside(writer.unit.boards[board]), row, ids)
    both_boards.follow(writer)
    due_wakes.mark(writer.session, writer.result, writer.now)
    alarms.record_alarms(writer)


def _sightings(session: Session, ids: list[str], tips: list[str]) -> Iterator[Reference]:
    is_of_tip = and_(_S.from_tip.is_not(None), _S.from_tip["id"].as_string().in_(tips))  # reads all sightings that were tips
    for condition in (_S.duplicate_of.in_(ids), *([is_of_tip] if tips else ()), _S.id.in_(_twins(session, ids))):
        for row in session.connection().execute(select(_S.board, _S.id, _S.twin).where(condition).order_by(_S.id)):
            yield Reference(row.board, Sighting, row.id, row.twin["search"] if row.twin is not None else None)


def _twins(session: Session, ids: list[str]) -> list[str]:
    """Return the ids of the sightings on other boards that these sightings name: both name each other, also while separated."""
    twins = session.connection().execute(select(_S.twin).where(_S.id.in_(ids), _S.twin.is_not(None))).scalars()
    return [twin["sighting"] for twin in twins]


def _others(session: Session, parts: Collection[Part], ids: list[str]) -> Iterator[Reference]:
    is_about = and_(_A.board.in_(sorted({part.board for part in parts})), _A.entity.in_(ids))
    for model, columns, condition in ((Task, _T, _T.sighting.in_(ids)), (Alarm, _A, is_about)):
        for row in session.connection().execute(select(columns.board, columns.id).where(condition).order_by(columns.id)):
            yield Reference(row.board, model, row.id)


def _clear(writer: EventWriter, row: Any, ids: Collection[str]) -> None:
    if isinstance(row, Alarm):  # it has ended; its events stay in the journal
        writer.delete(row, "alarm.archived")
    elif isinstance(row, Task):
        _update(writer, row, "task.updated", {"sighting": None})
    elif isinstance(row, Sighting):
        _clear_sighting(writer, row, ids)


def _clear_sighting(writer: EventWriter, row: Sighting, ids: Collection[str]) -> None:
    if row.twin is not None and row.twin["sighting"] in ids:
        writer.set_hidden(row, {"twin": None})
    if row.from_tip is not None and row.from_tip["id"] in ids:
        _update(writer, row, "sighting.updated", {"from_tip": None})
    if row.duplicate_of in ids:
        assessment = "unassessed" if row.assessment == "duplicate" else row.assessment
        _update(writer, row, "sighting.assessed", {"duplicate_of": None, "assessment": assessment})


def _update(writer: EventWriter, row: CountedEntity, type: str, values: State) -> None:
    """Set columns with an event. An archived entity gets none, because it would come back to a board that can lack space."""
    if row.archived_at is None:
        writer.update(row, type, values, conflicts=False)
    else:
        state = row.state()
        writer.set_hidden(row, values | kinds.of(row).derive(state, state | values, writer.now))
