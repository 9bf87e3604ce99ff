"""Queries of a board's journal for one purpose each, such as the events of a spreadsheet or the time of one event."""

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import bindparam, text
from sqlmodel import Session

from board.engine.event import BOARD, COLUMNS, JournalEvent, stored_event
from models.ids import id_bytes, id_text

_AT_SEQS = text(f"SELECT {COLUMNS} FROM event e WHERE e.board = {BOARD} AND e.seq IN :seqs").bindparams(  # noqa: S608
    bindparam("seqs", expanding=True)
)
_LAST_SEQS = text(
    f"SELECT max(seq) FROM event WHERE board = {BOARD} AND seq <= :seq AND kind IN :kinds AND type <> :but "  # noqa: S608
    "GROUP BY entity ORDER BY min(seq)"
).bindparams(bindparam("kinds", expanding=True))
_TIME = text(f"SELECT at FROM event WHERE board = {BOARD} AND seq = :seq")  # noqa: S608
_ERASED = text(f"SELECT count(*) FROM event WHERE board = {BOARD} AND body IS NULL")  # noqa: S608
_OF_TYPE = f"SELECT DISTINCT entity FROM event WHERE board = {BOARD} AND type = :type"  # noqa: S608
_OF_TYPE_AFTER = text(f"{_OF_TYPE} AND seq > :seq")
_OF_TYPE_AMONG = text(f"{_OF_TYPE} AND entity IN :entities").bindparams(bindparam("entities", expanding=True))
_NEWEST_OF_KIND = text(
    f"SELECT {COLUMNS} FROM event e WHERE e.board = {BOARD} AND e.entity = :entity AND e.kind = :kind "  # noqa: S608
    "AND e.type <> :but AND e.body IS NOT NULL AND e.seq < :before ORDER BY e.seq DESC LIMIT :limit"
)
_SINCE_LAST = text(
    f"SELECT {COLUMNS} FROM event e WHERE e.board = {BOARD} "  # noqa: S608
    "AND e.body IS NOT NULL AND e.seq <= :seq AND e.entity IN :entities AND e.type IN :types AND e.seq >= "
    f"coalesce((SELECT b.seq FROM event b WHERE b.board = {BOARD} AND b.entity IN :entities AND b.type = :since "
    "AND b.seq <= :seq ORDER BY b.seq DESC LIMIT 1), 0) ORDER BY e.seq"
).bindparams(bindparam("entities", expanding=True), bindparam("types", expanding=True))
BACK_PAGE = 500  # events read at once, back from the newest


def events_at(session: Session, board: str, seqs: Collection[int]) -> dict[int, JournalEvent]:
    """Return the events at these seqs, by seq."""
    rows = session.connection().execute(_AT_SEQS, {"board": board, "seqs": list(seqs)}) if seqs else ()
    return {row.seq: stored_event(board, row) for row in rows}


def last_seqs(session: Session, board: str, seq: int, kinds: Collection[str], but: str) -> list[int]:
    """Return the seq of the last event, up to `seq`, of each entity of these kinds, in the order in which the entities were
    added; events of the type `but` do not count."""
    values = {"board": board, "seq": seq, "kinds": list(kinds), "but": but}
    return list(session.connection().execute(_LAST_SEQS, values).scalars())


def time_of(session: Session, board: str, seq: int) -> int | None:
    """Return the time of an event in milliseconds since 1970; None if there is no such event."""
    at: int | None = session.connection().execute(_TIME, {"board": board, "seq": seq}).scalar()
    return at


def count_erased(session: Session, board: str) -> int:
    """Return the number of events whose payload was erased."""
    return int(session.connection().execute(_ERASED, {"board": board}).scalar_one())


def entities_with(session: Session, board: str, type: str, after: int) -> set[str]:
    """Return the ids of the entities that have an event of this type after a seq."""
    rows = session.connection().execute(_OF_TYPE_AFTER, {"board": board, "type": type, "seq": after})
    return set(map(id_text, rows.scalars()))


def those_with(session: Session, board: str, type: str, entities: Collection[str]) -> set[str]:
    """Return those of these entities that have an event of this type."""
    values = {"board": board, "type": type, "entities": [*map(id_bytes, entities)]}
    return set(map(id_text, session.connection().execute(_OF_TYPE_AMONG, values).scalars())) if entities else set()


def newest_first(session: Session, board: str, kind: str, entity: str, but: str) -> Iterator[JournalEvent]:
    """Yield the events of an entity of a kind, the newest first, page by page, without those of the type `but` and erased
    ones."""
    values = {"board": board, "entity": id_bytes(entity), "kind": kind, "but": but, "limit": BACK_PAGE}
    before = 2**53
    while rows := session.connection().execute(_NEWEST_OF_KIND, values | {"before": before}).all():
        yield from (stored_event(board, row) for row in rows)
        before = rows[-1].seq


def events_since_last(
    session: Session, board: str, seq: int, entities: Collection[str], types: Sequence[str], since: str
) -> Iterator[JournalEvent]:
    """Yield the events of these types of some entities up to `seq`, in order, from the last one of the type `since` on; all if
    there is none. Erased ones are left out."""
    session.flush()
    values = {"board": board, "seq": seq, "entities": [*map(id_bytes, entities)], "types": list(types), "since": since}
    return (stored_event(board, row) for row in session.connection().execute(_SINCE_LAST, values))
