"""Entities that can leave a board, because they need no more work and have not changed for some time.

The following never leave: open cards, waiting sightings and tips, the subjects of open alarms, and entities pinned by a briefing.
"""

from collections.abc import Collection, Iterator
from datetime import datetime
from functools import cache
from typing import Any, Literal, NamedTuple, get_args

from sqlalchemy import String, TextClause, bindparam, text
from sqlmodel import Session, select

from board.engine import kinds, unit_of_work
from board.engine.event import join_at
from board.engine.kinds import Kind
from models.board import Board
from models.entity import CountedEntity
from models.handover import Briefing
from models.note import Note
from models.sighting import SETTLED, Sighting
from models.task import Task
from models.times import format_utc, to_ms
from models.tip import Tip

Group = Literal["withdrawn", "set_aside", "done", "notes", "tips"]
GROUPS: tuple[Group, ...] = get_args(Group)  # in the order of leaving

_MODELS = {"set_aside": Sighting, "done": Task, "notes": Note, "tips": Tip}
_SET_ASIDE = f"NOT t.withdrawn AND t.queue = 'answered' AND t.assessment IN ({', '.join(map(repr, SETTLED))})"
_DONE = """NOT t.withdrawn AND t."column" IN (SELECT c.id FROM "column" c WHERE c.board = t.board AND c.role = 'done')"""
_CONDITIONS = {
    "withdrawn": "t.withdrawn",
    "set_aside": _SET_ASIDE,
    "done": _DONE,
    "notes": "true",
    "tips": "t.queue = 'answered'",
}
_FROM = (
    f"FROM {{table}} t JOIN board b ON b.id = t.board {join_at('b.number', 't.seq')} "  # noqa: S608
    "WHERE t.board = :board AND t.archived_at IS NULL AND {condition} AND e.at <= :before "
    "AND (:account = '' OR t.share_account = :account) AND t.id NOT IN :kept "
    "AND NOT EXISTS (SELECT 1 FROM alarm a WHERE a.entity = t.id AND a.ended_at IS NULL)"
)


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
        number = session.connection().execute(_statement("count(*)", kind, group), _parameters(session, criteria)).scalar_one()
        counts[group] = counts.get(group, 0) + int(number)
    return counts


def find(session: Session, criteria: LeavingFilter, groups: Collection[Group], limit: int) -> list[CountedEntity]:
    """Return at most `limit` entities that can leave, by group, the longest unchanged first."""
    entities: list[CountedEntity] = []
    params = _parameters(session, criteria)
    for group, kind in _kinds_of(criteria.board, groups):
        model: type[Any] = kind.model
        remaining = params | {"limit": limit - len(entities)}
        entities += unit_of_work.select(session, model, _statement("t.id", kind, group), remaining)
    return entities


def _kinds_of(board: Board, groups: Collection[Group]) -> Iterator[tuple[Group, Kind]]:
    board_kinds = kinds.on_board(board.id)
    for group in (group for group in GROUPS if group in groups):
        for kind in board_kinds:
            if kind.is_card if group == "withdrawn" else kind.model is _MODELS[group]:
                yield group, kind


@cache
def _statement(selected: str, kind: Kind, group: Group) -> TextClause:
    source = _FROM.format(table=kind.model.__tablename__, condition=_CONDITIONS[group])
    order = "" if selected.startswith("count") else " ORDER BY t.seq LIMIT :limit"
    return text(f"SELECT {selected} {source}{order}").bindparams(bindparam("kept", expanding=True, type_=String()))


def _parameters(session: Session, criteria: LeavingFilter) -> dict[str, Any]:
    """Return the parameters of the statements."""
    pins = session.exec(select(Briefing.pinned).where(Briefing.board == criteria.board.id)).all()
    excluded = {id for pinned in pins for id in pinned or ()} | criteria.hidden
    before = to_ms(format_utc(criteria.before))
    return {"board": criteria.board.id, "before": before, "account": criteria.account, "kept": sorted(excluded)}
