"""Searches of a signed handover that were erased later. The report has the time of the erasure instead of a section."""

from collections.abc import Collection

from sqlalchemy import bindparam, select
from sqlmodel import Session

from board.engine.hash_chain import SEARCH_ERASED
from board.handover.report_types import ErasedSearch
from models.board import Board
from models.db.tables import columns_of
from models.erasure import Erasure
from models.search import Search

_B, _E = columns_of(Board), columns_of(Erasure)
_ERASED = (
    select(_B.id, _B.at, _E.access)
    .outerjoin(Erasure, (_E.board == _B.id) & (_E.kind == Search.KIND) & _E.agreed_at.is_not(None))
    .where(_B.id.in_(bindparam("boards", expanding=True)), _B.kind == Search.KIND, _B.last_type == SEARCH_ERASED)
    .order_by(_B.at, _B.id)
)


def erased_searches(session: Session, boards: Collection[str]) -> tuple[list[ErasedSearch], bool]:
    """Return the erased searches of `boards` that all users could see, oldest first. Also return whether there are erased
    members-only ones, whose number is secret."""
    rows = session.connection().execute(_ERASED, {"boards": sorted(boards)}).all()
    erased: list[ErasedSearch] = [{"board": row.id, "at": row.at} for row in rows if row.access == "desk"]
    return erased, len(erased) < len(rows)
