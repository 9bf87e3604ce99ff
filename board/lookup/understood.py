"""Reading of a text, word by word, so that a person can mark a word as a name."""

from collections.abc import Iterator
from typing import NamedTuple

from board.vocabulary import Parser, Reading, Statement
from board.vocabulary.folding import tokens

MAX_STATEMENTS = 24
MAX_UNREAD = 12
MAX_WORDS = 8  # words of a statement that are examined
OPENING, CLOSING = "“", "”"  # around a word that is a name, or is written on something

Span = tuple[int, int]


class ReadWord(NamedTuple):
    """Word of a statement. `ids`: concepts that it says."""

    span: Span
    ids: tuple[str, ...]


class Understood(NamedTuple):
    """Reading of a text, with the words of each statement."""

    reading: Reading
    words: list[tuple[ReadWord, ...]]


def understood(parser: Parser, text: str, reader: str, field: str) -> Understood:
    """Return what was understood of a text, at most MAX_STATEMENTS statements."""
    reading = parser.read(text, reader, field)
    statements = reading.statements[:MAX_STATEMENTS]
    words = [tuple(_words(parser, text, statement, reading.language)) for statement in statements]
    return Understood(reading._replace(statements=statements, unread=reading.unread[:MAX_UNREAD]), words)


def _words(parser: Parser, text: str, statement: Statement, language: str) -> Iterator[ReadWord]:
    """Yield the words that carry meaning: if such a word is in quotation marks, the statement says less."""
    start, end = statement.span
    piece = text[start:end]
    for token in tokens(piece)[:MAX_WORDS]:
        quoted = f"{piece[: token.start]}{OPENING}{piece[token.start : token.end]}{CLOSING}{piece[token.end :]}"
        lost = _ids(parser, piece, language) - _ids(parser, quoted, language)
        ids = (statement.thing,) if statement.thing in lost else tuple(id for id in statement.attributes if id in lost)
        if ids:
            yield ReadWord((start + token.start, start + token.end), ids)


def _ids(parser: Parser, text: str, language: str) -> set[str]:
    return {id for statement in parser.parse(text, language) for id in (statement.thing, *statement.attributes)}
