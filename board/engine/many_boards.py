"""Queries over many boards, each from its own seq, in one statement instead of one for each board."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import bindparam, text
from sqlmodel import Session

from board.engine.event import COLUMNS, JournalEvent, stored_event
from models.db.read_pacing import in_pages
from models.times import to_ms

BATCH_SIZE = 500  # boards in a query: SQLite takes at most 32,766 values
LAST = 2**62  # above every seq

_AFTER = (
    f"SELECT placed.board, {COLUMNS} FROM placed JOIN event e ON e.board = placed.number AND e.seq > placed.seq "  # noqa: S608
    "AND e.seq <= placed.until WHERE e.type IN :types ORDER BY placed.board, e.seq"
)
# The seq before the newest `most` events of these types.
_BEFORE_NEWEST = (
    "COALESCE((SELECT e.seq FROM event e WHERE e.board = b.number AND e.seq > given.seq AND e.seq <= given.until "
    "AND e.type IN :types ORDER BY e.seq DESC LIMIT 1 OFFSET :most), given.seq)"
)
_COUNTS = (
    "SELECT placed.board, count(*) AS number FROM placed JOIN event e ON e.board = placed.number AND e.seq > placed.seq "
    "WHERE e.type IN :types GROUP BY placed.board"
)
_HASHES = "SELECT placed.board, e.hash FROM placed JOIN event e ON e.board = placed.number AND e.seq = placed.seq"
_SEQS_AT = (
    "SELECT placed.board, (SELECT e.seq FROM event e WHERE e.board = placed.number AND e.at <= :at ORDER BY e.seq DESC LIMIT 1) "
    "AS seq FROM placed"
)
# The last event up to its board's seq of each entity that has one after it.
_BEFORE_CHANGES = f"""
    SELECT l.id, {COLUMNS} FROM (
        SELECT c.id, c.board, (
            SELECT max(f.seq) FROM event f WHERE f.board = c.board AND f.entity = c.entity AND f.kind = c.kind AND f.seq <= c.seq
        ) AS seq FROM (
            SELECT DISTINCT placed.board AS id, e.board, e.kind, e.entity, placed.seq
            FROM placed JOIN event e ON e.board = placed.number AND e.seq > placed.seq
        ) c
    ) l JOIN event e ON e.board = l.board AND e.seq = l.seq"""  # noqa: S608


def _positions_cte(
    positions: Mapping[str, int], until: Mapping[str, int] | None = None, seq: str = "given.seq"
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield query prefixes that define the table `placed` (board, number, seq, until), with their parameters, BATCH_SIZE boards
    each. The number is null for an unknown board."""
    items = sorted(positions.items())
    for start in range(0, len(items), BATCH_SIZE):
        some = list(enumerate(items[start : start + BATCH_SIZE]))
        rows = ", ".join(f"(CAST(:board{n} AS TEXT), CAST(:seq{n} AS BIGINT), CAST(:until{n} AS BIGINT))" for n, _ in some)
        asked: dict[str, Any] = {}
        for n, (board, after) in some:
            asked |= {f"board{n}": board, f"seq{n}": after, f"until{n}": (until or {}).get(board, LAST)}
        yield (
            f"WITH given (board, seq, until) AS (VALUES {rows}), placed AS ("  # noqa: S608
            f"SELECT given.board, b.number, {seq} AS seq, given.until FROM given LEFT JOIN board b ON b.id = given.board) ", asked
        )  # fmt: skip


def events_after(
    session: Session, positions: Mapping[str, int], types: Collection[str], most: int, until: Mapping[str, int] | None = None
) -> dict[str, list[JournalEvent]]:
    """Return the newest `most` events of these types of each board, after its seq and up to `until`, in order; boards without
    one are left out."""
    session.flush()
    found: dict[str, list[JournalEvent]] = {}
    for placed, asked in _positions_cte(positions, until, _BEFORE_NEWEST):
        asks = text(placed + _AFTER).bindparams(bindparam("types", expanding=True))
        for row in in_pages(session.connection().execute(asks, asked | {"types": list(types), "most": most})):
            found.setdefault(row.board, []).append(stored_event(row.board, row[1:]))
    return found


def counts_after(session: Session, positions: Mapping[str, int], types: Collection[str]) -> dict[str, int]:
    """Return the number of events of these types after each board's seq; boards without one are left out."""
    session.flush()
    found: dict[str, int] = {}
    for placed, asked in _positions_cte(positions):
        asks = text(placed + _COUNTS).bindparams(bindparam("types", expanding=True))
        found |= {row.board: row.number for row in session.connection().execute(asks, asked | {"types": list(types)})}
    return found


def hashes_at(session: Session, positions: Mapping[str, int]) -> dict[str, bytes]:
    """Return the hash of the event at each board's seq; boards without that event are left out."""
    session.flush()
    found: dict[str, bytes] = {}
    for placed, asked in _positions_cte(positions):
        found |= {row.board: row.hash for row in session.connection().execute(text(placed + _HASHES), asked)}
    return found


def seqs_at(session: Session, boards: Iterable[str], at: str) -> dict[str, int]:
    """Return the seq of each board's last event up to a time, 0 before its first."""
    found: dict[str, int] = {}
    for placed, asked in _positions_cte(dict.fromkeys(boards, 0)):
        rows = session.connection().execute(text(placed + _SEQS_AT), asked | {"at": to_ms(at)})
        found |= {row.board: row.seq or 0 for row in rows}
    return found


def last_before_changes(session: Session, positions: Mapping[str, int]) -> Iterator[JournalEvent]:
    """Yield the last event up to its board's seq of each entity that has changed after it."""
    for placed, asked in _positions_cte(positions):
        for row in session.connection().execute(text(placed + _BEFORE_CHANGES), asked):
            yield stored_event(row.id, row[1:])
