"""Queries over many boards, each from its own seq, in one statement instead of a statement for each board."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

import orjson
from sqlalchemy import BigInteger, String, and_, bindparam, func, select
from sqlmodel import Session

from board.engine.event import COLUMNS, EVENT, EVENTS, JournalEvent, is_at, more_events, stored_event
from models.board import Board
from models.db.json_rows import json_rows
from models.db.read_pacing import in_pages
from models.db.tables import columns_of, table_of
from models.times import to_ms

LAST = 2**62  # higher than any seq

_B, _OTHER = columns_of(Board), more_events("o").c
_GIVEN = json_rows("positions", board=String(), seq=BigInteger(), until=BigInteger())
_OF_TYPES = EVENT.type.in_(bindparam("types"))


def _placed(seq: Any = _GIVEN.c.seq) -> Any:
    """Return the table of the given boards: board, number, seq, until. The number is null for an unknown board."""
    columns = _GIVEN.c.board, _B.number, seq.label("seq"), _GIVEN.c.until
    placed = select(*columns).outerjoin_from(_GIVEN, table_of(Board), _B.id == _GIVEN.c.board).cte("placed")
    # PostgreSQL can't estimate the casts, and would join each position with all events first.
    return placed.prefix_with("MATERIALIZED", dialect="postgresql")


def _newest() -> Any:
    """Return the table of the given boards, each with the seq before its newest `most` events of these types."""
    newest = (
        select(_OTHER.seq)
        .where(_OTHER.board == _B.number, _OTHER.seq > _GIVEN.c.seq, _OTHER.seq <= _GIVEN.c.until)
        .where(_OTHER.type.in_(bindparam("types")))
        .order_by(_OTHER.seq.desc())
        .limit(1)
        .offset(bindparam("most"))
        .correlate(table_of(Board), _GIVEN)
    )
    return _placed(func.coalesce(newest.scalar_subquery(), _GIVEN.c.seq))


def _last_before_changes(*conditions: Any) -> Any:
    """Return the query for the last event up to its board's seq of each entity that has a later event. `conditions`: conditions
    on the later event."""
    is_later = and_(EVENT.board == _PLACED.c.number, EVENT.seq > _PLACED.c.seq, *conditions)
    entities = select(_PLACED.c.board.label("id"), EVENT.board, EVENT.kind, EVENT.entity, _PLACED.c.seq)
    changed: Any = entities.join_from(_PLACED, EVENTS, is_later).distinct().subquery("c")
    seqs = select(func.max(_OTHER.seq)).where(_OTHER.board == changed.c.board, _OTHER.entity == changed.c.entity)
    seqs = seqs.where(_OTHER.kind == changed.c.kind, _OTHER.seq <= changed.c.seq).correlate(changed)
    last = select(changed.c.id, changed.c.board, seqs.scalar_subquery().label("seq")).subquery("l")
    return select(last.c.id, *COLUMNS).join_from(last, EVENTS, is_at(last.c.board, last.c.seq))


_PLACED, _NEWEST = _placed(), _newest()
_IS_AFTER = and_(EVENT.board == _NEWEST.c.number, EVENT.seq > _NEWEST.c.seq, EVENT.seq <= _NEWEST.c.until)
_AFTER = (
    select(_NEWEST.c.board, *COLUMNS).join_from(_NEWEST, EVENTS, _IS_AFTER).where(_OF_TYPES).order_by(_NEWEST.c.board, EVENT.seq)
)
_COUNTS = (
    select(_PLACED.c.board, func.count().label("number"))
    .join_from(_PLACED, EVENTS, and_(EVENT.board == _PLACED.c.number, EVENT.seq > _PLACED.c.seq))
    .where(_OF_TYPES)
    .group_by(_PLACED.c.board)
)
_HASHES = select(_PLACED.c.board, EVENT.hash).join_from(_PLACED, EVENTS, is_at(_PLACED.c.number, _PLACED.c.seq))
_LAST_AT = select(EVENT.seq).where(EVENT.board == _PLACED.c.number, EVENT.at <= bindparam("at")).order_by(EVENT.seq.desc())
_SEQS_AT = select(_PLACED.c.board, _LAST_AT.limit(1).correlate(_PLACED).scalar_subquery().label("seq"))
_BEFORE_CHANGES = _last_before_changes()
_BEFORE_CHANGES_OF_KIND = _last_before_changes(EVENT.kind == bindparam("kind"))


def _parameters(positions: Mapping[str, int], until: Mapping[str, int] | None = None) -> dict[str, Any]:
    rows = [(board, seq, (until or {}).get(board, LAST)) for board, seq in sorted(positions.items())]
    return {"positions": orjson.dumps(rows).decode()}


def events_after(
    session: Session, positions: Mapping[str, int], types: Collection[str], limit: int, until: Mapping[str, int] | None = None
) -> dict[str, list[JournalEvent]]:
    """Return each board's newest events of these types after its seq and up to `until`, in order, at most `limit` per board.
    Omits boards without such an event."""
    session.flush()
    params = _parameters(positions, until) | {"types": list(types), "most": limit}
    by_board: dict[str, list[JournalEvent]] = {}
    for row in in_pages(session.connection().execute(_AFTER, params)):
        by_board.setdefault(row.board, []).append(stored_event(row.board, row[1:]))
    return by_board


def counts_after(session: Session, positions: Mapping[str, int], types: Collection[str]) -> dict[str, int]:
    """Return the number of events of these types after each board's seq. Omits boards without such an event."""
    session.flush()
    rows = session.connection().execute(_COUNTS, _parameters(positions) | {"types": list(types)})
    return {row.board: row.number for row in rows}


def hashes_at(session: Session, positions: Mapping[str, int]) -> dict[str, bytes]:
    """Return the hash of the event at each board's seq. Omits boards without that event."""
    session.flush()
    return {row.board: row.hash for row in session.connection().execute(_HASHES, _parameters(positions))}


def seqs_at(session: Session, boards: Iterable[str], at: str) -> dict[str, int]:
    """Return the seq of each board's last event up to a time, 0 if it has none."""
    rows = session.connection().execute(_SEQS_AT, _parameters(dict.fromkeys(boards, 0)) | {"at": to_ms(at)})
    return {row.board: row.seq or 0 for row in rows}


def last_before_changes(session: Session, positions: Mapping[str, int], kind: str | None = None) -> Iterator[JournalEvent]:
    """Yield, for each entity that changed after its board's seq, its last event up to that seq. `kind`: None for all kinds."""
    query = _BEFORE_CHANGES if kind is None else _BEFORE_CHANGES_OF_KIND
    params = _parameters(positions) | ({} if kind is None else {"kind": kind})
    for row in session.connection().execute(query, params):
        yield stored_event(row.id, row[1:])
