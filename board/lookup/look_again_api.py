"""HTTP API of looking again: tips and sightings that were set aside and may belong to a search after all. Read-only."""

from functools import partial
from typing import Annotated, Literal, NamedTuple

from sqlalchemy import and_, func, select
from sqlmodel import Session
from starlette.requests import Request
from typing_extensions import TypedDict

from board.engine import access, snapshot
from board.engine.identity import Caller
from board.i18n import N_, message, translate
from board.lookup.look_again import MOST, Corpus, Match, Reason
from board.lookup.looks import StatementAnswer, answers
from board.lookup.set_aside_reports import candidates_of, is_tip, profile_of, visible_where
from board.vocabulary import Meanings, meanings, phrases
from board.web import language
from board.web.endpoint import ON_A_BOARD, Call, of_state
from board.web.heavy_reads import limited_per_account
from board.web.http import Reply, json_response, service_of
from models.board import Board
from models.db.tables import columns_of
from models.entity import State
from models.search import Search
from models.sighting import Sighting
from models.wake import Wake
from realtime.wire.wire_types import Count, Id

_S, _W, _F = columns_of(Sighting), columns_of(Wake), columns_of(Search)
_EVENTS = select(func.sum(columns_of(Board).seq))
_REFERENCES = select(_F.id, _F.reference)
_WAKES = select(_W.id, func.coalesce(_W.tip, _W.sighting).label("report"), _W.queue, _W.score, _W.reasons, _W.answer)

LookAgain = TypedDict("LookAgain", {
    "kind": Literal["tip", "sighting"], "board": Id, "reference": str | None, "id": Id, "number": Count,
    "description": Annotated[str, of_state(Sighting, "description")],
    "seen_at": Annotated[str | None, of_state(Sighting, "seen_at")],
    "received_at": Annotated[str, of_state(Sighting, "received_at")],
    "place": Annotated[State | None, of_state(Sighting, "place")],
    "assessment": Literal["not_the_child", "unverifiable"] | None, "dismissed": str | None, "score": float, "reasons": list[str],
    "statements": list[StatementAnswer],
    "wake": Id | None,
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

    See *Looking again*. The reports of its waiting wakes are first; others fill the list up to 5. Each part has the best first.
    *0.4.0*

    `again[].reference`: of its search; null for a tip.
    `again[].assessment`: null for a tip.
    `again[].dismissed`: reason for which a tip was dismissed, or null.
    `again[].reasons`: sentences in the reader's language.
    `again[].statements`: looks that the search and the report describe in different words. *0.4.0*
    `again[].wake`: id of the wake to answer with `wake.answer`; null if the server has not added one.
    """
    board, lang = request.path_params["board"], language.language_for(request, caller)

    service = service_of(request)

    def read_basis(session: Session) -> _Basis:
        access.get_readable_board(session, caller, board)
        events = session.connection().execute(_EVENTS).scalar_one()
        return _Basis(board, events, snapshot.hidden_searches(session, caller.account.id))

    basis = await service.database.read(read_basis)
    folder = service.settings.files_path
    compare = partial(_look_again, basis, meanings(folder))
    suggestions = await service.look_agains.get(basis, lambda: service.lookups.read(caller, compare))
    await service.reads.look_again(caller, board, len(suggestions.matches))
    return json_response({"again": [_to_json(match, suggestions, lang, folder) for match in suggestions.matches]})


class _Basis(NamedTuple):
    """Cache key of suggestions: accounts with the same hidden boards get the same ones."""

    board: str
    events: int  # on all boards
    hidden: frozenset[str]


class _Suggestions(NamedTuple):
    """Suggestions, best first, with the references of their searches, and the waiting wakes by report."""

    matches: list[Match]
    references: dict[str, str]
    wakes: dict[str, str]


def _look_again(basis: _Basis, known: Meanings, session: Session) -> _Suggestions:
    board = basis.board
    search = session.get(Search, board)
    if search is None:  # the list of all searches
        return _Suggestions([], {}, {})
    connection = session.connection()
    wakes = {row.report: row for row in connection.execute(_WAKES.where(_W.board == board))}
    reports = {row.id: row for row in visible_where(session, and_(_S.board != board, _S.board.not_in(basis.hidden)))}
    waiting = [row for id, row in wakes.items() if row.queue == "look" and id in reports]
    handled = {id for id, row in wakes.items() if row.queue == "look" or row.answer is not None}
    woken = [Match(row.score, reports[row.report], [Reason(**reason) for reason in row.reasons]) for row in waiting]
    woken.sort(key=lambda match: -match.score)
    corpus = Corpus(candidates_of(reports.values(), known))
    others = corpus.best(profile_of(session, search, known), MOST, lambda row: row.id not in handled)
    matches = [*woken, *others[: max(0, MOST - len(woken))]]
    boards = {match.row.board for match in matches}
    references = {row.id: row.reference for row in connection.execute(_REFERENCES.where(_F.id.in_(boards)))}
    return _Suggestions(matches, references, {row.report: row.id for row in waiting})


def _to_json(match: Match, suggestions: _Suggestions, reads: str, folder: str | None) -> LookAgain:
    row, tip = match.row, is_tip(match.row)
    return {
        "kind": "tip" if tip else "sighting", "board": row.board, "reference": suggestions.references.get(row.board),
        "id": row.id, "number": row.number, "description": row.description, "seen_at": row.seen_at,
        "received_at": row.received_at, "place": row.place, "assessment": None if tip else row.assessment,
        "dismissed": row.dismissed["reason"] if tip and row.dismissed else None, "score": match.score,
        "reasons": [_sentence(reason, reads, folder) for reason in match.reasons],
        "statements": answers([each for reason in match.reasons for each in reason.statements], reads, folder, spans=False),
        "wake": suggestions.wakes.get(row.id),
    }  # fmt: skip


def _sentence(reason: Reason, reads: str, folder: str | None) -> str:
    """Return a reason in the reader's language, including looks that two texts describe in different words."""
    if reason.statements:
        return translate(message(N_("the same looks: {looks}"), looks=phrases(reads, folder).listed(reason.statements)), reads)
    return translate(reason.sentence(), reads)
