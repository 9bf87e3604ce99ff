"""Comparison of the colours of two things. A shade belongs to its colour.

Dark green and light green contradict each other; green fits both.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from board.comparison.likeness import Likeness
from board.vocabulary import Vocabulary
from board.vocabulary.meaning import NEAR_COLOURS

DARK, LIGHT, BRIGHT = "dark", "light", "bright"
OPPOSITE = ({DARK, LIGHT}, {DARK, BRIGHT})
PALE_COLOURS = frozenset({"white", "cream", "beige", "yellow", "pink", "orange", "salmon", "mint", "lime_green", "lilac"})
BLOND = "blond"  # colour of hair that is not a concept of the vocabulary
# Colours of concepts of hair that do not state them, each shade before its colour.
HAIR = {
    "hair_blond": (BLOND,), "hair_dark_blond": (DARK, BLOND), "hair_light_blond": (LIGHT, BLOND),
    "hair_strawberry_blond": ("red", BLOND), "hair_red": ("red",), "hair_bleached": (LIGHT, BLOND),
}  # fmt: skip
# Pairs of colours, with their shades, that people give to the same hair: dark blond is near light brown.
NEAR_HAIR = (
    ((DARK, BLOND), (LIGHT, "brown")), ((DARK, BLOND), (None, "brown")), ((DARK, BLOND), (DARK, "brown")),
    ((None, BLOND), (LIGHT, "brown")), ((DARK, "brown"), (None, "black")), ((None, "grey"), (None, "white")),
    ((LIGHT, BLOND), (None, "white")),
)  # fmt: skip
NEAR_NAMES = frozenset(frozenset(pair) for pair in NEAR_COLOURS)


class Colour(NamedTuple):
    """Colour with its shade; one of them can be None. `word`: the shade as it was said, such as pale. `wider`: broader
    colours that include it."""

    shade: str | None
    name: str | None
    word: str | None = None
    wider: frozenset[str] = frozenset()

    @property
    def names(self) -> frozenset[str]:
        return self.wider | {self.name} if self.name else self.wider


class Colours:
    """Comparison of colours with one vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary

    def likeness(self, said: Sequence[str], known: Sequence[str], *, of_hair: bool = False) -> Likeness:
        """Return how one thing's colours compare with another's. `NEAR` if one of them has none."""
        if not said or not known:
            return Likeness.SAME if said == known else Likeness.NEAR
        ours, theirs = list(self._read(said)), list(self._read(known))
        table = [[_likeness(one, other, of_hair=of_hair) for other in theirs] for one in ours]
        rows = [_best(row) for row in table]
        columns = [_best(column) for column in zip(*table, strict=True)]
        if all(each is Likeness.SAME for each in (*rows, *columns)):
            return Likeness.SAME
        if Likeness.DIFFERS not in rows:
            return Likeness.NEAR
        return Likeness.DIFFERS if Likeness.DIFFERS in columns else Likeness.OPEN  # said red and green, known green

    def covers(self, absent: Sequence[str], present: Sequence[str]) -> bool:
        """Return whether each absent colour includes a present one: "not green" covers dark green, "not light green" does not."""
        theirs = list(self._read(present))
        return all(any(_covers(one, other) for other in theirs) for one in self._read(absent))

    def _read(self, ids: Sequence[str]) -> Iterator[Colour]:
        """Yield the colours, each with the shade before it."""
        word: str | None = None
        for id in ids:
            if id != BLOND and self._is_shade(id):
                if word is not None:
                    yield Colour(self._shade(word), None, word)
                word = id
            else:
                yield self._colour(id, word)
                word = None
        if word is not None:
            yield Colour(self._shade(word), None, word)

    def _is_shade(self, id: str) -> bool:
        """Return whether a word only says how light a colour is, such as dark or pale, unlike reddish, which names a colour."""
        parents = (self.vocabulary.concepts[each] for each in self.vocabulary.concept(id).parents)
        return self.vocabulary.concept(id).group == "shade" and all(each.group == "shade" for each in parents)

    def _shade(self, word: str) -> str | None:
        return next((each for each in (DARK, LIGHT, BRIGHT) if self.vocabulary.is_a(word, each)), None)

    def _colour(self, id: str, word: str | None) -> Colour:
        shade = self._shade(word) if word else None
        if id == BLOND:
            return Colour(shade, BLOND, word)
        own = [self.vocabulary.concepts[each].id for each in self.vocabulary.concept(id).parents]
        own_shade = next((self._shade(each) for each in own if self._is_shade(each)), None)
        return Colour(shade or own_shade, id, word, frozenset(each for each in own if not self._is_shade(each)))


def _best(column: Sequence[Likeness]) -> Likeness:
    return max((each for each in column if each is not Likeness.DIFFERS), default=Likeness.DIFFERS)


def _covers(absent: Colour, present: Colour) -> bool:
    is_name = absent.name is None or absent.name in present.names
    return is_name and absent.shade in (None, present.shade)


def _likeness(said: Colour, known: Colour, *, of_hair: bool) -> Likeness:
    if {said.shade, known.shade} in OPPOSITE:
        return Likeness.DIFFERS
    if said.name == known.name:
        return Likeness.SAME if said.word == known.word else Likeness.NEAR
    if said.name is None or known.name is None:
        return _of_shade(*((said, known) if said.name is None else (known, said)))
    is_near = _is_near_hair(said, known) if of_hair else _is_near(said, known)
    return Likeness.NEAR if is_near else Likeness.DIFFERS


def _is_near_hair(said: Colour, known: Colour) -> bool:
    pair = ((said.shade, said.name), (known.shade, known.name))
    return pair in NEAR_HAIR or pair[::-1] in NEAR_HAIR


def _is_near(said: Colour, known: Colour) -> bool:
    if frozenset({said.name, known.name}) in NEAR_NAMES:
        return True
    is_navy_or_black = {said.name, known.name} == {"blue", "black"} and DARK in (said.shade, known.shade)
    return is_navy_or_black or bool(said.names & known.names)


def _of_shade(bare: Colour, colour: Colour) -> Likeness:
    """Return how something described only as dark or light compares with a colour."""
    is_too_light = bare.shade == DARK and (colour.name in PALE_COLOURS or colour.names == {BLOND})
    is_too_dark = bare.shade == LIGHT and colour.name in ("black", "brown") and colour.shade != LIGHT
    return Likeness.DIFFERS if is_too_light or is_too_dark else Likeness.NEAR
