"""Comparison of the looks in a typed text with those in the texts of many rows, across languages.

Statements follow from a text and the vocabulary, so nothing is stored. Suggestions never decide.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from math import log
from typing import Annotated, NamedTuple, Self

from typing_extensions import TypedDict

from board.vocabulary import Meanings, Statement, Whose, phrases
from board.vocabulary.meaning import Meaning
from models.searchable import words
from realtime.wire.wire_types import Count, Shape

FITS = 0.75  # likeness from which a statement counts as found
TELL_NOTHING = frozenset({"clothes", "person"})  # things that nearly every text mentions
CONTRADICTS = 0.5  # share of its weight that a contradicted statement costs
MAX_STATEMENTS = 24  # of the typed text
RARE = 3.0  # weight of a fact that only one row has; a fact of all rows has 1

Ids = list[Annotated[str, Shape(maxLength=40)]]


class StatementAnswer(TypedDict):
    """Statement in an answer. `text`: in the reader's language. The thing and its attributes are ids of the vocabulary."""

    text: str
    thing: Annotated[str, Shape(maxLength=40)]
    colour: Ids
    pattern: Ids
    material: Ids
    size: Ids
    other: Ids
    negated: bool
    hedged: bool
    whose: Whose
    span: Annotated[list[Count], Shape(minItems=2, maxItems=2)] | None


class Likeness(NamedTuple):
    """Likeness of a typed text and a row. `score`: sum over the statements. `share`: of the maximum. `matched`: statements that
    fit."""

    share: float
    score: float
    matched: tuple[Statement, ...]


NONE = Likeness(0.0, 0.0, ())


class Said:
    """Statements of a typed text, or known about a child, to compare with many rows.

    `names`: words of the typed text that do not describe looks.
    """

    def __init__(self, meanings: Meanings, statements: Sequence[Statement], names: Sequence[str] = ()) -> None:
        self.meanings, self.names = meanings, names
        encoder = meanings.encoder
        by_facts = {encoder.facts(statement): statement for statement in statements}
        self.facts = list(by_facts)[:MAX_STATEMENTS]
        self.statements = tuple(by_facts[facts] for facts in self.facts)
        self._compatible = [any_bits(encoder.compatible(encoder.thing(fact)) for fact in facts) for facts in self.facts]
        self._weights = [encoder.weight(facts[0]) for facts in self.facts]
        self._rarities = [1.0] * len(self.facts)

    @classmethod
    def typed(cls, meanings: Meanings, text: str, reader: str | None = None) -> Self:
        """Return the statements of a typed text. `reader`: the reader's language, which is assumed if the words do not show
        theirs."""
        reading = meanings.parser.read(text, reader)
        return cls(meanings, reading.statements, [word for start, end in reading.unread for word in words(text[start:end])])

    def weigh(self, rows: Iterable[Meaning]) -> None:
        """Give more weight to statements that few of these rows contain."""
        counts = Counter[int]()
        total = 0
        for meaning in rows:
            total += 1
            for number, compatible in enumerate(self._compatible):
                counts[number] += bool(meaning.things & compatible and self._fit(number, meaning) >= FITS)
        for number, weight in enumerate(list(self._weights)):
            self._rarities[number] = log((1 + total) / max(1, counts[number])) / log(1 + max(1, total))
            self._weights[number] = weight * (1 + (RARE - 1) * self._rarities[number])

    def points(self, meaning: Meaning) -> tuple[float, tuple[int, ...]]:
        """Return the score of the statements that a row contains, in the unit of one rare word, and their numbers."""
        found = [number for number, compatible in enumerate(self._compatible) if meaning.things & compatible]
        fits = {number: fit for number in found if (fit := self._fit(number, meaning)) >= FITS}
        encoder = self.meanings.encoder
        return sum(
            fit
            * self._rarities[number]
            * encoder.weight(self.facts[number][0])
            * (1 + len(self.statements[number].attributes))
            / 1.5
            for number, fit in fits.items()
        ), tuple(fits)

    def fits(self, meaning: Meaning) -> bool:
        """Return whether a row says everything that was typed."""
        if not self.statements:
            return False
        things = meaning.things
        if all(statement.thing in TELL_NOTHING and not statement.attributes for statement in self.statements):
            return False
        for number, compatible in enumerate(self._compatible):
            if not things & compatible and not self.statements[number].negated:
                return False
        return all(self._fit(number, meaning) >= FITS for number in range(len(self.facts)))

    def likeness(self, meaning: Meaning) -> Likeness:
        """Return how well a row fits. A contradiction (red coat, green coat) lowers the score."""
        score, matched = 0.0, []
        for number, compatible in enumerate(self._compatible):
            if not meaning.things & compatible and not self.statements[number].negated:
                continue
            fit = self._fit(number, meaning)
            score += self._weights[number] * (fit or -CONTRADICTS)
            if fit >= FITS:
                matched.append(self.statements[number])
        total = sum(self._weights)
        return Likeness(max(0.0, score) / total, score, tuple(matched)) if total else NONE

    def found_in(self, text: str, field: str) -> Iterator[tuple[int, tuple[int, int]]]:
        """Yield the passages of a text that contain one of the statements: the statement's number, and the span."""
        encoder = self.meanings.encoder
        for statement in self.meanings.read(text, field):
            for number, facts in enumerate(self.facts):
                if any(encoder.likeness(said, known) >= FITS for said in facts for known in encoder.facts(statement)):
                    yield number, statement.span

    def _fit(self, number: int, meaning: Meaning) -> float:
        encoder, compatible = self.meanings.encoder, self._compatible[number]
        facts = [known for known in meaning.facts if compatible >> encoder.thing(known) & 1]
        return max((encoder.bound_likeness(said, known) for said in self.facts[number] for known in facts), default=0.0)


def any_bits(masks: Iterable[int]) -> int:
    """Return the union of bit masks."""
    found = 0
    for mask in masks:
        found |= mask
    return found


def answers(statements: Sequence[Statement], reader: str, folder: str | None, *, spans: bool = True) -> list[StatementAnswer]:
    """Return statements for an answer. `spans`: include the spans, because the answer has the text."""
    texts = phrases(reader, folder)
    return [
        StatementAnswer(
            text=texts.of(statement), thing=statement.thing, colour=list(statement.colour), pattern=list(statement.pattern),
            material=list(statement.material), size=list(statement.size), other=list(statement.other), negated=statement.negated,
            hedged=statement.hedged, whose=statement.whose, span=list(statement.span) if spans else None,
        )
        for statement in statements
    ]  # fmt: skip
