"""Children with a generated appearance, and texts that describe it in any language and any words of the vocabulary."""

from collections.abc import Sequence
from random import Random

from board.vocabulary import Statement, Vocabulary, phrases
from board.vocabulary.concept import LANGUAGES, WORN, Concept

COLOURS = ("black", "white", "grey", "red", "blue", "green", "yellow", "orange", "brown", "pink", "purple", "turquoise", "beige")
HAIR = ("hair_black", "hair_red", "hair_brown", "hair_grey", "hair_blond")
OTHERS = ("glasses", "scar", "hearing_aid", "beard", "freckles", "dental_braces", "crutches", "tattoo", "wheelchair", "piercing")
TOO_WIDE = frozenset({"outer_garment", "clothes", "bag", "top", "shoes"})
MOST_FORMS = 4  # forms of a thing, besides the printed one
PEOPLE = {
    "girl": {"en": "a girl", "fr": "une fille", "nl": "een meisje", "de": "ein Mädchen"},
    "boy": {"en": "a boy", "fr": "un garçon", "nl": "een jongen", "de": "ein Junge"},
}
WITH = {"en": "with", "fr": "avec", "nl": "met", "de": "mit"}


class Looks:
    """Source of children and texts."""

    def __init__(self, vocabulary: Vocabulary, random: Random) -> None:
        self.vocabulary, self.random = vocabulary, random
        self._by_concept: dict[str, dict[int, list[str]]] = {}
        self.clothes = [each for each in vocabulary.concepts if each.group in WORN and each.is_noun and each.id not in TOO_WIDE]

    def child(self) -> list[Statement]:
        """Return the appearance of a child: five things with colours, hair, and one more detail."""
        worn = self.random.sample(self.clothes, 5)
        said = [Statement(each.id, colour=(self.random.choice(COLOURS),)) for each in worn]
        return [*said, Statement(self.random.choice(HAIR)), Statement(self.random.choice(OTHERS))]

    def text(self, person: str, said: Sequence[Statement], language: str) -> str:
        """Return a description of a child, with one of the language's words for each thing."""
        things = ", ".join(self.phrase(each, language) for each in said)
        return f"{PEOPLE[person][language]} {WITH[language]} {things}"

    def phrase(self, said: Statement, language: str) -> str:
        text = phrases(language).of(said)
        concept = self.vocabulary.concepts[self.vocabulary.positions[said.thing]]
        return text.replace(concept.printed[LANGUAGES.index(language)], self._word(concept, language))

    def _word(self, concept: Concept, language: str) -> str:
        """Return the printed form, or another one that means only this."""
        others = self._forms(language, self.vocabulary.positions[concept.id])
        return self.random.choice([concept.printed[LANGUAGES.index(language)], *others[:MOST_FORMS]])

    def _forms(self, language: str, position: int) -> list[str]:
        """Return the forms that mean only this, in a fixed order."""
        if language not in self._by_concept:
            by_concept: dict[int, list[str]] = {}
            for form, meanings in sorted(self.vocabulary.lexicons[language].forms.items()):
                if isinstance(meanings, int):
                    by_concept.setdefault(meanings, []).append(form)
            self._by_concept[language] = by_concept
        return self._by_concept[language].get(position, [])
