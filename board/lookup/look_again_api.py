"""HTTP API of looking again: tips and sightings that were set aside and may belong to a search after all.

The page requests it when a sighting is confirmed or the facts of a search change. Read-only.
"""

from collections.abc import Iterable
from functools import partial
from typing import Annotated, Any, Literal, NamedTuple

from sqlalchemy import func, select
from sqlmodel import Session
from starlette.requests import Request
from typing_extensions import TypedDict

from board.engine import access, snapshot
from board.engine.identity import Caller
from board.i18n import N_, translate
from board.lookup.look_again import MOST, Anchor, Candidate, Corpus, Match, SearchProfile
from board.web import language
from board.web.endpoint import ON_A_BOARD, Call, of_state
from board.web.heavy_reads import limited_per_account
from board.web.http import Reply, json_response, service_of
from models.board import Board
from models.db.tables import columns_of
from models.entity import State
from models.search import COMPARED, Search
from models.sighting import ASSURED, Sighting
from models.tip import Tip
from realtime.wire.wire_types import Count, Id

MAX_COMPARED = 20_000  # newest tips, and as many sightings
GIVEN_UP = ("not_the_child", "unverifiable")

_T, _S = columns_of(Tip), columns_of(Sighting)
_TIPS = (
    select(_T.id, _T.board, _T.number, _T.description, _T.seen_at, _T.received_at, _T.place, _T.folded, _T.dismissed)
    .where(_T.placed_on.is_(None))
    .order_by(_T.id.desc())  # ids are in order of creation
    .limit(MAX_COMPARED)
)
_SIGHTINGS = (
    select(_S.id, _S.board, _S.number, _S.description, _S.seen_at, _S.received_at, _S.place, _S.folded, _S.assessment)
    .where(~_S.withdrawn, _S.assessment.in_(GIVEN_UP))
    .order_by(_S.id.desc())
    .limit(MAX_COMPARED)
)
_EVENTS = select(func.sum(columns_of(Board).seq))
_F = columns_of(Search)
_REFERENCES = select(_F.id, _F.reference)
_GOOD = select(
    _S.number, _S.seen_at, _S.received_at, _S.place, _S.description, _S.clothing, _S.company, _S.direction, _S.assessment
).where(~_S.withdrawn, _S.assessment.in_(ASSURED))

LookAgain = TypedDict("LookAgain", {
    "kind": Literal["tip", "sighting"], "board": Id, "reference": str | None, "id": Id, "number": Count,
    "description": Annotated[str, of_state(Sighting, "description")],
    "seen_at": Annotated[str | None, of_state(Sighting, "seen_at")],
    "received_at": Annotated[str, of_state(Sighting, "received_at")],
    "place": Annotated[State | None, of_state(Sighting, "place")],
    "assessment": Literal["not_the_child", "unverifiable"] | None, "dismissed": str | None, "score": float, "reasons": list[str],
})  # fmt: skip
LookAgainList = TypedDict("LookAgainList", {"again": list[LookAgain]})


@Call(
    "GET", "/boards/{board}/look-again",
    N_("Suggests tips and sightings that were set aside but may belong to this search, with reasons. Changes nothing."),
    ON_A_BOARD,
)  # fmt: skip
@limited_per_account
async def look_again(request: Request, caller: Caller) -> Reply[LookAgainList]:
    """Suggest tips and sightings that were set aside and may belong to this search.

    See *Looking again*. At most 5, the best first. *0.4.0*

    `again[].reference`: of its search; null for a tip.
    `again[].assessment`: null for a tip.
    `again[].dismissed`: its reason, or null.
    `again[].reasons`: sentences in the reader's language.
    """
    board, lang = request.path_params["board"], language.language_for(request, caller)

    service = service_of(request)

    def read_basis(session: Session) -> _Basis:
        access.get_visible_board(session, caller.account.id, board)
        events = session.connection().execute(_EVENTS).scalar_one()
        return _Basis(board, events, snapshot.hidden_searches(session, caller.account.id))

    basis = await service.database.read(read_basis)
    suggestions = await service.look_agains.get(basis, lambda: service.lookups.read(caller, partial(_look_again, basis)))
    service.reads.look_again(caller, board, len(suggestions.matches))
    return json_response({"again": [_to_json(match, suggestions.references, lang) for match in suggestions.matches]})


class _Basis(NamedTuple):
    """Cache key of suggestions: accounts with the same hidden boards get the same ones."""

    board: str
    events: int  # on all boards
    hidden: frozenset[str]


class _Suggestions(NamedTuple):
    """Suggestions, best first, with the references of their searches."""

    matches: list[Match]
    references: dict[str, str]


def _look_again(basis: _Basis, session: Session) -> _Suggestions:
    board, hidden = basis.board, basis.hidden
    search = session.get(Search, board)
    if search is None:  # the list of all searches
        return _Suggestions([], {})
    connection = session.connection()
    tips = connection.execute(_TIPS).all()
    sightings = connection.execute(_SIGHTINGS.where(_S.board != board, _S.board.not_in(hidden))).all()
    profile = profile_of(search, connection.execute(_GOOD.where(_S.board == board)))
    candidates = (Candidate(row, row.folded, row.seen_at or row.received_at, row.place) for row in (*tips, *sightings))
    matches = Corpus(candidates).best(profile)
    boards = {match.row.board for match in matches}
    references = {row.id: row.reference for row in connection.execute(_REFERENCES.where(_F.id.in_(boards)))}
    return _Suggestions(matches[:MOST], references)


def profile_of(search: Search, good: Iterable[Any]) -> SearchProfile:
    """Return the profile of a search, from its facts and its credible and confirmed sightings."""
    rows = list(good)
    person = search.person
    texts = [person.get(name) for name, spec in COMPARED.items() if spec.prose]
    texts += [text for row in rows for text in (row.description, row.clothing, row.company, row.direction)]
    last_seen = [Anchor(None, search.missing_since, search.last_seen)] if search.last_seen else []
    anchors = [Anchor(row.number, row.seen_at or row.received_at, row.place) for row in rows if row.place]
    anchors.sort(key=lambda anchor: anchor.at or "", reverse=True)  # newest first
    aliases = (search.details or {}).get("aliases") or []
    return SearchProfile(
        [name for name in (person["first_name"], person.get("last_name"), *aliases) if name], texts, [*last_seen, *anchors]
    )


def _to_json(match: Match, references: dict[str, str], reads: str) -> LookAgain:
    row = match.row
    is_tip = hasattr(row, "dismissed")
    return {
        "kind": "tip" if is_tip else "sighting", "board": row.board, "reference": references.get(row.board), "id": row.id,
        "number": row.number, "description": row.description, "seen_at": row.seen_at, "received_at": row.received_at,
        "place": row.place, "assessment": None if is_tip else row.assessment,
        "dismissed": row.dismissed["reason"] if is_tip and row.dismissed else None, "score": match.score,
        "reasons": [translate(reason, reads) for reason in match.reasons],
    }  # fmt: skip
