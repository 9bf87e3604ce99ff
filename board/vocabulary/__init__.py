"""Vocabulary in four languages: what one caller says must find what another caller said.

`statements(text, language)` returns the statements of a text. `language` is the reader's, and counts only if the text's own words
do not decide. Statements are derived from a text and the vocabulary, and never stored.
"""

from functools import lru_cache

from board.vocabulary.concept import LANGUAGES
from board.vocabulary.meanings import Meanings
from board.vocabulary.parser import Parser
from board.vocabulary.phrases import Phrases
from board.vocabulary.statement import Reading, Statement, Whose
from board.vocabulary.vocabulary import Vocabulary, load_vocabulary

__all__ = [
    "Meanings", "Parser", "Phrases", "Reading", "Statement", "Vocabulary", "Whose", "language_of", "load_vocabulary", "meanings",
    "parser", "phrases", "statements",
]  # fmt: skip


@lru_cache(maxsize=2)
def parser(folder: str | None = None) -> Parser:
    """Return the parser with the program's vocabulary, and the own rows of the installation below FILES_PATH."""
    return Parser(load_vocabulary(folder))


@lru_cache(maxsize=2)
def meanings(folder: str | None = None) -> Meanings:
    """Return the cache of meanings of texts, with the vocabulary of `folder`."""
    return Meanings(parser(folder))


@lru_cache(maxsize=8)
def phrases(language: str, folder: str | None = None) -> Phrases:
    """Return the phrases of a language; English if there is no vocabulary for it."""
    return Phrases(load_vocabulary(folder), language if language in LANGUAGES else LANGUAGES[0])


def statements(text: str, language: str | None = None) -> tuple[Statement, ...]:
    """Return the statements of a text, in the order of its words. `language`: of the reader."""
    return parser().parse(text, language)


def language_of(text: str, reader: str | None = None) -> str:
    """Return the language of a text from its own words. `reader`: decides a tie."""
    return parser().language(text, reader)
