"""Erasure of payloads. The chain contains only their digests, so it still verifies."""

from sqlalchemy import text
from sqlmodel import Session

from board.engine import unit_of_work
from board.engine.event import BOARD, WHOLE
from board.engine.hash_chain import commitment
from models.ids import id_bytes, id_sql
from models.stored_payload import pack, unpack

_BASED = text(
    "SELECT d.seq, d.body, e.body AS whole FROM event e "  # noqa: S608
    "JOIN event d ON d.board = e.board AND d.entity = e.entity AND d.seq > e.seq AND d.base = e.seq "
    f"WHERE e.board = {BOARD} AND e.seq = :seq AND d.body IS NOT NULL"
)
_STORE = text(f"UPDATE event SET base = NULL, body = :body WHERE board = {BOARD} AND seq = :seq")  # noqa: S608
_PAYLOAD = text(f"SELECT e.key, e.body, {WHOLE} FROM event e WHERE e.board = {BOARD} AND e.seq = :seq")  # noqa: S608
_ERASE = text(
    "UPDATE event SET base = NULL, key = NULL, body = NULL, commitment = :commitment "  # noqa: S608
    f"WHERE board = {BOARD} AND seq = :seq"
)
_OF_ENTITY = text(
    f"SELECT seq FROM event WHERE board = {BOARD} AND entity = :entity AND body IS NOT NULL AND seq < :seq"  # noqa: S608
)


def erased_of_kind(kind: str, dialect: str) -> str:
    """Return the SQL for the ids of a kind's entities that have an event with an erased payload."""
    return f"SELECT {id_sql('e.entity', dialect)} FROM event e WHERE e.body IS NULL AND e.kind = '{kind}'"  # noqa: S608


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
        connection.execute(_STORE, {"board": board, "seq": row.seq, "body": pack(unpack(row.body, row.whole))})
    connection.execute(_ERASE, {"board": board, "seq": seq, "commitment": committed})
    return True
