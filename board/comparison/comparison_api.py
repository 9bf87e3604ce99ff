"""HTTP API of the comparison of a sighting with what is known of the child. Read-only."""

from functools import partial

from sqlmodel import Session
from starlette.requests import Request

from board.comparison.answer import Compared, SightingComparison, answer_of, compare
from board.comparison.facts import read_facts
from board.comparison.travel import compared_travel
from board.config.speeds import Speeds
from board.engine import access
from board.engine.identity import Caller
from board.errors import Refused
from board.i18n import N_
from board.reach.contradictions import Contradictions
from board.reach.contradictions_api import Position, read_contradictions
from board.reach.search_at import read_search
from board.vocabulary import Meanings, meanings
from board.web import language
from board.web.endpoint import ON_A_BOARD, Call, IntParam
from board.web.heavy_reads import limited_per_account
from board.web.http import Reply, json_response, service_of
from realtime.wire.strict_json import MAX_INTEGER

AT = IntParam("at", 1, MAX_INTEGER)


@Call(
    "GET", "/boards/{board}/sightings/{sighting}/comparison",
    N_("Compares what a sighting says with what is known of the child. Changes nothing."),
    (*ON_A_BOARD, "invalid"), query=(AT,),
)  # fmt: skip
@limited_per_account
async def comparison(request: Request, caller: Caller) -> Reply[SightingComparison]:
    """Compare what a sighting says with what is known of the child, statement by statement.

    See *Comparing a sighting*. Texts are in the reader's language. *0.4.0*

    `at`: seq of the event as of which the board is read; now if absent.
    `rows`: contradictions first, then what is the same, what fits, and what only one side says; at most 60.
    `rows[].thing`: id of a concept; `travel` for time and place.
    `rows[].known`: what is known of the child; empty if nothing is.
    `rows[].said`: what the sighting says; empty if nothing.
    `rows[].quotes`: the words of the sighting.
    `rows[].text`: the row as one sentence.
    `others`: what the sighting says of other people and of vehicles; at most 10.
    `mark`: what differs, or else what is the same, for the face of a card; can be empty.
    """
    service, board, sighting = service_of(request), request.path_params["board"], request.path_params["sighting"]
    at, folder, reads = AT.read(request) or None, service.settings.files_path, language.language_for(request, caller)

    def read_position(session: Session) -> Position:
        found = access.get_readable_board(session, caller, board)
        if at is not None and at > found.seq:
            raise Refused("not_found")
        return Position(board, found.epoch, found.seq if at is None else at, at)

    position = await service.database.read(read_position)
    contradictions = await read_contradictions(service, caller, position)
    queue = service.lookups if at is None else service.heavy_reads
    read = partial(_compare, position, sighting, contradictions, service.speeds, meanings(folder))
    answer = answer_of(await queue.read(caller, read), reads, folder)
    await service.reads.part_of_board(caller, board, at)
    return json_response(answer)


def _compare(
    position: Position, sighting: str, contradictions: Contradictions, speeds: Speeds, known: Meanings, session: Session
) -> Compared:
    found = read_facts(session, position.board, sighting, position.at)
    others = read_search(session, position.board, position.at).sightings
    travel = compared_travel(sighting, found.sighting, found.search["missing_since"], others, contradictions.pairs, speeds.margin)
    return compare(known, found.search, found.sighting, travel)
