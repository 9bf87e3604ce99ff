"""Facts of a search on which its reach and its contradictions depend: now, or at an event of its board."""

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import select
from sqlmodel import Session

from board.config.speeds import Margin
from board.engine import journal
from board.reach.whereabouts import Seen, seen_of
from models.db.read_pacing import paced
from models.db.tables import columns_of
from models.entity import State
from models.search import Search
from models.sighting import Sighting

_S, _F = columns_of(Sighting), columns_of(Search)
_FIELDS = ("number", "withdrawn", "assessment", "place", "seen_at")
_SIGHTINGS = select(_S.id, *(_S[name] for name in _FIELDS)).where(_S.archived_at.is_(None))
_SEARCH = select(_F.missing_since, _F.last_seen)


class SearchAt(NamedTuple):
    """Search, and the states of its sightings by id."""

    missing_since: str | None
    last_seen: State | None
    sightings: Mapping[str, State]

    def seen(self, margin: Margin) -> list[Seen]:
        """Return the sightings that can be compared, with their whereabouts."""
        found = (seen_of(id, state, self.missing_since, margin) for id, state in paced(self.sightings.items()))
        return [seen for seen in found if seen is not None]


def read_search(session: Session, board: str, seq: int | None) -> SearchAt:
    """Return the search at an event of its board, or now. It is empty if the board is not a search."""
    return _now(session, board) if seq is None else _at(session, board, seq)


def _now(session: Session, board: str) -> SearchAt:
    connection = session.connection()
    search = connection.execute(_SEARCH.where(_F.id == board)).first()
    rows = connection.execute(_SIGHTINGS.where(_S.board == board))
    sightings = {row.id: {name: getattr(row, name) for name in _FIELDS} for row in paced(rows)}
    return SearchAt(search.missing_since if search else None, search.last_seen if search else None, sightings)


def _at(session: Session, board: str, seq: int) -> SearchAt:
    search: State = {}
    sightings: dict[str, State] = {}
    for entry, state in journal.as_of(session, board, seq):
        if entry.kind == "sighting":
            sightings[entry.entity] = state
        elif entry.kind == "search" and entry.entity == board:
            search = state
    return SearchAt(search.get("missing_since"), search.get("last_seen"), sightings)
