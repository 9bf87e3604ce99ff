"""Meaning of a text in few numbers, so that a look-up compares thousands of texts with one.

A fact is one statement as a number: its concept, whether it is negated, its colours, and its other attributes.
"""

from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple

from board.vocabulary.statement import Statement
from board.vocabulary.vocabulary import Vocabulary

THING_BITS = 13
NEGATED, OTHERS = 1 << THING_BITS, 1 << (THING_BITS + 1)  # OTHERS: of a companion or a vehicle
COLOUR_AT = THING_BITS + 2
MAX_COLOURS = 80  # bits for colours and shades
DETAIL_AT = COLOUR_AT + MAX_COLOURS
DETAIL_BITS = 48
SAME, NEAR, SOME, UNSAID = 1.0, 0.8, 0.7, 0.5  # likeness of two facts
# Colours that people give to the same thing, in pairs.
NEAR_COLOURS = (
    ("grey", "silver"), ("white", "cream"), ("white", "beige"), ("beige", "brown"), ("beige", "cream"), ("navy", "black"),
    ("turquoise", "green"), ("purple", "pink"), ("purple", "lilac"), ("burgundy", "purple"), ("burgundy", "brown"),
    ("khaki", "brown"), ("khaki", "beige"), ("gold", "yellow"), ("mustard", "brown"), ("rust", "orange"), ("rust", "red"),
    ("salmon", "orange"), ("anthracite", "black"), ("dark", "black"), ("dark", "brown"), ("dark", "navy"), ("light", "white"),
    ("light", "beige"), ("camel", "beige"), ("fuchsia", "purple"), ("red", "orange"),
)  # fmt: skip
# Concepts that prove little, because most texts contain them.
COMMON = frozenset({
    "person", "child", "girl", "boy", "adult", "man", "woman", "walks", "stands", "sits", "lies", "waits", "runs", "talks",
    "street", "road", "home", "car", "bus", "train", "big", "small", "railway_station", "platform", "looks_around", "phones",
    "wears",
})  # fmt: skip
COMMON_WEIGHT = 0.3
_THING, _COLOURS = (1 << THING_BITS) - 1, (1 << MAX_COLOURS) - 1  # masks
_COLOUR_GROUPS = frozenset({"colour", "shade"})


class Meaning(NamedTuple):
    """Meaning of a text. `things`: bits of the concepts that it says. `facts`: its statements as numbers."""

    things: int
    facts: tuple[int, ...]


NOTHING = Meaning(0, ())


