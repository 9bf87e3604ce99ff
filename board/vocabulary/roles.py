"""Roles of concepts in a sentence: nouns with attributes, attributes, and words that change the meaning of others."""

from collections.abc import Iterable
from enum import Enum, auto
from functools import lru_cache
from typing import NamedTuple

from board.vocabulary.concept import WORN, Concept
from board.vocabulary.word_forms import Meaning


class Kind(Enum):
    """Kind of noun: it decides which attributes fit."""

    THING = auto()  # worn, carried, ridden
    MARK = auto()  # of the skin, face or hair
    HAIR = auto()
    EYES = auto()
    BODY = auto()
    PERSON = auto()
    PLAIN = auto()  # takes no attributes: places, actions, states


class Sign(Enum):
    """Function of a modifier."""

    NEGATION = auto()
    HEDGE = auto()
    AND = auto()
    OR = auto()
    BUT = auto()
    NOTHING = auto()


SIGNS = {
    **dict.fromkeys(("no", "without", "not", "no_longer", "neither_nor", "instead_of"), Sign.NEGATION),
    **dict.fromkeys(("takes_off", "loses", "leaves_behind"), Sign.NEGATION),
    **dict.fromkeys(
        ("maybe", "probably", "i_think", "not_sure", "unknown", "not_seen", "kind_of", "looks_like"), Sign.HEDGE
    ),
    "and": Sign.AND,
    "or": Sign.OR,
    "but": Sign.BUT,
    **dict.fromkeys(("wears", "seen", "hands_over"), Sign.NOTHING),
}  # fmt: skip
SIZES = frozenset({"big", "small", "long", "short_length", "thick", "thin_light", "new", "old"})
_NO_HAIR = frozenset({"big", "small", "new", "old"})  # about the person, not the hair: "small, long black hair"
SIDES = frozenset({"left", "right"})
DOGS = frozenset({"dog", "little_dog", "big_dog"})
_PERSONAL = frozenset({"build", "hair_colour", "hair_length", "hair_style", "skin_mark", "face", "aid", "eye_colour"})
_THINGS = WORN | {"thing", "vehicle", "transport", "aid", "pattern"}
_MARKS = frozenset({"skin_mark", "face", "hair_style", "hair_length", "hair_colour"})
_LOOKS = ("colour", "shade")
FITTING = {
    Kind.THING: (*_LOOKS, "pattern", "material", "modifier"),
    Kind.MARK: ("body_part", *_LOOKS, "modifier", "pattern"),
    Kind.HAIR: (*_LOOKS, "modifier"),
    Kind.EYES: (*_LOOKS, "body_part"),
    Kind.BODY: ("body_part",),
    Kind.PERSON: (),
    Kind.PLAIN: (),
}


class Roles(NamedTuple):
    """Possible functions of a word in a sentence.

    `nouns`, `attributes`. `personal`: about a person, without a noun. `plain`: all other meanings.
    """

    sign: Sign | None
    nouns: Meaning
    attributes: Meaning
    personal: Meaning
    plain: Meaning
    is_adverb: bool = False  # it is also an adverb: Dutch enkel, ankle or only


class RoleTable:
    """Roles of the concepts of a vocabulary."""

    def __init__(self, concepts: tuple[Concept, ...]) -> None:
        self.concepts = concepts
        self.of = lru_cache(maxsize=2_048)(self._of)
        self.kinds = tuple(self._kind(position) for position in range(len(concepts)))
        self.groups = tuple(concept.group for concept in concepts)

    def _of(self, meaning: Meaning) -> Roles:
        sign = self._sign(meaning)
        if sign is not None:
            return Roles(sign, (), (), (), ())
        nouns = self._select(meaning, self._is_noun)
        attributes = self._select(meaning, self._is_attribute)
        personal = self._select(meaning, lambda concept: not concept.is_noun and concept.group in _PERSONAL)
        rest = set(meaning).difference(nouns, attributes, personal)
        plain = self._select(tuple(position for position in meaning if position in rest), lambda each: each.group != "modifier")
        is_adverb = any(
            self.concepts[position].group == "modifier" and self.concepts[position].id not in SIZES for position in meaning
        )
        return Roles(None, nouns, attributes, personal, plain, is_adverb)

    def _sign(self, meaning: Meaning) -> Sign | None:
        concepts = [self.concepts[position] for position in meaning]
        if any(concept.id == "wears" for concept in concepts):
            return Sign.NOTHING
        if signs := [SIGNS[concept.id] for concept in concepts if concept.id in SIGNS]:
            return signs[0] if len(signs) == len(concepts) or concepts[0].group == "modifier" else None
        if concepts and all(concept.group == "modifier" and concept.id not in SIZES for concept in concepts):
            return Sign.NOTHING
        return None

    def _select(self, meaning: Meaning, test: "object") -> Meaning:
        return tuple(position for position in meaning if test(self.concepts[position]))  # type: ignore[operator]

    def _is_noun(self, concept: Concept) -> bool:
        return concept.is_noun and concept.group not in ("action", "state")

    def _is_attribute(self, concept: Concept) -> bool:
        if concept.is_noun or not concept.attributes:
            return False
        return concept.group in ("colour", "shade", "pattern", "material") or concept.id in SIZES or concept.id in SIDES

    def kind(self, position: int) -> Kind:
        return self.kinds[position]

    def _kind(self, position: int) -> Kind:
        concept = self.concepts[position]
        if concept.id in ("hair", "eyes"):
            return Kind.HAIR if concept.id == "hair" else Kind.EYES
        if concept.id in DOGS or (concept.group in _THINGS and concept.is_noun) or self._is_medication(concept):
            return Kind.THING
        if concept.group in ("age_group", "companion"):
            return Kind.PERSON if concept.is_noun else Kind.PLAIN
        if concept.group in _MARKS and concept.is_noun:
            return Kind.MARK
        return Kind.BODY if concept.group == "body_part" and concept.is_noun else Kind.PLAIN

    def _is_medication(self, concept: Concept) -> bool:
        """Return whether a concept is medication, which a person carries: tablets, an inhaler."""
        return "medication" in (concept.id, *(self.concepts[parent].id for parent in concept.parents))

    def fitting(self, meaning: Meaning, kind: Kind) -> int | None:
        """Return the first meaning that a noun of a kind can have as an attribute."""
        for position in self.of(meaning).attributes:
            concept = self.concepts[position]
            if concept.group in FITTING[kind] and not (kind is Kind.HAIR and concept.id in _NO_HAIR):
                return position
        return None

    def is_group(self, positions: Iterable[int], *groups: str) -> bool:
        return any(self.groups[position] in groups for position in positions)
