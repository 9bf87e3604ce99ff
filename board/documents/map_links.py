"""Sightings on a printed map that cannot both be true: lines in the drawing, and sentences in the list."""

from collections.abc import Iterable, Mapping

from board.config.speeds import Speeds
from board.i18n import translate
from board.maps.links import Link
from board.reach.contradictions import Contradiction, find_contradictions
from board.reach.rail_network import rail_network
from board.reach.sentences import SENTENCES_ON_CARD, card_sentence, marked_cards, pair_sentence
from board.reach.whereabouts import seen_of
from models.entity import State


def contradictions_of(speeds: Speeds, search: State, sightings: Mapping[str, State]) -> list[Contradiction]:
    """Return the contradictions between the sightings of a search. `sightings`: states by id."""
    found = (seen_of(id, state, search["missing_since"], speeds.margin) for id, state in sightings.items())
    return find_contradictions((seen for seen in found if seen is not None), speeds, rail_network()).pairs


def links_of(pairs: Iterable[Contradiction], language: str) -> list[Link]:
    """Return a line for each pair, with its sentence."""
    return [Link(pair.first.id, pair.second.id, translate(pair_sentence(pair), language)) for pair in pairs]


def sentences_of(pairs: Iterable[Contradiction], language: str) -> dict[str, list[str]]:
    """Return the sentences of each sighting, by id, as on its card."""
    return {
        card.seen.id: [translate(card_sentence(pair, card.seen), language) for pair in card.pairs[:SENTENCES_ON_CARD]]
        for card in marked_cards(pairs)
    }
