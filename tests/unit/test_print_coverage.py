"""No word of a text is lost in print: a statement says it, it is silent, or a person must translate it."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from board.vocabulary import parser, phrases
from board.vocabulary import print_text as printing
from board.vocabulary.coverage import SILENT, UNITS
from board.vocabulary.matching import Item
from board.vocabulary.print_text import PrintText, read_for_print
from board.vocabulary.roles import Sign
from tests.support.vocabulary import read_sentences

LOST = [  # texts of which a list of statements would say less, or something else
    ("hair", "Shaved at the sides, dyed blue on top"),
    ("hair", "rasés sur les côtés, bleus sur le dessus"),
    ("clothing", "two red scarves"),
    ("clothing", "not always wearing glasses"),
    ("clothing", "coat with torn left sleeve"),
    ("clothing", "her brother's red coat"),
    ("clothing", "red coat or blue jacket"),
    ("clothing", "jacket over the shoulder"),
    ("clothing", "probably still in her school uniform"),
    ("clothing", "alleen een T-shirt"),
    ("clothing", "tout en noir sauf les chaussures"),
    ("clothing", "blauwe carnavalsbroek"),
    ("clothing", "un blouson comme celui de son frère"),
    ("clothing", "fast immer mit roter Mütze"),
    ("features", "missing front tooth"),
    ("features", "petite cicatrice au-dessus de l'oeil droit"),
    ("features", "limps a little on the left leg"),
    ("features", "twee littekens op de arm"),
    ("features", "Narbe über dem linken Auge"),
    ("features", "Brace on the upper teeth"),  # each of these has a word that is narrower than the printed one
    ("features", "tattoo of a swallow"),
    ("features", "tatouage d'une hirondelle"),
    ("features", "tatoeage van een zwaluw"),
    ("features", "Tattoo einer Schwalbe"),
    ("clothing", "black bikini"),
    ("clothing", "green kaftan"),
    ("clothing", "red Batman cape"),
]
WHOLE = [
    ("clothing", "manteau vert foncé à capuche, jean"),
    ("clothing", "een gele rugzak met een vos en een bril"),
    ("clothing", "roter Mantel, keine Mütze"),
    ("clothing", "she wears a dark green coat and white trainers"),
    ("hair", "long curly brown hair"),
    ("features", "scar on left knee, 3 cm"),
    ("clothing", "grey sweater, backpack and sneakers"),
    ("hair", "dark, curly"),
    ("features", "badge “Green”"),
]


def lost_words(text: PrintText) -> Iterator[str]:
    """Yield the words that are in no part of a text, and that are neither silent nor negate or hedge a part.

    Words of a phrase, such as "I think", are one. A word said again ("red coat, red coat") is in the part that says it first.
    """
    spans = [piece.statement.span for piece in text.pieces if piece.statement]
    spans += [(piece.start, piece.start + len(piece.text)) for piece in text.pieces if not piece.statement]
    parsed = parser().read_words(text.text, None, text.field)
    for language, items in parsed.sentences:
        silent = parser().vocabulary.lexicons[language].lists.silent
        for item in items:
            words = parsed.words[item.first : item.last]
            is_part = any(start <= word.start < end for start, end in spans for word in words) or words[0].is_quoted
            is_unit = item.word in UNITS and parsed.words[item.first - 1].word.isdigit()
            if not (is_part or is_unit or item.word in silent or is_said(text, item)):
                yield item.word


def is_said(text: PrintText, item: Item) -> bool:
    """Return whether a word negates, hedges or joins a statement that is printed, or is said by one of another place."""
    known, statements = parser(), [piece.statement for piece in text.pieces if piece.statement]
    for meaning in item.parts:
        sign, ids = known.roles.of(meaning).sign, {known.vocabulary.concepts[position].id for position in meaning}
        is_negation = sign is Sign.NEGATION and any(each.negated for each in statements)
        is_hedge = sign in (Sign.HEDGE, Sign.OR) and any(each.hedged for each in statements)
        is_again = any(ids & {each.thing, *each.attributes} for each in statements) or ids == {"hair"}
        if not (is_negation or is_hedge or is_again or ids & SILENT):
            return False
    return bool(item.parts)


def sentences() -> list[str]:
    return [text for row in read_sentences("sentences.tsv", parser().vocabulary) for text in row.texts.values()]


def joined() -> Iterator[str]:
    """Yield each sentence, and each with the next one in another language behind it."""
    found = sentences()
    yield from found
    yield from (", ".join(pair) for pair in pairwise(found))


def test_no_word_of_a_sentence_is_lost() -> None:
    texts = [read_for_print(parser(), text, None, "clothing") for text in joined()]
    assert [(text.text, lost) for text in texts if (lost := list(lost_words(text)))] == []
    assert any(not text.words("fr") and not text.is_as_typed("fr") for text in texts)


@pytest.mark.parametrize(("field", "typed"), LOST)
def test_text_that_is_not_understood_wholly_needs_a_person(field: str, typed: str) -> None:
    text = read_for_print(parser(), typed, None, field)
    for language in {"en", "fr", "nl", "de"} - {text.language}:
        assert text.words(language)
        assert all(word in text.composed(phrases(language), {}) for word in text.words(language))
    assert text.composed(phrases(text.language), {}) == typed


@pytest.mark.parametrize(("field", "typed"), WHOLE)
def test_text_that_is_understood_wholly_needs_nobody(field: str, typed: str) -> None:
    text = read_for_print(parser(), typed, None, field)
    assert [text.words(language) for language in ("en", "fr", "nl", "de")] == [()] * 4


def test_clauses_that_are_understood_are_composed_beside_one_that_is_not() -> None:
    text = read_for_print(parser(), "dark green coat, two red scarves, jeans", None, "clothing")
    assert text.composed(phrases("fr"), {}) == "Manteau vert foncé, «\u00a0two red scarves\u00a0», jean"
    assert text.composed(phrases("nl"), {"two red scarves": "twee rode sjaals"}) == "Donkergroene jas, twee rode sjaals, jeans"


def test_text_that_is_too_long_to_be_read_is_not_composed() -> None:
    typed = "red coat, " * 2_001
    assert read_for_print(parser(), typed, None, "clothing").words("fr") == (typed,)


def test_lost_words_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(*_: Any) -> Iterator[Any]:
        return iter(())

    monkeypatch.setattr(printing, "lost_clauses", nothing)
    texts = [read_for_print(parser(), text, None, "clothing") for text in sentences()]
    assert any(list(lost_words(text)) for text in texts)


def test_word_that_only_finds_a_concept_is_not_printed_for_it() -> None:
    """Forms of a concept are printed as its first form if they say no less: `same` forms, endings, misspellings."""
    exact = parser().exact["en"]
    positions = parser().vocabulary.positions
    for form, concept in [("swallow", "bird"), ("bikini", "swimwear"), ("upper teeth", "tooth"), ("muddy", "dirty")]:
        assert not exact.are_exact(tuple(form.split()), (positions[concept],)), form
    for form, concept in [("birds", "bird"), ("backpack", "rucksack"), ("ruksack", "rucksack"), ("t shirts", "t_shirt")]:
        assert exact.are_exact(tuple(form.split()), (positions[concept],)), form


@pytest.mark.parametrize("language", ["en", "fr", "nl", "de"])
def test_same_forms_are_forms_of_the_vocabulary(language: str) -> None:
    lexicon = parser().vocabulary.lexicons[language]
    known = {form.replace(" ", "") for form in lexicon.forms}
    assert lexicon.lists.same - known == set()
