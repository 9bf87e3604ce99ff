"""States of entities on many boards, on each at its own seq.

Rows are read where nothing changed since, and the journal where something did. So a recent moment costs as little as now, and an
old one as much as happened since.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, false, or_, select, text
from sqlmodel import Session

from board.engine import many_boards
from board.engine.event import JournalEvent
from models.column import Column
from models.db.read_pacing import in_pages, paced
from models.entity import Entity, State
from models.handover import Briefing
from models.note import Note
from models.search import Search
from models.sighting import Sighting
from models.task import Task

BOARDS_PER_QUERY = 500  # boards in a query
UNGRADED = {"source": "F", "content": 6}
_FIELDS: dict[type[Entity], tuple[str, ...]] = {  # fields of each kind that a report needs
    Search: (
        "reference", "kind", "status", "person", "missing_since", "worrying", "lead", "access", "appeal", "outcome",
        "status_reason", "acknowledge", "criteria", "members",
    ),
    Column: ("role",),
    Briefing: Briefing.STATE,
    Sighting: (
        "number", "description", "assignee", "priority", "seen_at", "received_at", "place", "grade", "assessment", "withdrawn",
    ),
    Task: ("number", "title", "assignee", "priority", "due", "column", "withdrawn"),
    Note: ("text", "category", "happened_at", "card"),
}  # fmt: skip
_BEFORE = """
    SELECT e.board, e.seq, e.at, e.type, e.kind, e.entity, e.account, p.body FROM (
        SELECT c.board, (
            SELECT max(f.seq) FROM event f WHERE f.board = c.board AND f.entity = c.entity AND f.kind = c.kind AND f.seq <= c.seq
        ) AS seq FROM (
            SELECT DISTINCT e.board, e.kind, e.entity, placed.seq
            FROM placed JOIN event e ON e.board = placed.board AND e.seq > placed.seq
        ) c
    ) l JOIN event e ON e.board = l.board AND e.seq = l.seq LEFT JOIN payload p ON p.board = e.board AND p.seq = e.seq"""


class EntityAt(NamedTuple):
    """Entity at a seq; `seq` is that of the last event that changed it."""

    board: str
    id: str
    seq: int
    state: State


BoardState = dict[str, dict[str, EntityAt]]  # by kind, by id


def entities_at(session: Session, positions: Mapping[str, int], due_before: str) -> BoardState:
    """Return the entities that a report needs: searches, columns, briefings and what these pin; confirmed or ungraded sightings;
    done tasks and those due before `due_before`.

    It may contain some others.
    """
    found: BoardState = {kind.KIND: {} for kind in _FIELDS}
    for journal_event in paced(_changed(session, positions)):
        state = journal_event.payload().get("state")
        if state is not None and journal_event.kind in found:
            found[journal_event.kind][journal_event.entity] = EntityAt(
                journal_event.board, journal_event.entity, journal_event.seq, state
            )
    whole: tuple[type[Entity], ...] = (Search, Column, Briefing)
    for kind in whole:
        _read(session, kind, positions, None, found)
    pinned = {id for briefing in found[Briefing.KIND].values() for id in briefing.state["pinned"]}
    for kind, where in _filters(due_before).items():
        _read(session, kind, positions, or_(where, _table(kind).id.in_(pinned)), found)
    return found


def _changed(session: Session, positions: Mapping[str, int]) -> Iterator[JournalEvent]:
    """Yield the last event up to the position of each entity that has changed since."""
    for cte, parameters in many_boards.positions_cte(positions):
        for row in session.connection().execute(text(cte + _BEFORE), parameters):
            yield JournalEvent(*row)


def _filters(due_before: str) -> dict[type[Entity], ColumnElement[bool]]:
    sighting, task, column = _table(Sighting), _table(Task), _table(Column)
    ungraded = and_(
        sighting.grade["source"].as_string() == UNGRADED["source"], sighting.grade["content"].as_integer() == UNGRADED["content"]
    )
    done = task.column.in_(select(column.id).where(column.role == "done"))
    return {
        Sighting: and_(~sighting.withdrawn, or_(sighting.assessment == "confirmed", ungraded)),
        Task: and_(~task.withdrawn, or_(task.due < due_before, done)),
        Note: false(),
    }


def _read(
    session: Session, kind: type[Entity], positions: Mapping[str, int], where: ColumnElement[bool] | None, found: BoardState
) -> None:
    """Add the rows that have not changed since the position."""
    table, fields = _table(kind), _FIELDS[kind]
    query = select(table.id, table.board, table.seq, *(table[name] for name in fields))
    for boards in _batches(positions):
        parameters = query.where(table.board.in_(boards))
        for id, board, seq, *values in in_pages(
            session.connection().execute(parameters if where is None else parameters.where(where))
        ):
            if seq <= positions[board]:
                found[kind.KIND][id] = EntityAt(board, id, seq, dict(zip(fields, values, strict=True)))


def _batches(boards: Iterable[str]) -> Iterator[list[str]]:
    ids = sorted(boards)
    return (ids[start : start + BOARDS_PER_QUERY] for start in range(0, len(ids), BOARDS_PER_QUERY))


def _table(kind: type[Entity]) -> Any:
    return kind.__table__.c  # type: ignore[attr-defined]
