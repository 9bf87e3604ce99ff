"""HTTP API of contradictions: sightings of a search that cannot both be true. Read-only."""

from functools import partial
from typing import NamedTuple

from sqlmodel import Session
from starlette.requests import Request
from typing_extensions import TypedDict

from board.engine import access
from board.engine.identity import Caller
from board.errors import Refused
from board.i18n import N_, translate
from board.reach.contradictions import Contradiction, Contradictions, find_contradictions
from board.reach.rail_network import rail_network
from board.reach.search_at import read_search
from board.reach.sentences import SENTENCES_ON_CARD, MarkedCard, card_sentence, marked_cards, other_of, pair_sentence
from board.service import BoardService
from board.web import language
from board.web.endpoint import ON_A_BOARD, Call, IntParam
from board.web.heavy_reads import limited_per_account
from board.web.http import Reply, json_response, service_of
from realtime.wire.strict_json import MAX_INTEGER
from realtime.wire.wire_types import Count, Id

AT = IntParam("at", 1, MAX_INTEGER)

ContradictionText = TypedDict("ContradictionText", {"other": Id, "number": Count, "text": str})
ContradictingPair = TypedDict("ContradictingPair", {
    "first": Id, "first_number": Count, "second": Id, "second_number": Count, "km": float, "minutes": float,
    "doubtful": Id | None, "text": str,
})  # fmt: skip
ContradictingCard = TypedDict("ContradictingCard", {
    "card": Id, "number": Count, "doubtful": bool, "mark": str, "texts": list[ContradictionText], "more": Count,
})  # fmt: skip
ContradictionList = TypedDict("ContradictionList", {
    "seq": Count, "pairs": list[ContradictingPair], "cards": list[ContradictingCard], "compared": Count, "more": bool,
})  # fmt: skip


class Position(NamedTuple):
    """Cache key of contradictions: the same for everyone who may see the board. `at`: None for now."""

    board: str
    epoch: str
    seq: int
    at: int | None


@Call(
    "GET", "/boards/{board}/contradictions",
    N_("Lists pairs of sightings that cannot both be true, with the reason. Changes nothing."),
    (*ON_A_BOARD, "invalid"), query=(AT,),
)  # fmt: skip
@limited_per_account
async def contradictions(request: Request, caller: Caller) -> Reply[ContradictionList]:
    """List pairs of sightings that cannot both be true: even the fastest means takes longer than the time between them.

    See *Possible or impossible*. At most 200 pairs: those with a confirmed sighting first, then with a credible one, then the
    newest. Texts are in the reader's language. *0.4.0*

    `at`: seq of an event, for the board as it was after that event.
    `seq`: position of the board, or `at`.
    `pairs[].first`: the sighting that was seen first.
    `pairs[].km`: shortest distance.
    `pairs[].minutes`: minutes between the stated times.
    `pairs[].doubtful`: sighting that is doubtful because the other one is confirmed; null if both are confirmed, or neither is.
    `cards[].mark`: short text for the card of the sighting.
    `cards[].texts`: one sentence for each other sighting; at most 5.
    `cards[].more`: number of further sentences.
    `compared`: number of compared sightings.
    `more`: whether there are further pairs, or sightings that were not compared.
    """
    service, board = service_of(request), request.path_params["board"]
    at = AT.read(request) or None

    def read_position(session: Session) -> Position:
        found = access.get_readable_board(session, caller, board)
        if at is not None and at > found.seq:
            raise Refused("not_found")
        return Position(board, found.epoch, found.seq if at is None else at, at)

    position = await service.database.read(read_position)
    found = await read_contradictions(service, caller, position)
    await service.reads.part_of_board(caller, board, at)
    return json_response(_to_json(position.seq, found, language.language_for(request, caller)))


async def read_contradictions(service: BoardService, caller: Caller, position: Position) -> Contradictions:
    """Return the contradictions at a position. Requests for the same position share one computation."""
    read = partial(_find, service, position)
    queue = service.lookups if position.at is None else service.heavy_reads
    return await service.contradictions.get(position, lambda: queue.read(caller, read))


def _find(service: BoardService, position: Position, session: Session) -> Contradictions:
    seen = read_search(session, position.board, position.at).seen(service.speeds.margin)
    return find_contradictions(seen, service.speeds, rail_network())


def _to_json(seq: int, found: Contradictions, reads: str) -> ContradictionList:
    return {
        "seq": seq, "pairs": [_pair(pair, reads) for pair in found.pairs],
        "cards": [_card(card, reads) for card in marked_cards(found.pairs)], "compared": found.compared, "more": found.more,
    }  # fmt: skip


def _pair(pair: Contradiction, reads: str) -> ContradictingPair:
    return {
        "first": pair.first.id, "first_number": pair.first.number, "second": pair.second.id,
        "second_number": pair.second.number, "km": round(pair.km, 1), "minutes": round(pair.minutes, 1),
        "doubtful": pair.doubtful.id if pair.doubtful else None, "text": translate(pair_sentence(pair), reads),
    }  # fmt: skip


def _card(card: MarkedCard, reads: str) -> ContradictingCard:
    shown = card.pairs[:SENTENCES_ON_CARD]
    return {
        "card": card.seen.id, "number": card.seen.number, "doubtful": card.is_doubtful, "mark": card.mark(reads),
        "texts": [_text(pair, card, reads) for pair in shown], "more": len(card.pairs) - len(shown),
    }  # fmt: skip


def _text(pair: Contradiction, card: MarkedCard, reads: str) -> ContradictionText:
    other = other_of(pair, card.seen)
    return {"other": other.id, "number": other.number, "text": translate(card_sentence(pair, card.seen), reads)}
