"""States of entities on many boards, on each at its own seq.

Rows are read where nothing changed since, and the journal where something did. So a recent moment costs as little as now, and an
old one as much as happened since.
"""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from sqlalchemy import or_, select
from sqlmodel import Session

from board.commands.handover.briefings import pinnable
from board.engine import kinds, many_boards
from board.engine.kinds import Kind
from models.db.read_pacing import in_pages, paced
from models.entity import State
from models.handover import Briefing

BOARDS_PER_QUERY = 500  # boards in a query


class EntityAt(NamedTuple):
    """Entity at a seq; `seq` is that of the last event that changed it."""

    board: str
    id: str
    seq: int
    state: State


BoardState = dict[str, dict[str, EntityAt]]  # by kind, by id


def entities_at(session: Session, positions: Mapping[str, int], due_before: str) -> BoardState:
    """Return the entities that a report needs: searches, columns, briefings and what these pin; credible, confirmed or ungraded
    sightings; done tasks and those due before `due_before`.

    It may contain some others.
    """
    reported = [kind for kind in kinds.every() if kind.reported is not None or kind.is_card]
    found: BoardState = {kind.name: {} for kind in reported}
    for event in paced(many_boards.last_before_changes(session, positions)):
        state = event.payload().get("state")
        if state is not None and event.kind in found:
            found[event.kind][event.entity] = EntityAt(event.board, event.entity, event.seq, state)
    for kind in sorted(reported, key=lambda kind: kind.model in pinnable()):  # what may be pinned comes after the pins
        pinned = {id for briefing in found[Briefing.KIND].values() for id in briefing.state["pinned"]}
        _read(session, kind, positions, due_before, pinned, found)
    return found


def _read(
    session: Session, kind: Kind, positions: Mapping[str, int], due_before: str, pinned: Collection[str], found: BoardState
) -> None:
    """Add the rows that have not changed since the position."""
    table: Any = kind.model.__table__.c  # type: ignore[attr-defined]
    where = or_(kind.report_condition(table, due_before), table.id.in_(pinned))
    query = select(table.id, table.board, table.seq, *(table[name] for name in kind.model.STATE))
    ids = sorted(positions)
    for start in range(0, len(ids), BOARDS_PER_QUERY):
        boards = ids[start : start + BOARDS_PER_QUERY]
        rows = session.connection().execute(query.where(table.board.in_(boards), where))
        for id, board, seq, *values in in_pages(rows):
            if seq <= positions[board]:
                found[kind.name][id] = EntityAt(board, id, seq, dict(zip(kind.model.STATE, values, strict=True)))
