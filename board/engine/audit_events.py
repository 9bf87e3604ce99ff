"""Queries of the audit journal, which is large: each query uses a partial index."""

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import Select, bindparam, func, literal_column, select
from sqlmodel import Session

from board.engine.event import EVENT, JournalEvent
from board.engine.event_queries import events_at
from models.board import AUDIT, AUDIT_NUMBER
from models.ids import id_bytes
from models.times import to_ms

# text: databases use a partial index only for a literal
_IS_AUDIT = EVENT.board == literal_column(str(AUDIT_NUMBER))
_ALL = (
    select(EVENT.seq)
    .where(_IS_AUDIT, EVENT.seq < bindparam("before"), EVENT.seq > bindparam("after"))
    .order_by(EVENT.seq.desc())
    .limit(bindparam("limit"))
)
_OF_TYPE = _ALL.where(EVENT.type == bindparam("type"))
_OF_ACCOUNT = [_ALL.where(column == bindparam("account")) for column in (EVENT.account, EVENT.entity)]
_OF_BOTH = [query.where(EVENT.type == bindparam("type")) for query in _OF_ACCOUNT]
_LAST_BEFORE = select(func.coalesce(func.max(EVENT.seq), 0)).where(_IS_AUDIT, EVENT.at < bindparam("at"))
_FIRST_AFTER = select(func.min(EVENT.seq)).where(_IS_AUDIT, EVENT.at > bindparam("at"))
LAST = 2**53  # above every seq


def newest(
    session: Session, limit: int, before: int = LAST, account: str | None = None, types: Collection[str] | None = None,
    since: str | None = None, until: str | None = None,
) -> list[JournalEvent]:  # fmt: skip
    """Return the newest events before a seq, newest first. `account`: only events by or about this account. `types`: only events
    of these types. `since`, `until`: only events between these UTC times."""
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


def _queries(account: str | None, types: Collection[str] | None) -> Iterator[tuple[Select[Any], dict[str, Any]]]:
    """Yield queries for the seqs of the newest events. Each query uses one index, so that it reads only matching rows."""
    account_values = {"account": id_bytes(account)} if account is not None else {}
    if types is not None:
        for query in _OF_BOTH if account_values else (_OF_TYPE,):
            yield from ((query, account_values | {"type": type}) for type in types)
    elif account_values:
        yield from ((query, account_values) for query in _OF_ACCOUNT)
    else:
        yield _ALL, {}
