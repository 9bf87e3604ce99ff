"""Comparison of the patterns, materials, sizes and sides of two things."""

from collections.abc import Iterable

from board.comparison.likeness import Likeness
from board.vocabulary import Statement, Vocabulary

# Sets of details that exclude each other: a thing has at most one of each set.
EXCLUSIVE = (
    frozenset({"striped", "checked", "spotted", "floral", "camouflage", "plain", "tie_dye", "animal_print"}),
    frozenset({"denim", "leather", "corduroy", "fur", "straw", "rubber"}),
    frozenset({"left", "right"}),
    frozenset({"big", "small"}),
    frozenset({"long", "short_length"}),
    frozenset({"old", "new"}),
    frozenset({"thick", "thin_light"}),
)  # fmt: skip
FIGURES = frozenset({
    "animal", "cartoon_figure", "superhero", "unicorn", "skull", "smiley", "heart", "flower", "rainbow", "star", "flag", "flames",
})  # fmt: skip


class Details:
    """Comparison of the attributes of things other than their colours, with one vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary

    def likeness(self, said: Statement, known: Statement) -> Likeness:
        """Return how the details of one thing compare with another's: `SAME` if everything that is said is known."""
        ours, theirs = _details(said), _details(known)
        if any(self._exclude(one, other) for one in ours for other in theirs):
            return Likeness.DIFFERS
        is_known = all(any(self.vocabulary.is_a(other, one) for other in theirs) for one in ours)
        return Likeness.SAME if is_known else Likeness.NEAR

    def _exclude(self, one: str, other: str) -> bool:
        if self.vocabulary.is_a(one, other) or self.vocabulary.is_a(other, one):
            return False
        if all(self._is_figure(each) for each in (one, other)) or all(self._is_body(each) for each in (one, other)):
            return True
        return any(self._is_any(one, exclusive) and self._is_any(other, exclusive) for exclusive in EXCLUSIVE)

    def _is_figure(self, id: str) -> bool:
        return self._is_any(id, FIGURES)

    def _is_body(self, id: str) -> bool:
        return self.vocabulary.concept(id).group == "body_part" and id not in ("left", "right")

    def _is_any(self, id: str, wider: Iterable[str]) -> bool:
        return any(self.vocabulary.is_a(id, each) for each in wider)


def _details(statement: Statement) -> tuple[str, ...]:
    return (*statement.pattern, *statement.material, *statement.size, *statement.other)
