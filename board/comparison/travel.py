"""Comparison of times and places: two sightings that cannot both be true, and one from before the child was missing."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from board.comparison.rows import Verdict
from board.config.speeds import Margin
from board.i18n import N_, Message, Moment, message
from board.reach.contradictions import Contradiction
from board.reach.sentences import card_sentence, other_of
from board.reach.whereabouts import Seen, minutes_of, seen_of
from models.entity import State
from models.sighting import ASSURED

MISSING_SINCE, SEEN = N_("missing since {time}"), N_("seen {time}")
SIGHTING_SEEN = N_("Sighting {number}, seen {time}")


class Travel(NamedTuple):
    """Comparison of the time and place of a sighting with what is known."""

    known: Message
    said: Message
    verdict: Verdict
    sentence: Message | None = None


def compared_travel(
    id: str, sighting: State, missing_since: str, others: Mapping[str, State], pairs: Iterable[Contradiction], margin: Margin
) -> Travel | None:
    """Return how time and place compare; None if either side does not say them."""
    seen_at = sighting.get("seen_at")
    if not seen_at:
        return None
    said = message(SEEN, time=Moment(seen_at))
    if minutes_of(seen_at) + margin.time_minutes < minutes_of(missing_since):
        return Travel(message(MISSING_SINCE, time=Moment(missing_since)), said, "differs")
    seen = seen_of(id, sighting, missing_since, margin)
    if seen is None:
        return None
    for pair in pairs:
        if id in (pair.first.id, pair.second.id) and (other := other_of(pair, seen)).assessment in ASSURED:
            return Travel(_sighting(other, others), said, "differs", card_sentence(pair, seen))
    nearest = _nearest_assured(seen, others, missing_since, margin)
    return Travel(_sighting(nearest, others), said, "fits") if nearest else None


def _nearest_assured(seen: Seen, others: Mapping[str, State], missing_since: str, margin: Margin) -> Seen | None:
    assured = (
        other
        for id, state in others.items()
        if id != seen.id and state["assessment"] in ASSURED and (other := seen_of(id, state, missing_since, margin))
    )
    return min(assured, key=lambda other: (abs(other.at.seen - seen.at.seen), other.number), default=None)


def _sighting(seen: Seen, others: Mapping[str, State]) -> Message:
    return message(SIGHTING_SEEN, number=seen.number, time=Moment(others[seen.id]["seen_at"]))
