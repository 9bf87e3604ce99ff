"""Language of a text, from its own words."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from board.vocabulary.concept import LANGUAGES
from board.vocabulary.folding import Token
from board.vocabulary.word_forms import WordForms

MAX_COUNTED = 200  # words of a text that are counted
MAX_SENTENCES = 50  # sentences of a text that are counted
MIN_WORDS = 4  # words of a sentence whose language is guessed with less regard to the text's
MIN_FORM = 3  # letters of a form that counts
_WEAK, _FORM, _PRIOR, _PRIOR_OF_SHORT, _READER = 1.5, 1.0, 0.5, 0.75, 0.25  # votes
_NEAR = 1.0  # votes by which a likely language may be behind the best one

Votes = tuple[float, ...]  # for each language


class LanguageGuess:
    """Guess of the language in which function words and forms occur most."""

    def __init__(self, forms: Mapping[str, WordForms]) -> None:
        self.forms = [forms[language] for language in LANGUAGES]
        self._votes = lru_cache(maxsize=8_192)(self._count)

    def _count(self, word: str) -> Votes:
        weak = [word in forms.lexicon.lists.weak for forms in self.forms]
        known = [len(word) >= MIN_FORM and bool(forms.parts(word, may_be_misspelt=False)) for forms in self.forms]
        return tuple(
            _WEAK * is_weak / max(1, sum(weak)) + _FORM * is_known / max(1, sum(known))
            for is_weak, is_known in zip(weak, known, strict=True)
        )

    def of_text(self, tokens: Sequence[Token], reader: str | None) -> str:
        """Return the language of a text. `reader`: decides a tie."""
        return self._best(self._sum(tokens), reader, _READER)

    def likely(self, tokens: Sequence[Token], reader: str | None) -> list[str]:
        """Return the likely languages of a few words: the best one, then those with nearly as many votes."""
        votes = self._sum(tokens)
        sums = {language: vote + _READER * (language == reader) for language, vote in zip(LANGUAGES, votes, strict=True)}
        best = max(sums.values())
        return sorted((language for language in LANGUAGES if sums[language] > best - _NEAR), key=lambda each: -sums[each])

    def of_sentences(self, sentences: Sequence[Sequence[Token]], reader: str | None) -> list[str]:
        """Return the language of each sentence of a text. A short sentence has the text's, unless its own words are clear."""
        votes = [self._sum(tokens) for tokens in sentences]
        text = self._best([sum(column) for column in zip(*votes[:MAX_SENTENCES], strict=True)], reader, _READER)
        return [
            self._best(sums, text, _PRIOR if len(tokens) >= MIN_WORDS else _PRIOR_OF_SHORT)
            for sums, tokens in zip(votes, sentences, strict=True)
        ]

    def _sum(self, tokens: Sequence[Token]) -> list[float]:
        counted = [self._votes(token.word) for token in tokens[:MAX_COUNTED]]
        return [sum(column) for column in zip(*counted, strict=True)] or [0.0] * len(LANGUAGES)

    def _best(self, votes: Sequence[float], favoured: str | None, bonus: float) -> str:
        sums = [vote + bonus * (language == favoured) for language, vote in zip(LANGUAGES, votes, strict=True)]
        return LANGUAGES[sums.index(max(sums))]
