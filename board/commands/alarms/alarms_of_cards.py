"""Alarms that have not ended, by subject.

For a batch of commands, the alarms about its cards are read ahead. If the batch adds a note, so are the alarms about notes that
wait for an answer on the board.
"""

from collections.abc import Collection
from functools import cache

from sqlalchemy import bindparam, select
from sqlmodel import Session

from board.engine import unit_of_work
from board.engine.unit_of_work import UnitOfWork
from models.alarm import Alarm
from models.db import rows
from models.db.statement import Query, Row, Statement
from models.db.tables import columns_of

_A = columns_of(Alarm)
_OF_ENTITY = (
    select(_A.id).where(_A.board == bindparam("board"), _A.entity == bindparam("entity"), _A.ended_at.is_(None)).order_by(_A.id)
)


class OpenAlarms(dict[tuple[str, str], list[str]]):
    """Ids of alarms that were read ahead, by board and entity. They include alarms that have ended since."""


class Unanswered(dict[str, list[str]]):
    """Ids of the alarms about notes that wait for an answer, by board. They include alarms that have ended since."""


def cached(session: Session) -> OpenAlarms:
    """Return the alarms that this transaction has read ahead."""
    alarms: OpenAlarms = unit_of_work.current(session).caches[OpenAlarms]
    return alarms


def of_entity(session: Session, board: str, entity: str) -> list[Alarm]:
    """Return the alarms about an entity that have not ended."""
    known = cached(session).get((board, entity))
    if known is None:
        return unit_of_work.select(session, Alarm, _OF_ENTITY, {"board": board, "entity": entity})
    found = (unit_of_work.get(session, Alarm, id) for id in known)
    return [row for row in found if row is not None and row.ended_at is None]


def unanswered(session: Session, board: str) -> list[str]:
    """Return the cached ids of the alarms about notes that wait for an answer on a board; callers append new ones. Some may have
    ended."""
    uow = unit_of_work.current(session)
    if board not in uow.caches[Unanswered]:
        session.flush()
        uow.read([query_of_unanswered(uow, {board})])
    ids: list[str] = uow.caches[Unanswered][board]
    return ids


def query_of_unanswered(unit: UnitOfWork, boards: Collection[str]) -> Query:
    """Return the query that reads ahead the alarms about notes that wait for an answer on these boards."""
    asked: dict[str, list[str]] = {board: [] for board in boards if board not in unit.caches[Unanswered]}

    def take(found: list[Row]) -> None:
        unit.caches[Unanswered].update(asked)
        for row in unit.entities.load(Alarm, found):
            if row.board in asked:
                asked[row.board].append(row.id)

    return Query(_unanswered(), {"boards": list(asked)}, take)


def query_of_open(unit: UnitOfWork, about: Collection[tuple[str, str]]) -> Query:
    """Return the query that reads ahead the alarms about entities, given as (board, entity), that have not ended."""
    asked: dict[tuple[str, str], list[str]] = {each: [] for each in about if each not in unit.caches[OpenAlarms]}

    def take(found: list[Row]) -> None:
        unit.caches[OpenAlarms].update(asked)
        for row in unit.entities.load(Alarm, found):
            if (row.board, row.entity) in asked:
                asked[row.board, row.entity].append(row.id)

    return Query(_open(), {"entities": {entity for _, entity in asked}}, take)


@cache
def _open() -> Statement:
    return rows.select_where(Alarm, "entity IN :entities AND ended_at IS NULL ORDER BY id")


@cache
def _unanswered() -> Statement:
    return rows.select_where(Alarm, "board IN :boards AND occasion = 'mention' AND ended_at IS NULL ORDER BY id")
