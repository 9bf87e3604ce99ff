"""Sentences with their meaning (see the columns in `board/docs/reference/vocabulary.md`), and how many statements are right."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from board.vocabulary import Parser, Statement, Vocabulary
from board.vocabulary.concept import LANGUAGES

FOLDER = Path(__file__).parents[1] / "data/vocabulary"
# Details of a person are separate statements: "tall boy" means boy, and tall.
PERSONAL = frozenset({"build", "hair_colour", "hair_style", "hair_length"})


class Expected(NamedTuple):
    """Statement that a sentence makes. `person`: counts the people of the sentence."""

    thing: str
    attributes: frozenset[str]
    negated: bool
    hedged: bool
    person: int


class Sentence(NamedTuple):
    """Sentence in four languages."""

    number: str
    texts: dict[str, str]
    expected: list[Expected]


class Score(NamedTuple):
    """Numbers of right, expected and superfluous statements, and the wrong ones."""

    right: int
    expected: int
    extra: int
    wrong: list[str]

    @property
    def share(self) -> float:
        return self.right / self.expected


def read_sentences(name: str, vocabulary: Vocabulary) -> list[Sentence]:
    rows = [line.split("\t") for line in (FOLDER / name).read_text(encoding="utf-8").splitlines()[1:]]
    return [Sentence(row[0], dict(zip(LANGUAGES, row[1:5], strict=True)), list(_expected(row[5], vocabulary))) for row in rows]


def _expected(means: str, vocabulary: Vocabulary) -> Iterator[Expected]:
    for person, said in enumerate(means.split(" ; ")):
        for expression in said.split():
            bare = expression.lstrip("-?")
            thing, _, bound = bare.partition(":")
            signs = expression[: len(expression) - len(bare)]
            attributes = frozenset(bound.split("+")) if bound else frozenset[str]()
            personal = {each for each in attributes if vocabulary.concepts[vocabulary.positions[each]].group in PERSONAL}
            yield Expected(thing, attributes - personal, "-" in signs, "?" in signs, person)
            for each in personal:
                yield Expected(each, frozenset(), "-" in signs, "?" in signs, person)


def score(sentences: list[Sentence], language: str, parser: Parser) -> Score:
    """Return how many statements are right: the thing or a narrower one, all that is bound to it, negation, hedge and person."""
    right = expected = extra = 0
    wrong: list[str] = []
    for sentence in sentences:
        statements = list(parser.parse(sentence.texts[language]))
        people = {person: number for number, person in enumerate(sorted({each.person for each in statements}))}
        is_one_person = max(each.person for each in sentence.expected) == 0
        missing = []
        for each in sentence.expected:
            found = next((statement for statement in statements if _fits(each, statement, parser.vocabulary)
                          and (is_one_person or people[statement.person] == each.person)), None)  # fmt: skip
            if found is None:
                missing.append(each)
            else:
                statements.remove(found)
        right += len(sentence.expected) - len(missing)
        expected += len(sentence.expected)
        extra += len(statements)
        if missing or statements:
            said = " ".join(statement.expression for statement in statements)
            wrong.append(f"{sentence.number} {language}: misses {missing}, says {said!r} too")
    return Score(right, expected, extra, wrong)


def _fits(expected: Expected, statement: Statement, vocabulary: Vocabulary) -> bool:
    if (expected.negated, expected.hedged) != (statement.negated, statement.hedged):
        return False
    attributes = frozenset(statement.attributes)
    for id in (statement.thing, *statement.either):
        if attributes == expected.attributes and vocabulary.is_a(id, expected.thing):
            return True
        parts = [vocabulary.concepts[each].id for each in vocabulary.concepts[vocabulary.positions[id]].equals]
        if parts and parts[0] == expected.thing and attributes.union(parts[1:]) == expected.attributes:
            return True
    return False
