"""Index of places by the words of their names: finds by name, best first, then the nearest.

Work is bounded: a word that many places share yields the nearest of them, then the largest. Ranking is in `place_rank.py`.
"""

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from heapq import nlargest, nsmallest
from itertools import islice
from operator import itemgetter

from board.lookup.place import Place
from board.lookup.place_context import AROUND, MAX_ERRORS_AROUND, MAX_TOWNS, POOR, is_around, is_town, without_town
from board.lookup.place_query import LIGHT_IN_TEXTS, Query, read_query
from board.lookup.place_radius import Point, cell_of, rings
from board.lookup.place_rank import Name, Rank, penalty, rank
from board.lookup.place_words import Matches, PlaceWords

MAX_WORDS = 12  # of a typed text; words of known names are preferred
MAX_FUZZY_WORDS = 4  # words without an exact match that are compared letter by letter
MAX_PLACES = 3_000  # places with one of the words that are scored
MAX_RANKED = 250
MAX_NEAREST = 2_000  # places around the search


def normalized(names: Iterable[str], old_names: Iterable[str] = (), *, kind: str) -> tuple[Name, ...]:
    """Return the names of a place, and old spellings of them, each once and normalized."""
    folded: dict[str, Name] = {}
    for is_old, texts in ((False, names), (True, old_names)):
        for text in filter(None, texts):
            query = read_query(text)
            name = Name(" ".join(query.words), is_old, query.is_station or kind == "station")
            folded.setdefault(name.text, name)
    folded.pop("", None)
    return tuple(folded.values())


