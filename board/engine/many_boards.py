"""Queries over many boards, each from its own seq, in one statement instead of one for each board."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import bindparam, text
from sqlmodel import Session

from board.engine import unit_of_work
from board.engine.event import COLUMNS, JournalEvent, stored_event
from models.db.read_pacing import in_pages
from models.times import to_ms

BATCH_SIZE = 500  # boards in a query: SQLite takes at most 32,766 values

_AFTER = (
    f"SELECT placed.board, {COLUMNS} FROM placed JOIN event e ON e.board = placed.number AND e.seq > placed.seq "  # noqa: S608
    "WHERE e.type IN :types ORDER BY placed.board, e.seq"
)
_HASHES = "SELECT placed.board, e.hash FROM placed JOIN event e ON e.board = placed.number AND e.seq = placed.seq"
_SEQS_AT = (
    "SELECT placed.board, (SELECT e.seq FROM event e WHERE e.board = placed.number AND e.at <= :at ORDER BY e.seq DESC LIMIT 1) "
    "AS seq FROM placed"
)


def positions_cte(positions: Mapping[str, int]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield query prefixes that define the table `placed` (board, number, seq), with their parameters, BATCH_SIZE boards each.
    The number is null for an unknown board."""
    items = sorted(positions.items())
    for start in range(0, len(items), BATCH_SIZE):
        some = list(enumerate(items[start : start + BATCH_SIZE]))
        rows = ", ".join(f"(CAST(:board{n} AS TEXT), CAST(:seq{n} AS BIGINT))" for n, _ in some)
        asked = {f"board{n}": board for n, (board, _) in some} | {f"seq{n}": seq for n, (_, seq) in some}
        yield (
            f"WITH given (board, seq) AS (VALUES {rows}), placed AS ("  # noqa: S608
            "SELECT given.board, b.number, given.seq FROM given LEFT JOIN board b ON b.id = given.board) ", asked
        )  # fmt: skip


def events_after(session: Session, positions: Mapping[str, int], types: Collection[str]) -> dict[str, list[JournalEvent]]:
    """Return the events of these types after each board's seq, in order; boards without one are left out."""
    unit_of_work.current(session).flush_events(session)
    found: dict[str, list[JournalEvent]] = {}
    for placed, asked in positions_cte(positions):
        asks = text(placed + _AFTER).bindparams(bindparam("types", expanding=True))
        for row in in_pages(session.connection().execute(asks, asked | {"types": list(types)})):
            found.setdefault(row.board, []).append(stored_event(row.board, row[1:]))
    return found


def hashes_at(session: Session, positions: Mapping[str, int]) -> dict[str, bytes]:
    """Return the hash of the event at each board's seq; boards without that event are left out."""
    unit_of_work.current(session).flush_events(session)
    found: dict[str, bytes] = {}
    for placed, asked in positions_cte(positions):
        found |= {row.board: row.hash for row in session.connection().execute(text(placed + _HASHES), asked)}
    return found


def seqs_at(session: Session, boards: Iterable[str], at: str) -> dict[str, int]:
    """Return the seq of each board's last event up to a time, 0 before its first."""
    found: dict[str, int] = {}
    for placed, asked in positions_cte(dict.fromkeys(boards, 0)):
        rows = session.connection().execute(text(placed + _SEQS_AT), asked | {"at": to_ms(at)})
        found |= {row.board: row.seq or 0 for row in rows}
    return found
