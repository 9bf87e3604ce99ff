"""Concepts that the words of a text name: the longest form first."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from board.vocabulary.folding import COMMA, NO_BREAK, SENTENCE, Token
from board.vocabulary.lexicon import GapForm
from board.vocabulary.word_forms import Meaning, Parts, WordForms

MAX_GAP = 4  # words that `…` stands for
_NAMED = frozenset({"colour", "shade", "hair_colour"})


class Item(NamedTuple):
    """Word or phrase of a text. `parts`: meanings of its parts, none for a word that is not in the vocabulary."""

    first: int
    last: int
    parts: Parts
    word: str
    is_weak: bool


def items(tokens: Sequence[Token], forms: WordForms, titled: bool) -> Iterator[Item]:
    """Yield the words and phrases of a text in their order. `titled`: capitals say nothing, because most words have one."""
    lists, taken = forms.lexicon.lists, set[int]()
    at = 0
    while at < len(tokens):
        if at in taken:
            at += 1
            continue
        length, parts = _longest(tokens, at, forms, may_be_name=not titled and _is_name(tokens, at, forms))
        if gap := _gap_form(tokens, at, forms, length):
            form, tail = gap
            length, parts = len(form.head), (form.meanings,)
            taken.update(range(tail, tail + len(form.tail)))
        word = tokens[at].word
        yield Item(at, at + length, parts, word, not parts and (len(word) <= 2 or word in lists.weak or word.isdigit()))
        at += length


def _is_name(tokens: Sequence[Token], at: int, forms: WordForms) -> bool:
    """Return whether a word begins with a capital that no sentence, line or label explains. German nouns always have one."""
    token = tokens[at]
    return token.is_capital and at > 0 and token.pause == NO_BREAK and forms.lexicon.language != "de"


def _longest(tokens: Sequence[Token], at: int, forms: WordForms, may_be_name: bool) -> tuple[int, Parts]:
    word = tokens[at].word
    phrase_words = _phrase_words(tokens, at, forms.lexicon.longest.get(word, 1))
    for length in range(len(phrase_words), 1, -1):
        phrase = " ".join(phrase_words[:length])
        if found := forms.lexicon.meanings(phrase) or forms.without_ending(phrase):
            return length, (found,)
    parts = forms.parts(word, not may_be_name)
    if may_be_name and parts and all(_is_named(part, forms) for part in parts):
        return 1, ()  # Rose, Bruno, Rue Verte
    return 1, parts


def _is_named(meaning: Meaning, forms: WordForms) -> bool:
    return any(forms.lexicon.concepts[position].group in _NAMED for position in meaning)


def _phrase_words(tokens: Sequence[Token], at: int, most: int) -> list[str]:
    """Return the words from a position on that punctuation does not separate."""
    found = [tokens[at].word]
    for token in tokens[at + 1 : at + most]:
        if token.pause != NO_BREAK:
            break
        found.append(token.word)
    return found


def _gap_form(tokens: Sequence[Token], at: int, forms: WordForms, matched: int) -> tuple[GapForm, int] | None:
    """Return the longest form with a gap that begins here, and the position of its tail."""
    first = "ne" if tokens[at].word == "n" and forms.lexicon.language == "fr" else tokens[at].word
    best: tuple[GapForm, int] | None = None
    for form in forms.lexicon.gap_forms.get(first, ()):
        size = len(form.head) + len(form.tail)
        if size <= matched or (best and size <= len(best[0].head) + len(best[0].tail)):
            continue
        if (tail := _tail(tokens, at, form)) is not None:
            best = form, tail
    return best


def _tail(tokens: Sequence[Token], at: int, form: GapForm) -> int | None:
    start = at + len(form.head)
    if tuple(token.word for token in tokens[at + 1 : start]) != form.head[1:]:
        return None
    for tail in range(start, min(start + MAX_GAP, len(tokens) - len(form.tail)) + 1):
        if tail >= len(tokens) or any(token.pause >= COMMA for token in tokens[at + 1 : tail + 1]):
            return None
        if tail > start and tuple(token.word for token in tokens[tail : tail + len(form.tail)]) == form.tail:
            return tail
    return None


def sentences(tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """Yield the start and the end of each sentence."""
    start = 0
    for at, token in enumerate(tokens):
        if at > start and token.pause == SENTENCE:
            yield start, at
            start = at
    if tokens:
        yield start, len(tokens)
