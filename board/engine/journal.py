"""Journal: all events of all boards, numbered without gaps, chained by hashes, with erasable payloads.

The chain reveals an edit, a swap, a gap, a changed payload, and a journal that is shorter than its board's row states. It does
not reveal that an administrator rewrote the entire chain and the board's row. Only a head stored elsewhere reveals that.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import BigInteger, Select, String, any_, bindparam, func, or_, select, union_all
from sqlmodel import Session

from board.engine import unit_of_work
from board.engine.event import BOARD, COLUMNS, EVENT, ON_BOARD, PAGE_SIZE, JournalEvent, more_events, stored_event
from models.board import OPERATIONS, Board
from models.db.read_pacing import in_pages
from models.db.tables import columns_of
from models.entity import State
from models.ids import id_bytes
from models.times import to_ms

BOARDS_PER_QUERY = 500


def append(
    session: Session, board: Board, type: str, kind: str, entity: str, account: str | None, at: str, payload: dict[str, Any]
) -> JournalEvent:
    """Append an event to a locked board, as `NewEvents.append` does."""
    return unit_of_work.current(session).append(board, type, kind, entity, account, at, payload)


_ALL = select(*COLUMNS).where(ON_BOARD)
_LIMIT: Any = bindparam("limit")
_AFTER = _ALL.where(EVENT.seq > bindparam("after")).order_by(EVENT.seq).limit(_LIMIT)
_KIND = bindparam("kind", type_=String())
_ENTITY = EVENT.entity == bindparam("entity")
_OF_ENTITY = _AFTER.where(_ENTITY, or_(_KIND == "", EVENT.kind == _KIND))
_NEWEST_FIRST = _ALL.where(EVENT.seq < bindparam("before")).order_by(EVENT.seq.desc()).limit(_LIMIT)
_NEWEST = _NEWEST_FIRST.where(EVENT.seq > bindparam("after"))
# `+ 0` stops SQLite from reading all events of the board between the two seqs
_NEWEST_OF_ENTITY = _NEWEST_FIRST.where(_ENTITY, EVENT.seq + 0 > bindparam("after", type_=BigInteger()))
_BEFORE = _ALL.where(_ENTITY, EVENT.kind == _KIND, EVENT.seq < bindparam("seq")).order_by(EVENT.seq.desc()).limit(1)
_SAID_BEFORE = _BEFORE.where(EVENT.body.is_not(None))
_OTHER = more_events("o").c
# IN, not a join: SQLite would rebuild a joined list of last events for each event, which takes minutes.
_LAST = select(func.max(_OTHER.seq)).where(_OTHER.board == BOARD, _OTHER.seq <= bindparam("seq"))


def _as_of() -> dict[str, Select[Any]]:
    """Return the queries for the last event of each entity, by dialect.

    They step through the index from one entity to the next, and to the last event of each: two look-ups for each entity,
    regardless of the number of events. Two kinds share an id only if it is the id of a board: a search and its briefing do.
    """
    own: Any = bindparam("own")
    first = select(_OTHER.entity).where(_OTHER.board == BOARD).order_by(_OTHER.entity).limit(1)
    entity = select(first.scalar_subquery().label("id")).cte("entity", recursive=True)
    following = first.where(_OTHER.entity > entity.c.id).correlate(entity).scalar_subquery()
    entity = entity.union_all(select(following).select_from(entity).where(entity.c.id.is_not(None)))
    last_of_entity = _LAST.where(_OTHER.entity == entity.c.id).correlate(entity).scalar_subquery()
    last = union_all(
        select(last_of_entity.label("seq")).select_from(entity).where(entity.c.id != own),
        _LAST.where(_OTHER.entity == own).group_by(_OTHER.kind),
    ).cte("last")
    seqs = select(last.c.seq)
    # an array, because PostgreSQL misjudges the rows of a recursion and would read the whole table for a join
    conditions = {"sqlite": EVENT.seq.in_(seqs), "postgresql": EVENT.seq == any_(func.array(seqs.scalar_subquery()))}
    return {dialect: _ALL.where(condition).order_by(EVENT.seq) for dialect, condition in conditions.items()}


_AS_OF = _as_of()
_LAST_OF_EACH = _LAST.group_by(_OTHER.kind, _OTHER.entity)
_OPERATIONS_AS_OF = _ALL.where(EVENT.seq.in_(_LAST_OF_EACH)).order_by(EVENT.seq)  # its entities are boards
_LAST_AMONG = _LAST_OF_EACH.where(_OTHER.entity.in_(bindparam("entities")))
_STATES_AT = _ALL.where(EVENT.seq.in_(_LAST_AMONG)).order_by(EVENT.seq)
_B = columns_of(Board)
_HEADS = select(_B.id, _B.epoch, _B.seq).where(_B.id.in_(bindparam("boards")))
_HEAD = select(_B.seq).where(_B.id == bindparam("board"))
_TIME = select(EVENT.at).where(ON_BOARD, EVENT.seq <= bindparam("seq")).order_by(EVENT.seq.desc()).limit(1)
_KEY = select(EVENT.key).where(ON_BOARD, EVENT.seq == bindparam("seq"))


def key_of(session: Session, board: str, seq: int) -> bytes | None:
    """Return the key of an event's payload; None if it was erased."""
    uow = unit_of_work.current(session)
    if board in uow.boards and (key := uow.events.key_of(uow.boards[board].number, seq)) is not None:
        return key
    key = session.connection().execute(_KEY, {"board": board, "seq": seq}).scalar_one_or_none()
    return bytes(key) if key is not None else None


