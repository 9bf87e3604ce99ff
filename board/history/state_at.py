"""States of entities on many boards, each board at a separate seq.

Unchanged entities are read from their rows, and changed ones from the journal. So the cost grows with the number of events since
that moment.
"""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlmodel import Session

from board.commands.handover.briefings import pinnable
from board.engine import kinds, many_boards
from board.engine.kinds import Kind
from models.db.read_pacing import in_pages, paced
from models.db.tables import columns_of
from models.entity import State
from models.handover import Briefing

BOARDS_PER_QUERY = 500  # boards in a query


class EntityAt(NamedTuple):
    """Entity at a moment. `seq`: of the last event that changed it."""

    board: str
    id: str
    seq: int
    state: State


BoardState = dict[str, dict[str, EntityAt]]  # by kind, by id


def entities_at(session: Session, positions: Mapping[str, int], due_before: str) -> BoardState:
    """Return the entities that a report needs: searches, columns, briefings and their pinned cards; credible, confirmed or
    ungraded sightings; waiting wakes; done tasks and those due before `due_before`.

    May contain others.
    """
    reported = [kind for kind in kinds.every() if kind.reported is not None or kind.is_card]
    entities: BoardState = {kind.name: {} for kind in reported}
    for event in paced(many_boards.last_before_changes(session, positions)):
        state = event.payload().get("state")
        if state is not None and event.kind in entities:
            entities[event.kind][event.entity] = EntityAt(event.board, event.entity, event.seq, state)
    for kind in sorted(reported, key=lambda kind: kind.model in pinnable()):  # briefings before the kinds that they can pin
        pinned_ids = {id for briefing in entities[Briefing.KIND].values() for id in briefing.state["pinned"]}
        _read(session, kind, positions, due_before, pinned_ids, entities)
    return entities


def _read(
    session: Session, kind: Kind, positions: Mapping[str, int], due_before: str, pinned_ids: Collection[str], entities: BoardState
) -> None:
    """Add the rows that have not changed since the position."""
    table = columns_of(kind.model)
    condition = or_(kind.report_condition(table, due_before), table.id.in_(pinned_ids))
    query = select(table.id, table.board, table.seq, *(table[name] for name in kind.model.STATE))
    ids = sorted(positions)
    for start in range(0, len(ids), BOARDS_PER_QUERY):
        boards = ids[start : start + BOARDS_PER_QUERY]
        rows = session.connection().execute(query.where(table.board.in_(boards), condition))
        for id, board, seq, *values in in_pages(rows):
            if seq <= positions[board]:
                entities[kind.name][id] = EntityAt(board, id, seq, dict(zip(kind.model.STATE, values, strict=True)))
