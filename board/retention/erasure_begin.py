"""Beginning of an erasure, in one transaction. After the commit, nobody sees the search, and nothing can be added to it."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session

from board.commands.registry import Command
from board.engine import erasure, unit_of_work
from board.engine.event_writer import EventWriter
from board.engine.rights_version import bump_displays_version, bump_rights_version
from models.accounts import Account
from models.board import OPERATIONS, Board, VisibilityChange
from models.db.tables import columns_of, table_of
from models.display import ALL_DISPLAYS
from models.entity import CountedEntity, Entity
from models.erasure import ASKED, Erasure
from models.handover import SearchHandover
from models.missing_report import MissingReport
from models.search import Search
from models.times import format_utc
from models.tip import Tip

FIRST_STEP = "copies"
GONE: dict[str, Any] = {"actor": None, "command": None, "state": None, "changes": []}  # payload of the event of a removal
PLACED: tuple[type[Tip] | type[MissingReport], ...] = (Tip, MissingReport)
_A, _V = columns_of(Account), columns_of(VisibilityChange)
_NEW = insert(table_of(VisibilityChange))
_LOST = _NEW.on_conflict_do_update(index_elements=["board", "search", "account"], set_={"seq": _NEW.excluded.seq})
_END_GUESTS = update(table_of(Account)).where(_A.guest_of == bindparam("search"), _A.guest_until > bindparam("at")).values(
    guest_until=bindparam("at")
)  # fmt: skip

_E = columns_of(Erasure)
_FORGET = delete(table_of(Erasure)).where(_E.board == bindparam("search"), _E.step == ASKED)  # requests to erase its parts


def lock(session: Session, board: str) -> None:
    """Take the locks of an erasure in their order: rights, `operations`, the board. The audit journal follows at the end."""
    bump_rights_version(session)
    bump_displays_version(session)
    unit_of_work.lock_board(session, OPERATIONS)
    unit_of_work.lock_board(session, board)


def begin(session: Session, search: Search, row: Erasure, now: datetime) -> None:
    """Remove a search, its tips and reports, and its part of handovers, with an event for each. Call `lock` first."""
    at, board = format_utc(now), _board(session, search.id)
    on_operations = EventWriter(session, None, Command("", OPERATIONS, "", {}), _board(session, OPERATIONS), None, at)
    own = EventWriter(session, None, Command("", search.id, "", {}), board, on_operations.board, at)
    row.step, row.access = FIRST_STEP, search.access
    session.flush()
    session.connection().execute(_FORGET, {"search": search.id})
    _remove_placed(session, on_operations, search.id)
    own.delete(_entity(own, Search, search.id), "search.erased")
    _hide(session, search.id, on_operations.board.seq)
    if (handed := own.unit.entities.get(SearchHandover, search.id)) is not None:
        on_operations.delete(handed, "handed.erased")
    session.connection().execute(_END_GUESTS, {"search": search.id, "at": at})


def _remove_placed(session: Session, writer: EventWriter, search: str) -> None:
    """Erase the tips and reports that were placed on the search: only people who saw the search could see them."""
    for model in PLACED:
        query = select(columns_of(model).id).where(columns_of(model).placed_on == search)
        for id in session.connection().execute(query).scalars().all():
            remove(writer, _entity(writer, model, id))
            erasure.erase_before(session, OPERATIONS, id, writer.board.seq)


def remove(writer: EventWriter, row: Entity) -> None:
    """Delete an entity, even if it was archived."""
    if isinstance(row, CountedEntity) and row.archived_at is not None:  # no longer counted
        writer.unit.entities.remove(row)
        writer.unit.append(writer.board, f"{row.KIND}.erased", row.KIND, row.id, None, writer.now, dict(GONE))
    else:
        writer.delete(row, f"{row.KIND}.erased")


def _hide(session: Session, search: str, seq: int) -> None:
    """Record that every account and display lost access by the event `seq` of `operations`."""
    accounts = [*session.connection().execute(select(_A.id)).scalars(), ALL_DISPLAYS]
    values = [{"board": OPERATIONS, "search": search, "account": account, "seq": seq} for account in accounts]
    session.connection().execute(_LOST, values)


def _board(session: Session, id: str) -> Board:
    board = unit_of_work.lock_board(session, id)
    assert board is not None
    return board


def _entity(writer: EventWriter, model: type[Search] | type[Tip] | type[MissingReport], id: str) -> Entity:
    row = writer.unit.entities.get(model, id)
    assert row is not None
    return row
