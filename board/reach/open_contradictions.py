"""Most important contradiction of each open search, for the lists and the map of all searches. A search is read again after it
changed, and its sightings are compared again only if they changed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import Row, select
from sqlmodel import Session

from board.config.speeds import Speeds
from board.live.contradicted import Contradicted
from board.reach.contradictions import Contradictions, find_contradictions
from board.reach.rail_network import rail_network
from board.reach.sentences import other_of, shown_km
from board.reach.whereabouts import NOT_THE_SAME, seen_of
from models.db.read_pacing import paced
from models.db.tables import columns_of
from models.search import Search
from models.sighting import Sighting

MAX_READ = 500  # changed searches per round; further ones follow in the next rounds

_S, _F = columns_of(Sighting), columns_of(Search)
_FIELDS = ("number", "withdrawn", "assessment", "place", "seen_at")
_SIGHTINGS = (
    select(_S.board, _F.missing_since, _S.id, *(_S[name] for name in _FIELDS))
    .join(Search, _F.id == _S.board)
    .where(_F.status == "open", ~_S.withdrawn, _S.archived_at.is_(None), _S.seen_at.is_not(None))
    .where(_S.assessment.not_in(NOT_THE_SAME))
    .order_by(_S.board, _S.id)
)


class OpenContradictions:
    """Contradictions of all open searches, by search. Only searches that have a contradiction are in a result."""

    def __init__(self, speeds: Speeds) -> None:
        self._speeds = speeds
        self._read: dict[str, int] = {}  # seq that was read, by search
        self._compared: dict[str, int] = {}  # digest of the compared sightings, by search
        self._found: dict[str, Contradicted] = {}

    def read(self, session: Session, heads: Mapping[str, int]) -> Mapping[str, Contradicted]:
        """Return the contradictions of searches at `heads`, after reading the searches that changed."""
        behind = list(islice((board for board, seq in heads.items() if self._read.get(board) != seq), MAX_READ))
        rows: dict[str, list[Row[Any]]] = defaultdict(list)
        if behind:
            for row in paced(session.connection().execute(_SIGHTINGS.where(_S.board.in_(behind)))):
                rows[row.board].append(row)
        self._found = {board: found for board, found in self._found.items() if board in heads}  # callers keep the last dict
        for board in behind:
            self._compare(board, rows.get(board, ()))
        self._read = {board: seq for board, seq in self._read.items() if board in heads} | {
            board: heads[board] for board in behind
        }
        self._compared = {board: digest for board, digest in self._compared.items() if board in heads}
        return self._found

    def _compare(self, board: str, rows: Sequence[Row[Any]]) -> None:
        digest = hash(repr(rows))
        if self._compared.get(board) == digest:
            return
        self._compared[board] = digest
        self._found.pop(board, None)
        states = {row.id: {name: getattr(row, name) for name in _FIELDS} for row in rows}
        seen = [seen_of(id, state, rows[0].missing_since, self._speeds.margin) for id, state in states.items()]
        counted = [one for one in seen if one is not None]
        if len(counted) > 1 and (result := find_contradictions(counted, self._speeds, rail_network())).pairs:
            self._found[board] = _contradicted(result)


def _contradicted(result: Contradictions) -> Contradicted:
    pair = result.pairs[0]
    first = pair.doubtful or pair.first
    return {
        "number": first.number, "other": other_of(pair, first).number, "doubtful": pair.doubtful is not None,
        "km": shown_km(pair), "minutes": round(pair.minutes), "pairs": len(result.pairs),
    }  # fmt: skip
