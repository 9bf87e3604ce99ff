"""Facts that a comparison depends on: the search and one of its sightings, now or at an event of its board."""

from typing import NamedTuple

from sqlmodel import Session

from board.engine import journal
from board.errors import Refused
from models.entity import State
from models.search import Search
from models.sighting import Sighting


class Facts(NamedTuple):
    """States of a search and of one of its sightings."""

    search: State
    sighting: State


def read_facts(session: Session, board: str, sighting: str, seq: int | None) -> Facts:
    """Return the facts now, or at an event of the board. Raises Refused `not_found` if the board has no such sighting."""
    found = _now(session, board, sighting) if seq is None else _at(session, board, sighting, seq)
    if found is None:
        raise Refused("not_found")
    return found


def _now(session: Session, board: str, sighting: str) -> Facts | None:
    search, row = session.get(Search, board), session.get(Sighting, sighting)
    if search is None or row is None or row.board != board:
        return None
    return Facts(search.state(), row.state())


def _at(session: Session, board: str, sighting: str, seq: int) -> Facts | None:
    found = {(entry.kind, entry.entity): state for entry, state in journal.states_at(session, board, seq, (board, sighting))}
    search, state = found.get(("search", board)), found.get(("sighting", sighting))
    return None if search is None or state is None else Facts(search, state)
