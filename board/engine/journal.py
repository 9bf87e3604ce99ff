"""Journal: every event of every board, numbered without gaps, chained by hashes, with payloads that can be erased.

The chain detects an edit, a swap, a gap, a payload other than the committed one, and a journal shorter than its board's row
says. It does not detect an administrator who rewrites the whole chain and the board's row: only a head kept elsewhere does.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import bindparam, text
from sqlmodel import Session

from board.engine import unit_of_work
from board.engine.event import BOARD, COLUMNS, PAGE_SIZE, JournalEvent, stored_event
from models.board import OPERATIONS, Board
from models.db.read_pacing import in_pages
from models.entity import State
from models.ids import id_bytes
from models.times import to_ms

BOARDS_PER_QUERY = 500


def append(
    session: Session, board: Board, type: str, kind: str, entity: str, account: str | None, at: str, payload: dict[str, Any]
) -> JournalEvent:
    """Append an event to a locked board, as `NewEvents.append` does."""
    return unit_of_work.current(session).append(board, type, kind, entity, account, at, payload)


_SELECT = f"SELECT {COLUMNS} FROM event e WHERE e.board = {BOARD} "  # noqa: S608
_AFTER = text(_SELECT + "AND e.seq > :after ORDER BY e.seq LIMIT :limit")
_OF_ENTITY = text(
    _SELECT + "AND e.entity = :entity AND (:kind = '' OR e.kind = :kind) AND e.seq > :after ORDER BY e.seq LIMIT :limit"
)
_NEWEST = text(_SELECT + "AND e.seq > :after AND e.seq < :before ORDER BY e.seq DESC LIMIT :limit")
_NEWEST_OF_ENTITY = text(  # the plus keeps SQLite from reading the whole board between the two seqs
    _SELECT + "AND e.entity = :entity AND +e.seq > :after AND e.seq < :before ORDER BY e.seq DESC LIMIT :limit"
)
_BEFORE = text(_SELECT + "AND e.entity = :entity AND e.kind = :kind AND e.seq < :seq ORDER BY e.seq DESC LIMIT 1")
_SAID_BEFORE = text(
    _SELECT + "AND e.entity = :entity AND e.kind = :kind AND e.seq < :seq AND e.body IS NOT NULL ORDER BY e.seq DESC LIMIT 1"
)
# IN, not a join: SQLite would rebuild a joined list of last events for each event, which takes minutes.
_LAST = f"SELECT max(seq) FROM event WHERE board = {BOARD} AND seq <= :seq"  # noqa: S608
_FIRST = f"SELECT entity FROM event WHERE board = {BOARD}"  # noqa: S608
# Hops over the index from one entity to the next, and to the last event of each: two probes an entity, whatever the number of
# events. Kinds share the ids of boards only, such as a search and its briefing.
_AS_OF = (
    "WITH RECURSIVE "  # noqa: S608  (no value is pasted in)
    f"entity(id) AS (SELECT ({_FIRST} ORDER BY entity LIMIT 1) UNION ALL "
    f"SELECT ({_FIRST} AND entity > entity.id ORDER BY entity LIMIT 1) FROM entity WHERE id IS NOT NULL), "
    f"last(seq) AS (SELECT ({_LAST} AND entity = entity.id) FROM entity WHERE id <> :own "
    f"UNION ALL {_LAST} AND entity = :own GROUP BY kind) "
    f"{_SELECT} AND e.seq {{last}} ORDER BY e.seq"
)
_AS_OF_IN = {  # PostgreSQL expects few rows of a recursion, and would read the whole table to join them
    "sqlite": text(_AS_OF.format(last="IN (SELECT seq FROM last)")),
    "postgresql": text(_AS_OF.format(last="= ANY (ARRAY(SELECT seq FROM last))")),
}
_OPERATIONS_AS_OF = text(_SELECT + f"AND e.seq IN ({_LAST} GROUP BY kind, entity) ORDER BY e.seq")  # its entities are boards
_STATES_AT = text(_SELECT + f"AND e.seq IN ({_LAST} AND entity IN :entities GROUP BY kind, entity) ORDER BY e.seq").bindparams(
    bindparam("entities", expanding=True)
)
_HEADS = text("SELECT id, epoch, seq FROM board WHERE id IN :boards").bindparams(bindparam("boards", expanding=True))
_HEAD = text("SELECT seq FROM board WHERE id = :board")
_TIME = text(f"SELECT at FROM event WHERE board = {BOARD} AND seq <= :seq ORDER BY seq DESC LIMIT 1")  # noqa: S608
_KEY = text(f"SELECT key FROM event WHERE board = {BOARD} AND seq = :seq")  # noqa: S608


def key_of(session: Session, board: str, seq: int) -> bytes | None:
    """Return the key of an event's payload; None if it was erased."""
    unit = unit_of_work.current(session)
    if board in unit.boards and (key := unit.events.key_of(unit.boards[board].number, seq)) is not None:
        return key
    key = session.connection().execute(_KEY, {"board": board, "seq": seq}).scalar_one_or_none()
    return bytes(key) if key is not None else None


