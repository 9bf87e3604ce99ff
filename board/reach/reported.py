"""Contradictions of a search in a handover report: one sentence for each pair, in the reader's language."""

from collections.abc import Callable, Mapping

from typing_extensions import TypedDict

from board.config import sentences
from board.config.speeds import Speeds
from board.i18n import message, translate
from board.reach.contradictions import Contradiction, find_contradictions
from board.reach.rail_network import rail_network
from board.reach.sentences import card_sentence, other_of
from board.reach.whereabouts import seen_of
from models.entity import State
from realtime.wire.wire_types import Count, Id

MAX_REPORTED = 20

ReportedContradiction = TypedDict("ReportedContradiction", {
    "sighting": Id, "number": Count, "other": Id, "other_number": Count, "text": str,
})  # fmt: skip
Contradicting = Callable[[str, Mapping[str, State]], list[ReportedContradiction]]  # missing since, sightings by id


def reported_contradictions(
    speeds: Speeds, language: str, missing_since: str, sightings: Mapping[str, State]
) -> list[ReportedContradiction]:
    """Return the most important contradictions between sightings of a search. A doubtful sighting is named first."""
    found = (seen_of(id, state, missing_since, speeds.margin) for id, state in sightings.items())
    counted = [seen for seen in found if seen is not None]
    if len(counted) < 2:
        return []
    pairs = find_contradictions(counted, speeds, rail_network()).pairs
    return [_reported(pair, language) for pair in pairs[:MAX_REPORTED]]


def _reported(pair: Contradiction, language: str) -> ReportedContradiction:
    seen = pair.doubtful or pair.first
    other = other_of(pair, seen)
    name = translate(message(sentences.SIGHTING, number=seen.number), language)
    text = f"{name} · {translate(card_sentence(pair, seen), language)}"
    return {"sighting": seen.id, "number": seen.number, "other": other.id, "other_number": other.number, "text": text}
