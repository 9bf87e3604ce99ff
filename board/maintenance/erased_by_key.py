"""Records of erasures in a restored copy, for searches that can't be opened because their keys were destroyed after the backup.

Without these records, their payloads would be missing without an explanation. The records make the hash chains intact, and the
server then continues each erasure: it removes what other searches contain about the erased one.
"""

from typing import Any, cast

from sqlalchemy import bindparam, delete, select
from sqlmodel import Session

from board.audit import writer
from board.audit.entries import ReadsErased
from board.engine import hash_chain, unit_of_work
from board.engine.event import EVENT, ON_BOARD
from board.engine.hash_chain import SEARCH_ERASED, ChainCursor
from board.retention.erasure_begin import FIRST_STEP
from models.board import AUDIT, OPERATIONS, Board
from models.db.tables import columns_of, table_of
from models.erasure import Erasure
from models.handover import SearchHandover
from models.ids import id_bytes, id_text, new_id
from models.search import Search
from models.times import format_utc, now

REASON = "backup: the key was destroyed"
HANDED_ERASED = f"{SearchHandover.KIND}.erased"
_GONE = (None, HANDED_ERASED)
_E = columns_of(Erasure)
_LAST_HANDED = (
    select(EVENT.type)
    .where(ON_BOARD, EVENT.kind == SearchHandover.KIND, EVENT.entity == bindparam("entity"))
    .order_by(EVENT.seq.desc())
    .limit(1)
)
_EMPTY: dict[str, Any] = {"actor": None, "command": None, "state": None, "changes": []}


def complete(session: Session, searches: list[str], person: str) -> None:
    """Record the erasure of these searches, in the name of the person who restores."""
    at = format_utc(now())
    operations = _lock(session, OPERATIONS)
    for search in searches:
        _append(session, _lock(session, search), SEARCH_ERASED, Search.KIND, search, at)
        _continue_erasure(session, search, person, at)
        if session.connection().execute(_LAST_HANDED, {"board": OPERATIONS, "entity": id_bytes(search)}).scalar() not in _GONE:
            _append(session, operations, HANDED_ERASED, SearchHandover.KIND, search, at)  # its row was sealed
    for kind, entity in _missing(session, operations):
        _append(session, operations, f"{kind}.erased", kind, entity, at)
    if entries := _missing(session, _lock(session, AUDIT)):
        writer.write(session, ReadsErased(id=searches[0], count=len(entries)))


def _continue_erasure(session: Session, search: str, person: str, at: str) -> None:
    """Replace an earlier request or run of the erasure by one that begins with the first step."""
    session.connection().execute(delete(table_of(Erasure)).where(_E.board == search))
    session.add(
        Erasure(
            id=new_id(), board=search, reason=REASON, asked_by=person, asked_at=at, agreed_by=person, agreed_at=at,
            step=FIRST_STEP, counts={},
        )
    )  # fmt: skip
    session.flush()


def _missing(session: Session, board: Board) -> list[tuple[str, str]]:
    """Return kind and id of the entities whose payloads are missing without an event that explains it."""
    session.flush()
    chain = ChainCursor()
    hash_chain.verify_from(session, board, chain)
    return [(kind, id_text(cast(bytes, entity))) for kind, entity in chain.missing_payloads]


def _append(session: Session, board: Board, type: str, kind: str, entity: str, at: str) -> None:
    unit_of_work.current(session).append(board, type, kind, entity, None, at, _EMPTY)


def _lock(session: Session, id: str) -> Board:
    board = unit_of_work.lock_board(session, id)
    assert board is not None
    return board
