"""Searches of a signed handover that were erased later: instead of their section, the report has the day."""

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
    """Return the erased searches among these that all could see, oldest first, and whether there are others: the number of
    members-only searches stays secret."""
    rows = session.connection().execute(_ERASED, {"boards": sorted(boards)}).all()
    erased: list[ErasedSearch] = [{"board": row.id, "at": row.at} for row in rows if row.access == "desk"]
    return erased, len(erased) < len(rows)