class Encoder:
    """Encoder with one vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.colours = {
            id: number
            for number, id in enumerate(concept.id for concept in vocabulary.concepts if concept.group in _COLOUR_GROUPS)
            if number < MAX_COLOURS
        }
        self.compatible = lru_cache(maxsize=4_096)(self._compatible)

    def meaning(self, statements: Sequence[Statement]) -> Meaning:
        """Return the meaning of a text."""
        facts = tuple(dict.fromkeys(fact for statement in statements for fact in self.facts(statement)))
        things = 0
        for fact in facts:
            if not fact & NEGATED:
                things |= 1 << (fact & _THING)
        return Meaning(things, facts)

    @staticmethod
    def thing(fact: int) -> int:
        """Return the concept of a fact."""
        return fact & _THING

    def facts(self, statement: Statement) -> tuple[int, ...]:
        """Return a fact for each concept that a statement can mean."""
        bound = NEGATED * statement.negated | OTHERS * (statement.whose != "child")
        for id in statement.colour:
            bound |= 1 << (COLOUR_AT + self.colours[id]) if id in self.colours else 0
        for id in (*statement.size, *statement.pattern, *statement.material, *statement.other):
            bound |= 1 << (DETAIL_AT + self.vocabulary.positions[id] % DETAIL_BITS)
        return tuple(self.vocabulary.positions[id] | bound for id in (statement.thing, *statement.either))

    def _compatible(self, thing: int) -> int:
        """Return the bits of the concepts that can be the same thing: itself, wider and narrower ones, a coat and a jacket."""
        outer = self.vocabulary.positions["outer_garment"]
        wide = self.vocabulary.all_wider
        found = 0
        for other in range(len(self.vocabulary.concepts)):
            is_outer = outer in wide[thing] and outer in wide[other]
            if other == thing or other in wide[thing] or thing in wide[other] or is_outer:
                found |= 1 << other
        return found

    @cached_property
    def near_colours(self) -> tuple[int, ...]:
        """Bits of each colour and of its wider, narrower and near ones."""
        found = [1 << number for number in self.colours.values()]
        for one, number in self.colours.items():
            wider = {self.vocabulary.concepts[each].id for each in self.vocabulary.all_wider[self.vocabulary.positions[one]]}
            for other in wider & self.colours.keys():
                if self.vocabulary.concepts[self.vocabulary.positions[other]].group == "colour":
                    found[number] |= 1 << self.colours[other]
                    found[self.colours[other]] |= 1 << number
        for one, other in NEAR_COLOURS:
            found[self.colours[one]] |= 1 << self.colours[other]
            found[self.colours[other]] |= 1 << self.colours[one]
        return tuple(found)

    def likeness(self, said: int, known: int) -> float:
        """Return how well one fact fits another, 0 to 1. 0 if they contradict each other."""
        return self.bound_likeness(said, known) if self._is_same_thing(said, known) else 0.0

    def bound_likeness(self, said: int, known: int) -> float:
        """Return how well the attributes of one fact fit those of another fact about the same thing."""
        if (said ^ known) & NEGATED:
            return 0.0
        colour = self._colour_likeness(said >> COLOUR_AT & _COLOURS, known >> COLOUR_AT & _COLOURS)
        details, others = said >> DETAIL_AT, known >> DETAIL_AT
        shared = (details & others).bit_count() / details.bit_count() if details else 1.0
        return colour * (0.85 + 0.15 * shared)

    def _is_same_thing(self, said: int, known: int) -> bool:
        thing = said & _THING
        return bool(self.compatible(thing) >> (known & _THING) & 1)

    def _colour_likeness(self, said: int, known: int) -> float:
        if not said:
            return SAME
        if not known:
            return UNSAID
        if said == known or ((colours := said & ~self._shades) & known == colours and colours):
            return SAME
        if colours & (colours - 1):  # several, of which one is missing
            return SOME if colours & known else 0.0
        near = self._near(said)
        return NEAR if near & known & ~self._shades or (near | said) & known else 0.0

    @cached_property
    def _shades(self) -> int:
        """Bits of the shades: two things that are dark can have different colours."""
        concepts = self.vocabulary.concepts
        return sum(1 << number for id, number in self.colours.items() if concepts[self.vocabulary.positions[id]].group == "shade")

    def _near(self, colours: int) -> int:
        """Return the bits of the colours near these colours; dark and blue together count as navy too."""
        has_colour = colours & ~self._shades
        found = 0
        for number, near in enumerate(self.near_colours):
            is_said = colours >> number & 1 and (not has_colour or not self._shades >> number & 1)
            parts = self._parts[number]
            if is_said or (parts and parts & colours == parts):
                found |= near
        return found

    @cached_property
    def _parts(self) -> tuple[int, ...]:
        """Bits of the colours that each mixed colour consists of; 0 for unmixed colours."""
        concepts = self.vocabulary.concepts
        parents = [concepts[self.vocabulary.positions[id]].parents for id in self.colours]
        return tuple(
            sum(1 << self.colours[concepts[each].id] for each in found if concepts[each].id in self.colours)
            if len(found) > 1
            else 0
            for found in parents
        )

    def weight(self, fact: int) -> float:
        """Return how much a fact proves: less if most texts contain it, more with a colour."""
        concept = self.vocabulary.concepts[fact & _THING]
        if concept.id in COMMON or concept.group in ("action", "age_group", "place_kind"):
            return COMMON_WEIGHT
        return 1.0 + 0.5 * bool(fact >> COLOUR_AT & _COLOURS)
