"""States of entities on many boards, each board at a separate seq.

Unchanged entities are read from their rows, and changed ones from the journal. The cost grows with the number of events since
that moment.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, select, true
from sqlmodel import Session

from board.commands.handover.briefings import pinnable
from board.engine import journal, kinds, many_boards
from board.engine.kinds import Kind
from models.alarm import Alarm
from models.db.read_pacing import in_pages, paced
from models.db.tables import columns_of
from models.entity import State
from models.handover import Briefing

VALUES_PER_QUERY = 500  # boards or entities in a query


class EntityAt(NamedTuple):
    """Entity at a moment. `seq`: of the last event that changed it."""

    board: str
    id: str
    seq: int
    state: State


BoardState = dict[str, dict[str, EntityAt]]  # by kind, by id


def entities_at(session: Session, positions: Mapping[str, int], due_before: str, cards: Collection[str] = ()) -> BoardState:
    """Return the entities that a report needs: searches, columns, briefings and their pinned cards; alarms that have not ended
    and their subjects; credible, confirmed or ungraded sightings; waiting wakes; done tasks and those due before `due_before`;
    and the cards with these ids.

    May contain further entities.
    """
    reported = [kind for kind in kinds.every() if kind.reported is not None or kind.is_card]
    entities: BoardState = {kind.name: {} for kind in reported}
    for event in paced(many_boards.last_before_changes(session, positions)):
        state = event.payload().get("state")
        if state is not None and event.kind in entities:
            entities[event.kind][event.entity] = EntityAt(event.board, event.entity, event.seq, state)
    for kind in reported:
        condition = kind.report_condition(columns_of(kind.model), due_before)
        _read(session, kind, positions, condition, "board", sorted(positions), entities)
    ids = {*cards, *(id for briefing in entities[Briefing.KIND].values() for id in briefing.state["pinned"])}
    ids |= {alarm.state["about"]["id"] for alarm in entities[Alarm.KIND].values() if alarm.state["ended_at"] is None}
    for kind in reported:
        if kind.model in pinnable():
            _read(session, kind, positions, true(), "id", sorted(ids - entities[kind.name].keys()), entities)
    return entities


def alarms_at(session: Session, positions: Mapping[str, int]) -> BoardState:
    """Return the alarms that have not ended, and their subjects."""
    kind, alarms = kinds.named(Alarm.KIND), dict[str, EntityAt]()
    entities: BoardState = {kind.name: alarms}
    for event in paced(many_boards.last_before_changes(session, positions, kind.name)):
        if (state := event.payload().get("state")) is not None and state["ended_at"] is None:
            alarms[event.entity] = EntityAt(event.board, event.entity, event.seq, state)
    _read(session, kind, positions, kind.report_condition(columns_of(Alarm), ""), "board", sorted(positions), entities)
    subjects: dict[str, set[str]] = defaultdict(set)
    for alarm in alarms.values():
        subjects[alarm.board].add(alarm.state["about"]["id"])
    for board, ids in paced(sorted(subjects.items())):
        for event, state in journal.states_at(session, board, positions[board], ids):
            entities.setdefault(event.kind, {})[event.entity] = EntityAt(board, event.entity, event.seq, state)
    return entities


def _read(
    session: Session, kind: Kind, positions: Mapping[str, int], condition: ColumnElement[bool], column: str,
    values: Sequence[str], entities: BoardState,
) -> None:  # fmt: skip
    """Add the rows that have one of the values in a column, meet a condition, and have not changed since the position."""
    table = columns_of(kind.model)
    query = select(table.id, table.board, table.seq, *(table[name] for name in kind.model.STATE)).where(condition)
    for start in range(0, len(values), VALUES_PER_QUERY):
        rows = session.connection().execute(query.where(table[column].in_(values[start : start + VALUES_PER_QUERY])))
        for id, board, seq, *state in in_pages(rows):
            if seq <= positions.get(board, 0):
                entities[kind.name][id] = EntityAt(board, id, seq, dict(zip(kind.model.STATE, state, strict=True)))
