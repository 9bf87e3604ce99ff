"""Queries of the audit journal, which is large: the board is a literal in their text, as only then do databases use the partial
indexes of its rows."""

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import TextClause, text
from sqlmodel import Session

from board.engine.event import JournalEvent
from board.engine.event_queries import events_at
from models.board import AUDIT, AUDIT_NUMBER
from models.ids import id_bytes
from models.times import to_ms

_FROM = f"FROM event WHERE board = {AUDIT_NUMBER} AND"
_SEQS = f"SELECT seq {_FROM} seq < :before AND seq > :after AND {{}} ORDER BY seq DESC LIMIT :limit"
_ALL, _OF_TYPE = text(_SEQS.format("seq > 0")), text(_SEQS.format("type = :type"))
_OF_ACCOUNT = [text(_SEQS.format(f"{column} = :account")) for column in ("account", "entity")]
_OF_BOTH = [text(_SEQS.format(f"{column} = :account AND type = :type")) for column in ("account", "entity")]
_LAST_BEFORE = text(f"SELECT COALESCE(max(seq), 0) {_FROM} at < :at")
_FIRST_AFTER = text(f"SELECT min(seq) {_FROM} at > :at")
LAST = 2**53  # above every seq


def newest(
    session: Session, limit: int, before: int = LAST, account: str | None = None, types: Collection[str] | None = None,
    since: str | None = None, until: str | None = None,
) -> list[JournalEvent]:  # fmt: skip
    """Return the newest events before a seq, newest first: of these types (None: all); of an account that did it, or that it is
    about; between two UTC times."""
    connection = session.connection()
    values: dict[str, Any] = {"before": before, "after": 0, "limit": limit}
    if since is not None:
        values["after"] = connection.execute(_LAST_BEFORE, {"at": to_ms(since)}).scalar_one()
    if until is not None:
        first_after = connection.execute(_FIRST_AFTER, {"at": to_ms(until)}).scalar()
        values["before"] = before if first_after is None else min(before, first_after)
    queries = _queries(account, types)
    seqs = {seq for query, more in queries for seq in connection.execute(query, values | more).scalars()}
    events = events_at(session, AUDIT, sorted(seqs, reverse=True)[:limit])
    return [events[seq] for seq in sorted(events, reverse=True)]


def _queries(account: str | None, types: Collection[str] | None) -> Iterator[tuple[TextClause, dict[str, Any]]]:
    """Yield queries for the seqs of the newest events. Each uses one index, so none reads rows that don't match."""
    named = {"account": id_bytes(account)} if account is not None else {}
    if types is not None:
        for query in _OF_BOTH if named else (_OF_TYPE,):
            yield from ((query, named | {"type": type}) for type in types)
    elif named:
        yield from ((query, named) for query in _OF_ACCOUNT)
    else:
        yield _ALL, {}
