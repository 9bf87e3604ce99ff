"""Boards and hash chains of a database or a backup."""

from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy import select
from sqlmodel import Session

from board.engine import hash_chain
from models.board import Board
from models.db.tables import columns_of

Progress = Callable[[str], None]
_B = columns_of(Board)
_BOARDS = select(_B.id, _B.seq, _B.head).order_by(_B.id)


class Verified(NamedTuple):
    """Result of a verification. `faults`: a line for each broken chain."""

    boards: int
    faults: list[str]


def verify_chains(session: Session, chains: bool = True) -> Verified:
    """Return the number of boards, and the errors of their hash chains.

    Without `chains`, only count boards, because tables of an earlier version differ.
    """
    boards = session.connection().execute(_BOARDS).all()
    errors = [(board.id, hash_chain.verify(session, board)) for board in boards] if chains else []  # type: ignore[arg-type]  # fields enough
    return Verified(len(boards), [f"{id}: {error_text}" for id, error_text in errors if error_text])
