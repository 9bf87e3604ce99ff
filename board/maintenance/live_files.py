"""Check of whether a stored file is still needed, by its row. Each deletion is committed before it deletes bytes."""

from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import Session

from models.db.tables import columns_of
from models.erasure import ASKED, SEARCH, Erasure
from models.file import File
from models.upload import Upload

_F, _U, _E = columns_of(File), columns_of(Upload), columns_of(Erasure)
_FILE = select(_F.board).where(_F.id == bindparam("row"), _F.stored > 0, _F.removed.is_(None))
_UPLOAD = select(_U.board).where(_U.id == bindparam("row"), _U.state != "dropped")
_UPLOADED = select(_U.board).where(_U.file == bindparam("row"), _U.state != "dropped")
_ERASURES = select(_E.kind, _E.parts).where(_E.board == bindparam("board"), _E.ended_at.is_(None), _E.step != ASKED)


def is_live(session: Session, key: str) -> bool:
    """Return whether the row of a file or an upload exists, and no deletion or erasure of it has begun."""
    folder, id, _ = key.split("/")
    boards = [_board(session, query, id) for query in ((_FILE, _UPLOADED) if folder == "files" else (_UPLOAD,))]
    return any(board is not None and not _is_erased(session, board, id) for board in boards)


def _board(session: Session, query: Any, id: str) -> str | None:
    board: str | None = session.connection().execute(query, {"row": id}).scalar()
    return board


def _is_erased(session: Session, board: str, id: str) -> bool:
    erasures = session.connection().execute(_ERASURES, {"board": board})
    return any(kind == SEARCH or id in [part[2] for part in parts or ()] for kind, parts in erasures)