def events_after(session: Session, board: str, seq: int, limit: int = PAGE_SIZE) -> list[JournalEvent]:
    """Return at most `limit` events after `seq`, in order."""
    session.flush()
    rows = session.connection().execute(_AFTER, {"board": board, "after": seq, "limit": limit})
    return [stored_event(board, row) for row in rows]


def event_at(session: Session, board: str, seq: int) -> JournalEvent | None:
    """Return the event with that seq; None if there is none."""
    return next(iter(events_after(session, board, seq - 1, 1)), None)


def previous_event(session: Session, entry: JournalEvent) -> JournalEvent | None:
    """Return the previous event of the same entity; None if this is its first."""
    session.flush()
    row = session.connection().execute(_BEFORE, _place_of(entry)).first()
    return stored_event(entry.board, row) if row is not None else None


def _place_of(entry: JournalEvent) -> dict[str, Any]:
    return {"board": entry.board, "entity": id_bytes(entry.entity), "kind": entry.kind, "seq": entry.seq}


def entity_events(
    session: Session, board: str, entity: str, seq: int = 0, limit: int = PAGE_SIZE, *, kind: str = ""
) -> list[JournalEvent]:
    """Return the events of one entity after `seq`, in order; without `kind`, those of all kinds with this id."""
    session.flush()
    asked = {"board": board, "entity": id_bytes(entity), "kind": kind, "after": seq, "limit": limit}
    return [stored_event(board, row) for row in session.connection().execute(_OF_ENTITY, asked)]


def all_entity_events(session: Session, board: str, kind: str, entity: str, seq: int) -> Iterator[JournalEvent]:
    """Yield all events of one entity of a kind after `seq`, in order, page by page."""
    while page := entity_events(session, board, entity, seq, kind=kind):
        yield from page
        seq = page[-1].seq


def latest_events(
    session: Session, board: str, entity: str | None, after: int, before: int, limit: int = PAGE_SIZE
) -> list[JournalEvent]:
    """Return the newest events between two seqs (both excluded), in order; with `entity`, only its own."""
    session.flush()
    asked = {"board": board, "after": after, "before": before, "limit": limit}
    if entity is None:
        rows = session.connection().execute(_NEWEST, asked)
    else:
        rows = session.connection().execute(_NEWEST_OF_ENTITY, asked | {"entity": id_bytes(entity)})
    return [stored_event(board, row) for row in rows][::-1]


def as_of(session: Session, board: str, seq: int) -> Iterator[tuple[JournalEvent, State]]:
    """Yield each entity's last event up to `seq` with its state: the board as it was. Removed entities are left out."""
    connection = session.connection()
    query = _OPERATIONS_AS_OF if board == OPERATIONS else _AS_OF_IN[connection.dialect.name]
    asked = {"board": board, "own": id_bytes(board), "seq": seq}
    return _with_state(session, board, in_pages(connection.execute(query, asked)))


def states_at(session: Session, board: str, seq: int, entities: Collection[str]) -> Iterator[tuple[JournalEvent, State]]:
    """Yield the last event up to `seq`, with its state, of each of these entities (ids)."""
    asked = {"board": board, "seq": seq, "entities": [*map(id_bytes, entities)]}
    return _with_state(session, board, in_pages(session.connection().execute(_STATES_AT, asked)))


def _with_state(session: Session, board: str, rows: Iterable[Any]) -> Iterator[tuple[JournalEvent, State]]:
    """Yield events with their states. If a payload was erased, the previous one of the entity counts, as for readers that skip
    erased events."""
    for row in rows:
        entry = stored_event(board, row)
        if entry.body is None:
            found = session.connection().execute(_SAID_BEFORE, _place_of(entry)).first()
            entry = stored_event(board, found) if found is not None else entry
        state = entry.payload().get("state")
        if state is not None:
            yield entry, state


def seq_at(session: Session, board: str, at: str) -> int | None:
    """Return the seq of the last event up to a time; None before the first.

    Found by bisection, as times never decrease and have no index.
    """
    connection, ms = session.connection(), to_ms(at)
    # invariant: the event at `first` is early enough
    first, beyond = 0, int(connection.execute(_HEAD, {"board": board}).scalar() or 0) + 1
    while beyond - first > 1:
        middle = (first + beyond) // 2
        time = connection.execute(_TIME, {"board": board, "seq": middle}).scalar()
        if time is not None and time <= ms:
            first = middle
        else:
            beyond = middle
    return first or None


def heads(session: Session, boards: Sequence[str]) -> dict[str, tuple[str, int]]:
    """Return (epoch, seq) of each of these boards, as in the database."""
    found: dict[str, tuple[str, int]] = {}
    for start in range(0, len(boards), BOARDS_PER_QUERY):
        rows = session.connection().execute(_HEADS, {"boards": boards[start : start + BOARDS_PER_QUERY]})
        found |= {row.id: (row.epoch, row.seq) for row in rows}
    return found
