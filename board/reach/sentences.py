"""Words for a contradiction. Cards, the map, the timeline and paper use the same ones."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from board.config import sentences
from board.config.lengths import exact_length
from board.i18n import N_, Message, enumeration, message, translate
from board.reach.contradictions import Contradiction
from board.reach.whereabouts import Seen

NAMED_ON_CARD = 3  # numbers of other sightings in the mark of a card
SENTENCES_ON_CARD = 5  # sentences on a card, each about one other sighting

# translators: mark on a card; {numbers} are other sightings: “23”, “23 and 27”
NOT_BOTH_WITH = N_("not both with {numbers}")
NOT_BOTH_WITH_MORE = N_("not both with {numbers} and {count} more")
DOUBTFUL_MARK = N_("doubtful: not both with {numbers}")
DOUBTFUL_MARK_MORE = N_("doubtful: not both with {numbers} and {count} more")
MAKES_DOUBTFUL = N_("makes Sighting {number} doubtful: {way}")


class MarkedCard(NamedTuple):
    """Sighting with its contradictions, the most important ones first."""

    seen: Seen
    pairs: list[Contradiction]

    @property
    def is_doubtful(self) -> bool:
        return any(_is_doubtful(self.seen, pair) for pair in self.pairs)

    def mark(self, language: str) -> str:
        """Return the short text for the face of the card."""
        numbers = [str(other_of(pair, self.seen).number) for pair in self.pairs]
        rest = len(numbers) - NAMED_ON_CARD
        if rest > 0:
            text = DOUBTFUL_MARK_MORE if self.is_doubtful else NOT_BOTH_WITH_MORE
            return translate(message(text, numbers=", ".join(numbers[:NAMED_ON_CARD]), count=rest), language)
        text = DOUBTFUL_MARK if self.is_doubtful else NOT_BOTH_WITH
        return translate(message(text, numbers=enumeration(numbers, language)), language)


def marked_cards(pairs: Iterable[Contradiction]) -> list[MarkedCard]:
    """Return the sightings with contradictions, by number."""
    by_card: dict[str, list[Contradiction]] = defaultdict(list)
    seen: dict[str, Seen] = {}
    for pair in pairs:
        for each in (pair.first, pair.second):
            seen[each.id] = each
            by_card[each.id].append(pair)
    return sorted((MarkedCard(seen[id], _doubts_first(seen[id], each)) for id, each in by_card.items()),
                  key=lambda card: card.seen.number)  # fmt: skip


def _doubts_first(seen: Seen, pairs: Sequence[Contradiction]) -> list[Contradiction]:
    return sorted(pairs, key=lambda pair: not _is_doubtful(seen, pair))


def _is_doubtful(seen: Seen, pair: Contradiction) -> bool:
    return pair.doubtful is not None and pair.doubtful.id == seen.id


def other_of(pair: Contradiction, seen: Seen) -> Seen:
    """Return the other sighting of a pair."""
    return pair.second if pair.first.id == seen.id else pair.first


def pair_sentence(pair: Contradiction) -> Message:
    """Return "38 km in 12 min: not both"."""
    return message(sentences.NOT_BOTH, way=_way(pair))


def card_sentence(pair: Contradiction, seen: Seen) -> Message:
    """Return the sentence about the pair for the card of one of its sightings, to be read after the sighting's name."""
    text = sentences.NOT_BOTH_WITH_SIGHTING
    if pair.doubtful is not None:
        text = sentences.DOUBTFUL_WITH_SIGHTING if _is_doubtful(seen, pair) else MAKES_DOUBTFUL
    return message(text, number=other_of(pair, seen).number, way=_way(pair))


def shown_km(pair: Contradiction) -> float:
    """Return the shortest distance, rounded down, as the sentences state it."""
    return float(int(pair.km)) if pair.km >= 10 else int(pair.km * 10) / 10


def _way(pair: Contradiction) -> Message:
    """Return the distance and the time of a pair: the shortest distance, and the time between the stated times."""
    km = shown_km(pair)
    minutes = round(pair.minutes)
    if minutes == 0:
        return message(sentences.KM_AT_ONCE, km=km)
    text, values = exact_length(minutes * 60)
    return message(sentences.KM_IN_TIME, km=km, time=message(text, **values))
