"""Callers are understood: the sentences of the vocabulary, and others that were written without looking at the rules."""

import pytest

from board.vocabulary import parser
from board.vocabulary.concept import LANGUAGES
from tests.support.vocabulary import read_sentences, score

MIN_SHARE = 0.95  # of the statements
MAX_EXTRA = 0.08  # statements that nobody made, as a share


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["sentences.tsv", "held_out.tsv", "blind.tsv", "callers.tsv"])
def test_statements_are_right(name: str, language: str) -> None:
    known = parser()
    found = score(read_sentences(name, known.vocabulary), language, known)
    assert found.share >= MIN_SHARE, "\n".join(found.wrong)
    assert found.extra <= MAX_EXTRA * found.expected, "\n".join(found.wrong)


@pytest.mark.parametrize("language", LANGUAGES)
def test_language_is_that_of_the_words(language: str) -> None:
    known = parser()
    for sentence in read_sentences("sentences.tsv", known.vocabulary):
        for reader in (None, *LANGUAGES):
            assert known.language(sentence.texts[language], reader) == language, sentence.number
