"""Texts for print in other languages: composed from statements, and from words that a person translates.

A text in the language of the paper is printed as typed.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from board.vocabulary.concept import LANGUAGES
from board.vocabulary.coverage import UNITS, LostClause, lost_clauses
from board.vocabulary.folding import Token, tokens
from board.vocabulary.parser import MAX_TEXT, Parser
from board.vocabulary.phrases import Phrases
from board.vocabulary.statement import Reading, Span, Statement

COMMA = ", "
QUOTED = {"en": "“~”", "fr": "«\u00a0~\u00a0»", "nl": "“~”", "de": "„~“"}
COHERENT = frozenset({"needs"})  # fields whose complete text a person translates: a wider word is another illness
DOUBTS = frozenset("?/")  # signs that a list would lose: "red coat?", "red coat/blue coat"
MAX_SILENT = 2  # letters of a word that no list needs
_JOINTS = frozenset({" ", "", "-", "'", "’", ",", "."})  # between the words of one piece


class Piece(NamedTuple):
    """Part of a text. Without a `statement`, a person must translate its `text`, unless it `is_universal`: a number, or a name in
    quotation marks. `is_foreign`: its words are of another language than the rest."""

    start: int
    text: str
    statement: Statement | None = None
    is_universal: bool = False
    is_foreign: bool = False


class PrintText(NamedTuple):
    """Text for print. `is_pure`: all its words are in its `language`."""

    text: str
    language: str
    is_pure: bool
    pieces: tuple[Piece, ...]
    field: str = ""

    def is_as_typed(self, language: str) -> bool:
        """Return whether the text is printed as typed in a language."""
        return not self.pieces or (self.is_pure and self.language == language)

    @property
    def is_plain(self) -> bool:
        """Return whether the text only says what there is: no word without a statement, no "not", and no "perhaps"."""
        statements = [piece.statement for piece in self.pieces]
        return all(each is not None and not (each.negated or each.hedged) for each in statements)

    def words(self, language: str) -> tuple[str, ...]:
        """Return the words that need a translation into a language, without duplicates."""
        if self.is_as_typed(language):
            return ()
        return tuple(dict.fromkeys(piece.text for piece in self.pieces if self._is_unknown(piece, language)))

    def composed(self, phrases: Phrases, translations: Mapping[str, str]) -> str:
        """Return the text in the language of `phrases`. `translations`: of words, or of the complete text; empty to leave a word
        out. Words without a translation are printed as typed, in quotation marks."""
        if text := translations.get(self.text):
            return text
        if self.is_as_typed(phrases.language):
            return self.text
        listed = self.listed(phrases, translations)
        return listed[:1].upper() + listed[1:]

    def listed(self, phrases: Phrases, translations: Mapping[str, str]) -> str:
        """Return the parts of the text in the language of `phrases`, without a capital at the beginning."""
        parts = (self._printed(piece, phrases, translations) for piece in self.pieces)
        return COMMA.join(part for part in dict.fromkeys(parts) if part)

    def _printed(self, piece: Piece, phrases: Phrases, translations: Mapping[str, str]) -> str:
        if piece.statement is not None:
            return phrases.after_label(piece.statement, self.field)
        if not self._is_unknown(piece, phrases.language):
            return piece.text
        return translations.get(piece.text, QUOTED[phrases.language].replace("~", piece.text))

    def _is_unknown(self, piece: Piece, language: str) -> bool:
        """Return whether a part needs a translation into a language."""
        is_own = language == self.language and not piece.is_foreign
        return piece.statement is None and not (piece.is_universal or is_own)


def read_for_print(parser: Parser, text: str, reader: str | None, field: str, *, finds_foreign: bool = True) -> PrintText:
    """Return a text with its parts. `reader`: decides the language if the text's own words do not. `finds_foreign`: find the
    words of other languages; unnecessary if texts with unknown words are shown as typed."""
    parsed = parser.read_words(text, reader, field)
    reading, statements = parsed.reading, parser.statements_again(parsed)
    lost = list(lost_clauses(parser, parsed, statements))
    others = [piece for piece in _others(text, reading) if not _is_in(piece, lost)]
    if len(text) > MAX_TEXT or field in COHERENT or not DOUBTS.isdisjoint(text):
        return PrintText(text, reading.language, True, (Piece(0, text),), field)
    said = [Piece(statement.span[0], "", statement) for statement in statements]
    if finds_foreign:
        others = [piece._replace(is_foreign=_is_foreign(parser, piece, reading.language)) for piece in others]
    others += [Piece(each.start, text[each.start : each.end], is_foreign=each.language != reading.language) for each in lost]
    is_pure = len(reading.languages) < 2 and not any(piece.is_foreign for piece in others)
    pieces = sorted((*(piece for piece in said if not _is_in(piece, lost)), *others), key=lambda piece: piece.start)
    return PrintText(text, reading.language, is_pure, tuple(pieces), field)


def _is_in(piece: Piece, clauses: Sequence[LostClause]) -> bool:
    """Return whether a part is in one of the clauses, which must be in the order of the text."""
    at = bisect_right(clauses, piece.start, key=lambda clause: clause.start) - 1
    return at >= 0 and piece.start < clauses[at].end


def _others(text: str, reading: Reading) -> Iterator[Piece]:
    """Yield the parts of a text that no statement covers: words that were not understood, names in quotation marks, numbers."""
    unread = {start for start, _ in reading.unread}
    spans = [statement.span for statement in reading.statements]
    part: list[Token] = []
    for token in tokens(text[:MAX_TEXT]):
        is_unit = bool(part) and part[-1].word.isdigit() and token.word in UNITS
        is_part = token.start in unread or token.is_quoted or is_unit or _is_number(token, spans)
        if part and not (is_part and _belongs(text, part[-1], token)):
            yield _piece(text, part, unread)
            part = []
        if is_part:
            part.append(token)
    if part:
        yield _piece(text, part, unread)


def _belongs(text: str, before: Token, token: Token) -> bool:
    return text[before.end : token.start] in _JOINTS and before.is_quoted == token.is_quoted


def _is_number(token: Token, spans: Iterable[Span]) -> bool:
    return token.word.isdigit() and not any(start <= token.start < end for start, end in spans)


def _piece(text: str, part: Sequence[Token], unread: Collection[int]) -> Piece:
    typed = text[part[0].start : part[-1].end]
    if part[0].is_quoted:
        typed = f"“{typed}”"
    return Piece(part[0].start, typed, is_universal=not any(token.start in unread for token in part))


def _is_foreign(parser: Parser, piece: Piece, language: str) -> bool:
    """Return whether a word that was not understood belongs to another language. A word with a capital counts as a name."""
    if piece.is_universal or piece.text[:1].isupper():
        return False
    others = [other for other in LANGUAGES if other != language and _knows(parser, piece, other)]
    readings = (parser.read(piece.text, other) for other in others)
    return any(reading.statements and not reading.unread and reading.language != language for reading in readings)


def _knows(parser: Parser, piece: Piece, language: str) -> bool:
    """Return whether a language has all of these words. This quick check saves most of the full readings."""
    forms = parser.forms[language]
    return all(
        forms.parts(token.word, may_be_misspelt=False) or len(token.word) <= MAX_SILENT or token.word in forms.lexicon.lists.weak
        for token in tokens(piece.text)
    )
