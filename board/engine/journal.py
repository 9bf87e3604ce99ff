"""Journal: every event of every board, numbered without gaps, chained by hashes, with payloads that can be erased.

The chain detects an edit, a swap, a gap, a payload other than the committed one, and a journal shorter than its board's row
says. It does not detect an administrator who rewrites the whole chain and the board's row: only a head kept elsewhere does.
"""

import secrets
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

import orjson
from sqlalchemy import bindparam, text
from sqlmodel import Session

from board.engine import unit_of_work
from board.engine.event import PAGE_SIZE, JournalEvent
from board.engine.hash_chain import chain_hash, commitment
from board.engine.stored_payload import pack
from models.board import OPERATIONS, Board
from models.db import rows
from models.db.read_pacing import in_pages
from models.entity import State

BOARDS_PER_QUERY = 500
KEY_BYTES = 16  # of a payload: enough that nobody can guess what was erased by its commitment; earlier ones have 32


def append(
    session: Session, board: Board, type: str, kind: str, entity: str, account: str | None, at: str, payload: dict[str, Any]
) -> JournalEvent:
    """Append an event to a locked board and move the board's head. The row is inserted before commit, or before the journal is
    read. `at` is the clock's time; if the board is ahead of it, the payload keeps it as `clock`."""
    id, seq = board.id, board.seq + 1
    moment = max(board.at, at)  # a clock that was set back must not make `at` decrease along seq
    body = orjson.dumps(payload if moment == at else payload | {"clock": at})
    entry = JournalEvent(id, seq, moment, type, kind, entity, account, body)
    key = secrets.token_bytes(KEY_BYTES)
    committed = commitment(key, body)
    head = chain_hash(board.head, entry, committed)
    rows.assign(board, {"seq": seq, "at": moment, "last_type": type, "head": head})
    waiting = unit_of_work.current(session)
    waiting.boards.setdefault(id, board)
    waiting.changes += 1
    waiting.events.append(
        {"board": id, "seq": seq, "at": moment, "type": type, "kind": kind, "entity": entity, "account": account,
         "commitment": committed, "hash": head, "key": key, "body": pack(body)}
    )  # fmt: skip
    return entry


