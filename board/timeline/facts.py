"""Facts of a search at an event, read from its rows or, for the past, from its journal."""

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import and_, select
from sqlmodel import Session

from board.engine import event_queries, journal, kinds
from board.engine.event import JournalEvent
from board.timeline.items import DECISIONS, Creation, EntityState
from models.board import OPERATIONS, Board
from models.db.read_pacing import in_pages
from models.db.tables import columns_of
from models.entity import State
from models.note import Note
from models.place import Place
from models.search import Search
from models.sighting import Sighting
from models.times import from_ms

KINDS = (Sighting.KIND, Note.KIND, Place.KIND)
CREATIONS = ("search.opened", *(f"{kind}.added" for kind in KINDS))
MAX_DECISIONS = 500  # newest decisions of a search; older ones are only in the history
MAX_HANDOVERS = 200
HANDED = ("handed.set",)
ACCEPTED = ("handover.accepted",)


class Facts(NamedTuple):
    """Facts at the event `seq`. `at`: time of that event. `is_current`: no event followed it."""

    seq: int
    at: str
    is_current: bool
    search: State
    entities: list[EntityState]
    creations: dict[str, Creation]
    decisions: list[JournalEvent]
    handovers: list[JournalEvent]


def read(session: Session, board: Board, seq: int, with_handovers: bool) -> Facts:
    """Return the facts of a search at `seq`. The caller has checked access."""
    is_current = seq == board.seq
    entities = list(_current(session, board) if is_current else _past(session, board, seq))
    search = next(entity.state for entity in entities if entity.kind == Search.KIND)
    creations = event_queries.creations(session, board.id, seq, CREATIONS)
    decisions = event_queries.newest_of_types(session, board.id, board.id, DECISIONS, seq, MAX_DECISIONS)
    handovers = _handovers(session, board, seq) if with_handovers else []
    at = from_ms(event_queries.time_of(session, board.id, seq) or 0)
    created = {id: Creation(*creation) for id, creation in creations.items()}
    return Facts(seq, at, is_current, search, entities, created, decisions, handovers)


def _current(session: Session, board: Board) -> Iterator[EntityState]:
    for kind in (Search.KIND, *KINDS):
        model = kinds.named(kind).model
        table = columns_of(model)
        on_board = table.id == board.id if kind == Search.KIND else and_(table.board == board.id, table.archived_at.is_(None))
        query = select(table.id, table.seq, *(table[name] for name in model.STATE)).where(on_board)
        for id, seq, *values in in_pages(session.connection().execute(query)):
            yield EntityState(kind, id, seq, dict(zip(model.STATE, values, strict=True)))


def _past(session: Session, board: Board, seq: int) -> Iterator[EntityState]:
    for event, state in journal.as_of(session, board.id, seq):
        if event.kind in KINDS or event.kind == Search.KIND:
            yield EntityState(event.kind, event.entity, event.seq, state)


def _handovers(session: Session, board: Board, seq: int) -> list[JournalEvent]:
    """Return the signatures and acceptances of the handovers that included the search, from before the event after `seq`."""
    following = event_queries.time_of(session, board.id, seq + 1)
    events = event_queries.newest_of_types(session, OPERATIONS, board.id, HANDED, 2**53, MAX_HANDOVERS)
    numbers = {event.payload()["state"]["handover"] for event in events}
    accepted = event_queries.newest_of_types(session, OPERATIONS, OPERATIONS, ACCEPTED, 2**53, MAX_HANDOVERS) if numbers else []
    events += [event for event in accepted if event.payload()["state"]["number"] in numbers]
    return [event for event in events if following is None or event.at < from_ms(following)]
