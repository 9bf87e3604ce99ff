"""Things that can be the same (a coat and a jacket), and things of which a person has at most one (a cap or a beanie)."""

from board.comparison.colours import BLOND, HAIR
from board.comparison.likeness import Likeness
from board.vocabulary import Statement, Vocabulary
from board.vocabulary.concept import WORN

KEPT = frozenset({"bag"})  # not reduced to the plain thing, because a plastic bag is not a rucksack
OUTER = "outer_garment"
HAIR_THING = "hair"  # not compared with narrower concepts, because a colour of hair says nothing about its length
# Things of which a person has at most one, by their widest concepts.
ONE_OF = (
    frozenset({"trousers", "shorts", "skirt"}),
    frozenset({"trainers", "boots", "sandals", "ballerinas", "high_heels", "flip_flops", "slippers", "clogs", "barefoot"}),
    frozenset({"cap", "beanie", "beret", "balaclava", "turban", "headscarf", "helmet", "kippah", "hat"}),
    frozenset({"girl", "boy"}),
    frozenset({"thin", "fat"}),
    frozenset({"tall", "short"}),
    frozenset({"skin_dark", "skin_light"}),
    frozenset({"curly_hair", "straight_hair", "wavy_hair"}),
    frozenset({"hair_short", "hair_long", "bald", "hair_shoulder_length", "hair_chin_length"}),
)
BUILDS = {"slim": "thin", "lanky": "thin", "chubby": "fat", "sturdy": "fat"}
# Colours that a bare shade means: dark hair is not red, and dark eyes are not blue.
SHADES: dict[str, dict[tuple[str, ...], tuple[str, ...]]] = {
    "hair": {("dark",): ("dark", "brown"), ("light",): (BLOND,)},
    "eyes": {("dark",): ("dark", "brown")},
}  # fmt: skip
# Pairs of names that people use for the same thing.
SAME_NAMED = (
    ("hat", "cap"), ("hat", "beanie"), ("hat", "beret"), ("curly_hair", "wavy_hair"), ("wavy_hair", "straight_hair"),
    ("hair_shoulder_length", "hair_long"), ("hair_shoulder_length", "hair_chin_length"), ("hair_chin_length", "hair_short"),
    ("hair_short", "bald"),
)  # fmt: skip
COMPARED_GROUPS = WORN | {
    "hair_colour", "hair_length", "hair_style", "eye_colour", "build", "skin_mark", "face", "aid", "thing", "transport",
    "age_group", "medical",
}  # fmt: skip
NOT_COMPARED = frozenset({
    "person", "child", "minor", "clothes", "bus", "train", "tram", "metro", "ferry", "plane", "boat", "on_foot", "coach", "twins",
    "face", "button", "zip", "pocket", "sleeveless", "hair_loose", "hood_up",
})  # fmt: skip


class Things:
    """Comparison of the things that two statements are about, with one vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary

    def is_compared(self, statement: Statement) -> bool:
        """Return whether a thing tells children apart, unlike a street or what somebody does."""
        return self.vocabulary.concept(statement.thing).group in COMPARED_GROUPS and statement.thing not in NOT_COMPARED

    def expanded(self, statement: Statement) -> Statement:
        """Return a statement about the plain thing: a denim jacket is a jacket of denim, dark blond hair is hair."""
        if statement.thing in HAIR:
            return statement._replace(thing="hair", colour=HAIR[statement.thing])
        concept = self.vocabulary.concept(statement.thing)
        parts = [self.vocabulary.concepts[each] for each in concept.equals]
        if not parts or not parts[0].is_noun or parts[0].id in KEPT or concept.group == "hair_length":
            return statement
        bound: dict[str, tuple[str, ...]] = {"colour": statement.colour}
        for part in parts[1:]:
            name = _place_of(part.group)
            bound[name] = (*bound.get(name, getattr(statement, name)), part.id)
        return self.expanded(statement._replace(thing=parts[0].id, **bound))  # type: ignore[arg-type]

    def settled(self, statement: Statement) -> Statement:
        """Replace a bare shade of hair or eyes in an expanded statement with the colours that it means."""
        meant = SHADES.get(statement.thing, {}).get(statement.colour)
        return statement._replace(colour=meant) if meant else statement

    def likeness(self, said: Statement, known: Statement) -> Likeness:
        """Return whether both can be the same thing. `OPEN`: they are different things that one person can have."""
        options = [self._likeness(_plain(one), _plain(other)) for one in _options(said) for other in _options(known)]
        for each in (Likeness.SAME, Likeness.NEAR, Likeness.OPEN):
            if each in options:
                return each
        return Likeness.DIFFERS

    def _likeness(self, said: str, known: str) -> Likeness:
        is_a = self.vocabulary.is_a
        if said == known or (HAIR_THING not in (said, known) and (is_a(known, said) or is_a(said, known))):
            return Likeness.SAME
        if (is_a(said, OUTER) and is_a(known, OUTER)) or self._have_one_name(said, known):
            return Likeness.NEAR
        return Likeness.DIFFERS if any(self._is_in(said, one) and self._is_in(known, one) for one in ONE_OF) else Likeness.OPEN

    def _have_one_name(self, said: str, known: str) -> bool:
        return any(self._are(said, known, *pair) or self._are(known, said, *pair) for pair in SAME_NAMED)

    def _are(self, one: str, other: str, name: str, second: str) -> bool:
        return self.vocabulary.is_a(one, name) and self.vocabulary.is_a(other, second)

    def _is_in(self, id: str, one_of: frozenset[str]) -> bool:
        return any(self.vocabulary.is_a(id, each) for each in one_of) and id not in ("leggings", "cycling_shorts")


def _plain(id: str) -> str:
    return BUILDS.get(id, id)


def _options(statement: Statement) -> tuple[str, ...]:
    return (statement.thing, *statement.either)


def _place_of(group: str) -> str:
    if group in ("colour", "shade"):
        return "colour"
    return group if group in ("pattern", "material") else "other"
