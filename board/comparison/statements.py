"""Comparison of two statements: one of a sighting, and one that is known of the child."""

from functools import cached_property

from board.comparison.colours import Colours
from board.comparison.details import Details
from board.comparison.likeness import Likeness
from board.comparison.things import Things
from board.vocabulary import Statement, Vocabulary

HOODS = frozenset({"hood", "hood_up"})
DENIM = (("blue",), ("black",), ("grey",))  # usual colours
TELL_LITTLE = frozenset({"girl", "boy", "coat", "jacket", "outer_garment", "trousers", "jumper", "top", "shoes", "bag"})


class StatementComparison:
    """Comparison of statements with one vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary

    @cached_property
    def things(self) -> Things:
        return Things(self.vocabulary)

    @cached_property
    def _colours(self) -> Colours:
        return Colours(self.vocabulary)

    @cached_property
    def _details(self) -> Details:
        return Details(self.vocabulary)

    def likeness(self, said: Statement, known: Statement) -> Likeness | None:
        """Return how two expanded statements compare; None if they are about different things. An uncertain
        statement contradicts nothing, and is at most `NEAR`."""
        if said.thing in HOODS and "hooded" in known.pattern and not known.negated:
            return self._settled(said, known, Likeness.DIFFERS if said.negated else Likeness.NEAR)
        thing = self.things.likeness(said, known)
        if thing is Likeness.OPEN:
            return None
        return self._settled(said, known, self._certain(said, known, thing))

    def _settled(self, said: Statement, known: Statement, found: Likeness) -> Likeness:
        if not (said.hedged or known.hedged):
            return found
        is_either = self.vocabulary.concept(said.thing).group == "age_group"  # "a boy or a girl" says nothing
        return Likeness.OPEN if is_either or found is Likeness.DIFFERS else min(found, Likeness.NEAR)

    def _certain(self, said: Statement, known: Statement, thing: Likeness) -> Likeness:
        if said.negated and known.negated:
            return Likeness.SAME if said._replace(span=known.span) == known else Likeness.OPEN
        if said.negated or known.negated:
            return self._negated(*((said, known) if said.negated else (known, said)))
        if thing is Likeness.DIFFERS:
            return thing
        colours = self._colours.likeness(said.colour, known.colour, of_hair=known.thing == "hair")
        parts = [colours, self._details.likeness(said, known)]
        if Likeness.DIFFERS in parts:
            return Likeness.DIFFERS
        if self._is_odd_denim(said, known) or self._is_odd_denim(known, said):
            return Likeness.OPEN
        is_bare = not said.attributes and not known.attributes and (said.thing != known.thing or said.thing in TELL_LITTLE)
        return Likeness.NEAR if is_bare else min(thing, *parts)

    def _is_odd_denim(self, one: Statement, other: Statement) -> bool:
        """Return whether one thing is denim without a colour, and the other has a colour that is rare for denim, such as red."""
        is_bare = "denim" in one.material and not one.colour and bool(other.colour)
        return is_bare and all(self._colours.likeness(other.colour, each) is Likeness.DIFFERS for each in DENIM)

    def _negated(self, absent: Statement, present: Statement) -> Likeness:
        """Return whether an absent thing contradicts a present one. "No hat" contradicts a hat; "no red hat" does not."""
        if not any(self.vocabulary.is_a(present.thing, each) for each in (absent.thing, *absent.either)):
            return Likeness.OPEN
        if not absent.attributes:
            return Likeness.DIFFERS
        is_colour = self._colours.covers(absent.colour, present.colour)
        is_same = is_colour and self._details.likeness(absent._replace(colour=()), present) is Likeness.SAME
        return Likeness.DIFFERS if is_same else Likeness.OPEN
