"""Coverage of a text by its statements: the words that a list of statements would lose. Only print needs it."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from board.vocabulary.draft import Draft
from board.vocabulary.folding import COMMA, Token
from board.vocabulary.matching import Item
from board.vocabulary.parser import Parsed, Parser
from board.vocabulary.roles import DOGS, SIDES, Sign
from board.vocabulary.statement import Span, Statement
from board.vocabulary.word_forms import Meaning

UNITS = frozenset({"cm", "m", "mm", "kg", "km"})
SILENT = frozenset({"wears", "seen", "and"})  # concepts that a list needs no word for
# groups whose concepts are only for finding: "shy" finds "polite", but does not mean it
LOOSE = frozenset({"medical", "state", "action", "age_group", "companion", "place_kind", "transport", "language"})
LIKELY = frozenset({"maybe", "probably", "i_think", "kind_of", "looks_like"})  # hedges that are printed as "perhaps"


class LostClause(NamedTuple):
    """Clause that says more than its statements, or something else. `language`: of its sentence."""

    start: int
    end: int
    language: str


def lost_clauses(parser: Parser, parsed: Parsed, statements: Sequence[Statement]) -> Iterator[LostClause]:
    """Yield the clauses that a list of statements would change. Clauses that share a statement are yielded as one."""
    words, lost = parsed.words, _lost_words(parser, parsed)
    wrong = sorted(statement.span[0] for statement in statements if _is_misprinted(parser, statement))
    languages = {item.first: language for language, items in parsed.sentences for item in items}
    for first, last in _clauses(words, sorted(statement.span for statement in statements)):
        start, end = words[first].start, words[last - 1].end
        if not lost.isdisjoint(range(first, last)) or bisect_left(wrong, start) < bisect_left(wrong, end):
            yield LostClause(start, end, languages.get(first, parsed.reading.language))


def _clauses(words: Sequence[Token], spans: Sequence[Span]) -> Iterator[tuple[int, int]]:
    """Yield the first word of each clause, or of several that share a statement, and the word after the last one."""
    if not words:
        return
    starts, reached, following = [0], 0, 0
    for at, word in enumerate(words):
        while following < len(spans) and spans[following][0] < word.start:
            reached = max(reached, spans[following][1])
            following += 1
        if at and word.pause >= COMMA and reached <= word.start:
            starts.append(at)
    yield from pairwise([*starts, len(words)])


def _lost_words(parser: Parser, parsed: Parsed) -> set[int]:
    """Return the positions of known words that no statement covers."""
    said, starts = _said(parser, parsed), [word.start for word in parsed.words]
    ends = [items[-1].last if items else 0 for _, items in parsed.sentences]
    drafts: list[list[Draft]] = [[] for _ in ends]
    for draft in parsed.drafts:
        first, last = (bisect_left(ends, bisect_left(starts, at) + 1) for at in (draft.start, max(draft.start, draft.end - 1)))
        for number in range(first, min(last + 1, len(ends))):
            drafts[number].append(draft)
    lost: set[int] = set()
    for (language, items), own in zip(parsed.sentences, drafts, strict=True):
        lost.update(_Sentence(parser, parsed, language, own, said).lost(items))
    return lost


def _said(parser: Parser, parsed: Parsed) -> list[set[int]]:
    """Return, for each word, the concepts in the statements that cover it."""
    said = [set[int]() for _ in parsed.words]
    starts, concepts = [word.start for word in parsed.words], parser.vocabulary.concepts
    for draft in parsed.drafts:
        wider = parser.vocabulary.all_wider[draft.thing]
        ids = {draft.thing, *concepts[draft.thing].equals, *draft.either, *draft.attributes, *wider}
        for at in range(bisect_left(starts, draft.start), bisect_left(starts, draft.end)):
            said[at] |= ids
    return said


class _Sentence:
    """Check of one sentence. `said`: concepts by word."""

    def __init__(self, parser: Parser, parsed: Parsed, language: str, drafts: Iterable[Draft], said: Sequence[set[int]]) -> None:
        self.roles, self.words, self.said = parser.roles, parsed.words, said
        self.concepts, self.forms, self.exact = parser.vocabulary.concepts, parser.forms[language], parser.exact[language]
        self.lists = self.forms.lexicon.lists
        signs = [(draft.negated, draft.hedged) for draft in drafts]
        self.is_negated, self.is_hedged = any(negated for negated, _ in signs), any(hedged for _, hedged in signs)
        self.is_open = all(negated or hedged for negated, hedged in signs)

    def lost(self, items: Sequence[Item]) -> Iterator[int]:
        """Yield the words that no statement covers."""
        read = 0
        for item in items:
            if item.first >= read and not self._is_said(item):
                yield from range(item.first, item.last)
            read = max(read, item.last)

    def _is_said(self, item: Item) -> bool:
        is_word = item.last - item.first == 1
        if is_word and (item.word in self.lists.silent or self._is_unit(item)):
            return True
        if item.word in self.lists.none:
            return self.is_negated
        if not item.parts:
            return not item.is_weak or item.word.isdigit()  # a word that is not known is printed as typed
        if is_word and self.forms.has_unknown_part(item.word):
            return False
        if len(item.parts) == 1 and not self._is_exact(item):
            return False
        return all(self._is_meaning_said(meaning, item) for meaning in item.parts)

    def _is_exact(self, item: Item) -> bool:
        """Return whether the printed word loses nothing of an item. Signs are not printed."""
        meaning = item.parts[0]
        form = tuple(word.word for word in self.words[item.first : item.last])
        return self.roles.of(meaning).sign is not None or self.exact.are_exact(form, meaning)

    def _is_unit(self, item: Item) -> bool:
        return item.word in UNITS and item.first > 0 and self.words[item.first - 1].word.isdigit()

    def _is_meaning_said(self, meaning: Meaning, item: Item) -> bool:
        sign = self.roles.of(meaning).sign
        ids = {self.concepts[position].id for position in meaning}
        if sign is None:
            said = self.said[item.first]
            return any(position in said or said.issuperset(self.concepts[position].equals or (-1,)) for position in meaning)
        if sign is Sign.NEGATION:
            return self.is_negated
        if sign is Sign.HEDGE:
            return self.is_hedged and not ids.isdisjoint(LIKELY)
        return self.is_open if sign is Sign.OR else not ids.isdisjoint(SILENT)


def _is_misprinted(parser: Parser, statement: Statement) -> bool:
    """Return whether a printed list would be wrong about a statement: in its meaning ("shy"), in the person ("her brother's
    coat"), or as it is about one of a pair ("a scar at the left eye")."""
    thing = parser.vocabulary.concept(statement.thing)
    is_of_another = statement.person > 0 or (statement.whose == "companion" and statement.thing not in DOGS)
    is_pair = bool(thing.genders) and thing.genders[0].endswith("p")
    return thing.group in LOOSE or is_of_another or (is_pair and not SIDES.isdisjoint(statement.attributes))
