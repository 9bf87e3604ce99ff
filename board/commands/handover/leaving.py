"""Entities that can leave a board: nobody has to deal with them, and nothing about them changed for a time.

Never among them: open cards, sightings and tips that wait, what an open alarm is about, and what a briefing pins.
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
GROUPS: tuple[Group, ...] = get_args(Group)  # in the order in which they leave

_MODELS = {"set_aside": Sighting, "done": Task, "notes": Note, "tips": Tip}
_SET_ASIDE = f"NOT t.withdrawn AND t.queue = 'answered' AND t.assessment IN ({', '.join(repr(each) for each in SETTLED)})"
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


class Leaving(NamedTuple):
    """Search for what can leave a board: unchanged since `before`; of an account, or of everybody (""); without the ids
    `hidden`, which the person who asks may not see."""

    board: Board
    before: datetime
    account: str = ""
    hidden: frozenset[str] = frozenset()


def count(session: Session, wanted: Leaving, groups: Collection[Group] = GROUPS) -> dict[Group, int]:
    """Return how many entities of each group can leave; only groups that the board has."""
    counts: dict[Group, int] = {}
    for group, kind in _kinds_of(wanted.board, groups):
        number = session.connection().execute(_statement("count(*)", kind, group), _parameters(session, wanted)).scalar_one()
        counts[group] = counts.get(group, 0) + int(number)
    return counts


def find(session: Session, wanted: Leaving, groups: Collection[Group], limit: int) -> list[CountedEntity]:
    """Return at most so many of them, by group, the longest unchanged first."""
    found: list[CountedEntity] = []
    parameters = _parameters(session, wanted)
    for group, kind in _kinds_of(wanted.board, groups):
        model: type[Any] = kind.model
        asked = parameters | {"limit": limit - len(found)}
        found += unit_of_work.select(session, model, _statement("t.id", kind, group), asked)
    return found


def _kinds_of(board: Board, groups: Collection[Group]) -> Iterator[tuple[Group, Kind]]:
    there = kinds.on_board(board.id)
    for group in (each for each in GROUPS if each in groups):
        for kind in there:
            if kind.is_card if group == "withdrawn" else kind.model is _MODELS[group]:
                yield group, kind


@cache
def _statement(selected: str, kind: Kind, group: Group) -> TextClause:
    source = _FROM.format(table=kind.model.__tablename__, condition=_CONDITIONS[group])
    order = "" if selected.startswith("count") else " ORDER BY t.seq LIMIT :limit"
    return text(f"SELECT {selected} {source}{order}").bindparams(bindparam("kept", expanding=True, type_=String()))


def _parameters(session: Session, wanted: Leaving) -> dict[str, Any]:
    """Return the parameters of the statements; no value is pasted into them."""
    pins = session.exec(select(Briefing.pinned).where(Briefing.board == wanted.board.id)).all()
    kept = {id for pinned in pins for id in pinned or ()}
    before = to_ms(format_utc(wanted.before))
    return {"board": wanted.board.id, "before": before, "account": wanted.account, "kept": sorted(kept | wanted.hidden)}
