"""Words of which the printed word loses nothing: other endings, misspellings, and the `same` forms of `words.toml`.

A narrower form finds its concept, but print would lose something: "swallow" is a form of "bird".
"""

from functools import lru_cache

from rapidfuzz.distance import OSA

from board.vocabulary.concept import LANGUAGES
from board.vocabulary.lexicon import MIN_MISSPELT, Lexicon
from board.vocabulary.word_forms import TWO_EDITS_FROM, Meaning
from models.searchable import words

MIN_SHARED = 3  # letters at the beginning of two forms of one word
MAX_ENDING = 3  # letters by which their lengths differ
MAX_CHANGED = 2  # letters at the end of the shorter form


class ExactWords:
    """Check of the words of one language. Caches recent results."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon, self._at = lexicon, LANGUAGES.index(lexicon.language)
        self.are_exact = lru_cache(maxsize=4_096)(self._are_exact)

    def _are_exact(self, form: tuple[str, ...], meaning: Meaning) -> bool:
        """Return whether the printed word of one of their meanings loses nothing of these words."""
        return "".join(form) in self._lexicon.lists.same or any(
            _are_alike(form, words(printed)) for position in meaning for printed in self._printed(position)
        )

    def _printed(self, position: int) -> list[str]:
        concept = self._lexicon.concepts[position]
        attributes = concept.attributes[self._at].split("|") if concept.attributes else []
        return [concept.printed[self._at], *(form.replace("~", " ") for form in attributes)]


def _are_alike(form: tuple[str, ...], printed: list[str]) -> bool:
    are_pairs = len(form) == len(printed) and all(map(_is_alike, form, printed))
    return are_pairs or _is_alike("".join(form), "".join(printed))


def _is_alike(word: str, printed: str) -> bool:
    """Return whether two words differ only in their endings, or one is a misspelling of the other."""
    shorter = min(len(word), len(printed))
    shared = next((at for at in range(shorter) if word[at] != printed[at]), shorter)
    if shared >= max(MIN_SHARED, shorter - MAX_CHANGED) and abs(len(word) - len(printed)) <= MAX_ENDING:
        return True
    edits = 2 if shorter >= TWO_EDITS_FROM else 1
    return word == printed or (shorter >= MIN_MISSPELT and OSA.distance(word, printed, score_cutoff=edits) <= edits)
