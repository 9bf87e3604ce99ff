"""What stood on many boards, on each at a seq of its own: read from rows where nothing changed since, from the journal where it
did. So a moment ago costs as little as now, and long ago as much as happened since."""

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

AT_ONCE = 500  # boards in a query
UNGRADED = {"source": "F", "content": 6}
_FIELDS: dict[type[Entity], tuple[str, ...]] = {  # of each kind, as far as a report tells of them
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
    """An entity as it was: `seq` is that of the event that had changed it last."""

    board: str
    id: str
    seq: int
    state: State


BoardState = dict[str, dict[str, EntityAt]]  # by kind, by id


def entities_at(session: Session, positions: Mapping[str, int], soon: str) -> BoardState:
    """What a report tells of: searches, columns, briefings and what these pin; sightings that are confirmed, or not graded;
    tasks that are done, or due before `soon`. Some more may be among them."""
    found: BoardState = {kind.KIND: {} for kind in _FIELDS}
    for said in paced(_changed(session, positions)):
        state = said.payload().get("state")
        if state is not None and said.kind in found:
            found[said.kind][said.entity] = EntityAt(said.board, said.entity, said.seq, state)
    whole: tuple[type[Entity], ...] = (Search, Column, Briefing)
    for kind in whole:
        _read(session, kind, positions, None, found)
    pinned = {id for briefing in found[Briefing.KIND].values() for id in briefing.state["pinned"]}
    for kind, where in _told(soon).items():
        _read(session, kind, positions, or_(where, _table(kind).id.in_(pinned)), found)
    return found


def _changed(session: Session, positions: Mapping[str, int]) -> Iterator[JournalEvent]:
    """What has changed since on each board: its last event before."""
    for beginning, asked in many_boards.positions_cte(positions):
        for row in session.connection().execute(text(beginning + _BEFORE), asked):
            yield JournalEvent(*row)


def _told(soon: str) -> dict[type[Entity], ColumnElement[bool]]:
    sighting, task, column = _table(Sighting), _table(Task), _table(Column)
    ungraded = and_(
        sighting.grade["source"].as_string() == UNGRADED["source"], sighting.grade["content"].as_integer() == UNGRADED["content"]
    )
    done = task.column.in_(select(column.id).where(column.role == "done"))
    return {
        Sighting: and_(~sighting.withdrawn, or_(sighting.assessment == "confirmed", ungraded)),
        Task: and_(~task.withdrawn, or_(task.due < soon, done)),
        Note: false(),
    }


def _read(
    session: Session, kind: type[Entity], positions: Mapping[str, int], where: ColumnElement[bool] | None, found: BoardState
) -> None:
    """Adds the rows that are as they were then."""
    table, fields = _table(kind), _FIELDS[kind]
    query = select(table.id, table.board, table.seq, *(table[name] for name in fields))
    for boards in _parts(positions):
        asked = query.where(table.board.in_(boards))
        for id, board, seq, *values in in_pages(session.connection().execute(asked if where is None else asked.where(where))):
            if seq <= positions[board]:
                found[kind.KIND][id] = EntityAt(board, id, seq, dict(zip(fields, values, strict=True)))


def _parts(boards: Iterable[str]) -> Iterator[list[str]]:
    ids = sorted(boards)
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))


def _table(kind: type[Entity]) -> Any:
    return kind.__table__.c  # type: ignore[attr-defined]
