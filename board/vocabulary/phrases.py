"""Statements as phrases in a language: "dark green coat", "manteau vert foncé". The rules are those of *Printing* in
`board/docs/reference/vocabulary.md`: lists, never sentences."""

from collections.abc import Iterable, Iterator, Sequence

from board.vocabulary.concept import GENDERS, LANGUAGES, Concept
from board.vocabulary.statement import Statement
from board.vocabulary.vocabulary import Vocabulary

SEPARATOR = " · "
INNERMOST = (
    "material", "pattern", "garment", "hair_style", "hair_colour", "shade", "colour", "hair_length", "body_part", "build",
    "modifier",
)  # fmt: skip
NO = {"en": "no ~", "fr": "sans ~", "nl": "geen ~", "de": "ohne ~"}
UNSURE = {"en": "perhaps ~", "fr": "peut-être ~", "nl": "misschien ~", "de": "vielleicht ~"}
TOGETHER = {"en": " and ", "fr": " et ", "nl": "-", "de": "-"}  # joins two colours
SUBJECTS = {"hair": "hair", "eyes": "eyes"}  # of a field, which its label names
BARE = frozenset({("en", "hair"), ("en", "eyes"), ("fr", "hair"), ("fr", "eyes"), ("nl", "hair")})  # adjectives need no noun
VOWELS = "aeiouhéèêâîôû"

Bound = tuple[str, str]  # group, and forms with `~` for the noun


class Phrases:
    """Phrases of one language."""

    def __init__(self, vocabulary: Vocabulary, language: str) -> None:
        self.vocabulary, self.language = vocabulary, language
        self.at = LANGUAGES.index(language)

    def listed(self, statements: Iterable[Statement]) -> str:
        """Return phrases with a middle dot between them: "yellow rucksack · glasses"."""
        return SEPARATOR.join(dict.fromkeys(self.of(statement) for statement in statements))

    def of(self, statement: Statement) -> str:
        """Return the phrase of a statement."""
        text = self._with_attributes(self._concept(statement.thing), [self._concept(id) for id in statement.attributes])
        if statement.negated:
            text = NO[self.language].replace("~", self._accusative(statement, text))
        return UNSURE[self.language].replace("~", text) if statement.hedged else text

    def after_label(self, statement: Statement, field: str) -> str:
        """Return the phrase after the label of a field: "brown" after "Hair:". A French word about hair agrees: "blonds"."""
        text = self.of(statement)
        if (subject := SUBJECTS.get(field)) is None or statement.attributes or statement.negated or statement.hedged:
            return text
        noun, concept = self._concept(subject), self._concept(statement.thing)
        if self.language == "fr" and concept.attributes and concept.group.startswith("hair_"):
            return self._agreeing(noun, concept.attributes[self.at]).replace("~ ", "")
        name = noun.printed[self.at]
        if (self.language, field) not in BARE or text == name:
            return text
        return text.removeprefix(f"{name} ").removesuffix(f" {name}")

    def _concept(self, id: str) -> Concept:
        return self.vocabulary.concepts[self.vocabulary.positions[id]]

    def _with_attributes(self, noun: Concept, attributes: Sequence[Concept]) -> str:
        text = noun.printed[self.at]
        for _, forms in sorted(self._bound(attributes), key=lambda bound: _order(bound[0])):
            text = self._joined(self._agreeing(noun, forms), text)
        behind = [each.printed[self.at] for each in attributes if not each.attributes]
        return f"{text} ({', '.join(behind)})" if behind else text

    def _bound(self, attributes: Sequence[Concept]) -> Iterator[Bound]:
        """Yield the forms of attributes: a shade and its colour together, and several colours together."""
        colours: list[tuple[Concept | None, Concept]] = []
        shade: Concept | None = None
        for each in attributes:
            if each.on_colour and shade is None:
                shade = each
            elif each.group == "colour":
                colours.append((shade, each))
                shade = None
            elif each.attributes:
                yield each.group, each.attributes[self.at]
        if shade is not None:
            yield "shade", shade.attributes[self.at]
        if colours:
            yield "colour", self._colours(colours)

    def _colours(self, colours: Sequence[tuple[Concept | None, Concept]]) -> str:
        """Return the forms of a colour with its shade, or of several colours: only the last agrees, in French none."""
        shade, last = colours[-1]
        if self.language == "fr" and (len(colours) > 1 or shade):
            return "~ " + TOGETHER["fr"].join(self._shaded(*each) for each in colours)
        before = [self._shaded(*each) for each in colours[:-1]]
        forms = [self._shaded_form(shade, form) for form in last.attributes[self.at].split("|")]
        return "|".join(TOGETHER[self.language].join([*before, form]) for form in forms)

    def _shaded(self, shade: Concept | None, colour: Concept) -> str:
        word = colour.printed[self.at]
        return shade.on_colour[self.at].replace("~", word) if shade else word

    def _shaded_form(self, shade: Concept | None, form: str) -> str:
        if shade is None:
            return form
        word = form.replace(" ~", "")
        return form.replace(word, shade.on_colour[self.at].replace("~", word))

    def _agreeing(self, noun: Concept, forms: str) -> str:
        choices = forms.split("|")
        if len(choices) == 1 or self.language == "en" or not noun.genders:
            return choices[0]
        return choices[GENDERS[self.language].index(noun.genders[self.at - 1])]

    def _joined(self, form: str, text: str) -> str:
        if self.language == "fr" and form == "vieux ~" and text[:1].lower() in VOWELS:
            form = "vieil ~"
        return form.replace("~", text)

    def _accusative(self, statement: Statement, text: str) -> str:
        """Return a German phrase after "ohne": a masculine adjective ends in -en."""
        noun = self._concept(statement.thing)
        if self.language != "de" or not noun.genders or noun.genders[2] != "m":
            return text
        words = text.split(" ")
        at = next((number for number, word in enumerate(words) if word == noun.printed[self.at].split(" ")[0]), 0)
        return " ".join(f"{word[:-2]}en" if number < at and word.endswith("er") else word for number, word in enumerate(words))


def _order(group: str) -> int:
    return INNERMOST.index(group) if group in INNERMOST else len(INNERMOST)
