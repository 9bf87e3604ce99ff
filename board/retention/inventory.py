"""Inventory of the stored data about a search: tables in groups, with the columns that contain the search's id or number."""

from sqlalchemy import ColumnElement, Integer, Table, and_, func, or_, select, union_all
from sqlmodel import Session

from board.engine import kinds
from board.i18n import N_
from models.board import OPERATIONS_NUMBER, Board
from models.db.schema import metadata
from models.ids import id_bytes

GROUPS = {
    "events": N_("Events of the search"), "cards": N_("Cards, notes and places"), "files": N_("Photos and files, in all sizes"),
    "materials": N_("Printed material, and who received it"), "contacts": N_("Contacts and earlier sources"),
    "reports": N_("Reports and tips that were placed on it"), "alarms": N_("Alarms, alerts and suggestions to look again"),
    "handovers": N_("Sections of handovers"), "reads": N_("Reads"), "access": N_("Access and members"),
    "search": N_("Facts of the search"), "technical": N_("Technical rows without text"), "figures": N_("Figures without names"),
}  # fmt: skip
_OF_BOARD = ("board",)
TABLES: dict[str, tuple[str, tuple[str, ...]]] = {  # by table: group, and columns that hold the search
    "event": ("events", _OF_BOARD),
    **dict.fromkeys(("column", "sighting", "task", "note", "places"), ("cards", _OF_BOARD)),
    **dict.fromkeys(("file", "upload"), ("files", _OF_BOARD)),
    **dict.fromkeys(("material", "distribution"), ("materials", _OF_BOARD)),
    **dict.fromkeys(("contacts", "earliersource"), ("contacts", _OF_BOARD)),
    **dict.fromkeys(("tip", "missingreport"), ("reports", ("placed_on",))),
    **dict.fromkeys(("alarm", "alert", "alert_read", "notification", "due_wakes"), ("alarms", _OF_BOARD)),
    "wakes": ("alarms", ("board", "search")),
    "briefing": ("handovers", _OF_BOARD),
    "search_handovers": ("handovers", ("id",)),
    **dict.fromkeys(("reads", "emergency_openings", "disclosures", "read_positions"), ("reads", _OF_BOARD)),
    "visibility_changes": ("access", ("search",)),
    "account": ("access", ("guest_of",)),
    "search": ("search", _OF_BOARD),
    "retention_holds": ("search", _OF_BOARD),
    "search_facts": ("figures", _OF_BOARD),
    **dict.fromkeys(("board_share", "verified"), ("technical", _OF_BOARD)),
    "processed_commands": ("technical", ("board", "opened")),
}
KEPT = {  # tables whose rows stay after an erasure
    "event": "the chain, without payloads", "reads": "who read and when", "search_facts": "figures without names",
    "visibility_changes": "the id, for browsers that were away", "account": "guests, whose access has ended",
}  # fmt: skip
OTHERS = {  # tables with a column `board` that are about no search
    **dict.fromkeys(("handover", "shift", "duties", "planned_duties"), "on the board of all searches"),
    "erasures": "that a search was erased, and by whom",
}


def tables() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return TABLES, with the tables of all kinds of cards, including those that an installation declares."""
    from board.commands import registry  # noqa: F401 - declares the kinds

    return {str(kind.model.__tablename__): ("cards", _OF_BOARD) for kind in kinds.cards()} | TABLES


def rows_about(session: Session, board: str) -> dict[str, int]:
    """Return the number of rows about a search, by table, without empty ones."""
    number = session.get_one(Board, board).number
    conditions = {name: _about(metadata.tables[name], columns, board, number) for name, (_, columns) in tables().items()}
    event = metadata.tables["event"].c
    copies = and_(event.board == OPERATIONS_NUMBER, event.entity.in_([id_bytes(id) for id in _on_operations(session, board)]))
    conditions["event"] = or_(conditions["event"], copies)
    counts = {name: _count(session, metadata.tables[name], about) for name, about in conditions.items()}
    return {name: count for name, count in counts.items() if count}


def by_group(rows: dict[str, int]) -> dict[str, int]:
    """Return the number of rows by group, in the order of GROUPS."""
    counts, groups = dict.fromkeys(GROUPS, 0), tables()
    for name, count in rows.items():
        counts[groups[name][0]] += count
    return {group: count for group, count in counts.items() if count}


def about(session: Session, name: str, board: str) -> ColumnElement[bool]:
    """Return the condition for the rows of one of the tables that are about a search."""
    number = session.get_one(Board, board).number
    return _about(metadata.tables[name], tables()[name][1], board, number)


def count(session: Session, name: str, board: str) -> int:
    """Return the number of rows of one of the tables that are about a search."""
    return _count(session, metadata.tables[name], about(session, name, board))


def _about(table: Table, columns: tuple[str, ...], board: str, number: int) -> ColumnElement[bool]:
    return or_(*(table.c[name] == (number if isinstance(table.c[name].type, Integer) else board) for name in columns))


def _on_operations(session: Session, board: str) -> list[str]:
    """Return the entities on the board of all searches that are about a search: its copy, and tips and reports placed on it."""
    placed = (metadata.tables[name].c for name, (group, _) in TABLES.items() if group == "reports")
    ids = union_all(*(select(columns.id).where(columns.placed_on == board) for columns in placed))
    return [board, *session.connection().execute(ids).scalars()]


def _count(session: Session, table: Table, about: ColumnElement[bool]) -> int:
    return int(session.connection().execute(select(func.count()).select_from(table).where(about)).scalar_one())
