"""Erasure of payloads. The chain contains only their digests, so it still verifies."""

from typing import Any

from sqlalchemy import Select, bindparam, select, update
from sqlmodel import Session

from board.engine import unit_of_work
from board.engine.event import EVENT, ON_BOARD, WHOLE, more_events
from board.engine.hash_chain import SEARCH_ERASED, commitment
from models.board import Board
from models.db.id_text import id_text
from models.db.tables import columns_of
from models.event import Event
from models.ids import id_bytes
from models.stored_payload import pack, unpack

_LATER = more_events("d").c
_BASED = (
    select(_LATER.seq, _LATER.body, EVENT.body.label("whole"))
    .where(ON_BOARD, EVENT.seq == bindparam("seq"), _LATER.board == EVENT.board, _LATER.entity == EVENT.entity)
    .where(_LATER.seq > EVENT.seq, _LATER.base == EVENT.seq, _LATER.body.is_not(None))
)
_PAYLOAD = select(EVENT.key, EVENT.body, WHOLE).where(ON_BOARD, EVENT.seq == bindparam("seq"))
_ROW, _B = columns_of(Event), columns_of(Board)
_NUMBER = select(_B.number).where(_B.id == bindparam("board_id")).scalar_subquery()
_UPDATE = update(Event).where(_ROW.board == _NUMBER, _ROW.seq == bindparam("at_seq")).values(base=None)
_STORE = _UPDATE.values(body=bindparam("whole"))
_ERASE = _UPDATE.values(key=None, body=None, commitment=bindparam("digest"))
_OF_ENTITY = select(EVENT.seq).where(
    ON_BOARD, EVENT.entity == bindparam("entity"), EVENT.body.is_not(None), EVENT.seq < bindparam("seq")
)


_READABLE: Any = (
    select(EVENT.seq).where(ON_BOARD, EVENT.body.is_not(None), EVENT.type != SEARCH_ERASED).order_by(EVENT.seq.desc())
)


def readable(
    session: Session, board: str, limit: int, kind: str | None = None, entity: str = "", *, of_removed: bool = False
) -> list[int]:  # fmt: skip
    """Return the seqs of the newest events that have a payload, except events that record the erasure of a search. `kind`: only
    events of this `entity`. `of_removed`: also omit the events that record the erasure of this entity."""
    query = _READABLE if kind is None else _READABLE.where(EVENT.kind == kind, EVENT.entity == id_bytes(entity))
    query = query.where(EVENT.type != f"{kind}.erased") if of_removed else query
    return list(session.connection().execute(query.limit(limit), {"board": board}).scalars())


def seqs_of(session: Session, board: str, kind: str, entity: str) -> list[int]:
    """Return the seqs of all events of an entity, including erased events."""
    query: Any = select(EVENT.seq).where(ON_BOARD, EVENT.kind == kind, EVENT.entity == id_bytes(entity))
    return list(session.connection().execute(query, {"board": board}).scalars())


def erased_of_kind(kind: str) -> Select[str]:
    """Return the query for the ids of this kind's entities that have an erased event."""
    return select(id_text(EVENT.entity)).where(EVENT.body.is_(None), EVENT.kind == kind)


def erase_before(session: Session, board: str, entity: str, seq: int) -> None:
    """Erase the payloads of all events of an entity before a seq, as `erase` does."""
    session.flush()
    of_entity = {"board": board, "entity": id_bytes(entity), "seq": seq}
    for earlier in session.connection().execute(_OF_ENTITY, of_entity).scalars().all():
        erase(session, board, earlier)


def erase(session: Session, board: str, seq: int) -> bool:
    """Erase an event's payload and its key, and store the full commitment to it. Return False if it was already erased. Payloads
    based on it are first stored in full. Locks the board, so that no new payload is based on it in the meantime."""
    unit_of_work.lock_board(session, board)
    session.flush()
    unit_of_work.current(session).events.bases.clear()
    connection = session.connection()
    payload = connection.execute(_PAYLOAD, {"board": board, "seq": seq}).first()
    if payload is None or payload.body is None:
        return False
    committed = commitment(payload.key, unpack(payload.body, payload.whole))
    for row in connection.execute(_BASED, {"board": board, "seq": seq}).all():
        connection.execute(_STORE, {"board_id": board, "at_seq": row.seq, "whole": pack(unpack(row.body, row.whole))})
    connection.execute(_ERASE, {"board_id": board, "at_seq": seq, "digest": committed})
    return True
