"""Special queries of a board's journal, such as the time of an event or the authors of its events."""

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import bindparam, func, select
from sqlmodel import Session

from board.engine.event import BOARD, COLUMNS, EVENT, ON_BOARD, JournalEvent, more_events, stored_event
from models.db.read_pacing import in_pages
from models.ids import id_bytes, id_text
from models.times import from_ms

_ALL = select(*COLUMNS).where(ON_BOARD)
_AT_SEQS = _ALL.where(EVENT.seq.in_(bindparam("seqs")))
_LAST_SEQS = (
    select(func.max(EVENT.seq))
    .where(ON_BOARD, EVENT.seq <= bindparam("seq"), EVENT.kind.in_(bindparam("kinds")), EVENT.type != bindparam("but"))
    .group_by(EVENT.entity)
    .order_by(func.min(EVENT.seq))
)
_TIME = select(EVENT.at).where(ON_BOARD, EVENT.seq == bindparam("seq"))
_ERASED = select(func.count()).where(ON_BOARD, EVENT.body.is_(None))
_OF_TYPE = select(EVENT.entity).where(ON_BOARD, EVENT.type == bindparam("type")).distinct()
_OF_TYPE_AFTER = _OF_TYPE.where(EVENT.seq > bindparam("seq"))
_OF_TYPE_AMONG = _OF_TYPE.where(EVENT.entity.in_(bindparam("entities")))
_AUTHORS = select(EVENT.account).where(ON_BOARD, EVENT.account.is_not(None)).distinct()
_NEWEST_OF_KIND = (
    _ALL.where(EVENT.entity == bindparam("entity"), EVENT.kind == bindparam("kind"), EVENT.type != bindparam("but"))
    .where(EVENT.body.is_not(None), EVENT.seq < bindparam("before"))
    .order_by(EVENT.seq.desc())
    .limit(bindparam("limit"))
)
_EARLIER = more_events("b").c
_LAST_SINCE = (
    select(_EARLIER.seq)
    .where(_EARLIER.board == BOARD, _EARLIER.entity.in_(bindparam("entities")), _EARLIER.type == bindparam("since"))
    .where(_EARLIER.seq <= bindparam("seq"))
    .order_by(_EARLIER.seq.desc())
    .limit(1)
    .scalar_subquery()
)
_SINCE_LAST = (
    _ALL.where(EVENT.body.is_not(None), EVENT.seq <= bindparam("seq"), EVENT.entity.in_(bindparam("entities")))
    .where(EVENT.type.in_(bindparam("types")), EVENT.seq >= func.coalesce(_LAST_SINCE, 0))
    .order_by(EVENT.seq)
)
_FIRST_OF_TYPES = select(EVENT.entity, EVENT.at, EVENT.account).where(
    ON_BOARD, EVENT.seq <= bindparam("seq"), EVENT.type.in_(bindparam("types"))
)
_NEWEST_OF_TYPES = (
    _ALL.where(EVENT.entity == bindparam("entity"), EVENT.type.in_(bindparam("types")), EVENT.body.is_not(None))
    .where(EVENT.seq <= bindparam("seq"))
    .order_by(EVENT.seq.desc())
    .limit(bindparam("limit"))
)
BACK_PAGE = 500  # events per read of `newest_first`


def events_at(session: Session, board: str, seqs: Collection[int]) -> dict[int, JournalEvent]:
    """Return the events at these seqs, by seq."""
    rows = session.connection().execute(_AT_SEQS, {"board": board, "seqs": list(seqs)}) if seqs else ()
    return {row.seq: stored_event(board, row) for row in rows}


def last_seqs(session: Session, board: str, seq: int, kinds: Collection[str], except_type: str) -> list[int]:
    """Return the seq of the last event, up to `seq`, of each entity of these kinds, in the order of their first events. Ignores
    events of `except_type`."""
    params = {"board": board, "seq": seq, "kinds": list(kinds), "but": except_type}
    return list(session.connection().execute(_LAST_SEQS, params).scalars())


def time_of(session: Session, board: str, seq: int) -> int | None:
    """Return the time of an event in milliseconds since 1970; None if there is no such event."""
    at: int | None = session.connection().execute(_TIME, {"board": board, "seq": seq}).scalar()
    return at


def count_erased(session: Session, board: str) -> int:
    """Return the number of events whose payload was erased."""
    return int(session.connection().execute(_ERASED, {"board": board}).scalar_one())


def entities_with(session: Session, board: str, type: str, after: int) -> set[str]:
    """Return the ids of the entities with an event of this type after a seq."""
    rows = session.connection().execute(_OF_TYPE_AFTER, {"board": board, "type": type, "seq": after})
    return set(map(id_text, rows.scalars()))


def entities_among(session: Session, board: str, type: str, entities: Collection[str]) -> set[str]:
    """Return the ids among `entities` that have an event of this type."""
    params = {"board": board, "type": type, "entities": [*map(id_bytes, entities)]}
    return set(map(id_text, session.connection().execute(_OF_TYPE_AMONG, params).scalars())) if entities else set()


def authors(session: Session, board: str) -> set[str]:
    """Return the ids of the accounts that caused events of a board."""
    return set(map(id_text, session.connection().execute(_AUTHORS, {"board": board}).scalars()))


def newest_first(session: Session, board: str, kind: str, entity: str, except_type: str) -> Iterator[JournalEvent]:
    """Yield the events of an entity, newest first, without erased events and events of `except_type`. Reads page by page."""
    params = {"board": board, "entity": id_bytes(entity), "kind": kind, "but": except_type, "limit": BACK_PAGE}
    before = 2**53
    while rows := session.connection().execute(_NEWEST_OF_KIND, params | {"before": before}).all():
        yield from (stored_event(board, row) for row in rows)
        before = rows[-1].seq


def events_since_last(
    session: Session, board: str, seq: int, entities: Collection[str], types: Sequence[str], since: str
) -> Iterator[JournalEvent]:
    """Yield the events of these types of some entities up to `seq`, in order. Begins at their last event of the type `since` if
    there is one. Omits erased events."""
    session.flush()
    params = {"board": board, "seq": seq, "entities": [*map(id_bytes, entities)], "types": list(types), "since": since}
    return (stored_event(board, row) for row in session.connection().execute(_SINCE_LAST, params))


def creations(session: Session, board: str, seq: int, types: Collection[str]) -> dict[str, tuple[str, str | None]]:
    """Return time and account of the events of these types up to `seq`, by entity. An entity is created only once."""
    params = {"board": board, "seq": seq, "types": list(types)}
    rows = in_pages(session.connection().execute(_FIRST_OF_TYPES, params))
    return {id_text(id): (from_ms(at), None if account is None else id_text(account)) for id, at, account in rows}


def newest_of_types(
    session: Session, board: str, entity: str, types: Collection[str], seq: int, limit: int
) -> list[JournalEvent]:
    """Return the newest events of these types of an entity up to `seq`, in order. Omits erased events."""
    params = {"board": board, "entity": id_bytes(entity), "types": list(types), "seq": seq, "limit": limit}
    rows = session.connection().execute(_NEWEST_OF_TYPES, params).all()
    return [stored_event(board, row) for row in rows][::-1]