_SELECT = "SELECT e.board, e.seq, e.at, e.type, e.kind, e.entity, e.account, e.body FROM event e WHERE e.board = :board "
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
_LAST = "SELECT max(seq) FROM event WHERE board = :board AND seq <= :seq"
# Hops over the index from one entity to the next, and to the last event of each: two probes an entity, whatever the number of
# events. Kinds share the ids of boards only, such as a search and its briefing.
_AS_OF = (
    "WITH RECURSIVE "  # noqa: S608  (no value is pasted in)
    "entity(id) AS (SELECT min(entity) FROM event WHERE board = :board UNION ALL "
    "SELECT (SELECT min(entity) FROM event WHERE board = :board AND entity > entity.id) FROM entity WHERE id IS NOT NULL), "
    f"last(seq) AS (SELECT ({_LAST} AND entity = entity.id) FROM entity WHERE id <> :board "
    f"UNION ALL {_LAST} AND entity = :board GROUP BY kind) "
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
_TIME = text("SELECT at FROM event WHERE board = :board AND seq <= :seq ORDER BY seq DESC LIMIT 1")
_KEY = text("SELECT key FROM event WHERE board = :board AND seq = :seq")


def key_of(session: Session, board: str, seq: int) -> bytes | None:
    """Return the key of an event's payload; None if it was erased."""
    for each in unit_of_work.current(session).events:
        if (each["board"], each["seq"]) == (board, seq):
            return bytes(each["key"])
    key = session.connection().execute(_KEY, {"board": board, "seq": seq}).scalar_one_or_none()
    return bytes(key) if key is not None else None


def events_after(session: Session, board: str, seq: int, limit: int = PAGE_SIZE) -> list[JournalEvent]:
    """Return at most `limit` events after `seq`, in order."""
    unit_of_work.current(session).flush_events(session)
    rows = session.connection().execute(_AFTER, {"board": board, "after": seq, "limit": limit})
    return [JournalEvent(*row) for row in rows]


def event_at(session: Session, board: str, seq: int) -> JournalEvent | None:
    """Return the event with that seq; None if there is none."""
    return next(iter(events_after(session, board, seq - 1, 1)), None)


def previous_event(session: Session, entry: JournalEvent) -> JournalEvent | None:
    """Return the previous event of the same entity; None if this is its first."""
    unit_of_work.current(session).flush_events(session)
    asked = {"board": entry.board, "entity": entry.entity, "kind": entry.kind, "seq": entry.seq}
    row = session.connection().execute(_BEFORE, asked).first()
    return JournalEvent(*row) if row is not None else None


def entity_events(
    session: Session, board: str, entity: str, seq: int = 0, limit: int = PAGE_SIZE, *, kind: str = ""
) -> list[JournalEvent]:
    """Return the events of one entity after `seq`, in order; without `kind`, those of all kinds with this id."""
    unit_of_work.current(session).flush_events(session)
    asked = {"board": board, "entity": entity, "kind": kind, "after": seq, "limit": limit}
    return [JournalEvent(*row) for row in session.connection().execute(_OF_ENTITY, asked)]


def all_entity_events(session: Session, board: str, kind: str, entity: str, seq: int) -> Iterator[JournalEvent]:
    """Yield all events of one entity of a kind after `seq`, in order, page by page."""
    while page := entity_events(session, board, entity, seq, kind=kind):
        yield from page
        seq = page[-1].seq


def latest_events(
    session: Session, board: str, entity: str | None, after: int, before: int, limit: int = PAGE_SIZE
) -> list[JournalEvent]:
    """Return the newest events between two seqs (both excluded), in order; with `entity`, only its own."""
    unit_of_work.current(session).flush_events(session)
    asked = {"board": board, "after": after, "before": before, "limit": limit}
    if entity is None:
        rows = session.connection().execute(_NEWEST, asked)
    else:
        rows = session.connection().execute(_NEWEST_OF_ENTITY, asked | {"entity": entity})
    return [JournalEvent(*row) for row in rows][::-1]


def as_of(session: Session, board: str, seq: int) -> Iterator[tuple[JournalEvent, State]]:
    """Yield each entity's last event up to `seq` with its state: the board as it was. Removed entities are left out."""
    connection = session.connection()
    query = _OPERATIONS_AS_OF if board == OPERATIONS else _AS_OF_IN[connection.dialect.name]
    return _with_state(session, in_pages(connection.execute(query, {"board": board, "seq": seq})))


def states_at(session: Session, board: str, seq: int, entities: Collection[str]) -> Iterator[tuple[JournalEvent, State]]:
    """Yield the last event up to `seq`, with its state, of each of these entities (ids)."""
    asked = {"board": board, "seq": seq, "entities": list(entities)}
    return _with_state(session, in_pages(session.connection().execute(_STATES_AT, asked)))


def _with_state(session: Session, rows: Iterable[Any]) -> Iterator[tuple[JournalEvent, State]]:
    """Yield events with their states. If a payload was erased, the previous one of the entity counts, as for readers that skip
    erased events."""
    for row in rows:
        entry = JournalEvent(*row)
        if entry.body is None:
            asked = {"board": entry.board, "entity": entry.entity, "kind": entry.kind, "seq": entry.seq}
            found = session.connection().execute(_SAID_BEFORE, asked).first()
            entry = JournalEvent(*found) if found is not None else entry
        state = entry.payload().get("state")
        if state is not None:
            yield entry, state


def seq_at(session: Session, board: str, at: str) -> int | None:
    """Return the seq of the last event up to a time; None before the first.

    Found by bisection, as times never decrease and have no index.
    """
    connection = session.connection()
    # invariant: the event at `first` is early enough
    first, beyond = 0, int(connection.execute(_HEAD, {"board": board}).scalar() or 0) + 1
    while beyond - first > 1:
        middle = (first + beyond) // 2
        time = connection.execute(_TIME, {"board": board, "seq": middle}).scalar()
        if time is not None and time <= at:
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
