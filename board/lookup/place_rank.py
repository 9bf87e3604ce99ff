"""Rank of a place for a typed text: by name first, then by nearness to the search, then by size.

Penalties are counted in quarters of an error. From best to worst: a complete name, its beginning, a later part of it, a wrong
letter, a place that is not a station if the text says "station", a word that the place does not have.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from board.lookup.place import Place
from board.lookup.place_query import AREA_WORDS, LIGHT_WORDS
from board.lookup.place_radius import Point, metres
from board.lookup.place_words import Matches, units

LIGHT_MISSING = 1  # "Pieters" for "Sint-Pieters"
AREA_MISSING = 3  # "Leuven centrum" for "Leuven"
BEGINNING = 2  # the name continues
OTHER_PART = 3  # the text has a later part of the name
OLD = 2  # an old spelling
MIXED = 2  # words of two languages: "Bruxelles Zuid"
UNASKED = 2  # the text does not say "station", and the place is one: a municipality under an old spelling precedes it
NO_STATION = 12  # the text says "station", and the place is not one
NO_STATION_THERE = 4  # as NO_STATION, with an exact name: "Hamme statie" is Hamme, not a station that sounds like it
NO_WORD = 16  # a typed word that the place does not have
MAX_WORDS_MISSING = 3  # further missing words do not count, because the text may be long
NEAR_M = 2_000  # metres: places nearer than this are equally near; each further step is twice as wide
LIGHT, AREA, NAME = 1, 2, 3  # weights of typed words


class Name(NamedTuple):
    """Normalized name of a place."""

    text: str
    is_old: bool
    is_station: bool  # the place is a station, or its name says so


# Penalty, abroad, step of nearness, station after others, size (largest first), distance, length of the name, name
Rank = tuple[int, bool, int, bool, int, float, int, str]


def rank(place: Place, errors: int, names: Sequence[Name], near: Point | None) -> Rank:
    """Return the sort key of a place with these errors; the smallest is best."""
    distance = metres(near, place.point) if near and place.point else math.inf if near else 0
    step = 99 if distance == math.inf else int(math.log2(1 + distance / NEAR_M))
    shortest = min((len(name.text) for name in names), default=0)
    is_abroad = place.country not in ("BE", None) and near is None
    return errors, is_abroad, step, place.kind == "station", -place.size, distance, shortest, place.name


def penalty(names: Sequence[Name], words: Sequence[str], matches: Sequence[Matches], is_station: bool) -> int | None:
    """Return how much the names differ from the typed words; None if no name has any of the words."""
    weights = [_weight(word) for word in words]
    if all(weight < NAME for weight in weights):
        weights = [NAME] * len(words)
    results = [result for name in names if (result := _name_penalty(name, words, matches, weights)) is not None]
    best = min(results, default=None)
    if len(names) > 1 and (best is None or best >= NO_WORD):
        mixed = _mixed_penalty(names, matches, weights)
        best = min((value for value in (best, mixed) if value is not None), default=None)
    if best is None:
        return None
    is_named = any(name.is_station for name in names)
    if is_station and not is_named:
        return best + (NO_STATION_THERE if best <= _light_errors(weights) else NO_STATION)
    return best + (UNASKED if is_named and not is_station else 0)


def _light_errors(weights: Sequence[int]) -> int:
    """Return the highest penalty that words besides an exact name cause."""
    return AREA_MISSING if AREA in weights else LIGHT_MISSING if LIGHT in weights else 0


def _weight(word: str) -> int:
    return LIGHT if word in LIGHT_WORDS else AREA if word in AREA_WORDS else NAME


def _name_penalty(name: Name, words: Sequence[str], matches: Sequence[Matches], weights: Sequence[int]) -> int | None:
    parts = name.text.split()
    available = list(units(parts))
    covered, errors = 0, []
    for match in matches:
        hit = min(((match[unit], mask.bit_count(), mask) for unit, mask in available if unit in match), default=None)
        errors.append(hit[0] if hit else None)
        covered |= hit[2] if hit else 0
    if not _has_a_name(errors, weights):
        return None
    return _sum_errors(errors, weights) + _missing(parts, covered) + (OLD if name.is_old else 0)


def _has_a_name(errors: Sequence[int | None], weights: Sequence[int]) -> bool:
    return any(error is not None and weight == NAME for error, weight in zip(errors, weights, strict=True))


def _sum_errors(errors: Sequence[int | None], weights: Sequence[int]) -> int:
    missing = [weight for error, weight in zip(errors, weights, strict=True) if error is None]
    named = min(MAX_WORDS_MISSING, missing.count(NAME))
    light = AREA_MISSING if AREA in missing else LIGHT_MISSING if LIGHT in missing else 0
    return sum(error for error in errors if error is not None) + named * NO_WORD + light


def _missing(parts: Sequence[str], covered: int) -> int:
    """Return the penalty for the words of a name that were not typed."""
    missing = [at for at in range(len(parts)) if not covered >> at & 1]
    if not missing:
        return 0
    if all(parts[at] in LIGHT_WORDS for at in missing) and len(parts) > len(missing):
        return LIGHT_MISSING
    first = next((at for at, part in enumerate(parts) if part not in LIGHT_WORDS), 0)
    return BEGINNING if covered & (1 << first | 1) else OTHER_PART


def _mixed_penalty(names: Sequence[Name], matches: Sequence[Matches], weights: Sequence[int]) -> int | None:
    """Return the penalty of typed words that are in different names of the place."""
    available = {unit for name in names for unit, _ in units(name.text.split())}
    errors = [min((match[unit] for unit in available & match.keys()), default=None) for match in matches]
    return _sum_errors(errors, weights) + MIXED if _has_a_name(errors, weights) else None