def events_after(session: Session, board: str, seq: int, limit: int = PAGE_SIZE) -> list[JournalEvent]:
    """Return at most `limit` events after `seq`, in order."""
    session.flush()
    rows = session.connection().execute(_AFTER, {"board": board, "after": seq, "limit": limit})
    return [stored_event(board, row) for row in rows]


def event_at(session: Session, board: str, seq: int) -> JournalEvent | None:
    """Return the event with this seq; None if it does not exist."""
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
    """Return the events of an entity after `seq`, in order. `kind`: "" for all kinds with this id."""
    session.flush()
    params = {"board": board, "entity": id_bytes(entity), "kind": kind, "after": seq, "limit": limit}
    return [stored_event(board, row) for row in session.connection().execute(_OF_ENTITY, params)]


def all_entity_events(session: Session, board: str, kind: str, entity: str, seq: int) -> Iterator[JournalEvent]:
    """Yield all events of an entity after `seq`, in order. Reads page by page."""
    while page := entity_events(session, board, entity, seq, kind=kind):
        yield from page
        seq = page[-1].seq


def latest_events(
    session: Session, board: str, entity: str | None, after: int, before: int, limit: int = PAGE_SIZE
) -> list[JournalEvent]:
    """Return the newest events between two seqs (both excluded), in order. `entity`: only its events."""
    session.flush()
    params = {"board": board, "after": after, "before": before, "limit": limit}
    if entity is None:
        rows = session.connection().execute(_NEWEST, params)
    else:
        rows = session.connection().execute(_NEWEST_OF_ENTITY, params | {"entity": id_bytes(entity)})
    return [stored_event(board, row) for row in rows][::-1]


def as_of(session: Session, board: str, seq: int) -> Iterator[tuple[JournalEvent, State]]:
    """Yield each entity's last event up to `seq`, with its state: the board at `seq`. Omits removed entities."""
    connection = session.connection()
    query = _OPERATIONS_AS_OF if board == OPERATIONS else _AS_OF[connection.dialect.name]
    params = {"board": board, "own": id_bytes(board), "seq": seq}
    return _with_state(session, board, in_pages(connection.execute(query, params)))


def states_at(session: Session, board: str, seq: int, entities: Collection[str]) -> Iterator[tuple[JournalEvent, State]]:
    """Yield the last event up to `seq`, with its state, of each of these entities."""
    params = {"board": board, "seq": seq, "entities": [*map(id_bytes, entities)]}
    return _with_state(session, board, in_pages(session.connection().execute(_STATES_AT, params)))


def _with_state(session: Session, board: str, rows: Iterable[Any]) -> Iterator[tuple[JournalEvent, State]]:
    """Yield events with their states. If an event's payload was erased, use the entity's previous event, as readers that skip
    erased events do."""
    for row in rows:
        entry = stored_event(board, row)
        if entry.body is None:
            previous = session.connection().execute(_SAID_BEFORE, _place_of(entry)).first()
            entry = stored_event(board, previous) if previous is not None else entry
        state = entry.payload().get("state")
        if state is not None:
            yield entry, state


def seq_at(session: Session, board: str, at: str) -> int | None:
    """Return the seq of the last event up to a time; None if there is none.

    Uses bisection, because times never decrease and have no index.
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
    """Return (epoch, seq) of each of these boards in the database."""
    positions: dict[str, tuple[str, int]] = {}
    for start in range(0, len(boards), BOARDS_PER_QUERY):
        rows = session.connection().execute(_HEADS, {"boards": boards[start : start + BOARDS_PER_QUERY]})
        positions |= {row.id: (row.epoch, row.seq) for row in rows}
    return positions
