"""Erasure of payloads. The chain keeps only digests of them, so it still verifies."""

from sqlalchemy import text
from sqlmodel import Session

from board.engine import unit_of_work
from board.engine.event import BOARD, WHOLE
from board.engine.hash_chain import commitment
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


def erase(session: Session, board: str, seq: int) -> bool:
    """Erase the payload of an event and its key, and keep the whole commitment to it; return whether there was one. Payloads that
    are based on it are stored whole first. Locks the board, so that no later one is based on it meanwhile."""
    unit_of_work.lock_board(session, board)
    unit = unit_of_work.current(session)
    unit.flush_events(session)
    unit.bases.clear()
    connection = session.connection()
    payload = connection.execute(_PAYLOAD, {"board": board, "seq": seq}).first()
    if payload is None or payload.body is None:
        return False
    committed = commitment(payload.key, unpack(payload.body, payload.whole))
    for row in connection.execute(_BASED, {"board": board, "seq": seq}).all():
        connection.execute(_STORE, {"board": board, "seq": row.seq, "body": pack(unpack(row.body, row.whole))})
    connection.execute(_ERASE, {"board": board, "seq": seq, "commitment": committed})
    return True
