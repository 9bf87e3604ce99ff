"""Facts of searches that are older than the table of facts, read once from their journals."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import bindparam, exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session

from board.engine import journal
from board.engine.repositories.search_facts import COLUMNS, facts_of, is_change
from models.board import Board
from models.db.tables import columns_of, table_of
from models.search import Search
from models.search_fact import SearchFact
from models.times import to_ms

BATCH_SIZE = 50  # searches per transaction
FIRST = 1  # seq of the event that opened a search

_B, _F = columns_of(Board), columns_of(SearchFact)
_LACKS = (_B.kind == Search.KIND, ~exists().where(_F.board == _B.number, _F.seq == FIRST))
_WITHOUT = select(_B.id, _B.number).where(_B.number > bindparam("after"), *_LACKS).order_by(_B.number).limit(BATCH_SIZE)
_COUNT = select(func.count()).select_from(table_of(Board)).where(*_LACKS)
_ADD = insert(table_of(SearchFact)).values({name: bindparam(name) for name in COLUMNS}).on_conflict_do_nothing()


class Unread(NamedTuple):
    """Board of a search whose facts are not in the table yet."""

    id: str
    number: int


def unread(session: Session, after: int) -> list[Unread]:
    """Return the next search boards, by number, that lack the facts of their first event. `after`: number of the last board
    read."""
    return [Unread(*row) for row in session.connection().execute(_WITHOUT, {"after": after})]


def count_unread(session: Session) -> int:
    """Return the number of searches that lack the facts of their first event."""
    return int(session.connection().execute(_COUNT).scalar_one())


def add(session: Session, boards: Sequence[Unread]) -> None:
    """Add the facts of these searches. Idempotent: existing rows stay."""
    rows = [row for board in boards for row in _facts(session, *board)]
    if rows:
        session.connection().execute(_ADD, rows)


def _facts(session: Session, board: str, number: int) -> Iterator[dict[str, Any]]:
    """Yield the facts after each event that changed one. If the first payloads were erased, the facts of the first readable event
    apply from the opening on."""
    is_first = True
    for event in journal.all_entity_events(session, board, Search.KIND, board, 0):
        payload = event.payload()
        if not payload or payload["state"] is None or not (is_first or is_change(payload["changes"])):
            continue
        facts = facts_of(payload["state"])
        seq, at = (FIRST, facts["opened_at"]) if is_first else (event.seq, to_ms(event.at))
        is_first = False
        yield {"board": number, "seq": seq, "at": at, **facts}
