"""Rows of a comparison: contradictions first, then what is the same, what fits, and what only one side says."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from board.comparison.likeness import Likeness
from board.comparison.statements import StatementComparison
from board.vocabulary import Statement, Vocabulary

Verdict = Literal["differs", "same", "fits", "not_known", "not_said"]
ORDER: tuple[Verdict, ...] = ("differs", "same", "fits", "not_known", "not_said")
VERDICTS: dict[Likeness, Verdict] = {
    Likeness.DIFFERS: "differs", Likeness.SAME: "same", Likeness.NEAR: "fits", Likeness.OPEN: "not_known",
}  # fmt: skip
MAX_STATEMENTS = 60  # of each side
PARTS_OF_HAIR = ("hair_colour", "hair_length", "hair_style")
ONE_COLOUR = ("eyes", "hair")  # things whose colour several statements give together
SHADES = ("dark", "light")
MAX_APART = 20  # characters between a mark and the part of the body that it is on


class Quoted(NamedTuple):
    """Statement, and where it is said.

    `field`: name of the text; None for a value that is not a text.
    `also`: other statements that belong to this one, such as light eyes to blue eyes.
    """

    statement: Statement
    field: str | None = None
    also: tuple[Statement, ...] = ()


class Row(NamedTuple):
    """Row of a comparison. `thing`: id of a concept."""

    thing: str
    known: tuple[Quoted, ...]
    said: tuple[Quoted, ...]
    verdict: Verdict


Expanded = dict[Quoted, Statement]


class Comparison:
    """Comparison of what a sighting says with what is known of the child."""

    def __init__(self, statements: StatementComparison) -> None:
        self.statements = statements
        self.things, self.vocabulary = statements.things, statements.vocabulary

    def rows(self, said: Iterable[Quoted], known: Iterable[Quoted]) -> list[Row]:
        """Return the rows, contradictions first. Statements about companions and vehicles are left out."""
        ours, theirs = self._expanded(said), self._expanded(known)
        rows: dict[str, tuple[list[Quoted], list[Quoted], list[Likeness]]] = {}
        for each, statement in theirs.items():
            rows.setdefault(self._name(each, statement), ([], [], []))[0].append(each)
        for each, statement in ours.items():
            name, likeness = self._best(statement, theirs)
            row = rows.setdefault(name or self._name(each, statement), ([], [], []))
            row[1].append(each)
            row[2].append(likeness)
        found = [Row(name, tuple(known), tuple(said), _verdict(said, found)) for name, (known, said, found) in rows.items()]
        return sorted(found, key=lambda row: ORDER.index(row.verdict))

    def _expanded(self, said: Iterable[Quoted]) -> Expanded:
        """Return the comparable statements about the child, for plain things. Light eyes and blue eyes become light blue eyes."""
        by_place: dict[tuple[object, ...], tuple[Quoted, Statement]] = {}
        for each in with_body_parts(said, self.vocabulary):
            if each.statement.whose == "child" and self.things.is_compared(each.statement) and len(by_place) < MAX_STATEMENTS:
                statement = _with_parts(self.things.expanded(each.statement), each.also)
                is_one = statement.thing in ONE_COLOUR
                key = (each.field, statement if not is_one else statement._replace(colour=()))
                first, before = by_place.get(key, (None, statement))
                by_place[key] = (each, statement) if first is None else _together(first, before, each, statement)
        return {each: self.things.settled(statement) for each, statement in by_place.values()}

    def _best(self, said: Statement, known: Expanded) -> tuple[str | None, Likeness]:
        """Return the row of the known thing that a statement fits best, and how it compares."""
        best: tuple[str | None, Likeness | None] = None, None
        for each, statement in known.items():
            likeness = self.statements.likeness(said, statement)
            if likeness is not None and (best[1] is None or _rank(likeness) > _rank(best[1])):
                best = self._name(each, statement), likeness
        return best[0], Likeness.OPEN if best[1] is None else best[1]

    def _name(self, quoted: Quoted, expanded: Statement) -> str:
        """Return the thing that a row is about. Everything about hair is one row."""
        return "hair" if self.vocabulary.concept(quoted.statement.thing).group in PARTS_OF_HAIR else expanded.thing


def _together(first: Quoted, before: Statement, second: Quoted, statement: Statement) -> tuple[Quoted, Statement]:
    """Merge two statements about one thing, with the colours of both, shades first."""
    colours = sorted({*before.colour, *statement.colour}, key=lambda each: (each not in SHADES, each))
    return first._replace(also=(*first.also, second.statement)), before._replace(colour=tuple(colours))


def with_body_parts(said: Iterable[Quoted], vocabulary: Vocabulary) -> Iterator[Quoted]:
    """Yield marks with the part of the body that is named right after them: "a scar on the left cheek"."""
    mark: Quoted | None = None
    for each in said:
        if mark and _is_part_of(each, mark, vocabulary):
            mark = mark._replace(also=(*mark.also, each.statement))
            continue
        if mark:
            yield mark
        mark = each
    if mark:
        yield mark


def _is_part_of(part: Quoted, mark: Quoted, vocabulary: Vocabulary) -> bool:
    groups = [vocabulary.concept(each.statement.thing).group for each in (mark, part)]
    is_near = part.field == mark.field and 0 <= part.statement.span[0] - mark.statement.span[1] <= MAX_APART
    return groups == ["skin_mark", "body_part"] and is_near and part.statement.person == mark.statement.person


def _with_parts(statement: Statement, parts: Sequence[Statement]) -> Statement:
    bound = tuple(id for part in parts for id in (part.thing, *part.other))
    return statement._replace(other=(*statement.other, *bound)) if bound else statement


def _rank(likeness: Likeness) -> int:
    return (Likeness.OPEN, Likeness.DIFFERS, Likeness.NEAR, Likeness.SAME).index(likeness)


def _verdict(said: Sequence[Quoted], found: Sequence[Likeness]) -> Verdict:
    if not said:
        return "not_said"
    if Likeness.DIFFERS in found:
        return "differs"
    certain = [each for each in found if each is not Likeness.OPEN]
    return VERDICTS[min(certain)] if certain else "not_known"
