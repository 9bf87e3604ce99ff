"""Entities that can leave a board, because they need no more work and have not changed for some time.

The following never leave: open cards, waiting sightings and tips, the subjects of open alarms, and entities pinned by a briefing.
"""

from collections.abc import Collection, Iterator
from datetime import datetime
from functools import cache
from typing import Any, Literal, NamedTuple, get_args

from sqlalchemy import Select, bindparam, exists, func, or_
from sqlalchemy import select as core_select
from sqlmodel import Session, select

from board.engine import kinds, unit_of_work
from board.engine.event import EVENT, EVENTS, is_at
from board.engine.kinds import Kind
from models.alarm import Alarm
from models.board import Board
from models.column import Column
from models.db.tables import columns_of, table_of
from models.entity import CountedEntity
from models.handover import Briefing
from models.note import Note
from models.sighting import SETTLED, Sighting
from models.task import Task
from models.times import format_utc, to_ms
from models.tip import Tip

Group = Literal["withdrawn", "set_aside", "done", "notes", "tips"]
GROUPS: tuple[Group, ...] = get_args(Group)  # in the order in which they leave

_MODELS = {"set_aside": Sighting, "done": Task, "notes": Note, "tips": Tip}
_B, _COLUMN, _A = columns_of(Board), columns_of(Column), columns_of(Alarm)


class LeavingFilter(NamedTuple):
    """Filter for entities that can leave a board.

    `before`: latest time of the last change. `account`: only entities in the share of this account ("": all). `hidden`:
    ids of entities that the caller may not see.
    """

    board: Board
    before: datetime
    account: str = ""
    hidden: frozenset[str] = frozenset()


def count(session: Session, criteria: LeavingFilter, groups: Collection[Group] = GROUPS) -> dict[Group, int]:
    """Return the number of entities that can leave, by group. Omits groups that the board does not have."""
    counts: dict[Group, int] = {}
    for group, kind in _kinds_of(criteria.board, groups):
        number = session.connection().execute(_count_statement(kind, group), _parameters(session, criteria)).scalar_one()
        counts[group] = counts.get(group, 0) + int(number)
    return counts


def find(session: Session, criteria: LeavingFilter, groups: Collection[Group], limit: int) -> list[CountedEntity]:
    """Return at most `limit` entities that can leave, by group, the longest unchanged first."""
    entities: list[CountedEntity] = []
    params = _parameters(session, criteria)
    for group, kind in _kinds_of(criteria.board, groups):
        model: type[Any] = kind.model
        remaining = params | {"limit": limit - len(entities)}
        entities += unit_of_work.select(session, model, _find_statement(kind, group), remaining)
    return entities


def _kinds_of(board: Board, groups: Collection[Group]) -> Iterator[tuple[Group, Kind]]:
    board_kinds = kinds.on_board(board.id)
    for group in (group for group in GROUPS if group in groups):
        for kind in board_kinds:
            if kind.is_card if group == "withdrawn" else kind.model is _MODELS[group]:
                yield group, kind


@cache
def _find_statement(kind: Kind, group: Group) -> Select[Any]:
    card = columns_of(kind.model)
    return _restrict_to_leaving(core_select(card.id), kind, group).order_by(card.seq).limit(bindparam("limit"))


@cache
def _count_statement(kind: Kind, group: Group) -> Select[Any]:
    return _restrict_to_leaving(core_select(func.count()), kind, group)


def _restrict_to_leaving(query: Select[Any], kind: Kind, group: Group) -> Select[Any]:
    """Return a query with the condition that the entities of a kind can leave the board."""
    row = columns_of(kind.model)
    account: Any = bindparam("account")
    with_event = table_of(kind.model).join(table_of(Board), _B.id == row.board).join(EVENTS, is_at(_B.number, row.seq))
    return (
        query.select_from(with_event)
        .where(
            row.board == bindparam("board"), row.archived_at.is_(None), *_conditions(row, group), EVENT.at <= bindparam("before")
        )
        .where(or_(account == "", row.share_account == account), row.id.not_in(bindparam("kept")))
        .where(~exists().where(_A.entity == row.id, _A.ended_at.is_(None)))
    )


def _conditions(row: Any, group: Group) -> list[Any]:
    match group:
        case "withdrawn":
            return [row.withdrawn]
        case "set_aside":
            return [~row.withdrawn, row.queue == "answered", row.assessment.in_(SETTLED)]
        case "done":
            done = core_select(_COLUMN.id).where(_COLUMN.board == row.board, _COLUMN.role == "done")
            return [~row.withdrawn, row.column.in_(done)]
        case "tips":
            return [row.queue == "answered"]
    return []


def _parameters(session: Session, criteria: LeavingFilter) -> dict[str, Any]:
    """Return the parameters of the statements."""
    pins = session.exec(select(Briefing.pinned).where(Briefing.board == criteria.board.id)).all()
    excluded = {id for pinned in pins for id in pinned or ()} | criteria.hidden
    before = to_ms(format_utc(criteria.before))
    return {"board": criteria.board.id, "before": before, "account": criteria.account, "kept": sorted(excluded)}
