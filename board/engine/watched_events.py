"""Events of alarms and duties by time, from the journals of all boards. An index covers only these kinds."""

from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, String, and_, bindparam, func, or_, select
from sqlmodel import Session

from board.engine.event import EVENT, EVENTS, ON_BOARD, WHOLE, more_events
from models import stored_payload
from models.board import Board
from models.db.read_pacing import in_pages
from models.db.tables import columns_of, table_of
from models.entity import State
from models.event import WATCHED
from models.ids import id_bytes, id_text

_OTHER_EVENTS = more_events("o")
_B, _OTHER, _TAKEN = columns_of(Board), _OTHER_EVENTS.c, more_events("t").c
_START: Any = bindparam("start")
_END: Any = bindparam("end")
_KINDS = bindparam("kinds", list(WATCHED), type_=String(), expanding=True, literal_execute=True)
_TYPES = bindparam("types", type_=String(), expanding=True)


def _is_watched(event: Any) -> ColumnElement[bool]:
    """Return the condition of the partial index, written as in the index, because databases do not use it otherwise."""
    condition: ColumnElement[bool] = event.kind.in_(_KINDS)
    return condition


def _entities_with(type: str) -> Any:
    return select(_OTHER.board, _OTHER.entity).where(_is_watched(_OTHER), _OTHER.type == bindparam(type), _OTHER.at < _START)


_OPEN = _entities_with("begun").except_(_entities_with("ended")).cte("open")
_BEFORE = (_TAKEN.board == _OPEN.c.board, _TAKEN.entity == _OPEN.c.entity, _TAKEN.at < _START)
_LAST = select(func.max(_TAKEN.seq)).where(*_BEFORE).correlate(_OPEN).scalar_subquery()
_LAST_TAKEN = select(func.max(_TAKEN.seq)).where(*_BEFORE, _TAKEN.type == bindparam("taken")).correlate(_OPEN).scalar_subquery()
_COLUMNS = (EVENT.seq, EVENT.at, EVENT.type, EVENT.entity, EVENT.body, WHOLE)
_ROWS = select(_B.id, *_COLUMNS)
_OPEN_BEFORE = (
    _ROWS.select_from(_OPEN)
    .join(EVENTS, and_(EVENT.board == _OPEN.c.board, EVENT.entity == _OPEN.c.entity))
    .join(table_of(Board), _B.number == EVENT.board)
    .where(EVENT.at < _START, EVENT.seq >= func.coalesce(_LAST_TAKEN, 0))
    .where(or_(EVENT.type != bindparam("repeated"), EVENT.seq == _LAST))
    .order_by(EVENT.board, EVENT.seq)
)
_BETWEEN = (
    _ROWS.join_from(EVENTS, table_of(Board), _B.number == EVENT.board)
    .where(_is_watched(EVENT), EVENT.type.in_(_TYPES), EVENT.at >= _START, EVENT.at < _END)
    .order_by(EVENT.board, EVENT.seq)
)
# unordered: to sort them, SQLite would read the whole board
_OF_ENTITIES = select(bindparam("board", type_=String()).label("id"), *_COLUMNS).where(
    ON_BOARD, EVENT.entity.in_(bindparam("entities", expanding=True)), EVENT.type.in_(_TYPES),
    EVENT.at < _END, or_(EVENT.at >= _START, EVENT.kind != WATCHED[0]),
)  # fmt: skip
_HASHES = select(_OTHER.entity, _OTHER.at, _OTHER.hash).where(
    _is_watched(_OTHER), _OTHER.type == bindparam("type"), _OTHER.at >= _START, _OTHER.at < _END
)
_BOARDS_WITH = (
    select(_B.id)
    .join_from(_OTHER_EVENTS, table_of(Board), _B.number == _OTHER.board)
    .where(_is_watched(_OTHER), _OTHER.type == bindparam("type"), _OTHER.at >= _START)
    .distinct()
)
_unpacked_base = lru_cache(1024)(stored_payload.unpack)  # the events of an alarm share a base
_id_text = lru_cache(8_192)(id_text)


class WatchedEvent(NamedTuple):
    """Event with its time in milliseconds since 1970, and the stored forms of its payload and of that payload's base."""

    board: str
    seq: int
    at: int
    type: str
    entity: str
    body: bytes | None
    whole: bytes | None

    def payload(self) -> dict[str, Any]:
        """Return the payload; empty if it was erased."""
        return stored_payload.load(self.body, None if self.whole is None else _unpacked_base(self.whole))

    def state(self) -> State | None:
        """Return the state after the event; None if the entity left its board, or the payload was erased."""
        return self.payload().get("state")


class EventHash(NamedTuple):
    """Event with the hash that chains it to all earlier events of its board."""

    entity: str
    at: int
    hash: bytes


def open_entities(session: Session, start: int, *, begun: str, ended: str, taken: str, repeated: str) -> Iterator[WatchedEvent]:
    """Yield the events before `start` of each entity that has an event `begun` and no event `ended` by then, in order. Begins at
    the entity's last event `taken`, if any. Omits events `repeated`, except as an entity's last event."""
    return _read(session, _OPEN_BEFORE, start=start, begun=begun, ended=ended, taken=taken, repeated=repeated)


def between(session: Session, types: Collection[str], start: int, end: int) -> Iterator[WatchedEvent]:
    """Yield the events of alarms and duties with these types, from `start` until before `end`, in order for each board."""
    return _read(session, _BETWEEN, start=start, end=end, types=list(types))


def hashes(session: Session, type: str, start: int, end: int) -> Iterator[EventHash]:
    """Yield the events of alarms or duties with this type, from `start` until before `end`, unordered."""
    session.flush()
    for row in in_pages(session.connection().execute(_HASHES, {"type": type, "start": start, "end": end})):
        yield EventHash(_id_text(row.entity), row.at, row.hash)


def boards_with(session: Session, type: str, start: int) -> set[str]:
    """Return the ids of the boards with an event of alarms or duties of this type, from `start` on."""
    session.flush()
    return set(session.connection().execute(_BOARDS_WITH, {"type": type, "start": start}).scalars())


def of_entities(
    session: Session, board: str, entities: Collection[str], types: Collection[str], start: int, end: int
) -> Iterator[WatchedEvent]:
    """Yield the events of these entities with these types before `end`, unordered. Omits events of alarms before `start`."""
    ids = [*map(id_bytes, entities)]
    return _read(session, _OF_ENTITIES, board=board, entities=ids, types=list(types), start=start, end=end)


def _read(session: Session, query: Any, **params: Any) -> Iterator[WatchedEvent]:
    session.flush()
    for id, seq, at, type, entity, body, whole in in_pages(session.connection().execute(query, params)):
        yield WatchedEvent(id, seq, at, type, _id_text(entity), body, whole)