class PlaceIndex:
    """Places and their names. `add` all, the larger places first, then `build`.

    `joins`: a name is also found if its words are typed without spaces.
    """

    def __init__(self, *, joins: bool = True) -> None:
        self.places: list[Place] = []
        self._all_names: list[tuple[Name, ...]] = []
        self._words = PlaceWords(joins=joins)
        self._cells: dict[tuple[int, int], array[int]] = defaultdict(lambda: array("I"))

    def add(self, place: Place, names: Iterable[str], old_names: Iterable[str] = ()) -> None:
        """Add a place with its names, and old spellings of them."""
        number, all_names = len(self.places), normalized(names, old_names, kind=place.kind)
        self.places.append(place)
        self._all_names.append(all_names)
        self._index(number, all_names, place.point)

    def _index(self, number: int, names: tuple[Name, ...], point: Point | None) -> None:
        for name in names:
            self._words.add(number, name.text.split())
        if point:
            self._cells[cell_of(point)].append(number)

    def _place(self, number: int) -> Place:
        return self.places[number]

    def _names(self, number: int) -> tuple[Name, ...]:
        return self._all_names[number]

    def _size(self, number: int) -> int:
        return self.places[number].size

    def build(self) -> None:
        """Sort the words, after all places are added."""
        self._words.build()

    def find(self, query: Query, near: Point | None, limit: int) -> list[tuple[Rank, Place]]:
        """Return the matching places with their ranks, best first."""
        if not query.words:
            return self._nearest_stations(near, limit) if query.is_station and near else []
        ranks = self._ranks(query, near)
        self._rank_around_towns(query, near, ranks)
        best = nsmallest(limit, ranks.items(), key=itemgetter(1))
        return [(place_rank, self._place(number)) for number, place_rank in best]

    def _ranks(self, query: Query, near: Point | None) -> dict[int, Rank]:
        ranks: dict[int, Rank] = {}
        for words in dict.fromkeys((self._choose(query.words), ("".join(query.words),))):
            for number, place_rank in self._rank(query._replace(words=words), near):
                ranks[number] = min(place_rank, ranks.get(number, place_rank))
        return ranks

    def _rank_around_towns(self, query: Query, near: Point | None, ranks: dict[int, Rank]) -> None:
        """Rank places that the text names with the town around them: "Heverlee bij Leuven"."""
        if not ranks or min(ranks.values())[0] < POOR:
            return
        towns = nsmallest(
            MAX_TOWNS, (number for number in ranks if is_town(self._place(number))), key=lambda number: ranks[number]
        )
        texts = ((town, rest) for town in towns for rest in without_town(query, self._names(town)))
        for town, rest in islice(texts, MAX_TOWNS):
            for number, place_rank in self._ranks(rest, near).items():
                if place_rank[0] <= MAX_ERRORS_AROUND and is_around(self._place(number), self._place(town)):
                    ranks[number] = min(ranks.get(number, place_rank), (place_rank[0] + AROUND, *place_rank[1:]))

    def _choose(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """Return at most MAX_WORDS distinct words in their order. Words of known names are preferred, then the last words."""
        distinct = tuple(dict.fromkeys(words))
        if len(distinct) <= MAX_WORDS:
            return distinct
        by_use = sorted(range(len(distinct)), key=lambda at: (distinct[at] not in self._words.places, -at))
        return tuple(distinct[at] for at in sorted(by_use[:MAX_WORDS]))

    def _rank(self, query: Query, near: Point | None) -> Iterator[tuple[int, Rank]]:
        matches = self._match(query)
        for number in self._candidates(query.words, matches, near):
            names = self._names(number)
            errors = penalty(names, query.words, matches, query.is_station)
            if errors is not None:
                yield number, rank(self._place(number), errors, names, near)

    def _match(self, query: Query) -> list[Matches]:
        matches: list[Matches] = []
        fuzzy_left = MAX_FUZZY_WORDS
        for at, word in enumerate(query.words):
            is_exact = word in self._words.places
            is_fuzzy = fuzzy_left > 0 and word not in LIGHT_IN_TEXTS and not (is_exact and self._words.is_large)
            fuzzy_left -= is_fuzzy and not is_exact
            matches.append(self._words.match(word, is_fuzzy=is_fuzzy, is_last=query.is_open and at == len(query.words) - 1))
        return matches

    def _candidates(self, words: tuple[str, ...], matches: list[Matches], near: Point | None) -> list[int]:
        """Return the numbers of the places with most of the words. The rarest words are read first."""
        scores: dict[int, int] = defaultdict(int)
        has_names = any(word not in LIGHT_IN_TEXTS for word in words)
        named = [
            match for word, match in zip(words, matches, strict=True) if match and not (has_names and word in LIGHT_IN_TEXTS)
        ]
        by_use = sorted(named, key=lambda match: sum(len(self._words.places[word]) for word in match))
        around = self._around(near) if near else []
        room = MAX_PLACES
        for match in by_use:
            best: dict[int, int] = {}
            for word, errors in match.items():
                for number in self._with_word(word, around, room - len(best)):
                    best.setdefault(number, errors)
                if len(best) >= room:
                    break
            for number, errors in best.items():
                scores[number] += 16 - errors
            room -= len(best)
            if room <= 0:
                break
        return nlargest(MAX_RANKED, scores, key=lambda number: (scores[number], self._size(number)))

    def _with_word(self, word: str, around: list[int], room: int) -> Iterable[int]:
        """Return places with a word. If there are too many, the nearest come first."""
        numbers = self._words.places[word]
        if len(numbers) <= room:
            return numbers
        nearest = [number for number in around if (at := bisect_left(numbers, number)) < len(numbers) and numbers[at] == number]
        return [*nearest, *islice(numbers, max(0, room - len(nearest)))]

    def _around(self, near: Point) -> list[int]:
        """Return places in the cells around a point, the nearest cells first."""
        numbers: list[int] = []
        for cells in rings(near):
            numbers += [number for cell in cells for number in self._cells.get(cell, ())]
            if len(numbers) >= MAX_NEAREST:
                break
        return numbers[: 2 * MAX_NEAREST]

    def _nearest_stations(self, near: Point, limit: int) -> list[tuple[Rank, Place]]:
        places = ((number, self._place(number)) for number in self._around(near))
        stations = [(number, place) for number, place in places if place.kind == "station"]
        ranked = [(rank(place, 0, self._names(number), near), place) for number, place in stations]
        return nsmallest(limit, ranked, key=itemgetter(0))
