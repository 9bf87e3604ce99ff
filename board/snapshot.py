"""What is true on a board now, as a reader may see it: its entities, encoded."""

from collections.abc import Iterator
from typing import Any

import orjson
from sqlalchemy import Row, select
from sqlmodel import Session

from board import journal
from board.access import members_only
from models.board import OPERATIONS, Board
from models.column import Column
from models.entity import Entity
from models.note import Note
from models.search import Search
from models.sighting import Sighting
from models.task import Task

KINDS: tuple[type[Entity], ...] = (Column, Sighting, Task, Note)


def entities(session: Session, board: Board, account: str) -> list[bytes]:
    """Every entity of the board that this account may see, each as `{"kind","id","seq","state"}`."""
    hidden = hidden_searches(session, account) if board.id == OPERATIONS else frozenset()
    return [orjson.dumps(each) for each in _entities(session, board) if each["id"] not in hidden]


def entities_for_all(session: Session, board: Board) -> list[tuple[str, bytes]]:
    """Every entity of the board, by its id, whoever may see it: to be judged for each reader afterwards."""
    return [(each["id"], orjson.dumps(each)) for each in _entities(session, board)]


def entities_at(session: Session, board: Board, account: str, seq: int) -> list[bytes]:
    """The same as it was at a seq, by the rights of now."""
    hidden = hidden_searches(session, account) if board.id == OPERATIONS else frozenset()
    return [
        orjson.dumps({"kind": said.kind, "id": said.entity, "seq": said.seq, "state": state})
        for said, state in journal.as_of(session, board.id, seq)
        if said.entity not in hidden
    ]


def hidden_searches(session: Session, account: str) -> frozenset[str]:
    """The searches that this account may not see."""
    return frozenset(search for search, members in members_only(session).items() if account not in members)


def _entities(session: Session, board: Board) -> Iterator[dict[str, Any]]:
    if board.id == OPERATIONS:
        yield from _rows(session, Search, None, "operations_seq")
        yield from _rows(session, Note, board.id)
        return
    yield from _rows(session, Search, board.id)
    for kind in KINDS:
        yield from _rows(session, kind, board.id)


def _rows(session: Session, kind: type[Entity], board: str | None, seq: str = "seq") -> Iterator[dict[str, Any]]:
    """The rows of a kind, by columns and not as objects: a board of 1,500 entities costs a third of the time."""
    table = kind.__table__  # type: ignore[attr-defined]
    query = select(table.c.id, table.c[seq].label("at_seq"), *(table.c[name] for name in kind.STATE))
    if board is not None:
        query = query.where(table.c.board == board)
    for row in session.connection().execute(query):
        yield {"kind": kind.KIND, "id": row[0], "seq": row[1], "state": _state(kind, row)}


def _state(kind: type[Entity], row: Row[Any]) -> dict[str, Any]:
    return dict(zip(kind.STATE, row[2:], strict=True))
