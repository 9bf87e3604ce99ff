"""Details of a child for a reader of another language: composed if all of the text is understood and plain, otherwise as typed.

One rule for screens, walls and papers. Materials differ: a person decides about each word (`board/commands/materials`).
"""

from functools import lru_cache
from typing import NamedTuple

from board.vocabulary import parser, phrases
from board.vocabulary.concept import LANGUAGES
from board.vocabulary.print_text import read_for_print

PROSE = frozenset({"description", "needs"})  # a list of concepts would change them: "allergic to milk" is no intolerance
DETAILS = frozenset({"hair", "eyes", "features", "clothing"}) | PROSE
MAX_KEPT = 1_024  # texts of at most 4,000 characters


class ReadableText(NamedTuple):
    """Text for a reader. `typed_in`: language of the words as typed."""

    text: str
    typed_in: str
    is_composed: bool


@lru_cache(maxsize=MAX_KEPT)
def readable(text: str, field: str, reads: str, folder: str | None = None) -> ReadableText:
    """Return a detail for a reader. `field`: its name, such as `clothing`. `folder`: of the installation's own vocabulary."""
    if field not in DETAILS or reads not in LANGUAGES:
        return ReadableText(text, reads, is_composed=False)
    if field in PROSE:
        return ReadableText(text, parser(folder).read(text, reads, field).language, is_composed=False)
    read = read_for_print(parser(folder), text, reads, field, finds_foreign=False)
    if read.is_as_typed(reads) or not read.is_plain:
        return ReadableText(text, read.language if read.pieces else reads, is_composed=False)
    compose = read.composed if text[:1].isupper() else read.listed
    return ReadableText(compose(phrases(reads, folder), {}), read.language, is_composed=True)
